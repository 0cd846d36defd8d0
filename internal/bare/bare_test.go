package bare

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/fault"
	"touchstone/internal/trust"
)

func TestECDSAP256(t *testing.T) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	message := []byte("a@1.0.0:sha512-x")
	sum := sha256.Sum256(message)
	good, err := ecdsa.SignASN1(rand.Reader, private, sum[:])
	require.NoError(t, err)
	keys := []trust.Key{{ID: "other", Public: &other.PublicKey}, {ID: "new", Details: "ML_DSA_65"}, {ID: "ours", Public: &private.PublicKey}}
	for name, c := range map[string]struct {
		message, signature []byte
		keyID              string
		want               fault.Kind
	}{
		"good":           {message, good, "ours", ""},
		"another key's":  {message, good, "other", fault.Wrong},
		"another text":   {message[1:], good, "ours", fault.Wrong},
		"cut":            {message, good[:len(good)-1], "ours", fault.Wrong},
		"nothing":        {message, nil, "ours", fault.Wrong},
		"bytes behind":   {message, append(good[:len(good):len(good)], 0), "ours", fault.Wrong},
		"unknown key":    {message, good, "OURS", fault.NoAnchor},
		"no key named":   {message, good, "", fault.NoAnchor},
		"a newer scheme": {message, good, "new", fault.NotUnderstood},
	} {
		_, err := ECDSAP256{}.Verify(c.message, c.signature, c.keyID, keys)
		assert.Equal(t, c.want, fault.Of(err), name)
		assert.Equal(t, c.want == "", err == nil, name)
	}
	// Every bit of a good signature counts.
	for i := range good {
		for bit := range 8 {
			bent := append([]byte{}, good...)
			bent[i] ^= 1 << bit
			_, err := ECDSAP256{}.Verify(message, bent, "ours", keys)
			assert.Error(t, err, "byte %d bit %d", i, bit)
		}
	}
}
