package sigstore

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"testing"
	"time"

	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	protocommon "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	protodsse "github.com/sigstore/protobuf-specs/gen/pb-go/dsse"
	protorekor "github.com/sigstore/protobuf-specs/gen/pb-go/rekor/v1"
	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/stretchr/testify/require"

	"touchstone/internal/mint"
)

// signedAt is when everything in the tests is signed.
var signedAt = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const (
	theSAN    = "https://example.org/o/r/.build/release.yml@refs/tags/v1"
	theIssuer = "https://issuer.example.org"
	theLog    = "https://rekor.example.org"
	numbered  = "rekor.example.org - 1234" // origin of a log of the first version
)

// virtual is a Sigstore instance whose every part can be bent.
type virtual struct {
	root.BaseTrustedMaterial
	t       testing.TB
	logKey  *ecdsa.PrivateKey
	caKey   *ecdsa.PrivateKey
	ca      *root.FulcioCertificateAuthority
	logs    map[string]*root.TransparencyLog
	stamps  []root.TimestampingAuthority
	ctlogs  map[string]*root.TransparencyLog
	nextLog int64
}

func newVirtual(t testing.TB) *virtual {
	v := &virtual{t: t, logKey: newKey(t), caKey: newKey(t), ctlogs: map[string]*root.TransparencyLog{}}
	v.ca = &root.FulcioCertificateAuthority{Root: mint.Authority("the authority", v.caKey, signedAt), URI: "https://fulcio.example.org"}
	v.logs = map[string]*root.TransparencyLog{hex.EncodeToString(v.logID()): {
		BaseURL: theLog, ID: v.logID(), HashFunc: crypto.SHA256, SignatureHashFunc: crypto.SHA256,
		PublicKey: v.logKey.Public(), ValidityPeriodStart: signedAt.AddDate(-1, 0, 0),
	}}
	return v
}

func (v *virtual) RekorLogs() map[string]*root.TransparencyLog { return v.logs }
func (v *virtual) CTLogs() map[string]*root.TransparencyLog    { return v.ctlogs }
func (v *virtual) FulcioCertificateAuthorities() []root.CertificateAuthority {
	return []root.CertificateAuthority{v.ca}
}
func (v *virtual) TimestampingAuthorities() []root.TimestampingAuthority { return v.stamps }

func (v *virtual) root() *Root { return newRoot(v) }

func (v *virtual) logID() []byte { return mint.LogID(v.logKey) }

func newKey(t testing.TB) *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return key
}

// leaf issues a signing certificate; bend may change it before.
func (v *virtual) leaf(key *ecdsa.PrivateKey, bend func(*x509.Certificate)) []byte {
	template := mint.SigningCertificate(theSAN, map[int]string{8: theIssuer, 12: "https://example.org/o/r", 23: "production"}, signedAt)
	if bend != nil {
		bend(template)
	}
	return mint.Certify(template, v.ca.Root, key, v.caKey).Raw
}

// A signing describes one bundle to make.
type signing struct {
	payload   []byte // of an envelope
	artifact  []byte // signed itself, where payload is nil
	key       *ecdsa.PrivateKey
	cert      []byte // nil: by the key, under hint
	hint      string
	keyID     string
	kind      string // of the entry: "dsse", "hashedrekord"
	origin    string // of the checkpoint
	promise   bool
	proof     bool
	time      time.Time // integrated
	mediaType string
}

// signing is the ordinary case: an envelope, a certificate, proof and promise.
func (v *virtual) signing(payload []byte) signing {
	key := newKey(v.t)
	return signing{
		payload: payload, key: key, cert: v.leaf(key, nil), kind: "dsse", origin: numbered,
		promise: true, proof: true, time: signedAt, mediaType: understood[5],
	}
}

// byKey signs with a managed key instead.
func (v *virtual) byKey(payload []byte) signing {
	s := v.signing(payload)
	s.cert, s.hint = nil, "our key"
	return s
}

func (v *virtual) sign(s signing) *protobundle.Bundle {
	b := &protobundle.Bundle{MediaType: s.mediaType, VerificationMaterial: &protobundle.VerificationMaterial{}}
	m := b.VerificationMaterial
	if s.cert != nil {
		m.Content = &protobundle.VerificationMaterial_Certificate{Certificate: &protocommon.X509Certificate{RawBytes: s.cert}}
	} else {
		m.Content = &protobundle.VerificationMaterial_PublicKey{PublicKey: &protocommon.PublicKeyIdentifier{Hint: s.hint}}
	}
	var sig []byte
	logged := s.artifact
	if s.payload != nil {
		logged = encode(PayloadType, s.payload)
		sig = mint.Sign(s.key, logged)
		b.Content = &protobundle.Bundle_DsseEnvelope{DsseEnvelope: &protodsse.Envelope{
			Payload: s.payload, PayloadType: PayloadType, Signatures: []*protodsse.Signature{{Sig: sig, Keyid: s.keyID}},
		}}
	} else {
		sig = mint.Sign(s.key, s.artifact)
		sum := sha256.Sum256(s.artifact)
		b.Content = &protobundle.Bundle_MessageSignature{MessageSignature: &protocommon.MessageSignature{
			MessageDigest: &protocommon.HashOutput{Algorithm: protocommon.HashAlgorithm_SHA2_256, Digest: sum[:]}, Signature: sig,
		}}
	}
	if s.kind != "" {
		m.TlogEntries = []*protorekor.TransparencyLogEntry{v.entry(s, sig, logged)}
	}
	return b
}

// entry logs a signature.
func (v *virtual) entry(s signing, sig, logged []byte) *protorekor.TransparencyLogEntry {
	block := &pem.Block{Type: "CERTIFICATE", Bytes: s.cert}
	if s.cert == nil {
		block = &pem.Block{Type: "PUBLIC KEY", Bytes: mint.SPKI(s.key)}
	}
	signer := base64.StdEncoding.EncodeToString(pem.EncodeToMemory(block))
	encoded := base64.StdEncoding.EncodeToString(sig)
	hash := func(b []byte) map[string]any {
		sum := sha256.Sum256(b)
		return map[string]any{"algorithm": "sha256", "value": hex.EncodeToString(sum[:])}
	}
	spec := map[string]any{
		"data": map[string]any{"hash": hash(logged)}, "signature": map[string]any{"content": encoded, "publicKey": map[string]any{"content": signer}},
	}
	if s.kind == "dsse" {
		spec = map[string]any{
			"envelopeHash": hash(logged), "payloadHash": hash(s.payload),
			"signatures": []any{map[string]any{"signature": encoded, "verifier": signer}},
		}
	}
	body, err := json.Marshal(map[string]any{"apiVersion": "0.0.1", "kind": s.kind, "spec": spec})
	require.NoError(v.t, err)
	v.nextLog++
	e := &protorekor.TransparencyLogEntry{
		LogIndex: 100 + v.nextLog, LogId: &protocommon.LogId{KeyId: v.logID()},
		KindVersion:    &protorekor.KindVersion{Kind: s.kind, Version: "0.0.1"},
		IntegratedTime: s.time.Unix(), CanonicalizedBody: body,
	}
	if s.promise {
		e.InclusionPromise = &protorekor.InclusionPromise{SignedEntryTimestamp: v.promise(e)}
	}
	if s.proof {
		e.InclusionProof = v.prove(body, s.origin)
		if s.origin != numbered {
			e.LogIndex = e.InclusionProof.LogIndex
		}
	}
	return e
}

func (v *virtual) promise(e *protorekor.TransparencyLogEntry) []byte {
	return mint.Promise(e.CanonicalizedBody, time.Unix(e.IntegratedTime, 0), e.LogIndex, v.logKey)
}

// prove puts a leaf beside another and signs the head.
func (v *virtual) prove(body []byte, origin string) *protorekor.InclusionProof {
	p := mint.Prove(body, origin, "rekor.example.org", v.logKey)
	return &protorekor.InclusionProof{
		LogIndex: 1, TreeSize: 2, RootHash: p.Root, Hashes: [][]byte{p.Beside}, Checkpoint: &protorekor.Checkpoint{Envelope: p.Checkpoint},
	}
}

func (v *virtual) head(origin string, size int, rootHash []byte, key *ecdsa.PrivateKey) string {
	return mint.Checkpoint(origin, size, rootHash, "rekor.example.org", v.logID(), key)
}

func toJSON(t testing.TB, b *protobundle.Bundle) []byte {
	doc, err := marshal(b)
	require.NoError(t, err)
	return doc
}

var theArtifact = []byte("the artifact\n")

// aStatement is about theArtifact; more is spliced in before its end.
func aStatement(more string) []byte {
	sum := sha256.Sum256(theArtifact)
	return statementOf(fmt.Sprintf(`"sha256":"%x"`, sum), more)
}

func statementOf(digests, more string) []byte {
	return []byte(`{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"pkg:generic/thing@1","digest":{` + digests +
		`}}],"predicateType":"https://example.org/predicate","predicate":{"n":1}` + more + `}`)
}
