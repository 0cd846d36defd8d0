// Package tsp tells which tokens of time-stamping authorities (RFC 3161) could be
// forged, or read as something else: the libraries that verify them do not ask.
package tsp

import (
	"encoding/asn1"
	"slices"

	"github.com/digitorus/pkcs7"

	"touchstone/internal/fault"
	"touchstone/internal/keysize"
)

// oidInfo names what a token is over (RFC 3161, section 2.4.2).
var oidInfo = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}

// strong are the digests by which a token counts.
var strong = []asn1.ObjectIdentifier{pkcs7.OIDDigestAlgorithmSHA256, pkcs7.OIDDigestAlgorithmSHA384, pkcs7.OIDDigestAlgorithmSHA512}

// weak are the signature algorithms that bring a weak digest of their own, whatever
// digest stands beside them.
var weak = []asn1.ObjectIdentifier{pkcs7.OIDDigestAlgorithmECDSASHA1, pkcs7.OIDDigestAlgorithmDSASHA1, pkcs7.OIDEncryptionAlgorithmRSASHA1}

// A Token is a token of a time-stamping authority (RFC 3161, section 2.4.2), read once
// for all that is asked of it. Nobody has verified it.
type Token struct {
	Raw []byte       // DER
	CMS *pkcs7.PKCS7 // what that says; nil where it cannot be read
}

// Read reads a token.
func Read(raw []byte) Token {
	if !Definite(raw) {
		return Token{Raw: raw}
	}
	read, err := pkcs7.Parse(raw)
	if err != nil {
		read = nil
	}
	return Token{raw, read}
}

// Bounds of what is handed to a library that reads CMS.
const (
	mostBytes  = 256 << 10
	mostNested = 40
	mostValues = 100_000
)

// Definite tells whether bytes are one value in DER of definite lengths, within bounds.
// The library calls itself for each value within a value, which no program survives
// where they nest by the million, and looks for the end of one of indefinite length
// anew from each value in it, which takes hours. Nobody signs where such a value stands.
func Definite(raw []byte) bool {
	values := 0
	rest, err := asn1.Unmarshal(raw, new(asn1.RawValue))
	return err == nil && len(rest) == 0 && len(raw) <= mostBytes && definite(raw, 0, &values)
}

func definite(b []byte, depth int, values *int) bool {
	for len(b) > 0 {
		var v asn1.RawValue
		rest, err := asn1.Unmarshal(b, &v)
		if *values++; err != nil || depth > mostNested || *values > mostValues {
			return false
		}
		if v.IsCompound && !definite(v.Bytes, depth+1, values) {
			return false
		}
		b = rest
	}
	return true
}

// Fits tells why a token's signature is not computed: one of its keys is too long. Nobody
// signs which keys stand in it, and whoever parses it with a library computes with them.
// The error is a fault of the kind NotUnderstood; what cannot be read has none.
func (t Token) Fits() error {
	if t.CMS == nil {
		return nil
	}
	for _, c := range t.CMS.Certificates {
		if long := keysize.TooLong(c.PublicKey); long != "" {
			return fault.New(fault.NotUnderstood, "a certificate of the timestamp has "+long)
		}
	}
	return nil
}

// Sound tells why a token proves no time, whoever its authority is. It verifies no
// signature. The errors are faults: NotUnderstood for what cannot be read as a token or
// does not fit, Weak for what could be forged.
//
//  1. None of its keys is larger than is computed with.
//  2. It is signed data over a timestamp, with one signature.
//  3. Its signature is made over no weak digest: neither the one of what is signed, nor
//     the one that the signature algorithm names.
//  4. The signer's key is not too short.
func (t Token) Sound() error {
	// 1.
	if err := t.Fits(); err != nil {
		return err
	}
	// 2.
	var head struct {
		Type    asn1.ObjectIdentifier
		Content struct {
			Version int
			Digests asn1.RawValue
			Over    struct{ Type asn1.ObjectIdentifier }
		} `asn1:"explicit,tag:0"`
	}
	_, err := asn1.Unmarshal(t.Raw, &head)
	if err != nil || t.CMS == nil || !head.Type.Equal(pkcs7.OIDSignedData) || !head.Content.Over.Type.Equal(oidInfo) || len(t.CMS.Signers) != 1 {
		return fault.New(fault.NotUnderstood, "the timestamp cannot be read, or is not one by one signer")
	}
	// 3.
	if s := t.CMS.Signers[0]; !slices.ContainsFunc(strong, s.DigestAlgorithm.Algorithm.Equal) || slices.ContainsFunc(weak, s.DigestEncryptionAlgorithm.Algorithm.Equal) {
		return fault.New(fault.Weak, "the timestamp is signed over a digest that can be forged")
	}
	// 4.
	if c := t.CMS.GetOnlySigner(); c != nil && keysize.TooShort(c.PublicKey) != "" {
		return fault.New(fault.Weak, "the timestamp is signed by a key that is too short")
	}
	return nil
}
