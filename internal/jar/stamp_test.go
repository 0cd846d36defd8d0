package jar

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"testing"
	"time"

	"github.com/digitorus/pkcs7"
	"github.com/digitorus/timestamp"
	"github.com/stretchr/testify/require"

	"touchstone/internal/fault"
	"touchstone/internal/mint"
)

// oidStamp names what a timestamp is over (RFC 3161, section 2.4.2).
var oidStamp = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}

// TestStamp: a timestamp proves a time where it is over this signature, by a key that is
// for timestamps; one that could be forged proves none, and what is none is told.
func TestStamp(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	authority := func(uses ...x509.ExtKeyUsage) *x509.Certificate {
		c := &x509.Certificate{SerialNumber: big.NewInt(3), Subject: pkix.Name{CommonName: "A clock"}, NotBefore: at.AddDate(-1, 0, 0), NotAfter: at.AddDate(1, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: uses}
		if len(uses) == 1 && uses[0] == x509.ExtKeyUsageTimeStamping {
			c.ExtKeyUsage, c.ExtraExtensions = nil, []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: must(asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 8}}))}}
		}
		der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
		require.NoError(t, err)
		parsed, err := x509.ParseCertificate(der)
		require.NoError(t, err)
		return parsed
	}
	clock := authority(x509.ExtKeyUsageTimeStamping)
	token := func(signature string) []byte {
		sum := sha256.Sum256([]byte(signature))
		ts := timestamp.Timestamp{HashAlgorithm: crypto.SHA256, HashedMessage: sum[:], Time: at, SerialNumber: big.NewInt(4), Policy: asn1.ObjectIdentifier{1, 2, 3}, AddTSACertificate: true}
		response, err := ts.CreateResponseWithOpts(clock, key, crypto.SHA256)
		require.NoError(t, err)
		parsed, err := timestamp.ParseResponse(response)
		require.NoError(t, err)
		return parsed.RawToken
	}
	good := token("signature")
	read, err := pkcs7.Parse(good)
	require.NoError(t, err)
	sum := sha1.Sum([]byte("signature"))
	type imprint struct {
		Algorithm pkix.AlgorithmIdentifier
		Sum       []byte
	}
	weak := must(asn1.Marshal(struct {
		Version int
		Policy  asn1.ObjectIdentifier
		Imprint imprint
		Serial  *big.Int
		Time    time.Time `asn1:"generalized"`
	}{1, asn1.ObjectIdentifier{1, 2, 3}, imprint{pkix.AlgorithmIdentifier{Algorithm: pkcs7.OIDDigestAlgorithmSHA1}, sum[:]}, big.NewInt(4), at}))
	// signed is what a timestamp says, signed by a key with another certificate.
	signed := func(by *x509.Certificate, hash, kind asn1.ObjectIdentifier, said []byte) []byte {
		s, err := pkcs7.NewSignedData(said)
		require.NoError(t, err)
		s.SetDigestAlgorithm(hash)
		s.SetContentType(kind)
		require.NoError(t, s.AddSigner(by, key, pkcs7.SignerInfoConfig{}))
		der, err := s.Finish()
		require.NoError(t, err)
		return der
	}
	sha := pkcs7.OIDDigestAlgorithmSHA256
	// byWeak names a strong digest of what it is over, and signs that over a weak one.
	byWeak := func() []byte {
		s, err := pkcs7.NewSignedData(read.Content)
		require.NoError(t, err)
		s.SetDigestAlgorithm(sha)
		s.SetContentType(oidStamp)
		require.NoError(t, s.AddSigner(clock, key, pkcs7.SignerInfoConfig{}))
		info := &s.GetSignedData().SignerInfos[0]
		sum := sha1.Sum(must(asn1.MarshalWithParams(info.AuthenticatedAttributes, "set")))
		info.DigestEncryptionAlgorithm.Algorithm, info.EncryptedDigest = pkcs7.OIDDigestAlgorithmECDSASHA1, must(key.Sign(rand.Reader, sum[:], crypto.SHA1))
		der, err := s.Finish()
		require.NoError(t, err)
		return der
	}()
	_, err = timestamp.Parse(byWeak)
	require.NoError(t, err, "the library takes it")
	for name, c := range map[string]struct {
		token  []byte
		proves bool
		kind   fault.Kind
	}{
		"in order":                                {good, true, ""},
		"made here":                               {signed(clock, sha, oidStamp, read.Content), true, ""},
		"over another signature":                  {token("other"), false, fault.Wrong},
		"over a weak hash":                        {signed(clock, sha, oidStamp, weak), false, ""},
		"signed over a weak hash":                 {signed(clock, pkcs7.OIDDigestAlgorithmSHA1, oidStamp, read.Content), false, ""},
		"signed by an algorithm over a weak hash": {byWeak, false, ""},
		"by a key for code":                       {signed(authority(x509.ExtKeyUsageCodeSigning), sha, oidStamp, read.Content), false, ""},
		"by a key for code and time":              {signed(authority(x509.ExtKeyUsageTimeStamping, x509.ExtKeyUsageCodeSigning), sha, oidStamp, read.Content), false, ""},
		"by a key for anything":                   {signed(authority(), sha, oidStamp, read.Content), false, ""},
		"no timestamp":                            {signed(clock, sha, pkcs7.OIDData, read.Content), false, fault.NotUnderstood},
		"changed":                                 {bytes.Replace(good, []byte("20261101"), []byte("20251101"), 1), false, fault.Wrong},
		"nothing":                                 {nil, false, fault.NotUnderstood},
	} {
		t.Run(name, func(t *testing.T) {
			by := Signer{}
			err := by.stamp(c.token, []byte("signature"))
			require.Equal(t, c.kind, fault.Of(err), "%v", err)
			require.Equal(t, c.proves, by.Stamped.Equal(at))
			require.Equal(t, c.proves, by.Stamper == "A clock")
			if c.proves {
				require.ErrorContains(t, by.stamp(c.token, []byte("signature")), "two timestamps")
			}
		})
	}
}

// TestIssuerThatIssuesNone: whoever has a certificate for a key that issues none cannot
// call others by it.
func TestIssuerThatIssuesNone(t *testing.T) {
	s := mint.NewJarSigner("Goldleaf", at)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	made := func(name string, ca bool, by *x509.Certificate) *x509.Certificate {
		c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotAfter: at, IsCA: ca, BasicConstraintsValid: true}
		if by == nil {
			by = c
		}
		der, err := x509.CreateCertificate(rand.Reader, c, by, key.Public(), key)
		require.NoError(t, err)
		parsed, err := x509.ParseCertificate(der)
		require.NoError(t, err)
		return parsed
	}
	for ca, want := range map[bool]fault.Kind{true: "", false: fault.NotUnderstood} {
		root := made("root", true, nil)
		issuer := made("issuer", ca, root)
		require.Equal(t, want, fault.Of(chained(made("signer", false, issuer), []*x509.Certificate{issuer, root})))
	}
	require.NoError(t, chained(s.Certificate, []*x509.Certificate{s.Certificate}), "its own issuer need be none")
}

// TestWeaklyIssued: a certificate whose signature can be forged says nothing of its
// holder; one further up is nobody's whom this names.
func TestWeaklyIssued(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	made := func(name, by string, algorithm x509.SignatureAlgorithm) *x509.Certificate {
		c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotAfter: at, IsCA: true, BasicConstraintsValid: true}
		der := must(x509.CreateCertificate(rand.Reader, c, &x509.Certificate{Subject: pkix.Name{CommonName: by}}, key.Public(), key))
		parsed := must(x509.ParseCertificate(der))
		if algorithm == x509.SHA1WithRSA { // Go makes none
			sum := sha1.Sum(parsed.RawTBSCertificate)
			parsed.SignatureAlgorithm, parsed.Signature = algorithm, must(rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA1, sum[:]))
		}
		return parsed
	}
	for _, c := range []struct {
		signer, root x509.SignatureAlgorithm
		want         fault.Kind
	}{{x509.SHA256WithRSA, x509.SHA256WithRSA, ""}, {x509.SHA256WithRSA, x509.SHA1WithRSA, ""}, {x509.SHA1WithRSA, x509.SHA256WithRSA, fault.Weak}} {
		err := chained(made("signer", "root", c.signer), []*x509.Certificate{made("root", "root", c.root)})
		require.Equal(t, c.want, fault.Of(err), "%v", err)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
