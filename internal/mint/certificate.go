package mint

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/binary"
	"maps"
	"math/big"
	"net/url"
	"slices"
	"time"
)

// Certify makes a certificate, the same in every run.
func Certify(template, parent *x509.Certificate, key, parentKey *ecdsa.PrivateKey) *x509.Certificate {
	return must(x509.ParseCertificate(must(x509.CreateCertificate(nil, template, parent, key.Public(), parentKey))))
}

// Authority makes the root certificate of an authority, for the years around at.
func Authority(name string, key *ecdsa.PrivateKey, at time.Time) *x509.Certificate {
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: at.AddDate(-3, 0, 0), NotAfter: at.AddDate(5, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign, SubjectKeyId: []byte{1, 2, 3},
	}
	return Certify(template, template, key, key)
}

// A Claim is one of Fulcio's extensions, whose value is a text, by the last
// number of its identifier (github.com/sigstore/fulcio, docs/oid-info.md).
func Claim(number int, value string) pkix.Extension {
	return pkix.Extension{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 57264, 1, number}, Value: must(asn1.MarshalWithParams(value, "utf8"))}
}

// SigningCertificate is what Fulcio issues: for ten minutes around at, to one
// address, with claims by number.
func SigningCertificate(san string, claims map[int]string, at time.Time) *x509.Certificate {
	c := &x509.Certificate{
		SerialNumber: big.NewInt(2), NotBefore: at.Add(-time.Minute), NotAfter: at.Add(9 * time.Minute),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning}, URIs: []*url.URL{must(url.Parse(san))},
	}
	for _, number := range slices.Sorted(maps.Keys(claims)) {
		c.ExtraExtensions = append(c.ExtraExtensions, Claim(number, claims[number]))
	}
	return c
}

// Promised is the extension by which a certificate log promises to hold a
// certificate: it signs what is to be signed, without this extension
// (RFC 6962, sections 3.2 and 3.3). Extensions are those of the promise itself.
func Promised(bare, issuer *x509.Certificate, log *ecdsa.PrivateKey, at time.Time, extensions []byte) pkix.Extension {
	stamp := binary.BigEndian.AppendUint64(nil, uint64(at.UnixMilli()))
	issuedBy := sha256.Sum256(issuer.RawSubjectPublicKeyInfo)
	tbs := bare.RawTBSCertificate
	extra := prefixed(extensions)
	sig := Sign(log, bytes.Join([][]byte{{0, 0}, stamp, {0, 1}, issuedBy[:], binary.BigEndian.AppendUint32(nil, uint32(len(tbs)))[1:], tbs, extra}, nil))
	sct := bytes.Join([][]byte{{0}, LogID(log), stamp, extra, {4, 3}, prefixed(sig)}, nil)
	return pkix.Extension{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11129, 2, 4, 2}, Value: must(asn1.Marshal(prefixed(prefixed(sct))))}
}

// prefixed puts the length before, in two bytes.
func prefixed(b []byte) []byte {
	return append(binary.BigEndian.AppendUint16(nil, uint16(len(b))), b...)
}
