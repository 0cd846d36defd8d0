package bare

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/fault"
	"touchstone/internal/mint"
	"touchstone/internal/trust"
)

func TestRSAFingerprint(t *testing.T) {
	key, other := mint.FreeBSDKeys()
	message := []byte("a document")
	made, id := WithKey(key.Public, key.Sign(message)), Fingerprint(key.Public)
	anchors := []trust.Key{{ID: Fingerprint(other.Public)}, {ID: id}}
	got, err := RSAFingerprint{}.Verify(message, made, id, anchors)
	require.NoError(t, err)
	assert.Equal(t, id, got.ID)
	for name, c := range map[string]struct {
		message, signature []byte
		id                 string
		keys               []trust.Key
		want               fault.Kind
	}{
		"another document":       {[]byte("another"), made, id, anchors, fault.Wrong},
		"another's signature":    {message, WithKey(key.Public, other.Sign(message)), id, anchors, fault.Wrong},
		"a key that is not held": {message, made, id, anchors[:1], fault.NoAnchor},
		"another key than named": {message, WithKey(other.Public, other.Sign(message)), id, anchors, fault.Malformed},
		"nothing":                {message, nil, "", anchors, fault.Malformed},
		"a length without end":   {message, []byte{0xff, 0xff, 0xff, 0xff, 0}, id, anchors, fault.Malformed},
		"no key of its form":     {message, WithKey([]byte("key"), key.Sign(message)), Fingerprint([]byte("key")), []trust.Key{{ID: Fingerprint([]byte("key"))}}, fault.NotUnderstood},
	} {
		_, err := RSAFingerprint{}.Verify(c.message, c.signature, c.id, c.keys)
		assert.Equal(t, c.want, fault.Of(err), name)
	}
	for at := range made {
		changed := append([]byte{}, made...)
		changed[at] ^= 1
		_, err := RSAFingerprint{}.Verify(message, changed, id, anchors)
		require.Error(t, err, "byte %d", at)
	}
}
