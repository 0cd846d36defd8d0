//go:build touchstone_testanchors

package audit_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"touchstone/internal/trust"
)

// mintedAt is when everything in a virtual npm is signed.
var mintedAt = at.AddDate(0, -1, 0)

// A virtualNPM is a registry with keys, an authority and logs of the test's own.
type virtualNPM struct {
	t                    testing.TB
	current, old         *ecdsa.PrivateKey // the registry's
	ca, log, certificate *ecdsa.PrivateKey // the authority's, Rekor's, the certificate log's
	authority            *x509.Certificate
	entries              int
	// unused are usages that the current key does not have.
	unused map[string]bool
	taken  time.Time
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return key
}

func newVirtualNPM(t testing.TB) *virtualNPM {
	v := &virtualNPM{t: t, current: newKey(t), old: newKey(t), ca: newKey(t), log: newKey(t), certificate: newKey(t), unused: map[string]bool{}, taken: at}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "the authority"},
		NotBefore: mintedAt.AddDate(-3, 0, 0), NotAfter: mintedAt.AddDate(5, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign, SubjectKeyId: []byte{1, 2, 3},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, v.ca.Public(), v.ca)
	require.NoError(t, err)
	v.authority, err = x509.ParseCertificate(der)
	require.NoError(t, err)
	return v
}

func spki(t testing.TB, key *ecdsa.PrivateKey) []byte {
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	require.NoError(t, err)
	return der
}

func logID(t testing.TB, key *ecdsa.PrivateKey) []byte {
	sum := sha256.Sum256(spki(t, key))
	return sum[:]
}

func keyID(t testing.TB, key *ecdsa.PrivateKey) string {
	id, err := trust.KeyID(&key.PublicKey)
	require.NoError(t, err)
	return id
}

func signed(t testing.TB, key *ecdsa.PrivateKey, message []byte) []byte {
	sum := sha256.Sum256(message)
	sig, err := ecdsa.SignASN1(rand.Reader, key, sum[:])
	require.NoError(t, err)
	return sig
}

// retiredOn is when the old key ended.
var retiredOn = mintedAt.AddDate(-1, 0, 0)

// anchors pin the virtual npm's.
func (v *virtualNPM) anchors() trust.Anchors {
	start := mintedAt.AddDate(-2, 0, 0).Format(time.RFC3339)
	public := func(key *ecdsa.PrivateKey) map[string]any {
		return map[string]any{"rawBytes": spki(v.t, key), "keyDetails": "PKIX_ECDSA_P256_SHA_256", "validFor": map[string]any{"start": start}}
	}
	log := func(key *ecdsa.PrivateKey, url string) map[string]any {
		return map[string]any{"baseUrl": url, "hashAlgorithm": "SHA2_256", "publicKey": public(key), "logId": map[string]any{"keyId": logID(v.t, key)}}
	}
	root, err := json.Marshal(map[string]any{
		"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
		"tlogs":     []any{log(v.log, "https://rekor.sigstore.dev")},
		"ctlogs":    []any{log(v.certificate, "https://ctfe.example.org")},
		"certificateAuthorities": []any{map[string]any{
			"subject": map[string]any{"organization": "example.org", "commonName": "the authority"}, "uri": "https://fulcio.example.org",
			"certChain": map[string]any{"certificates": []any{map[string]any{"rawBytes": v.authority.Raw}}}, "validFor": map[string]any{"start": start},
		}},
	})
	require.NoError(v.t, err)
	var keys []any
	for _, usage := range []string{trust.UsageSignatures, trust.UsageAttestations} {
		old := public(v.old)
		old["validFor"] = map[string]any{"start": start, "end": retiredOn.Format(time.RFC3339)}
		keys = append(keys, map[string]any{"keyId": keyID(v.t, v.old), "keyUsage": usage, "publicKey": old})
		if !v.unused[usage] {
			keys = append(keys, map[string]any{"keyId": keyID(v.t, v.current), "keyUsage": usage, "publicKey": public(v.current)})
		}
	}
	list, err := json.Marshal(map[string]any{"keys": keys})
	require.NoError(v.t, err)
	anchors, err := trust.WithTestAnchors(trust.TestAnchors{SigstoreRoot: root, NPMKeys: list, Taken: v.taken})
	require.NoError(v.t, err)
	return anchors
}

// A signing is one attestation to make; its zero key is a certificate's.
type signing struct {
	statement map[string]any
	key       *ecdsa.PrivateKey // the registry's; nil signs with a certificate
	hint      string            // instead of the key's own id
	claims    map[int]string    // of the certificate
	san       string
	time      time.Time
	promise   bool // only: no proof
	label     string
	bend      func(bundle map[string]any)
}

// attest makes one element of the attestations' list.
func (v *virtualNPM) attest(s signing) map[string]any {
	const payloadType = "application/vnd.in-toto+json"
	payload, err := json.Marshal(s.statement)
	require.NoError(v.t, err)
	if s.time.IsZero() {
		s.time = mintedAt
	}
	pae := fmt.Appendf(nil, "DSSEv1 %d %s %d %s", len(payloadType), payloadType, len(payload), payload)
	key, material, verifier := s.key, map[string]any{}, &pem.Block{Type: "PUBLIC KEY"}
	envelope := map[string]any{"sig": ""}
	if key == nil {
		key = newKey(v.t)
		cert := v.leaf(key, s)
		material["certificate"] = map[string]any{"rawBytes": cert}
		verifier = &pem.Block{Type: "CERTIFICATE", Bytes: cert}
	} else {
		if s.hint == "" {
			s.hint = keyID(v.t, key)
		}
		material["publicKey"] = map[string]any{"hint": s.hint}
		envelope["keyid"] = s.hint
		verifier.Bytes = spki(v.t, key)
	}
	sig := signed(v.t, key, pae)
	envelope["sig"] = sig
	material["tlogEntries"] = []any{v.entry(s, payload, sig, pem.EncodeToMemory(verifier))}
	bundle := map[string]any{
		"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "verificationMaterial": material,
		"dsseEnvelope": map[string]any{"payload": payload, "payloadType": payloadType, "signatures": []any{envelope}},
	}
	if s.promise {
		bundle["mediaType"] = "application/vnd.dev.sigstore.bundle+json;version=0.1"
		if cert, ok := material["certificate"]; ok {
			delete(material, "certificate")
			material["x509CertificateChain"] = map[string]any{"certificates": []any{cert}}
		}
	}
	if s.bend != nil {
		s.bend(bundle)
	}
	label := s.label
	if label == "" {
		label, _ = s.statement["predicateType"].(string)
	}
	return map[string]any{"predicateType": label, "bundle": bundle}
}

// entry logs a signature, with promise and proof.
func (v *virtualNPM) entry(s signing, payload, sig, verifier []byte) map[string]any {
	sum := sha256.Sum256(payload)
	body, err := json.Marshal(map[string]any{"apiVersion": "0.0.1", "kind": "dsse", "spec": map[string]any{
		"envelopeHash": map[string]any{"algorithm": "sha256", "value": hex.EncodeToString(sum[:])},
		"payloadHash":  map[string]any{"algorithm": "sha256", "value": hex.EncodeToString(sum[:])},
		"signatures":   []any{map[string]any{"signature": base64.StdEncoding.EncodeToString(sig), "verifier": base64.StdEncoding.EncodeToString(verifier)}},
	}})
	require.NoError(v.t, err)
	v.entries++
	index := 100 + v.entries
	promise := fmt.Sprintf(`{"body":"%s","integratedTime":%d,"logID":"%x","logIndex":%d}`,
		base64.StdEncoding.EncodeToString(body), s.time.Unix(), logID(v.t, v.log), index)
	e := map[string]any{
		"logIndex": fmt.Sprint(index), "logId": map[string]any{"keyId": logID(v.t, v.log)}, "kindVersion": map[string]any{"kind": "dsse", "version": "0.0.1"},
		"integratedTime": fmt.Sprint(s.time.Unix()), "canonicalizedBody": body,
		"inclusionPromise": map[string]any{"signedEntryTimestamp": signed(v.t, v.log, []byte(promise))},
	}
	if !s.promise {
		rootHash, other, checkpoint := v.prove(body)
		e["inclusionProof"] = map[string]any{"logIndex": "1", "treeSize": "2", "rootHash": rootHash, "hashes": []any{other}, "checkpoint": map[string]any{"envelope": checkpoint}}
	}
	return e
}

// prove puts a leaf beside another and signs the head.
func (v *virtualNPM) prove(body []byte) (rootHash, beside []byte, checkpoint string) {
	other := sha256.Sum256([]byte("\x00another leaf"))
	leaf := sha256.Sum256(append([]byte{0}, body...))
	head := sha256.Sum256(append(append([]byte{1}, other[:]...), leaf[:]...))
	text := fmt.Sprintf("rekor.sigstore.dev - 1234\n2\n%s\n", base64.StdEncoding.EncodeToString(head[:]))
	note := append(bytes.Clone(logID(v.t, v.log)[:4]), signed(v.t, v.log, []byte(text))...)
	return head[:], other[:], text + "\n— rekor.sigstore.dev " + base64.StdEncoding.EncodeToString(note) + "\n"
}

// leaf issues a signing certificate that a certificate log promised to hold:
// the promise is over the certificate as it would be without it.
func (v *virtualNPM) leaf(key *ecdsa.PrivateKey, s signing) []byte {
	san, err := url.Parse(s.san)
	require.NoError(v.t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), NotBefore: s.time.Add(-time.Minute), NotAfter: s.time.Add(9 * time.Minute),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning}, URIs: []*url.URL{san},
	}
	for n := 1; n < 30; n++ {
		if value, ok := s.claims[n]; ok {
			encoded, err := asn1.MarshalWithParams(value, "utf8")
			require.NoError(v.t, err)
			template.ExtraExtensions = append(template.ExtraExtensions, pkix.Extension{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 57264, 1, n}, Value: encoded})
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, v.authority, key.Public(), v.ca)
	require.NoError(v.t, err)
	before, err := x509.ParseCertificate(der)
	require.NoError(v.t, err)

	stamp := binary.BigEndian.AppendUint64(nil, uint64(s.time.UnixMilli()))
	issuer := sha256.Sum256(v.authority.RawSubjectPublicKeyInfo)
	tbs := before.RawTBSCertificate
	message := append([]byte{0, 0}, stamp...)
	message = append(append(message, 0, 1), issuer[:]...)
	message = append(message, byte(len(tbs)>>16), byte(len(tbs)>>8), byte(len(tbs)))
	message = append(append(message, tbs...), 0, 0)
	sig := signed(v.t, v.certificate, message)
	sct := append([]byte{0}, logID(v.t, v.certificate)...)
	sct = append(append(sct, stamp...), 0, 0, 4, 3)
	sct = append(binary.BigEndian.AppendUint16(sct, uint16(len(sig))), sig...)
	list := binary.BigEndian.AppendUint16(nil, uint16(len(sct)+2))
	list = append(binary.BigEndian.AppendUint16(list, uint16(len(sct))), sct...)
	encoded, err := asn1.Marshal(list)
	require.NoError(v.t, err)
	template.ExtraExtensions = append(template.ExtraExtensions, pkix.Extension{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11129, 2, 4, 2}, Value: encoded})
	der, err = x509.CreateCertificate(rand.Reader, template, v.authority, key.Public(), v.ca)
	require.NoError(v.t, err)
	return der
}
