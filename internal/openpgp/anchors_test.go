package openpgp

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/trust"
)

// The committed archive keys can be read, and are called what they are.
func TestCommittedArchiveKeys(t *testing.T) {
	met := 0
	for _, set := range trust.Embedded().Sets() {
		for _, k := range set.Keys {
			if k.Packet == nil {
				continue
			}
			met++
			key, err := ParseKey(k.Packet)
			require.NoError(t, err, k.ID)
			assert.Equal(t, key.Fingerprint, k.ID)
			assert.NotNil(t, key.public, k.ID)
			assert.False(t, key.weak, k.ID)
			assert.False(t, k.Start.Before(key.Created), k.ID)
		}
	}
	assert.NotZero(t, met)
}

// Debian's are those that its keyring holds, and end when that says so.
func TestArchiveKeysAreTheKeyrings(t *testing.T) {
	held := map[string]SigningKey{}
	for _, c := range certificates(t, "debian/keyrings/debian-archive-keyring.gpg") {
		for _, k := range c.Signing {
			assert.False(t, k.Weakly)
			held[k.Fingerprint] = k
		}
	}
	a := trust.Embedded()
	for _, id := range []trust.ID{"debian-archive", "debian-security"} {
		for _, k := range a.Keys(id, trust.UsageSignatures) {
			of, known := held[k.ID]
			if !assert.True(t, known, k.ID) {
				continue
			}
			assert.Equal(t, of.Packet, k.Packet)
			assert.True(t, of.From.Equal(k.Start))
			assert.Equal(t, of.Until, k.End)
			assert.Equal(t, id == "debian-security", strings.Contains(of.UserIDs[0], "Security"))
		}
	}
}
