package bare_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/pem"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/bare"
)

// TestPublic: each kind of key verifies what it signed, and nothing else; what is too
// weak, or no key, is passed over.
func TestPublic(t *testing.T) {
	message := []byte("a document")
	short, long := sha256.Sum256(message), sha512.Sum384(message)
	block := func(kind string, key any) []byte {
		der, err := x509.MarshalPKIXPublicKey(key)
		require.NoError(t, err)
		return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
	}
	curve := func(c elliptic.Curve) *ecdsa.PrivateKey {
		k, err := ecdsa.GenerateKey(c, rand.Reader)
		require.NoError(t, err)
		return k
	}
	sign := func(k crypto.Signer, sum []byte, how crypto.SignerOpts) []byte {
		sig, err := k.Sign(rand.Reader, sum, how)
		require.NoError(t, err)
		return sig
	}
	p256, p384, p224 := curve(elliptic.P256()), curve(elliptic.P384()), curve(elliptic.P224())
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	big, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	t.Setenv("GODEBUG", "rsa1024min=0")
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	require.NoError(t, err)
	all := map[string]struct {
		key       crypto.Signer
		signature []byte
		hash      string
	}{
		"P-256":               {p256, sign(p256, short[:], crypto.SHA256), "SHA-256"},
		"P-384 over SHA-256":  {p384, sign(p384, short[:], crypto.SHA256), "SHA-256"},
		"P-384 over SHA-384":  {p384, sign(p384, long[:], crypto.SHA384), "SHA-384"},
		"Ed25519":             {ed, sign(ed, message, crypto.Hash(0)), "SHA-512"},
		"RSA of 2048 bits":    {big, sign(big, short[:], crypto.SHA256), "SHA-256"},
		"P-224":               {p224, sign(p224, short[:], crypto.SHA256), ""},
		"RSA of 1024 bits":    {small, sign(small, short[:], crypto.SHA256), ""},
		"P-256 over SHA-384":  {p256, sign(p256, long[:], crypto.SHA384), "-"},
		"another's signature": {p256, sign(p384, short[:], crypto.SHA256), "-"},
	}
	for name, c := range all {
		keys := bare.ReadPublic(append([]byte("words\n"), block("PUBLIC KEY", c.key.Public())...))
		if c.hash == "" {
			assert.Empty(t, keys, name)
			continue
		}
		require.Len(t, keys, 1, name)
		hash, made := keys[0].Made(message, c.signature)
		assert.Equal(t, c.hash != "-", made, name)
		if made {
			assert.Equal(t, c.hash, hash, name)
			_, made = keys[0].Made([]byte("another"), c.signature)
			assert.False(t, made, name)
			_, made = keys[0].Made(message, nil)
			assert.False(t, made, name)
		}
	}
	assert.Empty(t, bare.ReadPublic(block("PRIVATE KEY", p256.Public())))
	assert.Empty(t, bare.ReadPublic(nil))
	assert.Len(t, bare.ReadPublic(append(block("PUBLIC KEY", p256.Public()), block("PUBLIC KEY", ed.Public())...)), 2)
}
