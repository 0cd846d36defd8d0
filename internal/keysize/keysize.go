// Package keysize refuses keys that are too long to compute with: anyone can write a
// key of a million bits into a document that nobody has verified yet, and to verify
// one signature by it takes minutes.
package keysize

import (
	"crypto"
	"crypto/rsa"
	"fmt"
)

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
