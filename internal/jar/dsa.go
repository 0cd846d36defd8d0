package jar

import (
	"bytes"
	"crypto"
	//lint:ignore SA1019 jars that are out there were signed with it; it is verified here, never chosen
	"crypto/dsa"
	"crypto/x509"
	"encoding/asn1"
	"math/big"
	"slices"
	"time"

	"github.com/digitorus/pkcs7"

	"touchstone/internal/fault"
)

// Bounds of keys of DSA, in bits: FIPS 186-4, section 4.2, knows no longer ones, and
// shorter ones can be forged.
const (
	minDSA, maxDSA           = 2048, 3072
	minDSADivisor, maxDSADiv = 224, 256
)

// dsaHashes are what names of signature algorithms of DSA state (RFC 5758, section
// 3.1); the plain name of the key states none (RFC 3370, section 3.1).
var dsaHashes = map[string]crypto.Hash{"2.16.840.1.101.3.4.3.2": crypto.SHA256, "2.16.840.1.101.3.4.3.3": crypto.SHA384, "2.16.840.1.101.3.4.3.4": crypto.SHA512}

// oidDSASHA224 is one that is not read.
var oidDSASHA224 = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 3, 1}

// fitDSA tells whether a key of DSA can be verified with, and cannot be forged: with
// numbers that are none of a key's, anything would verify.
func fitDSA(key *dsa.PublicKey) error {
	one := big.NewInt(1)
	p, q := key.P.BitLen(), key.Q.BitLen()
	switch {
	case p > maxDSA || q > maxDSADiv || q%8 != 0 || key.P.Sign() <= 0 || key.Q.Sign() <= 0:
		return fault.New(fault.NotUnderstood, "its DSA key is longer than is read, or of an unusual length")
	case p < minDSA || q < minDSADivisor:
		return fault.New(fault.Weak, "its DSA key is shorter than 2048 bits")
	}
	inGroup := func(n *big.Int) bool {
		return n.Cmp(one) > 0 && n.Cmp(key.P) < 0 && new(big.Int).Exp(n, key.Q, key.P).Cmp(one) == 0
	}
	if key.P.Bit(0) == 0 || !inGroup(key.G) || !inGroup(key.Y) {
		return fault.New(fault.Malformed, "its DSA key is none: its numbers do not belong together")
	}
	return nil
}

// verifyDSA verifies a signature of DSA (FIPS 186-4, section 4.7), of which this
// platform verifies none in certificates.
//
//  1. The signature is two numbers in DER, and nothing more (RFC 3279, section 2.2.2).
//  2. Of the digest, as many bits count as the divisor has.
//  3. The key made it over that.
func verifyDSA(key *dsa.PublicKey, hash crypto.Hash, message, signature []byte) error {
	// 1.
	var two struct{ R, S *big.Int }
	rest, err := asn1.Unmarshal(signature, &two)
	if err != nil || len(rest) > 0 {
		return fault.New(fault.NotUnderstood, "its signature cannot be judged")
	}
	again, err := asn1.Marshal(two)
	if err != nil || !bytes.Equal(again, signature) {
		return fault.New(fault.NotUnderstood, "its signature cannot be judged")
	}
	// 2.
	h := hash.New()
	h.Write(message)
	sum := h.Sum(nil)
	sum = sum[:min(len(sum), key.Q.BitLen()/8)]
	// 3.
	if !dsa.Verify(key, sum, two.R, two.S) {
		return fault.New(fault.Wrong, "the signature is not by that key")
	}
	return nil
}

// signedByDSA verifies a block by a certificate's key of DSA over a signature file, as
// [pkcs7.PKCS7.Verify] does for others.
func signedByDSA[A any](p7 *pkcs7.PKCS7, by *x509.Certificate, attributes []A, algorithm asn1.ObjectIdentifier, hash crypto.Hash, file []byte) error {
	const other = "the signature is not over the signature file"
	if !slices.Contains([]crypto.Hash{crypto.SHA256, crypto.SHA384, crypto.SHA512}, hash) || !algorithm.Equal(pkcs7.OIDDigestAlgorithmDSA) && dsaHashes[algorithm.String()] != hash {
		return fault.New(fault.NotUnderstood, "its signature cannot be judged")
	}
	message := file
	var made time.Time
	if p7.UnmarshalSignedAttribute(pkcs7.OIDAttributeSigningTime, &made) == nil && (made.Before(by.NotBefore) || made.After(by.NotAfter)) {
		return fault.New(fault.NotUnderstood, "it says that it was made when its certificate was not valid")
	}
	if len(attributes) > 0 {
		h := hash.New()
		h.Write(file)
		var stated []byte
		if err := p7.UnmarshalSignedAttribute(pkcs7.OIDAttributeMessageDigest, &stated); err != nil {
			return fault.New(fault.NotUnderstood, "its signature cannot be judged")
		}
		if !bytes.Equal(stated, h.Sum(nil)) {
			return fault.New(fault.Wrong, other)
		}
		var err error
		if message, err = setOf(attributes); err != nil {
			return fault.New(fault.NotUnderstood, "its signature cannot be judged")
		}
	}
	if err := verifyDSA(by.PublicKey.(*dsa.PublicKey), hash, message, p7.Signers[0].EncryptedDigest); err != nil {
		if fault.Of(err) == fault.Wrong {
			return fault.New(fault.Wrong, other)
		}
		return err
	}
	return nil
}

// setOf are signed attributes as they are signed: as a set of their own (RFC 5652,
// section 5.4).
func setOf[A any](attributes []A) ([]byte, error) {
	der, err := asn1.Marshal(struct {
		A []A `asn1:"set"`
	}{attributes})
	if err != nil {
		return nil, err
	}
	var whole asn1.RawValue
	if _, err = asn1.Unmarshal(der, &whole); err != nil {
		return nil, err
	}
	return whole.Bytes, nil
}

// forgeable are the algorithms with which a certificate for somebody else could be made
// to have the same signature.
var forgeable = []x509.SignatureAlgorithm{x509.MD2WithRSA, x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1}

// issuedBy tells whether a certificate is as its issuer made it.
func issuedBy(c, issuer *x509.Certificate) error {
	if slices.Contains(forgeable, c.SignatureAlgorithm) { // of which CheckSignature takes those over SHA-1
		return x509.InsecureAlgorithmError(c.SignatureAlgorithm)
	}
	key, ok := issuer.PublicKey.(*dsa.PublicKey)
	if !ok || c.SignatureAlgorithm != x509.DSAWithSHA256 {
		return issuer.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature)
	}
	if err := fitDSA(key); err != nil {
		if fault.Of(err) == fault.Weak {
			return x509.InsecureAlgorithmError(c.SignatureAlgorithm)
		}
		return err
	}
	return verifyDSA(key, crypto.SHA256, c.RawTBSCertificate, c.Signature)
}
