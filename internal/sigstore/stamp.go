package sigstore

import (
	"crypto/rsa"
	"encoding/asn1"
	"fmt"

	"github.com/digitorus/pkcs7"
)

// largestRSA is the longest RSA key, in bits, that a timestamp's certificate may have.
const largestRSA = 16384

// stampFits refuses a timestamp (RFC 3161, section 2.4.2) that would take minutes to
// read: the library verifies it by the certificates inside before it asks who the
// authority is, and anyone can put a key of a million bits there. What cannot be read
// is left to the library, which says why.
func stampFits(stamp []byte) error {
	var response struct {
		Status asn1.RawValue
		Token  asn1.RawValue `asn1:"optional"`
	}
	if _, err := asn1.Unmarshal(stamp, &response); err != nil {
		return nil
	}
	token, err := pkcs7.Parse(response.Token.FullBytes)
	if err != nil {
		return nil
	}
	for _, c := range token.Certificates {
		if key, is := c.PublicKey.(*rsa.PublicKey); is && key.N.BitLen() > largestRSA {
			return fmt.Errorf("reading a timestamp: a certificate in it has a key of %d bits; read are up to %d", key.N.BitLen(), largestRSA)
		}
	}
	return nil
}
