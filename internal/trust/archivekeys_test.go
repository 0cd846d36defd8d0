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
	sets, err := parseArchiveSets([]byte(good))
	require.NoError(t, err)
	assert.Equal(t, "gold-keyring", sets[0].Keyring)
	assert.Contains(t, sets[0].Refresh, "gold-keyring")
	none, err := parseArchiveSets([]byte(strings.Replace(good, `"keyring":"gold-keyring",`, "", 1)))
	require.NoError(t, err)
	assert.Empty(t, none[0].Refresh)
	for name, bad := range map[string]string{
		"a member that is not known": strings.Replace(good, `"keyring"`, `"refresh"`, 1),
		"something behind it":        good + "{}",
		"no date":                    strings.Replace(good, "2026-11-01", "", 1),
		"no source":                  strings.Replace(good, "a test", "", 1),
		"a key without its packet":   strings.Replace(good, "BGY=", "", 1),
	} {
		_, err := parseArchiveSets([]byte(bad))
		assert.Error(t, err, name)
	}
}
