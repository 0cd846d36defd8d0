package sigstore

import (
	"bytes"
	"fmt"

	"touchstone/internal/fault"
	"touchstone/internal/strictjson"
)

// An EnvelopeQuery is one question about a DSSE envelope that a managed key
// signed, without a bundle around it: no log, no proven time.
type EnvelopeQuery struct {
	// Envelope is the envelope as JSON (github.com/secure-systems-lab/dsse,
	// envelope.md).
	Envelope []byte
	// Keys are those that may have signed it. Without a proven time a key's
	// bounds cannot be checked, so keys that have bounds are refused.
	Keys []Key
	// PayloadType is the type that the payload must have; empty is
	// [PayloadType].
	PayloadType string
	Artifact    Artifact
	AnyArtifact bool // see [Query.AnyArtifact]
}

// VerifyEnvelope checks a DSSE envelope over an in-toto statement. Its error is
// a *[Failure]. In what it proves Times and Log are empty.
//
//  1. Read the envelope: one document, exactly one signature.
//  2. Find the keys: the one that it names, else all.
//  3. Verify the signature over the pre-authentication encoding.
//  4. Read the statement and find the artifact among its subjects.
func VerifyEnvelope(q EnvelopeQuery) (*Verified, error) {
	// 1.
	e, err := readEnvelope(q.Envelope)
	if err != nil {
		return nil, err
	}
	// 2.
	keys, err := loadKeys(q.Keys, true)
	if err != nil {
		return nil, err
	}
	for _, key := range keys {
		if key.bounded() {
			return nil, fail(fault.Missing, StepTime, fmt.Sprintf("the key %q is bound to a time, and nothing dates the signature", key.key.Hint))
		}
	}
	if named, ok := findKey(keys, e.keyID); ok && e.keyID != "" {
		keys = []*signingKey{named}
	}
	// 3.
	key, err := e.signer(keys)
	if err != nil {
		return nil, err
	}
	// 4.
	want := q.PayloadType
	if want == "" {
		want = PayloadType
	}
	if e.payloadType != want {
		return nil, fail(fault.NotUnderstood, StepStatement, fmt.Sprintf("the payload is of type %q", e.payloadType))
	}
	v := &Verified{Key: &SigningKey{Hint: key.key.Hint, Fingerprint: key.fingerprint}}
	if v.Statement, err = readStatement(e.payload); err != nil || q.AnyArtifact {
		return onlyIf(v, err)
	}
	known, err := q.Artifact.known()
	if err != nil {
		return nil, err
	}
	var algorithm string
	if v.Subject, algorithm, err = v.Statement.about(known); err != nil {
		return nil, err
	}
	v.By = Digest{Algorithm: algorithm, Hex: v.Subject.Digests[algorithm]}
	return v, nil
}

func onlyIf(v *Verified, err error) (*Verified, error) {
	if err != nil {
		return nil, err
	}
	return v, nil
}

type envelope struct {
	payload, signature []byte
	payloadType, keyID string
}

func readEnvelope(doc []byte) (*envelope, error) {
	malformed := func(reason string) (*envelope, error) {
		return nil, fail(fault.Malformed, StepSignature, "the envelope: "+reason)
	}
	if len(doc) > maxBundle {
		return malformed(fmt.Sprintf("it is longer than %d bytes", maxBundle))
	}
	if err := strictjson.Check(doc); err != nil {
		return malformed(err.Error())
	}
	var e envelope
	var payload string
	var signatures []struct {
		KeyID string `json:"keyid"`
		Sig   string `json:"sig"`
	}
	err := readObject(doc, map[string]any{
		"payload": &payload, "payloadType": &e.payloadType, "signatures": &signatures,
	})
	if err != nil {
		return malformed(err.Error())
	}
	if len(signatures) != 1 {
		return malformed(fmt.Sprintf("it has %d signatures; exactly one is read", len(signatures)))
	}
	if e.payload, err = decodeBase64(payload); err != nil || len(e.payload) == 0 {
		return malformed("its payload is not base64")
	}
	if e.signature, err = decodeBase64(signatures[0].Sig); err != nil || len(e.signature) == 0 {
		return malformed("its signature is not base64")
	}
	e.keyID = signatures[0].KeyID
	return &e, nil
}

// signer finds the key that signed.
func (e *envelope) signer(keys []*signingKey) (*signingKey, error) {
	if len(keys) == 0 {
		return nil, fail(fault.NoAnchor, StepKey, unknownKey(e.keyID))
	}
	signed := encode(e.payloadType, e.payload)
	for _, key := range keys {
		if key.VerifySignature(bytes.NewReader(e.signature), bytes.NewReader(signed)) == nil {
			return key, nil
		}
	}
	if e.keyID != "" && keys[0].key.Hint != e.keyID {
		return nil, fail(fault.NoAnchor, StepKey, unknownKey(e.keyID))
	}
	return nil, fail(fault.Wrong, StepSignature, "it does not verify with the key given")
}
