package sigstore

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/digitorus/pkcs7"
	"github.com/stretchr/testify/require"

	"touchstone/internal/fault"
	"touchstone/internal/keysize"
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
	_, err = (&watchedTSA{seen: new(material)}).Verify(stamp(1<<20), nil)
	require.ErrorContains(t, err, "an RSA key of 1048576 bits")
	_, err = (&watchedTSA{seen: new(material)}).Verify(stamp(keysize.Most), nil)
	require.ErrorContains(t, err, "not one by one signer", "the key is not what is wrong with it")
	// Before its authority is looked up, too.
	v := newVirtual(t)
	v.withTSA()
	b := v.sign(v.signing(aStatement("")))
	addStamps(b, stamp(1<<20))
	_, err = Verify(query(v, b))
	require.ErrorContains(t, err, "an RSA key of 1048576 bits")
	require.Equal(t, fault.NotUnderstood, fault.Of(err))
}

// TestLongKeys: a bundle that has a key of a million bits is refused before anything is
// computed with it, wherever the key stands: the library verifies an entry by its own
// key while it reads it, which takes a minute. One of the longest length that is read
// is left to it.
func TestLongKeys(t *testing.T) {
	by, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	for name, place := range map[string]func(spki, cert []byte) (leaf []byte, version string, spec any){
		"hashedrekord, key": func(spki, _ []byte) ([]byte, string, any) {
			return nil, "hashedrekord 0.0.1", ofRekord(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: spki}))
		},
		"hashedrekord, chain": func(_, cert []byte) ([]byte, string, any) {
			one := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})
			return nil, "hashedrekord 0.0.1", ofRekord(append([]byte("before it\n"), append(one, one...)...))
		},
		"hashedrekord, second version": func(spki, _ []byte) ([]byte, string, any) {
			return nil, "hashedrekord 0.0.2", map[string]any{"verifier": map[string]any{"publicKey": map[string]any{"rawBytes": base64.RawURLEncoding.EncodeToString(spki)}}}
		},
		"dsse": func(_, cert []byte) ([]byte, string, any) {
			return nil, "dsse 0.0.1", map[string]any{"signatures": []any{map[string]any{"verifier": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})}}}
		},
		"intoto": func(spki, _ []byte) ([]byte, string, any) {
			return nil, "intoto 0.0.2", map[string]any{"publicKey": base64.StdEncoding.AppendEncode(nil, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: spki}))}
		},
		"the certificate": func(_, cert []byte) ([]byte, string, any) { return cert, "", nil },
	} {
		t.Run(name, func(t *testing.T) {
			read := func(bits int) error {
				key := &rsa.PublicKey{N: new(big.Int).SetBit(big.NewInt(1), bits-1, 1), E: 65537}
				spki, err := x509.MarshalPKIXPublicKey(key)
				require.NoError(t, err)
				one := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now()}
				cert, err := x509.CreateCertificate(rand.Reader, one, one, key, by)
				require.NoError(t, err)
				leaf, version, spec := place(spki, cert)
				_, err = readBundle(emptyBundle(t, leaf, version, spec))
				return err
			}
			err := read(1 << 20)
			require.Equal(t, fault.NotUnderstood, fault.Of(err))
			require.ErrorContains(t, err, "an RSA key of 1048576 bits; read are up to 16384")
			if err := read(keysize.Most); err != nil {
				require.NotContains(t, err.Error(), "bits")
			}
		})
	}
}

func ofRekord(key []byte) any {
	return map[string]any{
		"data":      map[string]any{"hash": map[string]any{"algorithm": "sha256", "value": strings.Repeat("ab", 32)}},
		"signature": map[string]any{"content": []byte("signature"), "publicKey": map[string]any{"content": key}}}
}

// emptyBundle is a bundle whose parts are there, and verify nothing.
func emptyBundle(t *testing.T, leaf []byte, version string, spec any) []byte {
	t.Helper()
	material := map[string]any{"publicKey": map[string]any{"hint": "x"}}
	if leaf != nil {
		material = map[string]any{"x509CertificateChain": map[string]any{"certificates": []any{map[string]any{"rawBytes": leaf}}}}
	}
	if kind, number, is := strings.Cut(version, " "); is {
		body, err := json.Marshal(map[string]any{"apiVersion": number, "kind": kind, "spec": spec})
		require.NoError(t, err)
		material["tlogEntries"] = []any{map[string]any{
			"logIndex": "1", "logId": map[string]any{"keyId": []byte("x")}, "kindVersion": map[string]any{"kind": kind, "version": number},
			"integratedTime": "1", "inclusionPromise": map[string]any{"signedEntryTimestamp": []byte("x")}, "canonicalizedBody": body}}
	}
	doc, err := json.Marshal(map[string]any{"mediaType": "application/vnd.dev.sigstore.bundle+json;version=0.1", "verificationMaterial": material,
		"messageSignature": map[string]any{"messageDigest": map[string]any{"algorithm": "SHA2_256", "digest": make([]byte, 32)}, "signature": []byte("signature")}})
	require.NoError(t, err)
	return doc
}
