package jar

import (
	"bytes"
	"cmp"
	"crypto"

	//lint:ignore SA1019 jars that are out there were signed with it; it is verified here, never chosen
	"crypto/dsa"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/digitorus/pkcs7"
	"github.com/digitorus/timestamp"

	"touchstone/internal/fault"
	"touchstone/internal/keysize"
	"touchstone/internal/tsp"
)

// A Signer is who made a signature, by the word of the certificate beside it: who
// issued that is not compared with anything.
type Signer struct {
	// Holder and IssuedBy are their common names, or their whole ones (RFC 4514).
	Holder, IssuedBy string
	Raw              []byte            // the certificate
	Fingerprint      [sha256.Size]byte // of it
	From, Until      time.Time         // its validity
	Hash             string            // what the signature is made over, by its usual name ("SHA-256")
	// Stamped is the time in the timestamp over the signature (RFC 3161), and
	// Stamper whom the certificate beside that names; zero where there is none.
	Stamped time.Time
	Stamper string
}

// maxInBlock bounds the certificates of a block.
const maxInBlock = 64

// oidTimestamp names the attribute in which a timestamp stands (RFC 3161,
// appendix A).
var oidTimestamp = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 14}

// hashes are those that a signature may be made over; the weak ones count for
// nothing.
var hashes = []struct {
	oid    asn1.ObjectIdentifier
	name   string
	strong crypto.Hash // 0 for a weak one
	// with are the names of signature algorithms that are of this hash alone.
	with []asn1.ObjectIdentifier
}{
	{pkcs7.OIDDigestAlgorithmSHA256, "SHA-256", crypto.SHA256, []asn1.ObjectIdentifier{pkcs7.OIDEncryptionAlgorithmRSASHA256, pkcs7.OIDDigestAlgorithmECDSASHA256}},
	{pkcs7.OIDDigestAlgorithmSHA384, "SHA-384", crypto.SHA384, []asn1.ObjectIdentifier{pkcs7.OIDEncryptionAlgorithmRSASHA384, pkcs7.OIDDigestAlgorithmECDSASHA384}},
	{pkcs7.OIDDigestAlgorithmSHA512, "SHA-512", crypto.SHA512, []asn1.ObjectIdentifier{pkcs7.OIDEncryptionAlgorithmRSASHA512, pkcs7.OIDDigestAlgorithmECDSASHA512}},
	{pkcs7.OIDDigestAlgorithmSHA1, "SHA-1", 0, nil},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 5}, "MD5", 0, nil},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 2}, "MD2", 0, nil},
}

// verifyBlock verifies a block over a signature file.
//
//  1. The block is CMS in DER, with no content of its own, and one signature.
//  2. Its hash is strong, and the only one that it names.
//  3. The certificate that it names is beside it, of a key that is strong, is for
//     signing, and is as its issuer made it, whoever that is.
//  4. The signature is over the file: over signed attributes that hold its digest
//     (RFC 5652, section 5.4), or over it directly.
//  5. A timestamp is over that signature, where there is one.
func verifyBlock(block, file []byte) (Signer, error) {
	// 1.
	p7, err := readCMS(block)
	if err != nil {
		return Signer{}, err
	}
	by, raw := Signer{}, p7.Signers[0]
	if len(p7.Content) > 0 || !overData(block, raw.DigestAlgorithm.Algorithm) {
		return Signer{}, fault.New(fault.NotUnderstood, "the block is not one over plain data apart from it")
	}
	// 2.
	var strong crypto.Hash
	for _, h := range hashes {
		if raw.DigestAlgorithm.Algorithm.Equal(h.oid) {
			by.Hash, strong = h.name, h.strong
			if fixed := raw.DigestEncryptionAlgorithm.Algorithm; h.strong != 0 && ofOneHash(fixed) && !contains(h.with, fixed) && dsaHashes[fixed.String()] != h.strong {
				return by, fault.New(fault.Malformed, "the block names two different hashes")
			}
		}
	}
	switch {
	case by.Hash == "":
		return by, fault.New(fault.NotUnderstood, "the block uses a hash that is not verified here")
	case strong == 0:
		return by, fault.New(fault.Weak, "it is made over "+by.Hash)
	}
	// 3.
	certificate := p7.GetOnlySigner()
	if certificate == nil {
		return by, fault.New(fault.NotUnderstood, "the certificate of the signer is not in the block")
	}
	by.named(certificate)
	if err := fit(certificate); err != nil {
		return by, err
	}
	if err := chained(certificate, p7.Certificates); err != nil {
		return by, err
	}
	// 4.
	p7.Content = file
	if err := attributesFit(p7, len(raw.AuthenticatedAttributes)); err != nil {
		return by, err
	}
	if _, ok := certificate.PublicKey.(*dsa.PublicKey); ok {
		if err := signedByDSA(p7, certificate, raw.AuthenticatedAttributes, raw.DigestEncryptionAlgorithm.Algorithm, strong, file); err != nil {
			return by, err
		}
	} else if err := p7.Verify(); err != nil {
		return by, refusal(err, "the signature is not over the signature file")
	}
	// 5.
	for _, a := range raw.UnauthenticatedAttributes {
		if a.Type.Equal(oidTimestamp) {
			if err := by.stamp(a.Value.Bytes, raw.EncryptedDigest); err != nil {
				return by, err
			}
		}
	}
	return by, nil
}

// readCMS reads signed data by one signer, in the one form that every reader takes
// alike.
func readCMS(der []byte) (*pkcs7.PKCS7, error) {
	if !tsp.Definite(der) {
		return nil, fault.New(fault.NotUnderstood, "a block of the signature is larger than is read, or not in DER")
	}
	p7, err := pkcs7.Parse(der)
	switch {
	case err != nil:
		return nil, fault.New(fault.NotUnderstood, "a block of the signature cannot be read")
	case len(p7.Signers) != 1:
		return nil, fault.New(fault.NotUnderstood, "a block holds no signature, or several")
	case len(p7.Certificates) == 0 || len(p7.Certificates) > maxInBlock:
		return nil, fault.New(fault.NotUnderstood, "a block holds no certificates, or too many")
	}
	for _, c := range p7.Certificates {
		if long := keysize.TooLong(c.PublicKey); long != "" {
			return nil, fault.New(fault.NotUnderstood, "a certificate has "+long)
		}
	}
	return p7, nil
}

// A head is the beginning of signed data (RFC 5652, section 5.1).
type head struct {
	Type    asn1.ObjectIdentifier
	Content struct {
		Version int
		Digests []pkix.AlgorithmIdentifier `asn1:"set"`
		Over    struct{ Type asn1.ObjectIdentifier }
	} `asn1:"explicit,tag:0"`
}

// overData tells whether a block says that it is over plain data, with the one hash
// that its signature names.
func overData(block []byte, hash asn1.ObjectIdentifier) bool {
	var h head
	_, err := asn1.Unmarshal(block, &h)
	c := h.Content
	return err == nil && h.Type.Equal(pkcs7.OIDSignedData) && c.Version == 1 && c.Over.Type.Equal(pkcs7.OIDData) && len(c.Digests) == 1 && c.Digests[0].Algorithm.Equal(hash)
}

// ofOneHash tells whether the name of a signature algorithm states a hash.
func ofOneHash(oid asn1.ObjectIdentifier) bool {
	return contains([]asn1.ObjectIdentifier{pkcs7.OIDEncryptionAlgorithmRSASHA1, pkcs7.OIDDigestAlgorithmECDSASHA1, pkcs7.OIDDigestAlgorithmDSASHA1, oidDSASHA224}, oid) || dsaHashes[oid.String()] != 0 ||
		contains(hashes[0].with, oid) || contains(hashes[1].with, oid) || contains(hashes[2].with, oid)
}

func contains(all []asn1.ObjectIdentifier, one asn1.ObjectIdentifier) bool {
	return slices.ContainsFunc(all, one.Equal)
}

// named takes what a certificate says of its holder.
func (by *Signer) named(c *x509.Certificate) {
	by.Holder, by.IssuedBy = cmp.Or(c.Subject.CommonName, c.Subject.String()), cmp.Or(c.Issuer.CommonName, c.Issuer.String())
	by.Raw, by.Fingerprint, by.From, by.Until = c.Raw, sha256.Sum256(c.Raw), c.NotBefore, c.NotAfter
}

// fit tells whether a certificate's key can sign, and cannot be forged.
func fit(c *x509.Certificate) error {
	if short := keysize.TooShort(c.PublicKey); short != "" {
		return fault.New(fault.Weak, "its certificate has "+short)
	}
	switch key := c.PublicKey.(type) {
	case *rsa.PublicKey, *ecdsa.PublicKey:
	case *dsa.PublicKey:
		if err := fitDSA(key); err != nil {
			return err
		}
	case ed25519.PublicKey:
		return fault.New(fault.NotUnderstood, "its key is Ed25519, which is not verified inside archives here")
	default:
		return fault.New(fault.NotUnderstood, fmt.Sprintf("its key is of a kind (%s) that is not verified here", c.PublicKeyAlgorithm))
	}
	if c.KeyUsage != 0 && c.KeyUsage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) == 0 {
		return fault.New(fault.Malformed, "the certificate says that its key does not sign")
	}
	if !keysize.ForCode(c) {
		return fault.New(fault.Malformed, "the certificate says that its key is not for signing code")
	}
	return nil
}

// chained follows a certificate to its issuers, as far as they are beside it: each
// has to be as it was issued. The first is, else what its holder is called would be
// nobody's word.
func chained(c *x509.Certificate, beside []*x509.Certificate) error {
	for steps := range maxInBlock {
		var issuer *x509.Certificate
		for _, other := range beside {
			if bytes.Equal(other.RawSubject, c.RawIssuer) {
				issuer = other
				break
			}
		}
		if issuer == nil && steps == 0 {
			return fault.New(fault.NotUnderstood, "the certificate of whoever issued the signer's is not beside it")
		} else if issuer == nil {
			return nil
		}
		err := issuedBy(c, issuer)
		_, insecure := errors.AsType[x509.InsecureAlgorithmError](err)
		switch {
		case insecure && steps == 0:
			return fault.New(fault.Weak, "its certificate is signed by an algorithm that can be forged")
		case err != nil && !insecure:
			return fault.New(fault.NotUnderstood, "a certificate beside it is not as it was issued")
		case issuer.Equal(c):
			return nil
		}
		if issuer.BasicConstraintsValid && !issuer.IsCA || issuer.KeyUsage != 0 && issuer.KeyUsage&x509.KeyUsageCertSign == 0 {
			return fault.New(fault.NotUnderstood, "a certificate beside it was issued by a key that says that it issues none")
		}
		if !keysize.ForCode(issuer) {
			return fault.New(fault.NotUnderstood, "a certificate beside it says that its key issues none for signing code")
		}
		c = issuer
	}
	return fault.New(fault.NotUnderstood, "its certificates lead in a circle")
}

// attributesFit tells whether signed attributes, where there are any, are of plain
// data: else what is signed could be read as something else.
func attributesFit(p7 *pkcs7.PKCS7, attributes int) error {
	if attributes == 0 {
		return nil
	}
	var kind asn1.ObjectIdentifier
	if err := p7.UnmarshalSignedAttribute(pkcs7.OIDAttributeContentType, &kind); err != nil || !kind.Equal(pkcs7.OIDData) {
		return fault.New(fault.NotUnderstood, "what is signed does not say that it is plain data")
	}
	return nil
}

// refusal tells a signature that is wrong from one that cannot be judged.
func refusal(err error, what string) error {
	if _, other := errors.AsType[*pkcs7.MessageDigestMismatchError](err); other || errors.Is(err, rsa.ErrVerification) || err.Error() == "x509: ECDSA verification failure" {
		return fault.New(fault.Wrong, what)
	}
	return fault.New(fault.NotUnderstood, "its signature cannot be judged")
}

// stamp reads the timestamp over a signature. One that could be forged, or is by a key
// that is not for timestamps alone (RFC 3161, section 2.3), proves no time.
func (by *Signer) stamp(token, signature []byte) error {
	if !by.Stamped.IsZero() {
		return fault.New(fault.NotUnderstood, "it has two timestamps")
	}
	p7, err := readCMS(token)
	if err != nil {
		return fault.New(fault.NotUnderstood, "its timestamp cannot be read")
	}
	read, err := timestamp.Parse(token)
	if err != nil {
		return refusal(err, "its timestamp is not signed by whom it names")
	}
	if err := (tsp.Token{Raw: token, CMS: p7}).Sound(); fault.Of(err) == fault.Weak || err == nil && read.HashAlgorithm != crypto.SHA256 && read.HashAlgorithm != crypto.SHA384 && read.HashAlgorithm != crypto.SHA512 {
		return nil
	} else if err != nil {
		return err
	}
	h := read.HashAlgorithm.New()
	h.Write(signature)
	if !bytes.Equal(h.Sum(nil), read.HashedMessage) {
		return fault.New(fault.Wrong, "its timestamp is over something else")
	}
	c := p7.GetOnlySigner()
	if c == nil || !slices.Equal(c.ExtKeyUsage, []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping}) || len(c.UnknownExtKeyUsage) > 0 {
		return nil
	}
	authority := Signer{}
	authority.named(c)
	by.Stamped, by.Stamper = read.Time, authority.Holder
	return nil
}
