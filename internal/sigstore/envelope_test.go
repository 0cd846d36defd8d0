package sigstore

import (
	"crypto/ecdsa"
	"encoding/json"
	"testing"
	"time"

	"touchstone/internal/fault"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func anEnvelope(t testing.TB, key *ecdsa.PrivateKey, payload []byte, payloadType string) []byte {
	doc, err := json.Marshal(map[string]any{
		"payload": payload, "payloadType": payloadType,
		"signatures": []any{map[string]any{"keyid": "k", "sig": signWith(t, key, encode(payloadType, payload))}},
	})
	require.NoError(t, err)
	return doc
}

func TestVerifyEnvelope(t *testing.T) {
	key, other := newKey(t), newKey(t)
	ours, theirs := Key{Hint: "k", SPKI: spkiOf(t, key)}, Key{Hint: "other", SPKI: spkiOf(t, other)}
	good := anEnvelope(t, key, aStatement(""), PayloadType)
	artifact := Artifact{Bytes: theArtifact}
	for _, c := range []struct {
		name string
		q    EnvelopeQuery
		kind fault.Kind
		step Step
	}{
		{"good", EnvelopeQuery{Envelope: good, Keys: []Key{theirs, ours}, Artifact: artifact}, "", ""},
		{"unnamed-key", EnvelopeQuery{Envelope: good, Keys: []Key{theirs, {Hint: "x", SPKI: ours.SPKI}}, Artifact: artifact}, "", ""},
		{"any-artifact", EnvelopeQuery{Envelope: good, Keys: []Key{ours}, AnyArtifact: true}, "", ""},
		{"no-keys", EnvelopeQuery{Envelope: good, AnyArtifact: true}, fault.NoAnchor, StepKey},
		{"unknown-key", EnvelopeQuery{Envelope: good, Keys: []Key{theirs}, AnyArtifact: true}, fault.NoAnchor, StepKey},
		{"wrong-key-of-that-name", EnvelopeQuery{Envelope: good, Keys: []Key{{Hint: "k", SPKI: theirs.SPKI}}, AnyArtifact: true}, fault.Wrong, StepSignature},
		{"bounded-key", EnvelopeQuery{Envelope: good, Keys: []Key{{Hint: "k", SPKI: ours.SPKI, End: time.Unix(1, 0)}}, AnyArtifact: true}, fault.Missing, StepTime},
		{"other-artifact", EnvelopeQuery{Envelope: good, Keys: []Key{ours}, Artifact: Artifact{Bytes: []byte("x")}}, fault.Wrong, StepArtifact},
		{"no-artifact", EnvelopeQuery{Envelope: good, Keys: []Key{ours}}, fault.Missing, StepQuestion},
		{"type", EnvelopeQuery{Envelope: anEnvelope(t, key, aStatement(""), "text/plain"), Keys: []Key{ours}, AnyArtifact: true}, fault.NotUnderstood, StepStatement},
		{"statement", EnvelopeQuery{Envelope: anEnvelope(t, key, []byte("{}"), PayloadType), Keys: []Key{ours}, AnyArtifact: true}, fault.Malformed, StepStatement},
		{"garbage", EnvelopeQuery{Envelope: []byte("no"), Keys: []Key{ours}, AnyArtifact: true}, fault.Malformed, StepSignature},
		{"two-signatures", EnvelopeQuery{Envelope: []byte(`{"payload":"e30=","payloadType":"x","signatures":[{"sig":"AA=="},{"sig":"AA=="}]}`), Keys: []Key{ours}, AnyArtifact: true}, fault.Malformed, StepSignature},
		{"base64", EnvelopeQuery{Envelope: []byte(`{"payload":"!","payloadType":"x","signatures":[{"sig":"AA=="}]}`), Keys: []Key{ours}, AnyArtifact: true}, fault.Malformed, StepSignature},
	} {
		t.Run(c.name, func(t *testing.T) {
			v, err := VerifyEnvelope(c.q)
			if c.kind != "" {
				assert.Nil(t, v)
				assert.Equal(t, c.step, requireFailure(t, err, c.kind).Step)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, Fingerprint(ours.SPKI), v.Key.Fingerprint)
			assert.Empty(t, v.Times)
			assert.Empty(t, v.Log)
		})
	}
}

// TestEncode: the example of DSSE's protocol.md.
func TestEncode(t *testing.T) {
	assert.Equal(t, "DSSEv1 29 http://example.com/HelloWorld 11 hello world", string(encode("http://example.com/HelloWorld", []byte("hello world"))))
}
