package purl

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestPlain reads what is plainly one package in the short way and as any other
// paste, and compares the answers.
func TestPlain(t *testing.T) {
	texts := []string{
		"pkg:npm/%40babel/core@7.20.1?checksum=sha512:" + strings.Repeat("ab", 64), "pkg:npm/x@1?checksum=sha1:0", "pkg:x/y.gem", "pkg:pypi/a@CVE-2020-12345",
		"https://registry.npmjs.org/@babel/core/-/core-7.20.1.tgz", "https://registry.yarnpkg.com/a/-/a-1.0.0.tgz", "https://example.com/a.nupkg", "https://a@b.c/d",
		"https://github.com/a/b/releases", "https://files.pythonhosted.org/packages/00/00/" + strings.Repeat("0", 60) + "/a-1.0-py3-none-any.whl", "https://x:y@registry.npmjs.org/a",
		"https:///a", "https://crates.io/api/v1/crates/a/1.0.0/download", "pkg:golang/golang.org/x/mod@v0.1.0", "pkg:npm/a@b@c", "https://repo1.maven.org/maven2/a/b/1/b-1.jar",
	}
	for _, file := range []string{"testdata/pastes.txt", "testdata/review.txt"} {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		for line := range strings.Lines(string(data)) {
			text, _, _ := strings.Cut(strings.TrimSpace(line), " → ")
			texts = append(texts, text)
		}
	}
	plain := 0
	for _, text := range texts {
		if !isPlain(text) {
			continue
		}
		plain++
		want, refused := readForm(text)
		got, err := readPlain(text)
		assert.Equal(t, want, got, text)
		assert.Equal(t, refused, err, text)
	}
	assert.Greater(t, plain, 50)
	for _, text := range []string{"pkg:npm/a@1.0.0.", "https://npmjs.com/a)", "https://npmjs.com/a\nb", "pkg:npm/a sha1:00", `https://a/"b"`, "https://a/EINTEGRITY", "pkg:a.gem", "npm:a", "HTTPS://a/b", "https://a/b#c"} {
		assert.False(t, isPlain(text), text)
	}
	for _, m := range mismatches {
		assert.True(t, strings.ContainsAny(m, " ") || strings.Contains(m, "INTEGRITY"), m)
	}
}
