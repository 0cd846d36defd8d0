package sigstore

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"strings"

	"touchstone/internal/fault"
	"touchstone/internal/keysize"
)

// The library verifies an entry's own signature while it reads a bundle, and a
// timestamp before it asks who the authority is: by keys that anyone can put there. So
// they are measured first. What cannot be read is left to the library, which says why.

// tokenOf is the token in the answer of a timestamp authority (RFC 3161, section 2.4.2);
// nil for what cannot be read.
func tokenOf(stamp []byte) []byte {
	var response struct {
		Status asn1.RawValue
		Token  asn1.RawValue `asn1:"optional"`
	}
	if _, err := asn1.Unmarshal(stamp, &response); err != nil {
		return nil
	}
	return response.Token.FullBytes
}

// shortestLong is less than the characters in which a key fits that is too long: its
// bytes in base64.
const shortestLong = keysize.Most / 8

// bodyFits refuses a log entry's body with a key that is too long to compute with. It
// looks at every text in it: where a key stands differs by kind and version.
func bodyFits(body []byte) *Failure {
	d := json.NewDecoder(bytes.NewReader(body))
	for {
		token, err := d.Token()
		if err != nil {
			return nil
		}
		if text, is := token.(string); is {
			if long := longKey([]byte(text), 0); long != "" {
				return fail(fault.NotUnderstood, StepLog, "its body has "+long)
			}
		}
	}
}

// longKey looks for a key that is too long in a text: in PEM, in DER, and in base64,
// perhaps of base64; empty for none.
func longKey(text []byte, depth int) string {
	if len(text) < shortestLong || depth > 3 {
		return ""
	}
	for rest := text; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if long := longDER(block.Bytes); long != "" {
			return long
		}
	}
	if long := longDER(text); long != "" {
		return long
	}
	plain := strings.NewReplacer("\r", "", "\n", "", "-", "+", "_", "/", "=", "").Replace(string(text))
	if decoded, err := base64.RawStdEncoding.DecodeString(plain); err == nil {
		return longKey(decoded, depth+1)
	}
	return ""
}

func longDER(der []byte) string {
	if key, err := x509.ParsePKIXPublicKey(der); err == nil {
		return keysize.TooLong(key)
	}
	if c, err := x509.ParseCertificate(der); err == nil {
		return keysize.TooLong(c.PublicKey)
	}
	if key, err := x509.ParsePKCS1PublicKey(der); err == nil {
		return keysize.TooLong(key)
	}
	return ""
}
