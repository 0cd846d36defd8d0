package keysize_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/keysize"
)

func TestTooShort(t *testing.T) {
	of := func(bits int) *rsa.PublicKey {
		return &rsa.PublicKey{N: new(big.Int).SetBit(big.NewInt(1), bits-1, 1), E: 65537}
	}
	for curve, want := range map[elliptic.Curve]string{elliptic.P224(): "a curve of less than 256 bits", elliptic.P256(): ""} {
		key, err := ecdsa.GenerateKey(curve, rand.Reader)
		require.NoError(t, err)
		require.Equal(t, want, keysize.TooShort(key.Public()))
	}
	require.Empty(t, keysize.TooShort(of(2048)))
	require.Empty(t, keysize.TooShort(nil))
	require.Equal(t, "an RSA key of 2047 bits", keysize.TooShort(of(2047)))
}

func TestTooLong(t *testing.T) {
	of := func(bits int) *rsa.PublicKey {
		return &rsa.PublicKey{N: new(big.Int).SetBit(big.NewInt(1), bits-1, 1), E: 65537}
	}
	short, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	require.Empty(t, keysize.TooLong(of(keysize.Most)))
	require.Empty(t, keysize.TooLong(short.Public()))
	require.Empty(t, keysize.TooLong(nil))
	require.Equal(t, "an RSA key of 16385 bits; read are up to 16384", keysize.TooLong(of(keysize.Most+1)))
}
