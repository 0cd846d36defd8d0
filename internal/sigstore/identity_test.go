package sigstore

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"path/filepath"
	"testing"

	"github.com/sigstore/sigstore-go/pkg/fulcio/certificate"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/corpus"
	"touchstone/internal/mint"
)

func TestMatch(t *testing.T) {
	id := &Identity{SAN: "https://example.org/a", Issuer: "https://issuer.example.org"}
	for _, c := range []struct {
		name string
		want Want
		say  string // of the error; empty: it matches
	}{
		{"exact", Want{SAN: id.SAN, Issuer: id.Issuer}, ""},
		{"patterns", Want{SANPattern: "https://example.org/.*", IssuerPattern: `https://[a-z.]+`}, ""},
		{"both", Want{SAN: id.SAN, SANPattern: ".*/a", Issuer: id.Issuer}, ""},
		{"alternatives", Want{SANPattern: "x|https://example.org/a", Issuer: id.Issuer}, ""},
		{"nothing", Want{}, "nothing was given"},
		{"no-issuer", Want{SAN: id.SAN}, "nothing was given"},
		{"other-san", Want{SAN: "https://example.org/A", Issuer: id.Issuer}, "expected is"},
		{"other-issuer", Want{SAN: id.SAN, Issuer: id.Issuer + "/"}, "expected is"},
		{"pattern-is-whole", Want{SANPattern: "example.org", Issuer: id.Issuer}, "does not match"},
		{"pattern-alternative-is-whole", Want{SANPattern: "https|x", Issuer: id.Issuer}, "does not match"},
		{"exact-and-pattern", Want{SAN: id.SAN, SANPattern: "x", Issuer: id.Issuer}, "does not match"},
		{"pattern-invalid", Want{SANPattern: "(", Issuer: id.Issuer}, "not a regular expression"},
		{"pattern-escapes-its-group", Want{SANPattern: ")|(?:.*", Issuer: id.Issuer}, "not a regular expression"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := id.Match(c.want)
			if c.say == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.say)
		})
	}
}

// TestClaims fills every extension and reads each by its name.
func TestClaims(t *testing.T) {
	var extensions []pkix.Extension
	values := map[int]string{}
	for n := 1; n <= 23; n++ {
		if n == 7 {
			continue // a type of name, not an extension
		}
		values[n] = "value " + string(rune('a'+n))
		if n <= lastRaw {
			extensions = append(extensions, rawExtension(n, values[n]))
			continue
		}
		extensions = append(extensions, mint.Claim(n, values[n]))
	}
	values[8] = values[1]
	extensions[6] = mint.Claim(8, values[1])
	extensions = append(extensions, mint.Claim(99, "novel"))
	c, err := readClaims(extensions)
	require.NoError(t, err)
	assert.Equal(t, []int{99}, c.Unknown)
	all := c.All()
	require.Len(t, all, 21)
	names := map[string]bool{}
	for _, claim := range all {
		assert.Equal(t, values[claim.Number], claim.Value, claim.Name)
		assert.NotEmpty(t, claim.Name)
		assert.False(t, names[claim.Name])
		names[claim.Name] = true
	}
	assert.Equal(t, values[23], c.DeploymentEnvironment)

	for _, bad := range []pkix.Extension{rawExtension(9, "not DER"), {Id: extensions[10].Id, Value: append(extensions[10].Value, 0)}, rawExtension(3, "\xff")} {
		_, err := readClaims([]pkix.Extension{bad})
		require.ErrorContains(t, err, "the extension 1.3.6.1.4.1.57264.1.")
	}
	require.NotEqual(t, asn1.ObjectIdentifier{}, extensions[0].Id)
}

// TestClaimsAgainstSigstore: where sigstore-go has a name for a claim too, the
// two agree on every real certificate.
func TestClaimsAgainstSigstore(t *testing.T) {
	dir := corpus.Path(t)
	files, err := filepath.Glob(filepath.Join(dir, "pypi-attestations", "*.pem"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, f := range files {
		block, _ := pem.Decode(mustRead(t, f))
		leaf, err := x509.ParseCertificate(block.Bytes)
		require.NoError(t, err)
		ours, err := readIdentity(leaf)
		require.NoError(t, err)
		theirs, err := certificate.SummarizeCertificate(leaf)
		require.NoError(t, err)
		assert.Equal(t, theirs.SubjectAlternativeName, ours.SAN)
		assert.Equal(t, theirs.Issuer, ours.Issuer)
		assert.Equal(t, theirs.GithubWorkflowRef, ours.Claims.GitHubWorkflowRef)
		assert.Equal(t, theirs.BuildSignerURI, ours.Claims.BuildSignerURI)
		assert.Equal(t, theirs.SourceRepositoryDigest, ours.Claims.SourceRepositoryDigest)
		assert.Equal(t, theirs.SourceRepositoryRef, ours.Claims.SourceRepositoryRef)
		assert.Equal(t, theirs.RunInvocationURI, ours.Claims.RunInvocationURI)
		assert.Equal(t, theirs.SourceRepositoryVisibilityAtSigning, ours.Claims.SourceRepositoryVisibilityAtSigning)
	}
}
