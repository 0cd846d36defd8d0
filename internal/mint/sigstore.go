package mint

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"time"
)

// A Sigstore is an instance: an authority, a log of signatures (Rekor, first
// version) and a log of certificates.
type Sigstore struct {
	Root                 *x509.Certificate
	CA, Rekor, CT        *ecdsa.PrivateKey
	At                   time.Time // when it signs, unless a signing says otherwise
	Entries              int64     // how many were logged
	name, fulcio, ctName string
}

// NewSigstore makes the instance that the seed gives, whose log of signatures
// has this host name.
func NewSigstore(seed, log string, at time.Time) *Sigstore {
	s := &Sigstore{CA: Key(seed + " authority"), Rekor: Key(seed + " rekor"), CT: Key(seed + " certificates"), At: at,
		name: log, fulcio: "https://fulcio.example.org", ctName: "https://ctfe.example.org"}
	s.Root = Authority("the authority", s.CA, at)
	return s
}

// TrustedRoot is the document that anchors it (media type
// application/vnd.dev.sigstore.trustedroot+json;version=0.1).
func (s *Sigstore) TrustedRoot() []byte {
	start := s.At.AddDate(-2, 0, 0)
	log := func(key *ecdsa.PrivateKey, url string) map[string]any {
		return map[string]any{"baseUrl": url, "hashAlgorithm": "SHA2_256", "publicKey": publicKey(key, start, time.Time{}), "logId": map[string]any{"keyId": LogID(key)}}
	}
	return must(json.Marshal(map[string]any{
		"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
		"tlogs":     []any{log(s.Rekor, "https://"+s.name)},
		"ctlogs":    []any{log(s.CT, s.ctName)},
		"certificateAuthorities": []any{map[string]any{
			"subject": map[string]any{"organization": "example.org", "commonName": "the authority"}, "uri": s.fulcio,
			"certChain": map[string]any{"certificates": []any{map[string]any{"rawBytes": s.Root.Raw}}}, "validFor": map[string]any{"start": start.Format(time.RFC3339)},
		}},
	}))
}

// publicKey is a key as Sigstore's documents hold it; a zero end is none.
func publicKey(key *ecdsa.PrivateKey, start, end time.Time) map[string]any {
	valid := map[string]any{"start": start.Format(time.RFC3339)}
	if !end.IsZero() {
		valid["end"] = end.Format(time.RFC3339)
	}
	return map[string]any{"rawBytes": SPKI(key), "keyDetails": "PKIX_ECDSA_P256_SHA_256", "validFor": valid}
}

// A Signing is one statement to sign and log. Without a Key a certificate signs.
type Signing struct {
	Statement map[string]any
	Key       *ecdsa.PrivateKey
	Hint      string         // instead of the key's own id
	SAN       string         // of the certificate
	Claims    map[int]string // see [Claim]
	Time      time.Time      // zero is the instance's
	Promise   bool           // only: no proof
	Label     string         // the predicate's type where the bundle is listed; empty is the statement's
	Bend      func(bundle map[string]any)
}

// GitHubActions gives a signing the identity of a workflow's run.
func GitHubActions(repository, workflow, ref, commit string) Signing {
	at := repository + "/" + workflow + "@" + ref
	return Signing{SAN: at, Claims: map[int]string{
		8: "https://token.actions.githubusercontent.com", 9: at, 11: "github-hosted", 12: repository, 13: commit,
		14: ref, 15: "42", 18: at, 21: repository + "/actions/runs/1/attempts/1",
	}}
}

// Leaf issues a signing certificate, promised to the certificate log.
func (s *Sigstore) Leaf(key *ecdsa.PrivateKey, san string, claims map[int]string, at time.Time) []byte {
	template := SigningCertificate(san, claims, at)
	bare := Certify(template, s.Root, key, s.CA)
	template.ExtraExtensions = append(template.ExtraExtensions, Promised(bare, s.Root, s.CT, at, nil))
	return Certify(template, s.Root, key, s.CA).Raw
}

// Bundle signs and logs a statement (github.com/sigstore/protobuf-specs,
// sigstore_bundle.proto, as JSON).
func (s *Sigstore) Bundle(x Signing) map[string]any {
	const payloadType = "application/vnd.in-toto+json"
	if x.Time.IsZero() {
		x.Time = s.At
	}
	payload := must(json.Marshal(x.Statement))
	key, material, verifier := x.Key, map[string]any{}, &pem.Block{Type: "PUBLIC KEY"}
	signature := map[string]any{}
	if key == nil {
		key = Key(fmt.Sprintf("signer of entry %d", s.Entries))
		cert := s.Leaf(key, x.SAN, x.Claims, x.Time)
		material["certificate"] = map[string]any{"rawBytes": cert}
		verifier = &pem.Block{Type: "CERTIFICATE", Bytes: cert}
	} else {
		if x.Hint == "" {
			x.Hint = KeyID(key)
		}
		material["publicKey"] = map[string]any{"hint": x.Hint}
		signature["keyid"] = x.Hint
		verifier.Bytes = SPKI(key)
	}
	sig := Sign(key, fmt.Appendf(nil, "DSSEv1 %d %s %d %s", len(payloadType), payloadType, len(payload), payload))
	signature["sig"] = sig
	material["tlogEntries"] = []any{s.log(x, "dsse", s.dsseEntry(payload, sig, pem.EncodeToMemory(verifier)))}
	bundle := map[string]any{
		"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "verificationMaterial": material,
		"dsseEnvelope": map[string]any{"payload": payload, "payloadType": payloadType, "signatures": []any{signature}},
	}
	if x.Promise {
		bundle["mediaType"] = "application/vnd.dev.sigstore.bundle+json;version=0.1"
		if cert, ok := material["certificate"]; ok {
			delete(material, "certificate")
			material["x509CertificateChain"] = map[string]any{"certificates": []any{cert}}
		}
	}
	if x.Bend != nil {
		x.Bend(bundle)
	}
	return bundle
}

// SignedBytes signs and logs bytes directly, by a certificate.
func (s *Sigstore) SignedBytes(x Signing, bytes []byte) map[string]any {
	if x.Time.IsZero() {
		x.Time = s.At
	}
	key := Key(fmt.Sprintf("signer of entry %d", s.Entries))
	cert := s.Leaf(key, x.SAN, x.Claims, x.Time)
	sum, sig := sha256.Sum256(bytes), Sign(key, bytes)
	verifier := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})
	entry := must(json.Marshal(map[string]any{"apiVersion": "0.0.1", "kind": "hashedrekord", "spec": map[string]any{
		"data":      map[string]any{"hash": map[string]any{"algorithm": "sha256", "value": hex.EncodeToString(sum[:])}},
		"signature": map[string]any{"content": base64.StdEncoding.EncodeToString(sig), "publicKey": map[string]any{"content": base64.StdEncoding.EncodeToString(verifier)}},
	}}))
	bundle := map[string]any{
		"mediaType":            "application/vnd.dev.sigstore.bundle.v0.3+json",
		"verificationMaterial": map[string]any{"certificate": map[string]any{"rawBytes": cert}, "tlogEntries": []any{s.log(x, "hashedrekord", entry)}},
		"messageSignature":     map[string]any{"messageDigest": map[string]any{"algorithm": "SHA2_256", "digest": sum[:]}, "signature": sig},
	}
	if x.Bend != nil {
		x.Bend(bundle)
	}
	return bundle
}

// dsseEntry is the body of a log's entry of kind dsse.
func (s *Sigstore) dsseEntry(payload, sig, verifier []byte) []byte {
	sum := sha256.Sum256(payload)
	hash := map[string]any{"algorithm": "sha256", "value": hex.EncodeToString(sum[:])}
	return must(json.Marshal(map[string]any{"apiVersion": "0.0.1", "kind": "dsse", "spec": map[string]any{
		"envelopeHash": hash, "payloadHash": hash,
		"signatures": []any{map[string]any{"signature": base64.StdEncoding.EncodeToString(sig), "verifier": base64.StdEncoding.EncodeToString(verifier)}},
	}}))
}

// log makes an entry of a kind.
func (s *Sigstore) log(x Signing, kind string, body []byte) map[string]any {
	s.Entries++
	index := 100 + s.Entries
	e := map[string]any{
		"logIndex": fmt.Sprint(index), "logId": map[string]any{"keyId": LogID(s.Rekor)}, "kindVersion": map[string]any{"kind": kind, "version": "0.0.1"},
		"integratedTime": fmt.Sprint(x.Time.Unix()), "canonicalizedBody": body,
		"inclusionPromise": map[string]any{"signedEntryTimestamp": Promise(body, x.Time, index, s.Rekor)},
	}
	if !x.Promise {
		p := s.Prove(body)
		e["inclusionProof"] = map[string]any{"logIndex": "1", "treeSize": "2", "rootHash": p.Root, "hashes": []any{p.Beside}, "checkpoint": map[string]any{"envelope": p.Checkpoint}}
	}
	return e
}

// Prove is the proof that its log holds a leaf.
func (s *Sigstore) Prove(body []byte) Proof {
	return Prove(body, s.name+" - 1234", s.name, s.Rekor)
}
