package sigstore

import (
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"

	"touchstone/internal/fault"

	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// answerOf writes an entry as its log would answer it.
func answerOf(t testing.TB, v *virtual, b *protobundle.Bundle, bend func(entry, proof map[string]any)) []byte {
	e := b.VerificationMaterial.TlogEntries[0]
	p := v.prove(e.CanonicalizedBody, numbered)
	var hashes []string
	for _, h := range p.Hashes {
		hashes = append(hashes, hex.EncodeToString(h))
	}
	proof := map[string]any{
		"checkpoint": p.Checkpoint.Envelope, "hashes": hashes, "logIndex": p.LogIndex,
		"rootHash": hex.EncodeToString(p.RootHash), "treeSize": p.TreeSize,
	}
	entry := map[string]any{
		"body": e.CanonicalizedBody, "integratedTime": e.IntegratedTime, "logID": hex.EncodeToString(e.LogId.KeyId),
		"logIndex": e.LogIndex, "verification": map[string]any{"inclusionProof": proof, "signedEntryTimestamp": "AA=="},
	}
	if bend != nil {
		bend(entry, proof)
	}
	answer, err := json.Marshal(map[string]any{strings.Repeat("ab", 40): entry})
	require.NoError(t, err)
	return answer
}

func TestComplete(t *testing.T) {
	v := newVirtual(t)
	s := v.signing(aStatement(""))
	s.proof, s.mediaType, s.keyID = false, understood[0], ""
	b := v.sign(s)
	q := query(v, b)
	before, err := Verify(q)
	require.NoError(t, err)
	require.False(t, before.Log[0].Proven())

	completed, err := Complete(q.Bundle, answerOf(t, v, b, nil))
	require.NoError(t, err)
	q.Bundle = completed
	after, err := Verify(q)
	require.NoError(t, err)
	assert.True(t, after.Log[0].Proven())
	assert.Equal(t, before.Log[0].Promise, after.Log[0].Promise)
	assert.Equal(t, before.Certificate, after.Certificate)

	again, err := Complete(completed, answerOf(t, v, b, nil))
	require.NoError(t, err)
	assert.Equal(t, completed, again, "a proof that is there is kept")

	t.Run("false-proof", func(t *testing.T) {
		q.Bundle, err = Complete(toJSON(t, b), answerOf(t, v, b, func(_, p map[string]any) {
			p["hashes"] = []string{strings.Repeat("00", 32)}
		}))
		require.NoError(t, err, "completing verifies nothing")
		_, err = Verify(q)
		assert.Equal(t, StepLog, requireFailure(t, err, fault.Wrong).Step)
	})
}

func TestCompleteRefuses(t *testing.T) {
	v := newVirtual(t)
	s := v.signing(aStatement(""))
	s.proof, s.mediaType = false, understood[0]
	b := v.sign(s)
	for _, c := range []struct {
		name string
		bend func(entry, proof map[string]any)
		kind fault.Kind
		say  string
	}{
		{"another-body", func(e, _ map[string]any) { e["body"] = []byte("{}") }, fault.Wrong, "something else"},
		{"another-time", func(e, _ map[string]any) { e["integratedTime"] = 1 }, fault.Wrong, "something else"},
		{"another-place", func(e, _ map[string]any) { e["logIndex"] = 1 }, fault.Wrong, "no entry 1"},
		{"another-log", func(e, _ map[string]any) { e["logID"] = "ab" }, fault.Wrong, "no entry"},
		{"no-proof", func(e, _ map[string]any) { e["verification"] = map[string]any{} }, fault.Missing, "no inclusion proof"},
		{"no-body", func(e, _ map[string]any) { delete(e, "body") }, fault.Malformed, "no body"},
		{"no-checkpoint", func(_, p map[string]any) { delete(p, "checkpoint") }, fault.Missing, "no inclusion proof"},
		{"root-not-hex", func(_, p map[string]any) { p["rootHash"] = "xy" }, fault.Malformed, "root hash"},
		{"hash-short", func(_, p map[string]any) { p["hashes"] = []string{"abcd"} }, fault.Malformed, "a hash"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Complete(toJSON(t, b), answerOf(t, v, b, c.bend))
			assert.Contains(t, requireFailure(t, err, c.kind).Reason, c.say)
		})
	}
	for _, answer := range []string{"", "[]", "{}", `{"a":{},"b":{}}`, `{"a":{},"a":{}}`, `{"a":1}`} {
		_, err := Complete(toJSON(t, b), []byte(answer))
		requireFailure(t, err, fault.Malformed)
	}
}
