package notary

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"touchstone/internal/fault"
)

// TestSignersUses: whose certificate says what its key is for, and says nothing of code,
// signs none; it may say more than that.
func TestSignersUses(t *testing.T) {
	unknown := asn1.ObjectIdentifier{1, 2, 3}
	for name, c := range map[string]struct {
		uses []x509.ExtKeyUsage
		more []asn1.ObjectIdentifier
		want fault.Kind
	}{
		"nothing said":     {nil, nil, ""},
		"code":             {[]x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning}, nil, ""},
		"code and unknown": {[]x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning}, []asn1.ObjectIdentifier{unknown}, ""},
		"unknown alone":    {nil, []asn1.ObjectIdentifier{unknown}, fault.Malformed},
		"time-stamping":    {[]x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping}, nil, fault.Malformed},
		"code and servers": {[]x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning, x509.ExtKeyUsageServerAuth}, nil, fault.Malformed},
	} {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		require.NoError(t, err)
		one := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "alone"}, NotAfter: time.Now(), KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: c.uses, UnknownExtKeyUsage: c.more}
		der, err := x509.CreateCertificate(rand.Reader, one, one, key.Public(), key)
		require.NoError(t, err)
		_, err = readChain([][]byte{der})
		require.Equal(t, c.want, fault.Of(err), "%s: %v", name, err)
	}
}

// TestKeysOfChains: who issues with a key that others can compute vouches for nobody,
// and a key of a million bits is not computed with.
func TestKeysOfChains(t *testing.T) {
	ec := func(c elliptic.Curve) crypto.Signer {
		key, err := ecdsa.GenerateKey(c, rand.Reader)
		require.NoError(t, err)
		return key
	}
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	require.NoError(t, err)
	huge := &rsa.PublicKey{N: new(big.Int).SetBit(big.NewInt(1), 1<<20, 1), E: 65537}
	good := ec(elliptic.P256())
	for name, c := range map[string]struct {
		by     crypto.Signer    // who signs the first certificate
		states crypto.PublicKey // whose key its issuer's certificate states
		use    []x509.ExtKeyUsage
		want   fault.Kind
	}{
		"in order":              {good, good.Public(), nil, ""},
		"short RSA":             {small, small.Public(), nil, fault.Weak},
		"short curve":           {ec(elliptic.P224()), nil, nil, fault.Weak},
		"a huge key":            {small, huge, nil, fault.NotUnderstood},
		"an issuer for code":    {good, good.Public(), []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageCodeSigning}, ""},
		"an issuer for all":     {good, good.Public(), []x509.ExtKeyUsage{x509.ExtKeyUsageAny}, ""},
		"an issuer for servers": {good, good.Public(), []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, fault.Malformed},
	} {
		t.Run(name, func(t *testing.T) {
			if c.states == nil {
				c.states = c.by.Public()
			}
			at := time.Now()
			one := func(serial int64, issues bool) *x509.Certificate {
				out := &x509.Certificate{SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: string(rune('a' + serial))}, NotBefore: at, NotAfter: at.AddDate(1, 0, 0),
					KeyUsage: x509.KeyUsageDigitalSignature, BasicConstraintsValid: true}
				if issues {
					out.IsCA, out.KeyUsage = true, x509.KeyUsageCertSign
				}
				if serial == 2 {
					out.ExtKeyUsage = c.use
				}
				return out
			}
			made := func(child, parent *x509.Certificate, key crypto.PublicKey, by crypto.Signer) []byte {
				der, err := x509.CreateCertificate(rand.Reader, child, parent, key, by)
				require.NoError(t, err)
				return der
			}
			root, middle, leaf := one(1, true), one(2, true), one(3, false)
			_, err := readChain([][]byte{
				made(leaf, middle, good.Public(), c.by), made(middle, root, c.states, good), made(root, root, good.Public(), good),
			})
			require.Equal(t, c.want, fault.Of(err), "%v", err)
		})
	}
}
