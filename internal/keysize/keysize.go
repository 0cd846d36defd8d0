// Package keysize bounds the keys that are used. Too long to compute with: anyone can
// write a key of a million bits into a document that nobody has verified yet, and to
// verify one signature by it takes minutes. Too short: it can be broken. And not for
// code, by the word of its own certificate.
package keysize

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"slices"
)

// leastRSA and leastCurve are the shortest RSA key and the shortest curve by which a
// signature counts, in bits: below, signatures can be forged.
const leastRSA, leastCurve = 2048, 256

// Most is the longest RSA key that is computed with, in bits: OpenSSL's bound, too
// (OPENSSL_RSA_MAX_MODULUS_BITS).
const Most = 16384

// TooLong says which key it is that is not computed with ("an RSA key of 1048576 bits;
// read are up to 16384"); empty for one that is. Keys on curves have no length of their
// own. To whoever meets one it is not understood, and speaks against nobody.
func TooLong(public crypto.PublicKey) string {
	if key, is := public.(*rsa.PublicKey); is && key.N.BitLen() > Most {
		return fmt.Sprintf("an RSA key of %d bits; read are up to %d", key.N.BitLen(), Most)
	}
	return ""
}

// TooShort says which key of a signer is too short for its signatures to count; empty
// where it is none. Of keys of other kinds nothing is said.
func TooShort(public crypto.PublicKey) string {
	switch key := public.(type) {
	case *rsa.PublicKey:
		if bits := key.N.BitLen(); bits < leastRSA {
			return fmt.Sprintf("an RSA key of %d bits", bits)
		}
	case *ecdsa.PublicKey:
		if key.Curve.Params().BitSize < leastCurve {
			return fmt.Sprintf("a curve of less than %d bits", leastCurve)
		}
	}
	return ""
}

// ForCode tells whether a certificate's key may sign code, or issue to who may (RFC
// 5280, section 4.2.1.12). What an issuer may not, nobody may who has it from there:
// the RFC leaves that open, and those who check chains agree (Go's crypto/x509,
// OpenSSL's "purpose").
func ForCode(c *x509.Certificate) bool {
	return len(c.ExtKeyUsage)+len(c.UnknownExtKeyUsage) == 0 || slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageCodeSigning) || slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageAny)
}
