package evidence

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"touchstone/internal/fetch"
	"touchstone/internal/mint"
	"touchstone/internal/registry"
	"touchstone/internal/trust"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestNoAttestations: absent needs the host's own word, and no promise against.
func TestNoAttestations(t *testing.T) {
	subject := registry.Expected{Algorithm: "sha512"}
	answer := func(s fetch.State, r fetch.Route) fetch.Answer { return fetch.Answer{State: s, Route: r} }
	for name, c := range map[string]struct {
		list registry.Attestations
		want Finding
	}{
		"not this repository":     {registry.Attestations{}, because(NotApplicable, "")},
		"the host says so":        {registry.Attestations{Subject: subject, Answer: answer(fetch.NotThere, fetch.Direct)}, because(Absent, "").by(Maintainer)},
		"an empty list":           {registry.Attestations{Subject: subject, Answer: answer(fetch.Found, fetch.Direct)}, because(Absent, "").by(Maintainer)},
		"an empty list, relayed":  {registry.Attestations{Subject: subject, Answer: answer(fetch.Found, fetch.Relay)}, because(Unknown, "")},
		"an empty list, promised": {registry.Attestations{Subject: subject, Promised: true, Answer: answer(fetch.Found, fetch.Direct)}, because(Unknown, "")},
		"404, promised":           {registry.Attestations{Subject: subject, Promised: true, Answer: answer(fetch.NotThere, fetch.Direct)}, because(Unknown, "")},
		"500":                     {registry.Attestations{Subject: subject, Answer: answer(fetch.Unknown, fetch.Direct)}, because(Unknown, "")},
		"unreadable":              {registry.Attestations{Subject: subject, Broken: "x", Answer: answer(fetch.Found, fetch.Direct)}, because(NotUnderstood, "")},
	} {
		t.Run(name, func(t *testing.T) {
			f, none := noAttestations(c.list)
			require.True(t, none)
			f.Reason = ""
			assert.Equal(t, c.want, f)
		})
	}
	_, none := noAttestations(registry.Attestations{Subject: subject, Each: []registry.Attestation{{}}})
	assert.False(t, none)
}

func TestPredicateSays(t *testing.T) {
	want := map[string]string{"name": "a", "version": "1"}
	for predicate, says := range map[string]bool{
		`{"name":"a","version":"1"}`: true, `{"name":"a","version":"1","more":2}`: true,
		`{"name":"a","version":1}`: false, `{"name":"a"}`: false, `{"Name":"a","version":"1"}`: false, `null`: false, ``: false, `[]`: false,
	} {
		assert.Equal(t, says, predicateSays(json.RawMessage(predicate), want), predicate)
	}
}

// TestOfAnotherInstance: what an authority that is no anchor signed is another
// instance's where the anchors would hold it, were it theirs.
func TestOfAnotherInstance(t *testing.T) {
	taken := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	anchors := trust.Anchor{Taken: taken}
	for issued, want := range map[time.Time]bool{taken.Add(-time.Hour): true, taken.Add(time.Hour): false} {
		store := mint.NewSigstore("another", "rekor.example", issued)
		x := mint.GitHubActions("https://github.com/o/r", ".github/workflows/w.yml", "refs/heads/main", commit)
		x.Statement = map[string]any{"_type": "https://in-toto.io/Statement/v1", "predicateType": "t", "subject": []any{map[string]any{"name": "n", "digest": map[string]any{"sha256": strings.Repeat("ab", 32)}}}}
		bundle, err := json.Marshal(store.Bundle(x))
		assert.NoError(t, err)
		assert.Equal(t, want, ofAnother(bundle, anchors, taken.Add(24*time.Hour)), issued)
		refreshed := anchors
		refreshed.RefreshedAt = taken.Add(24 * time.Hour)
		assert.True(t, ofAnother(bundle, refreshed, taken.Add(24*time.Hour)), "the anchors are as they are now")
	}
	assert.False(t, ofAnother([]byte("{}"), anchors, taken))
}
