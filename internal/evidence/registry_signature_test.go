package evidence

import (
	"strings"
	"testing"
	"time"

	"touchstone/internal/fetch"
	"touchstone/internal/prove"
	"touchstone/internal/registry"
	"touchstone/internal/trust"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestWrongSignatures by npm's own keys, and by one that nobody knows.
func TestWrongSignatures(t *testing.T) {
	const (
		old, current = "SHA256:jl3bwswu80PjjokCgh0o2w5c2U4LhQAE57gj9cz1kzA", "SHA256:DhQ8wR5APBvFHLF/+Tc+AYvPOdTpcIDqOhxsBHRwC7U"
	)
	anchors := trust.Embedded()
	at := time.Date(2026, time.October, 10, 0, 0, 0, 0, time.UTC)
	in := func(keyID string, sig []byte) *exam {
		return &exam{Case: Case{Mechanisms: mechanisms, Proofs: prove.Proofs{Anchors: anchors}, Time: at, Network: true, Release: &registry.Release{Chain: []registry.Link{{SignsAll: "x",
			Answer:     fetch.Answer{Route: fetch.Direct},
			Signatures: []registry.Signature{{Form: registry.ECDSAP256, Anchors: trust.NPMKeys, KeyID: keyID, Message: []byte("a@1:sha512-x"), Bytes: sig}}}}}}}
	}
	for _, id := range []string{old, current} {
		f := registrySignature(in(id, []byte("nonsense")))
		require.Equal(t, Fail, f.Outcome)
		require.Contains(t, f.Reason, id)
		require.Equal(t, Fail, registrySignature(in(id, nil)).Outcome)
	}
	f := registrySignature(in("SHA256:nobody", make([]byte, 70)))
	require.Equal(t, Unknown, f.Outcome, "it may be newer than the list of keys here")
	require.Equal(t, Unknown, registrySignature(in(strings.ToLower(current), make([]byte, 70))).Outcome, "case counts")
	require.Equal(t, Absent, registrySignature(in("SHA256:nobody", []byte("nonsense"))).Outcome, "no key makes that")
}

// counting counts how often a signature is verified.
type counting struct {
	Mechanism
	verified *int
}

func (c counting) Verify(message, signature []byte, keyID string, keys []trust.Key) (trust.Key, error) {
	*c.verified++
	return c.Mechanism.Verify(message, signature, keyID, keys)
}

// TestJudgedOnce: each signature over each document is verified once, however many
// checks rest on it, and each exam verifies for itself; of two documents with one list of
// signatures each is verified.
func TestJudgedOnce(t *testing.T) {
	verified := 0
	counted := map[registry.Form]Mechanism{registry.ECDSAP256: counting{mechanisms[registry.ECDSAP256], &verified}}
	signatures := []registry.Signature{
		{Form: registry.ECDSAP256, Anchors: trust.NPMKeys, KeyID: "SHA256:DhQ8wR5APBvFHLF/+Tc+AYvPOdTpcIDqOhxsBHRwC7U", Message: []byte("a@1:sha512-x"), Bytes: []byte("nonsense")},
		{Form: registry.ECDSAP256, Anchors: trust.NPMKeys, KeyID: "SHA256:nobody", Message: []byte("a@1:sha512-x"), Bytes: make([]byte, 70)},
	}
	link := registry.Link{Name: "record", SignsAll: "x", Answer: fetch.Answer{Route: fetch.Direct, URL: "https://registry.example/a"}, Signatures: signatures}
	other := link
	other.Answer.URL = "https://registry.example/b"
	exams := func(chain ...registry.Link) *exam {
		return &exam{Case: Case{Mechanisms: counted, Proofs: prove.Proofs{Anchors: trust.Embedded()}, Time: time.Date(2026, time.October, 10, 0, 0, 0, 0, time.UTC), Network: true, Release: &registry.Release{Chain: chain}}}
	}
	for range 2 {
		verified = 0
		e := exams(link)
		for range 3 {
			require.Equal(t, Fail, registrySignature(e).Outcome)
			require.False(t, e.recordCovered())
		}
		require.Equal(t, 2, verified)
		f, _ := e.judge(link, 0)
		f.Facts = map[string]string{"changed": "by a check"}
		again, _ := e.judge(link, 0)
		require.Empty(t, again.Facts)
	}
	verified = 0
	registrySignature(exams(link, other))
	require.Equal(t, 4, verified)
}

func TestHostsDate(t *testing.T) {
	const date = "2022-06-08T22:18:55.229Z"
	for _, c := range []struct {
		published        string
		route, signature fetch.Route
		want             bool
	}{
		{date, fetch.Direct, fetch.Direct, true},
		{date, fetch.Replay, fetch.Direct, false},
		{date, fetch.Direct, fetch.Relay, false},
		{date, fetch.Relay, fetch.Relay, false},
		{"", fetch.Direct, fetch.Direct, false},
		{"yesterday", fetch.Direct, fetch.Direct, false},
	} {
		rel := &registry.Release{Index: registry.Index{Published: c.published, PublishedRoute: c.route},
			Chain: []registry.Link{{Answer: fetch.Answer{Route: c.signature}}}}
		_, ok := hostsDate(rel, rel.Record())
		assert.Equal(t, c.want, ok, c)
	}
}
