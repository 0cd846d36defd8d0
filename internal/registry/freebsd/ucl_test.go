package freebsd

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/corpus"
)

func TestUCL(t *testing.T) {
	for text, want := range map[string]map[string]string{
		"version = 2;\ndata = \"data\";\n":                                      {"version": "2", "data": "data"},
		`{"version":2,"maintainer":"x y"}`:                                      {"version": "2", "maintainer": "x y"},
		"Version: 2\n# a comment\n/* another;\n */ data data":                   {"version": "2", "data": "data"},
		`cert { type = rsa; data = "x"; list = [1, "b", {c = d}] } version = 1`: {"version": "1"},
		"": {},
	} {
		got, err := readUCL([]byte(text))
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
	for name, text := range map[string]string{
		"a key twice": "a = 1; A = 2;", "a macro": ".include \"/etc/passwd\"", "a variable": "a = \"$HOME\"", "a text of lines": "a = <<EOD\nx\nEOD\n", "an escape": `a = "\u0041"`,
		"a comment without end": "/* a", "a text without end": `a = "b`, "an object without end": "a {", "a list without end": "a = [1", "no value": "a = ;", "no key": "= 1", "what follows": "{a=1} b = 2",
		"nested": strings.Repeat("a {", 20) + strings.Repeat("}", 20), "too many": "a = [" + strings.Repeat("1,", 2000) + "]", "too long": strings.Repeat("#", maxUCL+1),
	} {
		_, err := readUCL([]byte(text))
		assert.Error(t, err, name)
	}
}

func TestMeta(t *testing.T) {
	var m meta
	require.NoError(t, m.read([]byte("version = 2; data = data; eol = 1767225600;")))
	assert.True(t, m.data)
	assert.Equal(t, time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC), m.ends)
	assert.Contains(t, m.notes()[0].Text, "2026-01-01")
	for name, text := range map[string]string{
		"no version": "data = data;", "a newer form": "version = 3;", "another place": "version = 2; manifests_archive = \"../../etc/passwd\";", "another name": "version = 2; data = other;", "no time": "version = 2; eol = soon;",
	} {
		assert.Error(t, new(meta).read([]byte(text)), name)
	}
	raw, err := os.ReadFile(corpus.Path(t, "eco", "freebsd", "official-12", "meta.conf"))
	require.NoError(t, err)
	m = meta{}
	require.NoError(t, m.read(raw))
	assert.True(t, m.data && m.ends.IsZero())
}

func FuzzUCL(f *testing.F) {
	f.Add([]byte("version = 2;\ndata = \"data\"; cert { list = [1, {a: b}] } # x\n/* y */"))
	f.Fuzz(func(t *testing.T, b []byte) {
		said, err := readUCL(b)
		for key, value := range said {
			require.True(t, err != nil || key == strings.ToLower(key) && value != "" && !strings.ContainsAny(value, "\r\n"))
		}
		_ = new(meta).read(b)
	})
}

// TestCompareVersions: each version is older than the next (the comments in
// libpkg/pkg_version.c; Porter's Handbook, section 5.2).
func TestCompareVersions(t *testing.T) {
	for _, sorted := range [][]string{
		{"2.*", "2pl1", "2alpha3", "2.9f7", "3.*"}, {"10alpha", "10", "10a", "10b"}, {"pl11", "alpha3", "0.1beta2", "0.1"}, {"1.0.1:2003.09.16", "1.0:2003.09.16"},
		{"1.2.3", "1.2.3_1", "1.2.3_10", "1.2.10", "1.10", "0.1,1", "0.2,1", "0.1,2"}, {"1.0rc1", "1.0", "1.0.1", "1.0p1"}, {"1.0.a", "1.0.b1", "1.0"}, {"2003.09.16", "20030917"}, {"99999999999999999998", "99999999999999999999"},
	} {
		for i, a := range sorted {
			for j, b := range sorted {
				got := Registry{}.CompareVersions(a, b)
				assert.Equal(t, i < j, got < 0, "%s and %s", a, b)
				assert.Equal(t, i > j, got > 0, "%s and %s", a, b)
			}
		}
	}
	for _, same := range [][2]string{{"10", "10.0.0"}, {"10..1", "10.1"}, {"10a1b2", "10a1.b2"}, {"1.d2", "1.Development2"}, {"0.1beta2", "0.1.b2"}, {"1.0,0", "1.0_0"}} {
		assert.Zero(t, Registry{}.CompareVersions(same[0], same[1]), same)
	}
}
