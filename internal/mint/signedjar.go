package mint

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"hash"
	"maps"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/digitorus/pkcs7"
)

// A JarSigner signs Java archives inside, every part of which can be bent.
type JarSigner struct {
	Name        string // in the certificate
	Certificate *x509.Certificate
	key         any
	// Digests are the kinds that manifest and signature file state ("SHA-256"), OfFiles
	// those of files; Block is the hash of the block.
	Digests, OfFiles []string
	Block            asn1.ObjectIdentifier
	Ending           string              // of the block's name
	Beside           []*x509.Certificate // further ones in the block
	Lines            string              // further ones, in the manifest's part about each file
	// Manifest, File and CMS change what was made, before the next is made of it.
	Manifest, File func(text string) string
	CMS            func(block []byte) []byte
}

// NewJarSigner is one with a certificate of its own, which calls it so.
func NewJarSigner(name string, at time.Time, bend ...func(c *x509.Certificate)) *JarSigner {
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	c := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: name}, NotBefore: at.AddDate(-1, 0, 0), NotAfter: at.AddDate(1, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning}}
	for _, b := range bend {
		b(c)
	}
	same := func(text string) string { return text }
	return &JarSigner{Name: name, Certificate: must(x509.ParseCertificate(must(x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)))), key: key, Ending: ".EC",
		Digests: []string{"SHA-256"}, OfFiles: []string{"SHA-256"}, Block: pkcs7.OIDDigestAlgorithmSHA256, Manifest: same, File: same, CMS: func(block []byte) []byte { return block }}
}

// PEM is the signer's certificate.
func (s *JarSigner) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate.Raw})
}

// Sign adds manifest, signature file and block to the files of an archive, as
// jarsigner does.
func (s *JarSigner) Sign(inside map[string]string) map[string]string {
	out := maps.Clone(inside)
	manifest := "Manifest-Version: 1.0\r\nCreated-By: mint\r\n\r\n"
	main := manifest
	var sections []string
	for _, name := range slices.Sorted(maps.Keys(inside)) {
		if name == "META-INF/MANIFEST.MF" {
			continue
		}
		section := "Name: " + name + "\r\n" + digests(s.OfFiles, "", inside[name]) + s.Lines + "\r\n"
		manifest += section
		sections = append(sections, "Name: "+name+"\r\n"+digests(s.Digests, "", section)+"\r\n")
	}
	file := "Signature-Version: 1.0\r\n" + digests(s.Digests, "-Manifest-Main-Attributes", main) + digests(s.Digests, "-Manifest", manifest) + "\r\n" + strings.Join(sections, "")
	out["META-INF/MANIFEST.MF"] = s.Manifest(manifest)
	out["META-INF/MINT.SF"] = s.File(file)
	signed := must(pkcs7.NewSignedData([]byte(out["META-INF/MINT.SF"])))
	signed.SetDigestAlgorithm(s.Block)
	must(0, signed.AddSigner(s.Certificate, s.key, pkcs7.SignerInfoConfig{}))
	for _, c := range s.Beside {
		signed.AddCertificate(c)
	}
	signed.Detach()
	out["META-INF/MINT"+s.Ending] = string(s.CMS(must(signed.Finish())))
	return out
}

// digests are the lines that state a text's.
func digests(kinds []string, of, text string) string {
	var lines strings.Builder
	for _, kind := range kinds {
		h := map[string]func() hash.Hash{"SHA1": sha1.New, "SHA-256": sha256.New, "SHA-384": sha512.New384, "SHA-512": sha512.New}[kind]()
		h.Write([]byte(text))
		line := fmt.Sprintf("%s-Digest%s: %s", kind, of, base64.StdEncoding.EncodeToString(h.Sum(nil)))
		for len(line) > 70 {
			lines.WriteString(line[:70] + "\r\n")
			line = " " + line[70:]
		}
		lines.WriteString(line + "\r\n")
	}
	return lines.String()
}
