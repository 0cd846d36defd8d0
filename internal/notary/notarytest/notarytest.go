// Package notarytest makes authorities of the Notary Project's kind and what they
// sign, with the Notary Project's own library, for tests.
package notarytest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"time"

	"github.com/digitorus/timestamp"
	"github.com/notaryproject/notation-core-go/signature"
	_ "github.com/notaryproject/notation-core-go/signature/cose" // the two forms of envelopes
	_ "github.com/notaryproject/notation-core-go/signature/jws"

	"touchstone/internal/mint"
)

// A Notary is an authority that certifies one signer of the Notary Project's kind,
// and a time-stamping authority beside it.
type Notary struct {
	Root, Signer, StampRoot *x509.Certificate
	key, stampKey           *ecdsa.PrivateKey
	stamper                 *x509.Certificate
}

// New makes one, whose signer may sign for two days around at.
func New(seed string, at time.Time) *Notary {
	n := &Notary{key: mint.Key(seed + " signer"), stampKey: mint.Key(seed + " stamper")}
	root, stampRoot := mint.Key(seed+" authority"), mint.Key(seed+" stamps")
	n.Root, n.StampRoot = mint.Authority(seed+" authority", root, at), mint.Authority(seed+" stamps", stampRoot, at)
	n.Signer = mint.Certify(&x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: seed + " signer", Organization: []string{"Example"}},
		NotBefore: at.AddDate(0, 0, -1), NotAfter: at.AddDate(0, 0, 1), KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning}},
		n.Root, n.key, root)
	n.stamper = mint.Certify(&x509.Certificate{SerialNumber: big.NewInt(3), Subject: pkix.Name{CommonName: seed + " stamper"},
		NotBefore: at.AddDate(-1, 0, 0), NotAfter: at.AddDate(1, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature,
		// Time-stamping alone, and critical (RFC 3161, section 2.3).
		ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: must(asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 8}}))}}},
		n.StampRoot, n.stampKey, stampRoot)
	return n
}

// Envelope signs the descriptor of a document, with the Notary Project's own library.
func (n *Notary) Envelope(mediaType, documentType string, document []byte, made, ends time.Time) []byte {
	payload := must(json.Marshal(map[string]any{"targetArtifact": map[string]any{"mediaType": documentType, "digest": mint.Digest(document), "size": len(document)}}))
	e := must(signature.NewEnvelope(mediaType))
	return must(e.Sign(&signature.SignRequest{
		Payload: signature.Payload{ContentType: "application/vnd.cncf.notary.payload.v1+json", Content: payload},
		Signer:  must(signature.NewLocalSigner([]*x509.Certificate{n.Signer, n.Root}, n.key)), SigningTime: made, Expiry: ends, SigningScheme: signature.SigningSchemeX509,
	}))
}

// Stamped puts a timestamp of at beside the signature of a JWS, signed over a hash.
func (n *Notary) Stamped(jws []byte, at time.Time, hash crypto.Hash) []byte {
	var e map[string]any
	must(0, json.Unmarshal(jws, &e))
	sum := sha256.Sum256(must(base64.RawURLEncoding.DecodeString(e["signature"].(string))))
	t := timestamp.Timestamp{HashAlgorithm: crypto.SHA256, HashedMessage: sum[:], Time: at, SerialNumber: big.NewInt(4), Policy: asn1.ObjectIdentifier{1, 2, 3}, AddTSACertificate: true}
	response := must(t.CreateResponseWithOpts(n.stamper, n.stampKey, hash))
	e["header"].(map[string]any)["io.cncf.notary.timestampSignature"] = must(timestamp.ParseResponse(response)).RawToken
	return must(json.Marshal(e))
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// PEM is a certificate as people keep it.
func PEM(c *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
}
