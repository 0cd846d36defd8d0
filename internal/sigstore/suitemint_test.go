package sigstore

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"testing"
	"time"

	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	protocommon "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	protorekor "github.com/sigstore/protobuf-specs/gen/pb-go/rekor/v1"
	prototrust "github.com/sigstore/protobuf-specs/gen/pb-go/trustroot/v1"
	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/timestamppb"

	"touchstone/internal/mint"
)

// A minted question has every file that verify-bundle reads, made by this test,
// with an instance that has logs of both kinds and a timestamp authority.
type minted struct {
	t      testing.TB
	v      *virtual
	sign   signing
	second bool // logged as Rekor's second version does
	ctKey  *ecdsa.PrivateKey
	tsa    *root.SigstoreTimestampingAuthority
	stamp  func(sig []byte, at time.Time) []byte
	// issuer issues the signing certificate.
	issuer    *x509.Certificate
	issuerKey *ecdsa.PrivateKey
	sctExtra  []byte

	bundle *protobundle.Bundle
	root   *prototrust.TrustedRoot
	// What is written to the files, and the arguments.
	doc, rootDoc, artifact, key []byte
	asDigest                    bool
	who                         []string
}

// keyArgument stands for the file of the key.
const keyArgument = "\x00key"

func newMinted(t testing.TB) *minted {
	m := &minted{t: t, v: newVirtual(t), ctKey: newKey(t), artifact: theArtifact, who: []string{"--certificate-identity", theSAN, "--certificate-oidc-issuer", theIssuer}}
	m.tsa, m.stamp = m.v.withTSA()
	m.issuer, m.issuerKey = m.v.ca.Root, m.v.caKey
	m.sign = m.v.signing(nil)
	m.sign.artifact, m.sign.kind = theArtifact, "hashedrekord"
	m.sign.origin = numbered
	return m
}

// byKey signs with a managed key.
func (m *minted) byKey() {
	m.sign.cert, m.sign.hint = nil, "a hint"
	m.who = []string{"--key", keyArgument}
}

// statement signs a statement and not the artifact.
func (m *minted) statement(payload []byte) {
	m.sign.payload, m.sign.artifact, m.sign.kind = payload, nil, "dsse"
}

// make signs, logs and describes the instance.
func (m *minted) make() {
	if m.sign.cert != nil {
		m.sign.cert = m.leaf(m.sign.key, nil)
	}
	m.bundle = m.v.sign(m.sign)
	if m.second {
		m.logAgain()
	}
	m.root = m.trustedRoot()
	m.key = pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: mint.SPKI(m.sign.key)})
}

func (m *minted) entry() *protorekor.TransparencyLogEntry {
	return m.bundle.VerificationMaterial.TlogEntries[0]
}

// signature is the bundle's.
func (m *minted) signature() []byte {
	if e := m.bundle.GetDsseEnvelope(); e != nil {
		return e.Signatures[0].Sig
	}
	return m.bundle.GetMessageSignature().GetSignature()
}

// logAgain logs the signature as Rekor's second version does, and stamps it.
func (m *minted) logAgain() {
	content := m.sign.artifact
	if m.sign.payload != nil {
		content = encode(PayloadType, m.sign.payload)
	}
	sum := sha256.Sum256(content)
	verifier := map[string]any{"keyDetails": "PKIX_ECDSA_P256_SHA_256"}
	if m.sign.cert != nil {
		verifier["x509Certificate"] = map[string]any{"rawBytes": m.sign.cert}
	} else {
		verifier["publicKey"] = map[string]any{"rawBytes": mint.SPKI(m.sign.key)}
	}
	body, err := json.Marshal(map[string]any{"apiVersion": "0.0.2", "kind": "hashedrekord", "spec": map[string]any{"hashedRekordV002": map[string]any{
		"data":      map[string]any{"algorithm": "SHA2_256", "digest": sum[:]},
		"signature": map[string]any{"content": m.signature(), "verifier": verifier},
	}}})
	require.NoError(m.t, err)
	proof := m.v.prove(body, "rekor.example.org")
	m.bundle.VerificationMaterial.TlogEntries = []*protorekor.TransparencyLogEntry{{
		LogIndex: proof.LogIndex, LogId: &protocommon.LogId{KeyId: m.v.logID()}, CanonicalizedBody: body,
		KindVersion: &protorekor.KindVersion{Kind: "hashedrekord", Version: "0.0.2"}, InclusionProof: proof,
	}}
	if m.sign.cert != nil {
		addStamps(m.bundle, m.stamp(m.signature(), signedAt))
	}
}

func period(from time.Time) *protocommon.TimeRange {
	return &protocommon.TimeRange{Start: timestamppb.New(from)}
}

func (m *minted) logOf(address string, key *ecdsa.PrivateKey) *prototrust.TransparencyLogInstance {
	spki := mint.SPKI(key)
	id := sha256.Sum256(spki)
	return &prototrust.TransparencyLogInstance{
		BaseUrl: address, HashAlgorithm: protocommon.HashAlgorithm_SHA2_256, LogId: &protocommon.LogId{KeyId: id[:]},
		PublicKey: &protocommon.PublicKey{
			RawBytes: spki, KeyDetails: protocommon.PublicKeyDetails_PKIX_ECDSA_P256_SHA_256, ValidFor: period(signedAt.AddDate(-1, 0, 0)),
		},
	}
}

func authorityOf(address string, chain ...*x509.Certificate) *prototrust.CertificateAuthority {
	ca := &prototrust.CertificateAuthority{
		Subject: &protocommon.DistinguishedName{Organization: "example", CommonName: chain[0].Subject.CommonName},
		Uri:     address, CertChain: &protocommon.X509CertificateChain{}, ValidFor: period(signedAt.AddDate(-1, 0, 0)),
	}
	for _, c := range chain {
		ca.CertChain.Certificates = append(ca.CertChain.Certificates, &protocommon.X509Certificate{RawBytes: c.Raw})
	}
	return ca
}

func (m *minted) trustedRoot() *prototrust.TrustedRoot {
	chain := []*x509.Certificate{m.v.ca.Root}
	if m.issuer != m.v.ca.Root {
		chain = []*x509.Certificate{m.issuer, m.v.ca.Root}
	}
	return &prototrust.TrustedRoot{
		MediaType:              "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
		Tlogs:                  []*prototrust.TransparencyLogInstance{m.logOf(theLog, m.v.logKey)},
		Ctlogs:                 []*prototrust.TransparencyLogInstance{m.logOf("https://ct.example.org", m.ctKey)},
		CertificateAuthorities: []*prototrust.CertificateAuthority{authorityOf("https://fulcio.example.org", chain...)},
		TimestampAuthorities:   []*prototrust.CertificateAuthority{authorityOf("https://clock.example.org", m.tsa.Leaf, m.tsa.Root)},
	}
}

// leaf issues a signing certificate that a certificate transparency log
// promised to hold (RFC 6962, section 3.3).
func (m *minted) leaf(key *ecdsa.PrivateKey, bend func(*x509.Certificate)) []byte {
	root, rootKey := m.v.ca.Root, m.v.caKey
	m.v.ca.Root, m.v.caKey = m.issuer, m.issuerKey
	defer func() { m.v.ca.Root, m.v.caKey = root, rootKey }()
	bare, err := x509.ParseCertificate(m.v.leaf(key, bend))
	require.NoError(m.t, err)
	return m.v.leaf(key, func(c *x509.Certificate) {
		if bend != nil {
			bend(c)
		}
		c.ExtraExtensions = append(c.ExtraExtensions, mint.Promised(bare, m.issuer, m.ctKey, signedAt, m.sctExtra))
	})
}

// intermediate makes an authority beneath the root, of any key.
func (m *minted) intermediate(key *ecdsa.PrivateKey, parent *x509.Certificate, parentKey *ecdsa.PrivateKey, id byte) *x509.Certificate {
	return mint.Certify(&x509.Certificate{
		SerialNumber: big.NewInt(int64(id)), Subject: pkix.Name{CommonName: "the intermediate"},
		NotBefore: signedAt.AddDate(-1, 0, 0), NotAfter: signedAt.AddDate(1, 0, 0), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning}, SubjectKeyId: []byte{id, id},
	}, parent, key, parentKey)
}

// line writes the files and returns the arguments.
func (m *minted) line(write func([]byte) string) []string {
	if m.doc == nil {
		m.doc = toJSON(m.t, m.bundle)
	}
	if m.rootDoc == nil {
		var err error
		m.rootDoc, err = protojson.Marshal(m.root)
		require.NoError(m.t, err)
	}
	args := []string{"verify-bundle", "--bundle", write(m.doc)}
	for _, arg := range m.who {
		if arg == keyArgument {
			arg = write(m.key)
		}
		args = append(args, arg)
	}
	args = append(args, "--trusted-root", write(m.rootDoc))
	if m.asDigest {
		sum := sha256.Sum256(m.artifact)
		return append(args, "sha256:"+hexOf(sum[:]))
	}
	return append(args, write(m.artifact))
}

// cosign adds a signature of a witness to the entry's checkpoint, before or
// after the log's.
func (m *minted) cosign(name string, key *ecdsa.PrivateKey, first bool) {
	proof := m.entry().InclusionProof
	text, sigs, _ := bytes.Cut([]byte(proof.Checkpoint.Envelope), []byte("\n\n"))
	line := []byte(mint.SignatureLine(string(text)+"\n", name, mint.LogID(key), key))
	if first {
		sigs = append(line, sigs...)
	} else {
		sigs = append(bytes.Clone(sigs), line...)
	}
	proof.Checkpoint.Envelope = string(text) + "\n\n" + string(sigs)
}

// anew is another signature of what was signed before: package mint's are the
// same each time.
func anew(t testing.TB, key *ecdsa.PrivateKey, message []byte) []byte {
	sum := sha256.Sum256(message)
	sig, err := ecdsa.SignASN1(rand.Reader, key, sum[:])
	require.NoError(t, err)
	return sig
}
