//go:build !js || touchstone_whole

package trust

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A document of archive keys is read whole and exactly: a way of refresh that is
// written otherwise must not count as none.
func TestArchiveSetsAreReadExactly(t *testing.T) {
	const good = `{"source":"a test","taken":"2026-11-01","keyring":"gold-keyring","sets":[{"id":"gold","name":"gold's keys","keys":[
		{"fingerprint":"0123456789ABCDEF0123456789ABCDEF01234567","name":"a key","from":"2020-01-01T00:00:00Z","packet":"BGY="}]}]}`
	sets, _, err := parseArchiveSets([]byte(good))
	require.NoError(t, err)
	assert.Equal(t, "gold-keyring", sets[0].Keyring)
	assert.Contains(t, sets[0].Refresh, "gold-keyring")
	none, _, err := parseArchiveSets([]byte(strings.Replace(good, `"keyring":"gold-keyring",`, "", 1)))
	require.NoError(t, err)
	assert.Empty(t, none[0].Refresh)
	for name, bad := range map[string]string{
		"a member that is not known": strings.Replace(good, `"keyring"`, `"refresh"`, 1),
		"something behind it":        good + "{}",
		"no date":                    strings.Replace(good, "2026-11-01", "", 1),
		"no source":                  strings.Replace(good, "a test", "", 1),
		"a key without its packet":   strings.Replace(good, "BGY=", "", 1),
	} {
		_, _, err := parseArchiveSets([]byte(bad))
		assert.Error(t, err, name)
	}
}

// A way to a keyring is read whole, or its document is not: a set that nothing refreshes
// must not look like one that is.
func TestWaysToKeyringsAreReadExactly(t *testing.T) {
	const good = `{"source":"a test","taken":"2026-11-01","keyring":"gold-keyring","through":{"package":"gold-keyring","version":"1","sha256":{"gold-keyring":"00"},
		"by":"gold","base":"https://deb.debian.org/debian","files":["a"],"ways":[[{"suite":"sid","list":"main","entry":"gold-keyring"},{"suite":"old","list":"main","entry":"gold-keyring","settled":true}]]},
		"sets":[{"id":"gold","name":"gold's keys","names":"Gold .*","keys":[
		{"fingerprint":"0123456789ABCDEF0123456789ABCDEF01234567","name":"a key","from":"2020-01-01T00:00:00Z","packet":"BGY="}]}]}`
	_, keyring, err := parseArchiveSets([]byte(good))
	require.NoError(t, err)
	require.NotNil(t, keyring)
	assert.True(t, keyring.sets[0].names.MatchString("Gold key"))
	assert.False(t, keyring.sets[0].names.MatchString("no Gold key"), "a name is compared whole")
	for name, bad := range map[string]string{
		"another package":            strings.Replace(good, `"package":"gold-keyring"`, `"package":"iron"`, 1),
		"no digest":                  strings.Replace(good, `{"gold-keyring":"00"}`, `{}`, 1),
		"no names":                   strings.Replace(good, `"names":"Gold .*",`, ``, 1),
		"names of no form":           strings.Replace(good, `Gold .*`, `Gold (`, 1),
		"signed by a set not here":   strings.Replace(good, `"by":"gold"`, `"by":"iron"`, 1),
		"only a list that stays":     strings.Replace(good, `{"suite":"sid","list":"main","entry":"gold-keyring"},`, ``, 1),
		"no way":                     strings.Replace(good, `"ways":[[`, `"ways":[],"way":[[`, 1),
		"a member that is not known": strings.Replace(good, `"settled"`, `"fixed"`, 1),
	} {
		_, _, err := parseArchiveSets([]byte(bad))
		assert.Error(t, err, name)
	}
}
