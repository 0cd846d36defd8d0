package evidence

import (
	"encoding/json"
	"testing"

	"touchstone/internal/fetch"
	"touchstone/internal/registry"

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
