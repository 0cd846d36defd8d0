package freebsd

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/blake2b"

	"touchstone/internal/fetch"
	"touchstone/internal/registry"
)

// writeBase32 writes as pkg does, from the lowest bit.
func writeBase32(b []byte) string {
	var out strings.Builder
	bits, held := uint(0), uint32(0)
	for _, c := range b {
		held |= uint32(c) << bits
		for bits += 8; bits >= 5; bits -= 5 {
			out.WriteByte(alphabet[held&31])
			held >>= 5
		}
	}
	if bits > 0 {
		out.WriteByte(alphabet[held&31])
	}
	return out.String()
}

func TestSum(t *testing.T) {
	made := blake2b.Sum512([]byte("gold"))
	text := writeBase32(made[:])
	assert.Len(t, text, 103)
	d, err := sum("2$" + text)
	require.NoError(t, err)
	assert.Equal(t, "blake2b-512", d.Algorithm)
	assert.Equal(t, hex.EncodeToString(made[:]), d.Sum)
	for _, good := range []string{strings.Repeat("0a", 32), "1$" + strings.Repeat("0a", 32)} {
		d, err := sum(good)
		require.NoError(t, err)
		assert.Equal(t, "sha256", d.Algorithm)
	}
	for _, bad := range []string{"", "-", "2$", "2$" + text[1:], "2$" + text + "9", "3$" + strings.Repeat("0a", 32), "2$l" + text[1:], strings.Repeat("0a", 31)} {
		_, err := sum(bad)
		assert.Error(t, err, bad)
	}
}

func TestFind(t *testing.T) {
	one := `{"name":"gold","version":"1","repopath":"All/gold-1.pkg","sum":"` + strings.Repeat("0a", 32) + `"}`
	for _, doc := range []string{`{"packages":[` + one + `]}`, `{"groups":[],"packages":[{"name":"x"},` + one + `],"expired_packages":[]}`} {
		found, err := find([]byte(doc), "data", "gold")
		require.NoError(t, err)
		require.Len(t, found, 1)
	}
	found, err := find([]byte(one+"\n{\"name\":\"golden\"}\n"), "packagesite.yaml", "gold")
	require.NoError(t, err)
	require.Len(t, found, 1)
	for name, doc := range map[string]string{
		"no object": "[]", "no packages": "{}", "packages twice": `{"packages":[],"packages":[]}`, "cut": `{"packages":[` + one, "a path out": `{"packages":[` + strings.Replace(one, "All/", "../", 1) + `]}`,
		"no digest": `{"packages":[` + strings.Replace(one, "0a0a", "", 1) + `]}`, "a name twice": `{"packages":[` + strings.Replace(one, `"version"`, `"name":"gold","version"`, 1) + `]}`,
	} {
		found, err := find([]byte(doc), "data", "gold")
		assert.True(t, err != nil || len(found) == 0, name)
	}
}

func FuzzOpen(f *testing.F) {
	f.Add([]byte(`{"packages":[{"name":"gold","version":"1","repopath":"All/g.pkg","sum":"00"}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, member := range []string{"data", "packagesite.yaml"} {
			found, err := find(b, member, "gold")
			for _, e := range found {
				require.True(t, err != nil || registry.Below(e.repopath, inPaths) && e.sum.Value != "")
			}
		}
		open(fetch.Answer{State: fetch.Found, Body: b}, "data", "gold")
	})
}
