package report

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/evidence"
	"touchstone/internal/level"
	"touchstone/internal/sigstore"
)

// TestStatesStayApart: absent, failed, unknown and too old have words of their
// own.
func TestStatesStayApart(t *testing.T) {
	cases := []struct {
		finding evidence.Finding
		want    State
	}{
		{evidence.Finding{Outcome: evidence.Fail}, Wrong},
		{evidence.Finding{Outcome: evidence.Absent}, Missing},
		{evidence.Finding{Outcome: evidence.Unknown}, Open},
		{evidence.Finding{Outcome: evidence.NotUnderstood}, NotUnderstood},
		{evidence.Finding{Outcome: evidence.NotApplicable}, Idle},
	}
	words, classes := map[string]bool{}, map[string]bool{}
	for _, c := range cases {
		got := Finding{Finding: c.finding}.State()
		require.Equal(t, c.want, got)
		words[got.Word], classes[got.Class] = true, true
	}
	require.Len(t, words, len(cases))
	require.Len(t, classes, len(cases))
}

// TestShownVersion: a digest is shown by its beginning, and nothing else is cut.
func TestShownVersion(t *testing.T) {
	long := strings.Repeat("9", 64)
	for version, want := range map[string]string{
		"sha256:" + strings.Repeat("0a", 32): "sha256:" + strings.Repeat("0a", 12) + "…",
		"1:2.3-4":                            "1:2.3-4",
		long:                                 long,
		"1:" + long:                          "1:" + long,
		"":                                   "",
	} {
		require.Equal(t, want, (&Report{Version: version}).ShownVersion())
	}
}

func TestStateOfRequirement(t *testing.T) {
	r := &Report{Findings: []Finding{
		{Finding: evidence.Finding{Check: "wrong", Outcome: evidence.Fail}}, {Finding: evidence.Finding{Check: "old", Outcome: evidence.NotUnderstood}},
		{Finding: evidence.Finding{Check: "none", Outcome: evidence.Absent}}, {Finding: evidence.Finding{Check: "good", Outcome: evidence.Pass}},
	}}
	for want, q := range map[State]level.Requirement{
		Met:           {Status: level.Met, Checks: []string{"good"}},
		Open:          {Status: level.Open, Checks: []string{"none"}},
		NotChecked:    {Status: level.Unmet},
		Wrong:         {Status: level.Unmet, Checks: []string{"old", "none", "wrong"}},
		NotUnderstood: {Status: level.Unmet, Checks: []string{"none", "old"}},
		Missing:       {Status: level.Unmet, Checks: []string{"good", "none"}},
	} {
		require.Equal(t, want, r.stateOf(q))
	}
}

func TestStatedIsNotConfirmed(t *testing.T) {
	r := &Report{Findings: []Finding{{Finding: evidence.Finding{Check: "source-stated", Outcome: evidence.Pass}}}}
	stated := evidence.Proven{Source: &evidence.Source{Repository: "https://example.com/r", Commit: "abc"}}
	require.Equal(t, "Stated, not confirmed", r.sourceCard(stated).State.Word)
	r.Findings = append(r.Findings, Finding{Finding: evidence.Finding{Check: "source-agrees", Outcome: evidence.Fail, Reason: "differs"}})
	require.Equal(t, Wrong, r.sourceCard(stated).State)
	require.Equal(t, "differs", r.sourceCard(stated).Reason)
}

// TestProvenCards: what leads where, and what is said only of a build.
func TestProvenCards(t *testing.T) {
	const repo, commit = "https://github.com/o/r", "0123456789abcdef0123456789abcdef01234567"
	signer := &evidence.Signer{Provenance: true, Identity: &sigstore.Identity{SAN: "who", Claims: sigstore.Claims{BuildConfigURI: repo + "/.github/workflows/a.yml@refs/tags/v1"}}}
	p := evidence.Proven{Source: &evidence.Source{Repository: repo, Commit: commit, Attested: true}, Signer: signer,
		Build: &evidence.Build{Log: "https://rekor.sigstore.dev", Entry: 12}}
	places := map[string]string{}
	for _, c := range (&Report{}).cards(p) {
		for _, e := range c.Entries {
			places[e.Label] = e.Place
		}
	}
	require.Equal(t, repo+"/commit/"+commit, places["Commit"])
	require.Equal(t, repo+"/blob/"+commit+"/.github/workflows/a.yml", places["Workflow"])
	require.Equal(t, "https://search.sigstore.dev/?logIndex=12", places["Log entry"])
	require.Equal(t, "Built from github.com/o/r at commit 0123456789ab by .github/workflows/a.yml", (&Report{}).buildCard(p).Lead[0])
	signer.Provenance = false
	require.Equal(t, "Signed in a run from github.com/o/r at commit 0123456789ab by .github/workflows/a.yml", (&Report{}).buildCard(p).Lead[0])
	require.Empty(t, entryPlace("https://rekor.example", 12))
}

func TestCardsAreInTheOrderOfTheGuide(t *testing.T) {
	var titles []string
	for _, c := range (&Report{}).cards(evidence.Proven{}) {
		titles = append(titles, c.Title)
	}
	require.Equal(t, []string{"Source", "Build", "Integrity", "Public log record"}, titles)
}

func TestDigestsAreShownAsTheirToolsWriteThem(t *testing.T) {
	require.Equal(t, "h1:"+strings.Repeat("A", 43)+"=", digestValue("h1", strings.Repeat("00", 32)))
	require.Equal(t, "000102", digestValue("sha256", "000102"))
	require.Equal(t, "no hex", digestValue("h1", "no hex"))
}
