package evidence

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/artifact"
	"touchstone/internal/bare"
	"touchstone/internal/fetch"
	"touchstone/internal/prove"
	"touchstone/internal/registry"
	"touchstone/internal/trust"
)

func TestBetter(t *testing.T) {
	rising := []Finding{because(Absent, "absent"), because(NotUnderstood, "old"), because(Unknown, "open"), pass("pass", nil), because(Fail, "fail")}
	for i, a := range rising {
		for j, b := range rising {
			assert.Equal(t, rising[max(i, j)], better(a, b))
		}
	}
	assert.Equal(t, "first", better(because(Unknown, "first"), because(Unknown, "second")).Reason)
}

var mechanisms = map[registry.Form]Mechanism{registry.ECDSAP256: bare.ECDSAP256{}}

func TestSignatureServed(t *testing.T) {
	served := func(keyID string, length int) []registry.Signature {
		return []registry.Signature{{Form: registry.ECDSAP256, KeyID: keyID, Bytes: make([]byte, length)}}
	}
	direct := fetch.Answer{State: fetch.Found, Route: fetch.Direct}
	for name, c := range map[string]struct {
		record registry.Link
		want   Outcome
	}{
		"signs nothing":    {registry.Link{}, NotApplicable},
		"signed":           {registry.Link{SignsAll: "x", Signatures: served("SHA256:x", 70)}, Pass},
		"no base64":        {registry.Link{SignsAll: "x", Signatures: served("x", 0), Answer: direct}, Fail},
		"too short":        {registry.Link{SignsAll: "x", Signatures: served("x", 31), Answer: direct}, Fail},
		"by nobody":        {registry.Link{SignsAll: "x", Signatures: served("", 70), Answer: direct}, Fail},
		"garbage beside":   {registry.Link{SignsAll: "x", Signatures: append(served("x", 0), served("y", 70)...), Answer: direct}, Pass},
		"garbage, replay":  {registry.Link{SignsAll: "x", Signatures: served("x", 0), Answer: fetch.Answer{State: fetch.Found, Route: fetch.Replay}}, Unknown},
		"stripped, direct": {registry.Link{SignsAll: "x", Answer: fetch.Answer{State: fetch.Found, Route: fetch.Direct}}, Fail},
		"stripped, relay":  {registry.Link{SignsAll: "x", Answer: fetch.Answer{State: fetch.Found, Route: fetch.Relay}}, Unknown},
		"stripped, replay": {registry.Link{SignsAll: "x", Answer: fetch.Answer{State: fetch.Found, Route: fetch.Replay}}, Unknown},
		"no record":        {registry.Link{SignsAll: "x", Answer: fetch.Answer{State: fetch.Unknown}}, Unknown},
		"not there":        {registry.Link{SignsAll: "x", Answer: fetch.Answer{State: fetch.NotThere}}, Absent},
	} {
		t.Run(name, func(t *testing.T) {
			in := &exam{Case: Case{Mechanisms: mechanisms, Release: &registry.Release{Chain: []registry.Link{c.record}}}}
			assert.Equal(t, c.want, signatureServed(in).Outcome)
			if c.want == Fail {
				assert.Equal(t, Absent, registrySignature(in).Outcome, "the alarm is said once")
			}
		})
	}
}

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

func TestWeakDigests(t *testing.T) {
	digest := func(algorithm, value string) registry.Stated {
		return registry.Stated{Of: registry.OfArtifact, Algorithm: algorithm, Value: value}
	}
	choice := func(algorithm, value string) registry.Stated {
		d := digest(algorithm, value)
		d.Choice = true
		return d
	}
	have := map[string]string{"sha1": "aa", "sha256": "bb", "sha384": "cc", "sha512": "dd"}
	for name, c := range map[string]struct {
		stated             []registry.Stated
		published, matches Outcome
	}{
		"strong":                   {[]registry.Stated{digest("sha512", "dd"), digest("sha1", "aa")}, Pass, Pass},
		"sha1 only":                {[]registry.Stated{digest("sha1", "aa")}, Absent, Absent},
		"md5 only":                 {[]registry.Stated{digest("md5", "ee")}, Absent, Absent},
		"sha384 only":              {[]registry.Stated{digest("sha384", "cc")}, Pass, Pass},
		"sha1 differs":             {[]registry.Stated{digest("sha1", "ab")}, Absent, Fail},
		"sha1 differs, sha512 not": {[]registry.Stated{digest("sha512", "dd"), digest("sha1", "ab")}, Pass, Fail},
		"one of two differs":       {[]registry.Stated{digest("sha512", "dd"), digest("sha256", "ab")}, Pass, Fail},
		"a choice":                 {[]registry.Stated{choice("sha512", "00"), choice("sha512", "dd"), choice("sha512", "ff")}, Pass, Pass},
		"a choice, none right":     {[]registry.Stated{choice("sha512", "00"), choice("sha512", "ff")}, Pass, Fail},
		"a choice, others wrong":   {[]registry.Stated{choice("sha512", "dd"), choice("sha256", "ff")}, Pass, Fail},
		"no choice":                {[]registry.Stated{digest("sha512", "dd"), digest("sha512", "ff")}, Pass, Fail},
		"none":                     {nil, Absent, Absent},
	} {
		t.Run(name, func(t *testing.T) {
			in := &exam{Case: Case{Release: &registry.Release{Chain: []registry.Link{{States: c.stated, Answer: fetch.Answer{State: fetch.Found, Route: fetch.Direct}}}},
				Artifact: &artifact.Artifact{Answer: fetch.Answer{State: fetch.Found}, Digests: have}}}
			assert.Equal(t, c.published, digestPublished(in).Outcome)
			assert.Equal(t, c.matches, digestMatches(in).Outcome)
		})
	}
}
