package tsp

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"math/big"
	"testing"
	"time"

	"github.com/digitorus/pkcs7"
	"github.com/stretchr/testify/require"

	"touchstone/internal/fault"
)

func TestSound(t *testing.T) {
	curve := func(c elliptic.Curve) crypto.Signer {
		key, err := ecdsa.GenerateKey(c, rand.Reader)
		require.NoError(t, err)
		return key
	}
	good := curve(elliptic.P256())
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	require.NoError(t, err)
	token := func(hash, over asn1.ObjectIdentifier, keys ...crypto.Signer) []byte {
		data, err := pkcs7.NewSignedData([]byte("what it says"))
		require.NoError(t, err)
		data.SetDigestAlgorithm(hash)
		data.SetContentType(over)
		for i, key := range keys {
			one := &x509.Certificate{SerialNumber: big.NewInt(int64(i + 1)), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
			der, err := x509.CreateCertificate(rand.Reader, one, one, key.Public(), key)
			require.NoError(t, err)
			c, err := x509.ParseCertificate(der)
			require.NoError(t, err)
			require.NoError(t, data.AddSigner(c, key, pkcs7.SignerInfoConfig{}))
		}
		out, err := data.Finish()
		require.NoError(t, err)
		return out
	}
	sha256, sha1 := pkcs7.OIDDigestAlgorithmSHA256, pkcs7.OIDDigestAlgorithmSHA1
	for name, c := range map[string]struct {
		token []byte
		want  fault.Kind
	}{
		"in order":       {token(sha256, oidInfo, good), ""},
		"longer digest":  {token(pkcs7.OIDDigestAlgorithmSHA512, oidInfo, good), ""},
		"weak digest":    {token(sha1, oidInfo, good), fault.Weak},
		"short RSA key":  {token(sha256, oidInfo, short), fault.Weak},
		"short curve":    {token(sha256, oidInfo, curve(elliptic.P224())), fault.Weak},
		"something else": {token(sha256, pkcs7.OIDData, good), fault.NotUnderstood},
		"two signers":    {token(sha256, oidInfo, good, curve(elliptic.P256())), fault.NotUnderstood},
		"no signer":      {token(sha256, oidInfo), fault.NotUnderstood},
		"nothing":        {nil, fault.NotUnderstood},
	} {
		err := Read(c.token).Sound()
		require.Equal(t, c.want, fault.Of(err), "%s: %v", name, err)
	}
}

// TestReadIsBounded: what would fill the stack, or take hours, is not read; what stands
// in it is nobody's word.
func TestReadIsBounded(t *testing.T) {
	within := func(content []byte) []byte {
		der, err := asn1.Marshal(asn1.RawValue{Class: asn1.ClassUniversal, Tag: asn1.TagSequence, IsCompound: true, Bytes: content})
		require.NoError(t, err)
		return der
	}
	nested := []byte{0x05, 0x00}
	for range 60 {
		nested = within(nested)
	}
	for name, token := range map[string][]byte{
		"nested by the million":     within(bytes.Repeat([]byte{0x30, 0x80}, 8<<20)),
		"an end looked for again":   within(append([]byte{0x30, 0x80}, bytes.Repeat([]byte{0x02, 0x01, 0x01}, 2<<20)...)),
		"an indefinite length":      within([]byte{0x30, 0x80, 0x02, 0x01, 0x01, 0x00, 0x00}),
		"deeper than is read":       nested,
		"more values than are read": within(bytes.Repeat([]byte{0x05, 0x00}, mostValues)),
		"something behind it":       append(within(nil), 0x05, 0x00),
		"larger than is read":       within(append([]byte{0x04, 0x83, 0x08, 0x00, 0x00}, make([]byte, 8<<16)...)),
	} {
		require.False(t, Definite(token), name)
		require.Nil(t, Read(token).CMS, name)
		require.Equal(t, fault.NotUnderstood, fault.Of(Read(token).Sound()), name)
	}
}
