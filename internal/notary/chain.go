package notary

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	_ "crypto/sha256" // the digests that envelopes are signed with
	_ "crypto/sha512"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"math/big"
	"slices"

	"touchstone/internal/fault"
	"touchstone/internal/keysize"
)

// maxChain is how many certificates one envelope may have.
const maxChain = 10

// fitKey tells why a certificate's key can vouch for nothing here.
func fitKey(c *x509.Certificate) error {
	if long := keysize.TooLong(c.PublicKey); long != "" {
		return fault.New(fault.NotUnderstood, "one of its certificates has "+long)
	}
	if short := keysize.TooShort(c.PublicKey); short != "" {
		return fault.New(fault.Weak, "one of its certificates has "+short)
	}
	return nil
}

// readChain reads certificates that lead from a signer to a root
// (specs/signature-specification.md, "Certificate Requirements"):
//
//  1. The first may sign code, and issues no others.
//  2. Each was issued by the next, which may issue, and so deep.
//  3. The last signs itself, and no other does.
//
// One certificate alone signs itself and is both. No key of theirs is weak, or larger
// than is read.
func readChain(all [][]byte) ([]*x509.Certificate, error) {
	if len(all) == 0 || len(all) > maxChain {
		return nil, malformed(fmt.Sprintf("it brings %d certificates; read are 1 to %d", len(all), maxChain))
	}
	var chain []*x509.Certificate
	for _, der := range all {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, malformed("one of its certificates cannot be read")
		}
		if len(c.UnhandledCriticalExtensions) > 0 {
			return nil, fault.New(fault.NotUnderstood, "one of its certificates has a critical extension that is not known here")
		}
		if err := fitKey(c); err != nil {
			return nil, err
		}
		chain = append(chain, c)
	}
	// 1.
	if err := maySign(chain[0]); err != nil {
		return nil, err
	}
	for i, c := range chain {
		last := i == len(chain)-1
		issuer := chain[min(i+1, len(chain)-1)]
		// 2.
		if i > 0 {
			if err := mayIssue(c, i-1); err != nil {
				return nil, err
			}
		}
		if !last && bytes.Equal(c.RawSubject, c.RawIssuer) && signedBy(c, c) == nil {
			return nil, malformed("a certificate before its last signs itself")
		}
		// 3.
		if !bytes.Equal(c.RawIssuer, issuer.RawSubject) {
			return nil, malformed("its certificates are no chain that ends in a root")
		}
		if err := signedBy(c, issuer); err != nil {
			return nil, err
		}
	}
	return chain, nil
}

// signedBy verifies a certificate's signature by another's key, by no algorithm that
// can be forged.
func signedBy(c, issuer *x509.Certificate) error {
	switch c.SignatureAlgorithm {
	case x509.SHA256WithRSA, x509.SHA384WithRSA, x509.SHA512WithRSA, x509.SHA256WithRSAPSS, x509.SHA384WithRSAPSS, x509.SHA512WithRSAPSS,
		x509.ECDSAWithSHA256, x509.ECDSAWithSHA384, x509.ECDSAWithSHA512, x509.PureEd25519:
	default:
		return fault.New(fault.Weak, "one of its certificates is signed by "+c.SignatureAlgorithm.String())
	}
	if err := issuer.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature); err != nil {
		return fault.New(fault.Wrong, "one of its certificates was not signed by the next")
	}
	return nil
}

var keyUsage = asn1.ObjectIdentifier{2, 5, 29, 15}

// criticalUsage tells whether a certificate limits what its key is for, so that
// nobody may pass over it.
func criticalUsage(c *x509.Certificate) bool {
	for _, e := range c.Extensions {
		if e.Id.Equal(keyUsage) {
			return e.Critical
		}
	}
	return false
}

func maySign(c *x509.Certificate) error {
	if c.BasicConstraintsValid && c.IsCA || !criticalUsage(c) || c.KeyUsage != x509.KeyUsageDigitalSignature && c.KeyUsage != x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment {
		return malformed("its signer's certificate is for something else than signatures")
	}
	for _, other := range []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageEmailProtection, x509.ExtKeyUsageTimeStamping, x509.ExtKeyUsageOCSPSigning} {
		if slices.Contains(c.ExtKeyUsage, other) {
			return malformed("its signer's certificate is for something else than code")
		}
	}
	if !keysize.ForCode(c) {
		return malformed("its signer's certificate is for something else than code")
	}
	return nil
}

// mayIssue tells why a certificate may not issue others, below which so many issue.
func mayIssue(c *x509.Certificate, below int) error {
	if !c.BasicConstraintsValid || !c.IsCA || !criticalUsage(c) || c.KeyUsage&x509.KeyUsageCertSign == 0 {
		return malformed("one of its certificates issues others, and may not")
	}
	if !keysize.ForCode(c) {
		return malformed("one of its certificates issues others, and not for code")
	}
	if (c.MaxPathLen > 0 || c.MaxPathLenZero) && c.MaxPathLen < below {
		return malformed("its certificates are more than one of them allows")
	}
	return nil
}

// verifyBy verifies with a certificate's key, by the algorithm that belongs to it
// (specs/signature-specification.md, "Algorithm Selection"). It returns the digest's
// usual name.
func verifyBy(c *x509.Certificate, algorithm string, signed, signature []byte) (string, error) {
	var want string
	var hash crypto.Hash
	bits := 0
	switch key := c.PublicKey.(type) {
	case *rsa.PublicKey:
		bits = key.N.BitLen()
		want, hash = map[int]string{2048: "PS256", 3072: "PS384", 4096: "PS512"}[bits], map[int]crypto.Hash{2048: crypto.SHA256, 3072: crypto.SHA384, 4096: crypto.SHA512}[bits]
	case *ecdsa.PublicKey:
		bits = key.Params().BitSize
		want, hash = map[int]string{256: "ES256", 384: "ES384", 521: "ES512"}[bits], map[int]crypto.Hash{256: crypto.SHA256, 384: crypto.SHA384, 521: crypto.SHA512}[bits]
	}
	switch {
	case want == "":
		return "", fault.New(fault.NotUnderstood, "its signer's key is of a kind or size that is not used there")
	case want != algorithm:
		return "", malformed(fmt.Sprintf("it says that it is signed by %.20q; to its key belongs %s", algorithm, want))
	}
	h := hash.New()
	h.Write(signed)
	sum := h.Sum(nil)
	holds := false
	switch key := c.PublicKey.(type) {
	case *rsa.PublicKey:
		holds = rsa.VerifyPSS(key, hash, sum, signature, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}) == nil
	case *ecdsa.PublicKey:
		if n := (bits + 7) / 8; len(signature) == 2*n { // RFC 7518, section 3.4; RFC 9053, section 2.1
			holds = ecdsa.Verify(key, sum, new(big.Int).SetBytes(signature[:n]), new(big.Int).SetBytes(signature[n:]))
		}
	}
	if !holds {
		return "", fault.New(fault.Wrong, "its own certificate did not make this signature")
	}
	return hash.String(), nil
}

// ReadCertificates reads the certificates of a file: in PEM, in DER, or several of
// them one after the other. What is no certificate is passed over.
func ReadCertificates(doc []byte) []*x509.Certificate {
	var out []*x509.Certificate
	for len(doc) > 0 && len(out) < 100 {
		if doc[0] == 0x30 { // a SEQUENCE (X.690, section 8.9)
			var raw asn1.RawValue
			rest, err := asn1.Unmarshal(doc, &raw)
			if err == nil {
				if c, err := x509.ParseCertificate(raw.FullBytes); err == nil {
					out = append(out, c)
				}
				doc = bytes.TrimLeft(rest, " \t\r\n")
				continue
			}
		}
		if doc[0] == ' ' || doc[0] == '\t' || doc[0] == '\r' || doc[0] == '\n' {
			doc = doc[1:]
			continue
		}
		block, rest := pem.Decode(doc)
		if block == nil {
			break
		}
		if block.Type == "CERTIFICATE" {
			if c, err := x509.ParseCertificate(block.Bytes); err == nil {
				out = append(out, c)
			}
		}
		doc = rest
	}
	return out
}
