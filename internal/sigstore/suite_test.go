package sigstore

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	protocommon "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	prototrust "github.com/sigstore/protobuf-specs/gen/pb-go/trustroot/v1"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/timestamppb"

	"touchstone/internal/mint"
)

// A suiteCase is named like its counterpart in the public conformance suite
// (sigstore-conformance, test/assets/bundle-verify), where it has one, and made
// anew here: there "_fail" in a name is what say is here.
type suiteCase struct {
	name string
	sign func(*minted) // before signing
	bend func(*minted) // afterwards
	say  string        // of the refusal; empty: accepted
}

func second(m *minted)    { m.second = true }
func statement(m *minted) { m.statement(aStatement("")) }
func secondStatement(m *minted) {
	statement(m)
	m.second = true
}
func keyed(m *minted) { m.byKey() }
func keyedStatement(m *minted) {
	statement(m)
	m.byKey()
}

// changed flips the middle of the bytes.
func changed(b []byte) { b[len(b)/2] ^= 1 }

// checkpointLine replaces one line of the checkpoint; nil cuts it out.
func checkpointLine(n int, with ...string) func(*minted) {
	return func(m *minted) {
		c := m.entry().InclusionProof.Checkpoint
		rows := strings.SplitN(c.Envelope, "\n", n+2)
		c.Envelope = strings.Join(append(append(append([]string{}, rows[:n]...), with...), rows[n+1]), "\n")
	}
}

func mediaType(n int) func(*minted) {
	return func(m *minted) { m.sign.mediaType = understood[n] }
}

// oldForm is a bundle before 0.3, whose certificate is a chain.
func oldForm(m *minted) {
	m.bundle.VerificationMaterial.Content = &protobundle.VerificationMaterial_X509CertificateChain{X509CertificateChain: &protocommon.X509CertificateChain{
		Certificates: []*protocommon.X509Certificate{{RawBytes: m.sign.cert}},
	}}
}

var suiteForms = []suiteCase{
	{"happy-path-v0.1", mediaType(0), oldForm, ""},
	{"happy-path-v0.1-promise-only", func(m *minted) { m.sign.mediaType, m.sign.proof = understood[0], false }, oldForm, ""},
	{"happy-path-v0.2", mediaType(1), oldForm, ""},
	{"happy-path-v0.3", mediaType(2), nil, ""},
	{"happy-path-v0.3-new-mediaType", mediaType(5), nil, ""},
	{"happy-path-digest", nil, func(m *minted) { m.asDigest = true }, ""},
	{"happy-path-intoto-in-dsse-v3", statement, nil, ""},
	{"happy-path-intoto-in-dsse-v3-digest", statement, func(m *minted) { m.asDigest = true }, ""},
	{"happy-path-with-timestamp-and-promise", nil, func(m *minted) { addStamps(m.bundle, m.stamp(m.signature(), signedAt)) }, ""},
	{"empty-artifact", func(m *minted) { m.sign.artifact, m.artifact = []byte{}, []byte{} }, nil, ""},
	{"empty-artifact-digest", func(m *minted) { m.sign.artifact, m.artifact, m.asDigest = []byte{}, []byte{}, true }, nil, ""},
	{"dsse-with-hashedrekord", func(m *minted) { statement(m); m.sign.kind = "hashedrekord" }, nil, ""},
	{"bundle-malformed-json", nil, func(m *minted) { m.doc = []byte("{\"mediaType\"") }, "malformed"},
	{"bundle-empty", nil, func(m *minted) { m.doc = []byte{} }, "malformed"},
	{"bundle-unknown-version", func(m *minted) { m.sign.mediaType = "application/vnd.dev.sigstore.bundle+json;version=99.9" }, nil, "not understood"},
	{"bundle-negative-log-index", nil, func(m *minted) { m.entry().LogIndex = -1 }, "bundle"},
	{"bundle-invalid-base64-signature", nil, func(m *minted) {
		m.doc = bytes.Replace(toJSON(m.t, m.bundle), []byte(`"signature":"M`), []byte(`"signature":"*`), 1)
	}, "malformed"},
	{"bundle-empty-certificate-chain", mediaType(1), func(m *minted) {
		oldForm(m)
		m.bundle.VerificationMaterial.GetX509CertificateChain().Certificates = nil
	}, "missing verification material"},
	{"bundle-with-root-cert", mediaType(1), func(m *minted) {
		oldForm(m)
		chain := m.bundle.VerificationMaterial.GetX509CertificateChain()
		chain.Certificates = append(chain.Certificates, &protocommon.X509Certificate{RawBytes: m.v.ca.Root.Raw})
	}, "root"},
	{"bundle-with-root-cert-v0.1", mediaType(0), func(m *minted) {
		oldForm(m)
		chain := m.bundle.VerificationMaterial.GetX509CertificateChain()
		chain.Certificates = append(chain.Certificates, &protocommon.X509Certificate{RawBytes: m.v.ca.Root.Raw})
	}, ""},
	{"bundle-with-root-cert-of-ones-own-v0.1", mediaType(0), func(m *minted) {
		other := newVirtual(m.t)
		m.sign.cert = other.leaf(m.sign.key, nil)
		m.bundle = m.v.sign(m.sign)
		oldForm(m)
		chain := m.bundle.VerificationMaterial.GetX509CertificateChain()
		chain.Certificates = append(chain.Certificates, &protocommon.X509Certificate{RawBytes: other.ca.Root.Raw})
	}, "certificate"},
	{"bundle-from-wrong-instance", nil, func(m *minted) { m.root = newOther(m.t) }, "no anchor"},
	{"v0.2-without-proof", func(m *minted) { m.sign.mediaType, m.sign.proof = understood[1], false }, oldForm, "inclusion proof missing"},
	{"v0.2-without-checkpoint", mediaType(1), func(m *minted) { oldForm(m); m.entry().InclusionProof.Checkpoint = nil }, "checkpoint"},
	{"dsse-statement-missing-type", func(m *minted) {
		m.statement([]byte(strings.Replace(string(aStatement("")), `"_type":"https://in-toto.io/Statement/v1",`, "", 1)))
	}, nil, "statement"},
	{"dsse-statement-unknown-type", func(m *minted) {
		m.statement([]byte(strings.Replace(string(aStatement("")), "Statement/v1", "Statement/v9", 1)))
	}, nil, "not understood"},
}

var suiteSignatures = []suiteCase{
	{"signature-mismatch", nil, func(m *minted) {
		m.bundle.GetMessageSignature().Signature = mint.Sign(m.sign.key, []byte("another"))
	}, "signature"},
	{"signature-anew", nil, func(m *minted) {
		m.bundle.GetMessageSignature().Signature = anew(m.t, m.sign.key, theArtifact)
	}, "transparency log"},
	{"message-digest-mismatch", nil, func(m *minted) { changed(m.bundle.GetMessageSignature().MessageDigest.Digest) }, "artifact"},
	{"wrong-material", nil, func(m *minted) { m.artifact = []byte("another") }, "artifact"},
	{"wrong-material-digest", nil, func(m *minted) { m.artifact, m.asDigest = []byte("another"), true }, "artifact"},
	{"wrong-material-statement", statement, func(m *minted) { m.artifact = []byte("another") }, "artifact"},
	{"wrong-identity", nil, func(m *minted) { m.who[1] += "x" }, "subject alternative name"},
	{"wrong-identity-prefix", nil, func(m *minted) { m.who[1] = strings.TrimSuffix(m.who[1], "1") }, "subject alternative name"},
	{"wrong-issuer", nil, func(m *minted) { m.who[3] += "/" }, "issuer"},
	{"dsse-invalid-sig", statement, func(m *minted) { changed(m.bundle.GetDsseEnvelope().Signatures[0].Sig) }, "transparency log"},
	{"dsse-mismatch-sig", statement, func(m *minted) {
		m.bundle.GetDsseEnvelope().Signatures[0].Sig = anew(m.t, m.sign.key, encode(PayloadType, aStatement("")))
	}, "transparency log"},
	{"dsse-mismatch-envelope", statement, func(m *minted) { m.bundle.GetDsseEnvelope().Payload = aStatement(" ") }, "transparency log"},
	{"dsse-with-hashedrekord-mismatch-sig", func(m *minted) { statement(m); m.sign.kind = "hashedrekord" }, func(m *minted) {
		m.bundle.GetDsseEnvelope().Signatures[0].Sig = anew(m.t, m.sign.key, encode(PayloadType, aStatement("")))
	}, "transparency log"},
	{"dsse-with-hashedrekord-mismatch-envelope", func(m *minted) { statement(m); m.sign.kind = "hashedrekord" }, func(m *minted) {
		m.bundle.GetDsseEnvelope().Payload = aStatement(" ")
	}, "transparency log"},
	{"dsse-with-hashedrekord-invalid-sig", func(m *minted) { statement(m); m.sign.kind = "hashedrekord" }, func(m *minted) {
		changed(m.bundle.GetDsseEnvelope().Signatures[0].Sig)
	}, "transparency log"},

	{"managed-key-happy-path", keyed, nil, ""},
	{"managed-key-statement", keyedStatement, nil, ""},
	{"managed-key-and-trusted-root", func(m *minted) { keyed(m); m.sign.kind = "" }, func(m *minted) { m.rootDoc = bareRoot }, ""},
	{"managed-key-rekor2", func(m *minted) { keyed(m); second(m) }, nil, ""},
	{"managed-key-rekor2-statement", func(m *minted) { keyedStatement(m); second(m) }, nil, ""},
	{"managed-key-without-log", func(m *minted) { keyed(m); m.sign.kind = "" }, nil, "transparency log"},
	{"managed-key-wrong-key", keyed, func(m *minted) { m.key = newMintedKey(m.t) }, "transparency log"},
	{"managed-key-wrong-key-without-log", func(m *minted) { keyed(m); m.sign.kind = "" }, func(m *minted) { m.rootDoc, m.key = bareRoot, newMintedKey(m.t) }, "signature"},
	{"managed-key-no-key", keyed, func(m *minted) { m.who = newMinted(m.t).who }, "not among the anchors"},
	{"managed-key-of-a-certificate", nil, func(m *minted) { m.who = []string{"--key", keyArgument} }, "by a certificate"},
	{"managed-key-and-client-identity", keyed, func(m *minted) { m.who = append(m.who, newMinted(m.t).who...) }, "give one of them"},
	{"managed-key-wrong-material", keyed, func(m *minted) { m.artifact = []byte("another") }, "artifact"},
}

var bareRoot = []byte(`{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}`)

func newMintedKey(t testing.TB) []byte {
	m := newMinted(t)
	m.make()
	return m.key
}

func newOther(t testing.TB) *prototrust.TrustedRoot {
	m := newMinted(t)
	m.make()
	return m.root
}

// entryOf puts another signing's entry into the bundle.
func entryOf(change func(*minted, *signing)) func(*minted) {
	return func(m *minted) {
		other := m.sign
		change(m, &other)
		m.bundle.VerificationMaterial.TlogEntries = m.v.sign(other).VerificationMaterial.TlogEntries
	}
}

var suiteLog = []suiteCase{
	{"inclusion-proof-corrupted-hash", nil, func(m *minted) { changed(m.entry().InclusionProof.Hashes[0]) }, "transparency log"},
	{"invalid-inclusion-proof", nil, func(m *minted) { m.entry().InclusionProof.LogIndex = 0 }, "transparency log"},
	{"invalid-inclusion-proof-of-another", nil, func(m *minted) { m.entry().InclusionProof = m.v.prove([]byte("another"), numbered) }, "transparency log"},
	{"checkpoint-bad-keyhint", nil, func(m *minted) { checkpointSignature(m, 0) }, "transparency log"},
	{"invalid-checkpoint-signature", nil, func(m *minted) { checkpointSignature(m, 12) }, "transparency log"},
	{"checkpoint-wrong-roothash", nil, func(m *minted) {
		sum := sha256.Sum256([]byte("another"))
		m.entry().InclusionProof.Checkpoint.Envelope = m.v.head(numbered, 2, sum[:], m.v.logKey)
	}, "transparency log"},
	{"checkpoint-wrong-size", nil, func(m *minted) {
		m.entry().InclusionProof.Checkpoint.Envelope = m.v.head(numbered, 3, m.entry().InclusionProof.RootHash, m.v.logKey)
	}, "transparency log"},
	{"set-invalid-signature", nil, func(m *minted) { changed(m.entry().InclusionPromise.SignedEntryTimestamp) }, "transparency log"},
	{"set-of-another-time", nil, func(m *minted) { m.entry().IntegratedTime++ }, "transparency log"},
	{"integrated-time-in-future", func(m *minted) { m.sign.time = signedAt.Add(time.Hour) }, nil, "outside"},
	{"integrated-time-before-certificate", func(m *minted) { m.sign.time = signedAt.Add(-time.Hour) }, nil, "outside"},
	{"wrong-hashedrekord-entry", nil, entryOf(func(_ *minted, s *signing) { s.artifact = []byte("another") }), "transparency log"},
	{"wrong-hashedrekord-cert-and-sig", nil, entryOf(func(m *minted, s *signing) { s.key = newKey(m.t); s.cert = m.leaf(s.key, nil) }), "transparency log"},
	{"cve-2022-36056-swapped-tlog-entry", nil, entryOf(func(m *minted, s *signing) {
		s.payload, s.artifact, s.kind = aStatement(""), nil, "dsse"
	}), "transparency log"},
	{"incorrect-public-key", nil, func(m *minted) {
		e := m.entry()
		e.CanonicalizedBody = bytes.Replace(e.CanonicalizedBody, []byte(`"publicKey":{"content":"LS0t`), []byte(`"publicKey":{"content":"LS1t`), 1)
	}, "public key"},
	{"no-log-entry", nil, func(m *minted) { m.bundle.VerificationMaterial.TlogEntries = nil }, "transparency log"},
	{"no-log-entry-with-timestamp", nil, func(m *minted) {
		m.bundle.VerificationMaterial.TlogEntries = nil
		addStamps(m.bundle, m.stamp(m.signature(), signedAt))
	}, "transparency log"},
	{"no-signed-time", func(m *minted) { m.sign.promise = false }, nil, "time"},
	{"trust-root-tlog-validity-end-inclusive", nil, func(m *minted) { m.root.Tlogs[0].PublicKey.ValidFor.End = timestamppb.New(signedAt) }, ""},
	{"trust-root-tlog-validity-ended", nil, func(m *minted) { m.root.Tlogs[0].PublicKey.ValidFor.End = timestamppb.New(signedAt.Add(-time.Second)) }, "transparency log"},
	{"trust-root-tlog-not-yet-valid", nil, func(m *minted) { m.root.Tlogs[0].PublicKey.ValidFor.Start = timestamppb.New(signedAt.Add(time.Second)) }, "transparency log"},
	{"trust-root-tlog-missing-validity-start", nil, func(m *minted) { m.root.Tlogs[0].PublicKey.ValidFor.Start = nil }, "trusted root"},
	{"trust-root-tlog-missing-validity", nil, func(m *minted) { m.root.Tlogs[0].PublicKey.ValidFor = nil }, "trusted root"},
	{"trust-root-malformed", nil, func(m *minted) { m.rootDoc = []byte("{}") }, "trusted root"},

	{"rekor2-happy-path", second, nil, ""},
	{"rekor2-happy-path-digest", second, func(m *minted) { m.asDigest = true }, ""},
	{"rekor2-dsse-happy-path", secondStatement, nil, ""},
	{"rekor2-dsse-happy-path-digest", secondStatement, func(m *minted) { m.asDigest = true }, ""},
	{"rekor2-dsse-invalid-sig", secondStatement, func(m *minted) { changed(m.bundle.GetDsseEnvelope().Signatures[0].Sig) }, "verifying"},
	{"rekor2-dsse-mismatch-envelope", secondStatement, func(m *minted) { m.bundle.GetDsseEnvelope().Payload = aStatement(" ") }, "verifying"},
	{"rekor2-dsse-mismatch-sig", secondStatement, func(m *minted) {
		sig := anew(m.t, m.sign.key, encode(PayloadType, aStatement("")))
		m.bundle.GetDsseEnvelope().Signatures[0].Sig = sig
		addStamps(m.bundle, m.stamp(sig, signedAt))
	}, "transparency log"},
	{"rekor2-mismatch-sig", second, func(m *minted) {
		sig := anew(m.t, m.sign.key, theArtifact)
		m.bundle.GetMessageSignature().Signature = sig
		addStamps(m.bundle, m.stamp(sig, signedAt))
	}, "transparency log"},
	{"rekor2-wrong-material", second, func(m *minted) { m.artifact = []byte("another") }, "artifact"},
	{"rekor2-no-inclusion-proof", second, func(m *minted) { m.entry().InclusionProof = nil }, "bundle"},
	{"rekor2-inclusion-proof-corrupted-hash", second, func(m *minted) { changed(m.entry().InclusionProof.Hashes[0]) }, "transparency log"},
	{"rekor2-checkpoint-cosigned", second, func(m *minted) { m.cosign("witness.example.org", newKey(m.t), false) }, ""},
	{"rekor2-checkpoint-origin-not-first", second, func(m *minted) { m.cosign("witness.example.org", newKey(m.t), true) }, ""},
	{"rekor2-checkpoint-multiple-cosigs", second, func(m *minted) {
		m.cosign("witness.example.org", newKey(m.t), true)
		m.cosign("other.example.org", newKey(m.t), false)
	}, ""},
	{"rekor2-checkpoint-two-sigs-from-origin", second, func(m *minted) { m.cosign("rekor.example.org", newKey(m.t), false) }, ""},
	{"rekor2-checkpoint-two-sigs-cosigned", second, func(m *minted) {
		m.cosign("rekor.example.org", newKey(m.t), true)
		m.cosign("witness.example.org", newKey(m.t), false)
	}, ""},
	{"rekor2-checkpoint-missing-origin", second, checkpointLine(0), "transparency log"},
	{"rekor2-checkpoint-missing-size", second, checkpointLine(1), "transparency log"},
	{"rekor2-checkpoint-missing-root-hash", second, checkpointLine(2), "transparency log"},
	{"rekor2-checkpoint-missing-log-signature", second, checkpointLine(4), "transparency log"},
	{"rekor2-checkpoint-no-matching-signature", second, func(m *minted) {
		c := m.entry().InclusionProof.Checkpoint
		c.Envelope = strings.Replace(c.Envelope, "— rekor.example.org", "— other.example.org", 1)
	}, "transparency log"},
	{"rekor2-checkpoint-other-origin", second, func(m *minted) {
		m.entry().InclusionProof.Checkpoint.Envelope = strings.ReplaceAll(m.v.head("other.example.org", 2, m.entry().InclusionProof.RootHash, m.v.logKey), "— rekor.example.org", "— other.example.org")
	}, "transparency log"},
}

// checkpointSignature flips a bit of the last signature, at the byte.
func checkpointSignature(m *minted, at int) {
	c := m.entry().InclusionProof.Checkpoint
	head, encoded, _ := strings.Cut(c.Envelope, "— rekor.example.org ")
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
	require.NoError(m.t, err)
	raw[at] ^= 1
	c.Envelope = head + "— rekor.example.org " + encode64(raw) + "\n"
}

func encode64(raw []byte) string {
	text, _ := json.Marshal(raw)
	return strings.Trim(string(text), `"`)
}

func suiteCases() []suiteCase {
	var all []suiteCase
	for _, part := range [][]suiteCase{suiteForms, suiteSignatures, suiteLog, suiteTimes, suiteCertificates} {
		all = append(all, part...)
	}
	return all
}

// mint makes a case's files and returns its line.
func (c suiteCase) mint(t testing.TB, write func([]byte) string) []byte {
	m := newMinted(t)
	if c.sign != nil {
		c.sign(m)
	}
	m.make()
	if c.bend != nil {
		c.bend(m)
	}
	line, err := json.Marshal(m.line(write))
	require.NoError(t, err)
	return line
}

func (c suiteCase) check(t *testing.T, a answer) {
	if c.say == "" {
		assert.Equal(t, answer{Accepted: true}, a)
		return
	}
	assert.False(t, a.Accepted)
	assert.Contains(t, a.Reason, c.say)
}

// TestSuite answers minted counterparts of the public conformance suite.
func TestSuite(t *testing.T) {
	for _, c := range suiteCases() {
		t.Run(c.name, func(t *testing.T) {
			f := files{}
			line := c.mint(t, func(content []byte) string {
				name := fmt.Sprintf("file %d", len(f))
				f[name] = content
				return name
			})
			accepted, reason, _ := Batch(line, f.read, nil)
			c.check(t, answer{accepted, reason})
		})
	}
}

// TestWasmSuite answers the same through the WebAssembly.
func TestWasmSuite(t *testing.T) {
	w := newWasm(t)
	cases := suiteCases()
	var names []string
	var questions [][]byte
	for _, c := range cases {
		names = append(names, c.name)
		questions = append(questions, c.mint(t, func(content []byte) string { return w.file(t, content) }))
	}
	for i, a := range w.assertAlike(t, names, questions) {
		t.Run(names[i], func(t *testing.T) { cases[i].check(t, a) })
	}
}
