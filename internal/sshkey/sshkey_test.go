package sshkey

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"math/big"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ssh"
)

// Keys are called as the library of Go's authors for SSH calls them; a number whose
// first bit is set, and one whose is not, are both among them.
func TestFingerprint(t *testing.T) {
	var keys []crypto.PublicKey
	for _, curve := range []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()} {
		k, err := ecdsa.GenerateKey(curve, rand.Reader)
		require.NoError(t, err)
		keys = append(keys, k.Public())
	}
	public, _, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	keys = append(keys, public)
	for _, bits := range []uint{2047, 2048, 3071} {
		n := new(big.Int).Lsh(big.NewInt(1), bits)
		keys = append(keys, &rsa.PublicKey{N: n.Sub(n, big.NewInt(159)), E: 65537})
	}
	for _, key := range keys {
		want, err := ssh.NewPublicKey(key)
		require.NoError(t, err)
		assert.Equal(t, ssh.FingerprintSHA256(want), Fingerprint(key), "%T", key)
	}

	small, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	require.NoError(t, err)
	for _, key := range []crypto.PublicKey{small.Public(), "no key", nil} {
		assert.Empty(t, Fingerprint(key), "%T", key)
	}
}
