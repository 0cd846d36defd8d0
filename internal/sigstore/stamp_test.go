package sigstore

import (
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
)

// TestHugeKeyOfAStamp: a timestamp whose certificate has a key of a million bits is
// refused before anything is computed with it; shorter ones are left to the library.
func TestHugeKeyOfAStamp(t *testing.T) {
	by, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	stamp := func(bits int) []byte {
		key := &rsa.PublicKey{N: new(big.Int).SetBit(big.NewInt(1), bits-1, 1), E: 65537}
		one := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now()}
		der, err := x509.CreateCertificate(rand.Reader, one, one, key, by)
		require.NoError(t, err)
		cert, err := x509.ParseCertificate(der)
		require.NoError(t, err)
		data, err := pkcs7.NewSignedData([]byte("time"))
		require.NoError(t, err)
		data.AddCertificate(cert)
		token, err := data.Finish()
		require.NoError(t, err)
		response, err := asn1.Marshal(struct {
			Status struct{ Status int }
			Token  asn1.RawValue
		}{Token: asn1.RawValue{FullBytes: token}})
		require.NoError(t, err)
		return response
	}
	_, err = (&watchedTSA{}).Verify(stamp(1<<20), nil)
	require.ErrorContains(t, err, "a key of 1048576 bits")
	require.NoError(t, stampFits(stamp(largestRSA)))
	require.NoError(t, stampFits([]byte("no timestamp")))
}
