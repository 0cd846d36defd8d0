package sigstore

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/corpus"
)

// A claim is what a bundle says of itself, read without this package, so that a
// question can be asked to which the true answer is known.
type claim struct {
	san, issuer string // of a certificate
	hint, keyID string // of a key
	digests     []string
}

// readClaim reads what it can and leaves the rest empty.
func readClaim(bundle []byte) claim {
	var b struct {
		VerificationMaterial struct {
			Certificate          struct{ RawBytes []byte }
			X509CertificateChain struct{ Certificates []struct{ RawBytes []byte } }
			PublicKey            struct{ Hint string }
		}
		DSSEEnvelope struct {
			Payload    []byte
			Signatures []struct{ KeyID string }
		}
		MessageSignature struct{ MessageDigest struct{ Digest []byte } }
	}
	var c claim
	if json.Unmarshal(bundle, &b) != nil {
		return c
	}
	m := b.VerificationMaterial
	c.hint = m.PublicKey.Hint
	if s := b.DSSEEnvelope.Signatures; len(s) > 0 {
		c.keyID = s[0].KeyID
	}
	der := m.Certificate.RawBytes
	if chain := m.X509CertificateChain.Certificates; len(chain) > 0 {
		der = chain[0].RawBytes
	}
	if cert, err := x509.ParseCertificate(der); err == nil {
		c.san, c.issuer = signerOf(cert)
	}
	var statement struct {
		Subject []struct{ Digest map[string]string }
	}
	if json.Unmarshal(b.DSSEEnvelope.Payload, &statement) == nil && len(statement.Subject) > 0 {
		for _, algorithm := range []string{"sha256", "sha512"} {
			if d := statement.Subject[0].Digest[algorithm]; d != "" {
				c.digests = append(c.digests, algorithm+":"+d)
			}
		}
	}
	if d := b.MessageSignature.MessageDigest.Digest; len(d) == sha256.Size {
		c.digests = append(c.digests, fmt.Sprintf("sha256:%x", d))
	}
	return c
}

// signerOf reads a certificate's name and its identity provider.
func signerOf(cert *x509.Certificate) (san, issuer string) {
	for _, u := range cert.URIs {
		san = u.String()
	}
	for _, e := range cert.EmailAddresses {
		san = e
	}
	for _, ext := range cert.Extensions {
		switch ext.Id.String() {
		case "1.3.6.1.4.1.57264.1.1":
			if issuer == "" {
				issuer = string(ext.Value)
			}
		case "1.3.6.1.4.1.57264.1.8":
			if _, err := asn1.Unmarshal(ext.Value, &issuer); err != nil {
				issuer = ""
			}
		case "2.5.29.17":
			if san == "" {
				san = userName(ext.Value)
			}
		}
	}
	return san, issuer
}

// userName reads the one otherName of a subject alternative name.
func userName(der []byte) string {
	var names []asn1.RawValue
	var name string
	if _, err := asn1.Unmarshal(der, &names); err != nil || len(names) != 1 {
		return ""
	}
	var oid asn1.ObjectIdentifier
	rest, err := asn1.Unmarshal(names[0].Bytes, &oid)
	if err != nil {
		return ""
	}
	var value asn1.RawValue
	if _, err := asn1.Unmarshal(rest, &value); err != nil {
		return ""
	}
	if _, err := asn1.Unmarshal(value.Bytes, &name); err != nil {
		return ""
	}
	return name
}

// corpusKeys are the registry's keys as PEM files, by name.
func (w *wasmRunner) corpusKeys(t testing.TB, dir string) map[string]string {
	t.Helper()
	byName := map[string]string{}
	for _, k := range registryKeys(t, dir) {
		byName[k.Hint] = w.file(t, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: k.SPKI}))
	}
	return byName
}

// who names the signer that a bundle should have: the one it claims, of which
// the corpus says whether that is true. A key is looked up by the name that the
// signature gives it, as a registry's client does; a name that no key has finds
// no key.
func (c claim) who(keys map[string]string) []string {
	if c.hint == "" && c.san == "" {
		return []string{"--certificate-identity", "nobody", "--certificate-oidc-issuer", "nowhere"}
	}
	if c.hint == "" {
		return []string{"--certificate-identity", c.san, "--certificate-oidc-issuer", c.issuer}
	}
	key, known := keys[c.hint]
	if !known {
		key = "there is no key of this name"
	}
	return []string{"--key", key}
}

// TestWasmCorpus answers every real case of this mechanism, through the
// WebAssembly, as the corpus says.
func TestWasmCorpus(t *testing.T) {
	dir := corpus.Path(t)
	w := newWasm(t)
	keys := w.corpusKeys(t, dir)
	bare := w.file(t, []byte(`{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}`))
	var asked []corpusCase
	var questions [][]string
	of := map[string][2]int{}
	for _, c := range readCases(t, dir) {
		from := len(questions)
		switch c.Mechanism {
		case "Sigstore bundle", "GitHub attestation", "SLSA/Bazel bundle", "npm attestation":
			questions = append(questions, w.caseQuestions(t, dir, c, keys)...)
		case "PEP 740":
			if c.ID == "pypi-cross" {
				questions = append(questions, w.crossQuestions(t, dir, keys)...)
				break
			}
			questions = append(questions, w.caseQuestions(t, dir, c, keys)...)
		case "DSSE VSA":
			questions = append(questions, w.envelopeQuestions(t, dir, c, bare)...)
		default:
			continue
		}
		asked = append(asked, c)
		of[c.ID] = [2]int{from, len(questions)}
	}
	answers := w.ask(t, lines(t, questions))
	counted := map[string]int{}
	for _, c := range asked {
		counted[c.Mechanism]++
		t.Run(c.ID, func(t *testing.T) {
			accepted, reasons := 0, []string{}
			for _, a := range answers[of[c.ID][0]:of[c.ID][1]] {
				if a.Accepted {
					accepted++
					continue
				}
				reasons = append(reasons, a.Reason)
				assert.NotEmpty(t, a.Reason)
			}
			t.Logf("%d accepted; refused: %q", accepted, reasons)
			switch {
			case c.Mechanism == "DSSE VSA":
				// It names an image by a number that is no digest, so there is
				// nothing to recognise it by; the artifact is looked for only
				// once the signature has verified. That it is accepted is
				// TestCorpusEnvelopes', which runs in WebAssembly too.
				require.Len(t, reasons, 2)
				assert.Contains(t, reasons[0], "verifying the artifact: missing:")
				assert.Contains(t, reasons[1], "verifying the signature: wrong:")
			case c.ID == "pypi-cross":
				assert.Zero(t, accepted)
				assert.GreaterOrEqual(t, len(reasons), 5)
			case c.Expected == "accept":
				assert.Empty(t, reasons)
				assert.Positive(t, accepted)
			case c.Expected == "reject":
				assert.NotEmpty(t, reasons)
			case c.Expected == "reject (the other bundle of the pair still verifies)":
				assert.Len(t, reasons, 1)
				assert.Equal(t, 1, accepted)
			default:
				t.Fatalf("the corpus expects %q, which this test does not know", c.Expected)
			}
		})
	}
	assert.Equal(t, map[string]int{"Sigstore bundle": 27, "GitHub attestation": 8, "SLSA/Bazel bundle": 2, "npm attestation": 25, "PEP 740": 9, "DSSE VSA": 1}, counted)
}

// caseQuestions asks about every bundle of a case.
func (w *wasmRunner) caseQuestions(t testing.TB, dir string, c corpusCase, keys map[string]string) [][]string {
	var all [][]string
	root := strings.TrimSuffix(c.Trust, " + npm-keys.json")
	for _, f := range c.Files {
		if !isBundleFile(f) || f == root {
			continue
		}
		for _, b := range bundlesIn(t, mustRead(t, dir, f)) {
			claimed := readClaim(b)
			artifact, have := c.artifactFile(dir)
			if !have {
				artifact = "sha256:" + sampleSHA256
				if len(claimed.digests) > 0 {
					artifact = claimed.digests[0]
				}
			}
			args := append([]string{"verify-bundle", "--bundle", w.file(t, b)}, claimed.who(keys)...)
			all = append(all, append(args, "--trusted-root", filepath.Join(dir, root), artifact))
		}
	}
	return all
}

// artifactFile is the file that a case's bundles should be about.
func (c corpusCase) artifactFile(dir string) (string, bool) {
	if name, known := artifactOf[c.ID]; known {
		return filepath.Join(dir, name), true
	}
	for _, f := range c.Files[1:] {
		if !strings.HasSuffix(f, ".json") && !strings.HasSuffix(f, ".pem") {
			return filepath.Join(dir, f), true
		}
	}
	return "", false
}

// crossQuestions asks whether an attestation of one file is about another.
func (w *wasmRunner) crossQuestions(t testing.TB, dir string, keys map[string]string) [][]string {
	files, err := os.ReadDir(filepath.Join(dir, "pypi-attestations"))
	require.NoError(t, err)
	isArtifact := func(name string) bool { return strings.HasSuffix(name, ".gz") || strings.HasSuffix(name, ".whl") }
	var all [][]string
	for _, f := range files {
		if !isBundleFile(f.Name()) {
			continue
		}
		for _, b := range bundlesIn(t, mustRead(t, dir, "pypi-attestations", f.Name())) {
			for _, other := range files {
				if !isArtifact(other.Name()) || strings.HasPrefix(f.Name(), other.Name()) {
					continue
				}
				args := append([]string{"verify-bundle", "--bundle", w.file(t, b)}, readClaim(b).who(keys)...)
				all = append(all, append(args, filepath.Join(dir, "pypi-attestations", other.Name())))
			}
		}
	}
	return all
}

// envelopeQuestions ask about an envelope that a plain key signed, as a bundle
// without a log, under an instance without one; and about it changed.
func (w *wasmRunner) envelopeQuestions(t testing.TB, dir string, c corpusCase, bare string) [][]string {
	bundle := wrapEnvelope(t, bytes.TrimSpace(mustRead(t, dir, c.Files[0])))
	key := c.Files[slices.IndexFunc(c.Files, func(f string) bool { return strings.HasSuffix(f, ".pem") })]
	var all [][]string
	for _, sig := range []string{`"sig":"bm`, `"sig":"cm`} {
		changed := bytes.Replace(bundle, []byte(`"sig":"bm`), []byte(sig), 1)
		all = append(all, []string{
			"verify-bundle", "--bundle", w.file(t, changed), "--key", filepath.Join(dir, key),
			"--trusted-root", bare, "sha256:" + sampleSHA256,
		})
	}
	return all
}

func wrapEnvelope(t testing.TB, envelope []byte) []byte {
	t.Helper()
	var signed struct{ Signatures []struct{ KeyID string } }
	require.NoError(t, json.Unmarshal(envelope, &signed))
	bundle, err := json.Marshal(map[string]any{
		"mediaType":            "application/vnd.dev.sigstore.bundle.v0.3+json",
		"verificationMaterial": map[string]any{"publicKey": map[string]any{"hint": signed.Signatures[0].KeyID}},
		"dsseEnvelope":         json.RawMessage(envelope),
	})
	require.NoError(t, err)
	return bundle
}
