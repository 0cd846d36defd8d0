package sigstore

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"touchstone/internal/fault"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/corpus"
)

// The artifacts that the corpus does not name beside their bundles.
var artifactOf = map[string]string{
	"py-bundle-v0.1-staging":      "sigstore-bundles/sigstore-python/bundle.txt",
	"py-bundle-v3-staging":        "sigstore-bundles/sigstore-python/bundle_v3.txt",
	"py-staging-rekor-v2":         "sigstore-bundles/sigstore-python/staging-rekor-v2.txt",
	"py-bundle_no_cert_v1":        "sigstore-bundles/sigstore-python/bundle_no_cert_v1.txt",
	"py-bundle_v3_no_signed_time": "sigstore-bundles/sigstore-python/bundle_v3_no_signed_time.txt",
}

// sampleSHA256 is of the sample that several projects sign and the corpus does
// not hold.
const sampleSHA256 = "a0cfc71271d6e278e57cd332ff957c3f7043fdda354c4cbb190a30d56efa01bf"

// artifact is what a case's bundles should be about.
func (c corpusCase) artifact(t testing.TB, dir string) (Artifact, bool) {
	if name, known := artifactOf[c.ID]; known {
		return Artifact{Bytes: mustRead(t, dir, name)}, true
	}
	for _, f := range c.Files[1:] {
		if !strings.HasSuffix(f, ".json") && !strings.HasSuffix(f, ".pem") {
			return Artifact{Bytes: mustRead(t, dir, f)}, true
		}
	}
	if strings.HasPrefix(c.ID, "java-bundle") || c.ID == "py-dsse-staging-rekor-v2" {
		return Artifact{Digests: []Digest{{"sha256", sampleSHA256}}}, true
	}
	return Artifact{}, false
}

// statedArtifact asks with the digest that a signature over an artifact states,
// where the corpus does not hold the artifact.
func statedArtifact(bundle []byte) Artifact {
	var b struct {
		MessageSignature struct {
			MessageDigest struct{ Digest []byte }
		}
	}
	if json.Unmarshal(bundle, &b) != nil || len(b.MessageSignature.MessageDigest.Digest) != 32 {
		return Artifact{}
	}
	return Artifact{Digests: []Digest{{"sha256", hexOf(b.MessageSignature.MessageDigest.Digest)}}}
}

// expectedKind is how each rejected case fails, first failing bundle first.
var expectedKind = map[string]Failure{
	"py-bundle_no_cert_v1":                      {Kind: fault.Missing, Step: StepBundle},
	"py-bundle_v3_no_signed_time":               {Kind: fault.NoAnchor, Step: StepLog}, // of the production log; see TestNoTime
	"java-bundle.v2.no.inclusion":               {Kind: fault.Missing, Step: StepBundle},
	"java-bundle.dsse.bad-signature":            {Kind: fault.Wrong, Step: StepLog},
	"java-bundle.dsse.mismatched-signature":     {Kind: fault.Wrong, Step: StepLog},
	"java-bundle-with-bad-checkpoint-signature": {Kind: fault.Wrong, Step: StepLog},
}

// TestCorpus answers every real case of this mechanism as the corpus says.
func TestCorpus(t *testing.T) {
	dir := corpus.Path(t)
	keys := registryKeys(t, dir)
	counted := map[string]int{}
	for _, c := range readCases(t, dir) {
		switch c.Mechanism {
		case "Sigstore bundle", "GitHub attestation", "SLSA/Bazel bundle", "npm attestation":
		case "PEP 740":
			if c.ID == "pypi-cross" {
				continue // TestCorpusCross
			}
		default:
			continue
		}
		counted[c.Mechanism]++
		t.Run(c.ID, func(t *testing.T) {
			root := mustRoot(t, dir, strings.TrimSuffix(c.Trust, " + npm-keys.json"))
			artifact, have := c.artifact(t, dir)
			var failures []*Failure
			proven := 0
			for _, f := range c.Files {
				if !isBundleFile(f) || filepath.Join(f) == filepath.Join(c.Trust) {
					continue
				}
				for _, b := range bundlesIn(t, mustRead(t, dir, f)) {
					q := Query{Bundle: b, Root: root, Keys: keys, Artifact: artifact, AnyArtifact: !have}
					if !have {
						q.Artifact = statedArtifact(b)
						q.AnyArtifact = len(q.Artifact.Digests) == 0
					}
					v, err := Verify(q)
					if err != nil {
						var f *Failure
						require.ErrorAs(t, err, &f)
						failures = append(failures, f)
						t.Log(f)
						continue
					}
					proven++
					assertSound(t, v)
				}
			}
			switch c.Expected {
			case "accept":
				assert.Empty(t, failures)
				assert.Positive(t, proven)
			case "reject":
				assert.NotEmpty(t, failures)
			case "reject (the other bundle of the pair still verifies)":
				assert.Len(t, failures, 1)
				assert.Equal(t, 1, proven)
			default:
				t.Fatalf("the corpus expects %q, which this test does not know", c.Expected)
			}
			if want, listed := expectedKind[c.ID]; listed && assert.NotEmpty(t, failures) {
				assert.Equal(t, want.Kind, failures[0].Kind)
				assert.Equal(t, want.Step, failures[0].Step)
			}
		})
	}
	assert.Equal(t, map[string]int{"Sigstore bundle": 27, "GitHub attestation": 8, "SLSA/Bazel bundle": 2, "npm attestation": 25, "PEP 740": 8}, counted)
}

func isBundleFile(name string) bool {
	return slices.ContainsFunc([]string{".json", ".jsonl", ".sigstore", ".bundle", ".attestation", ".provenance"}, func(ext string) bool {
		return strings.HasSuffix(name, ext)
	})
}

// assertSound checks what holds of every verified bundle.
func assertSound(t testing.TB, v *Verified) {
	t.Helper()
	assert.True(t, (v.Certificate == nil) != (v.Key == nil), "exactly one signer")
	if v.Certificate != nil {
		assert.NotEmpty(t, v.Certificate.SAN)
		assert.NotEmpty(t, v.Certificate.Issuer)
		assert.NotEmpty(t, v.Times)
		assert.NotEmpty(t, v.Certificate.Chain)
		for _, at := range v.Times {
			assert.False(t, at.Time.Before(v.Certificate.NotBefore) || at.Time.After(v.Certificate.NotAfter))
		}
	}
	for _, e := range v.Log {
		assert.True(t, e.Proof != nil || e.Promise != nil)
	}
}

// TestCorpusStaging: what the corpus rejects for being signed by another
// instance verifies under that instance's root, and only there.
func TestCorpusStaging(t *testing.T) {
	dir := corpus.Path(t)
	staging, production := mustRoot(t, dir, "sigstore-trust/staging/trusted_root.json"), mustRoot(t, dir, "sigstore-trust/public-good/trusted_root.json")
	github := mustRoot(t, dir, "sigstore-trust/github/trusted_root.json")
	wheel := Artifact{Bytes: mustRead(t, dir, "pypi-attestations/rfc8785-0.1.2-py3-none-any.whl")}
	doc := mustRead(t, dir, "pypi-attestations/rfc8785-0.1.2-py3-none-any.whl.publish.attestation")
	bundle := bundlesIn(t, doc)[0]

	v, err := Verify(Query{Bundle: bundle, Root: staging, Artifact: wheel})
	require.NoError(t, err)
	assert.Equal(t, "william@yossarian.net", v.Certificate.SAN)
	for _, other := range []*Root{production, github} {
		_, err = Verify(Query{Bundle: bundle, Root: other, Artifact: wheel})
		requireFailure(t, err, fault.NoAnchor)
	}

	internal := bundlesIn(t, mustRead(t, dir, "github-attestations/gh-cli/github_provenance_demo-0.0.12-py3-none-any-bundle.jsonl"))[0]
	_, err = Verify(Query{Bundle: internal, Root: production, AnyArtifact: true})
	requireFailure(t, err, fault.Missing)
	v, err = Verify(Query{Bundle: internal, Root: github, AnyArtifact: true})
	require.NoError(t, err)
	assert.Empty(t, v.Log)
	require.Len(t, v.Times, 1)
	assert.Equal(t, FromAuthority, v.Times[0].Source)
	assert.Equal(t, "timestamp.githubapp.com", v.Times[0].Who)
	assert.False(t, v.Certificate.Logged)
}

// TestCorpusCross: an attestation of one file never verifies another.
func TestCorpusCross(t *testing.T) {
	dir := filepath.Join(corpus.Path(t), "pypi-attestations")
	root := mustRoot(t, dir, "../sigstore-trust/public-good/trusted_root.json")
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	compared := 0
	for _, f := range files {
		name := f.Name()
		if !isBundleFile(name) || strings.HasPrefix(name, "rfc8785") {
			continue
		}
		for _, b := range bundlesIn(t, mustRead(t, dir, name)) {
			for _, artifact := range files {
				if isBundleFile(artifact.Name()) || strings.HasPrefix(name, artifact.Name()) || !strings.HasSuffix(artifact.Name(), ".gz") {
					continue
				}
				_, err := Verify(Query{Bundle: b, Root: root, Artifact: Artifact{Bytes: mustRead(t, dir, artifact.Name())}})
				f := requireFailure(t, err, fault.Wrong)
				assert.Equal(t, StepArtifact, f.Step)
				compared++
			}
		}
	}
	assert.GreaterOrEqual(t, compared, 5)
}

// TestCorpusCheckpoints: the form of signed heads.
func TestCorpusCheckpoints(t *testing.T) {
	dir := corpus.Path(t)
	ran := 0
	for _, c := range readCases(t, dir) {
		if c.Mechanism != "signed note" {
			continue
		}
		ran++
		t.Run(c.ID, func(t *testing.T) {
			head, err := ParseCheckpoint(string(mustRead(t, dir, c.Files[0])))
			if c.Expected == "reject" {
				requireFailure(t, err, fault.Malformed)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, int64(37795272), head.Size)
			assert.True(t, strings.HasPrefix(head.Text, "rekor.sigstore.dev - 2605736670972794746\n"))
			assert.Contains(t, head.Text, "\nTimestamp: ")
		})
	}
	assert.Equal(t, 9, ran)
}

// callersChecks are what a genuine bundle does not answer: cases whose signature
// is good and that a check above this package must still compare.
func TestCorpusLeavesToTheCaller(t *testing.T) {
	dir := corpus.Path(t)
	root := mustRoot(t, dir, "sigstore-trust/public-good/trusted_root.json")
	// The signer's workflow is of another repository than the source: both are
	// proven, and which of them counts is the caller's to compare.
	b := mustRead(t, dir, "github-attestations/gh-cli/reusable-workflow-attestation.sigstore.json")
	v, err := Verify(Query{Bundle: b, Root: root, Artifact: Artifact{Bytes: mustRead(t, dir, "github-attestations/gh-cli/reusable-workflow-artifact")}})
	require.NoError(t, err)
	assert.False(t, strings.HasPrefix(v.Certificate.SAN, v.Certificate.Claims.SourceRepositoryURI+"/"))
	// A rebuilt file's statement is genuine and about other bytes than the
	// registry's: the digests differ by design.
	// A statement's subject name (a package's or a file's) is in
	// Statement.Subjects, byte for byte, for the caller to compare.
	assert.NotEmpty(t, v.Subject.Name)
}

func hexOf(b []byte) string {
	const digits = "0123456789abcdef"
	var s strings.Builder
	for _, c := range b {
		s.WriteByte(digits[c>>4])
		s.WriteByte(digits[c&15])
	}
	return s.String()
}

// requireFailure asserts that an error is a Failure, of one of the kinds.
func requireFailure(t testing.TB, err error, kinds ...fault.Kind) *Failure {
	t.Helper()
	var f *Failure
	require.ErrorAs(t, err, &f)
	if len(kinds) > 0 {
		require.Contains(t, kinds, f.Kind, "%v", f)
	}
	require.NotEmpty(t, f.Reason)
	require.NotContains(t, f.Reason, "\u00a0")
	return f
}
