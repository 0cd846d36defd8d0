// Package selftest asks the mechanisms that verify for answers that are known:
// one good and one bad of each. Where an answer is another, the machine that
// runs this program computes wrongly, and nothing it says can be relied on.
//
// The known answers are real: an entry and a head of the checksum database, a
// publish attestation by a key of npm's, a provenance that Sigstore's public
// instance logged. They verify by the anchors that audits use (package trust),
// so that a build whose anchors are damaged fails, too; but for OpenPGP, whose
// known text comes with its key. A bad one is the good one with one character
// changed.
//
// That proves that these mechanisms work here and now; it does not prove that
// the program is the one that was published, nor that a package is good.
package selftest

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"touchstone/internal/bare"
	"touchstone/internal/sigstore"
	"touchstone/internal/sumdb"
	"touchstone/internal/trust"
)

// Known are the documents whose answers are known.
type Known struct {
	// Log is an entry of a checksum database with its proof.
	Log struct {
		Name   string   `json:"name"`
		ID     int64    `json:"id"`
		Record string   `json:"record"`
		Head   string   `json:"head"`
		Proof  []string `json:"proof"` // hashes in base64 (RFC 6962, section 2.1.1)
	} `json:"log"`
	// Publish is a bundle whose envelope a bare key signed, Provenance one that a
	// certificate did.
	Publish    json.RawMessage `json:"publish"`
	Provenance json.RawMessage `json:"provenance"`
	// OpenPGP is a clearsigned text and the key that signed it, both in armour.
	OpenPGP struct {
		Key    string `json:"key"`
		Signed string `json:"signed"`
	} `json:"openpgp"`
}

// A Step tries one mechanism.
type Step struct {
	Name string // for people, as in "the signature of …"
	try  func(Known, trust.Anchors) error
}

// Steps are all mechanisms of this program, the quick ones first.
var Steps = append([]Step{
	{"the digest of a text", digests},
	{"the proof of a log", log},
	{"the signature of a key", key},
	{"the signature of a certificate", bundle},
}, more...)

// Run tries one step with the documents, as JSON. The error tells which answer is
// another than the known one.
func (s Step) Run(known []byte, anchors trust.Anchors) error {
	var k Known
	if err := json.Unmarshal(known, &k); err != nil {
		return fmt.Errorf("reading the known answers: %w", err)
	}
	if err := s.try(k, anchors); err != nil {
		return fmt.Errorf("%s: %w", s.Name, err)
	}
	return nil
}

// both tells whether a good document was accepted and a bad one refused.
func both(good, bad error) error {
	switch {
	case good != nil:
		return fmt.Errorf("a good one was refused: %w", good)
	case bad == nil:
		return errors.New("a bad one was accepted")
	}
	return nil
}

// digests are those of "abc" that FIPS 180-4's examples give.
func digests(Known, trust.Anchors) error {
	short, long := sha256.Sum256([]byte("abc")), sha512.Sum512([]byte("abc"))
	if hex.EncodeToString(short[:]) != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" ||
		hex.EncodeToString(long[:32]) != "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a" {
		return errors.New("another one was computed")
	}
	return nil
}

func log(k Known, anchors trust.Anchors) error {
	key, _ := anchors.LogKey(k.Log.Name)
	var proof [][]byte
	for _, text := range k.Log.Proof {
		hash, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return fmt.Errorf("reading the known proof: %w", err)
		}
		proof = append(proof, hash)
	}
	prove := func(record, head string) error {
		return sumdb.Included(key, []byte(head), k.Log.ID, []byte(record), proof)
	}
	if err := both(prove(k.Log.Record, k.Log.Head), prove(changed(k.Log.Record), k.Log.Head)); err != nil {
		return err
	}
	return both(nil, prove(k.Log.Record, changed(k.Log.Head)))
}

// key verifies an envelope (github.com/secure-systems-lab/dsse, protocol.md) by
// the key that it names.
func key(k Known, anchors trust.Anchors) error {
	var bundle struct {
		Envelope envelope `json:"dsseEnvelope"`
	}
	if err := json.Unmarshal(k.Publish, &bundle); err != nil {
		return fmt.Errorf("reading the known signature: %w", err)
	}
	if n := len(bundle.Envelope.Signatures); n != 1 {
		return fmt.Errorf("reading the known signature: there are %d, not one", n)
	}
	e, by := bundle.Envelope, bundle.Envelope.Signatures[0]
	keys := slices.Concat(anchors.Keys(trust.NPMKeys, trust.UsageSignatures), anchors.Keys(trust.NPMKeys, trust.UsageAttestations))
	verify := func(payload []byte) error {
		signed := fmt.Appendf(nil, "DSSEv1 %d %s %d %s", len(e.PayloadType), e.PayloadType, len(payload), payload)
		_, err := bare.ECDSAP256{}.Verify(signed, by.Sig, by.KeyID, keys)
		return err
	}
	return both(verify(e.Payload), verify([]byte(changed(string(e.Payload)))))
}

type envelope struct {
	Payload     []byte `json:"payload"`
	PayloadType string `json:"payloadType"`
	Signatures  []struct {
		Sig   []byte `json:"sig"`
		KeyID string `json:"keyid"`
	} `json:"signatures"`
}

func bundle(k Known, anchors trust.Anchors) error {
	root, err := sigstore.ParseRoot(anchors.Set(trust.SigstoreRoot).Document)
	if err != nil {
		return err
	}
	verify := func(doc []byte) error {
		_, err := sigstore.Verify(sigstore.Query{Bundle: doc, Root: root, AnyArtifact: true})
		return err
	}
	var good struct {
		Envelope envelope `json:"dsseEnvelope"`
	}
	if err := json.Unmarshal(k.Provenance, &good); err != nil {
		return fmt.Errorf("reading the known bundle: %w", err)
	}
	payload := good.Envelope.Payload
	bad := bytes.Replace(k.Provenance, encoded(payload), encoded([]byte(changed(string(payload)))), 1)
	if bytes.Equal(bad, k.Provenance) {
		return errors.New("the known bundle could not be changed")
	}
	return both(verify(k.Provenance), verify(bad))
}

func encoded(b []byte) []byte { return base64.StdEncoding.AppendEncode(nil, b) }

// changed is a text with one digit in its middle half changed; a text without
// digits there stays, which the step then finds out.
func changed(text string) string {
	b := []byte(text)
	for i := len(b) / 4; i < len(b); i++ {
		if b[i] >= '0' && b[i] <= '9' {
			b[i] ^= 1
			return string(b)
		}
	}
	return text
}
