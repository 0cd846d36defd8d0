package report

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/evidence"
	"touchstone/internal/level"
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
		{evidence.Finding{Outcome: evidence.Unknown, Unreadable: true}, Unreadable},
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

func TestStateOfRequirement(t *testing.T) {
	r := &Report{Findings: []Finding{
		{Finding: evidence.Finding{Check: "wrong", Outcome: evidence.Fail}}, {Finding: evidence.Finding{Check: "old", Outcome: evidence.Unknown, Unreadable: true}},
		{Finding: evidence.Finding{Check: "none", Outcome: evidence.Absent}}, {Finding: evidence.Finding{Check: "good", Outcome: evidence.Pass}},
	}}
	for want, q := range map[State]level.Requirement{
		Met:        {Status: level.Met, Checks: []string{"good"}},
		Open:       {Status: level.Open, Checks: []string{"none"}},
		NotChecked: {Status: level.Unmet},
		Wrong:      {Status: level.Unmet, Checks: []string{"old", "none", "wrong"}},
		Unreadable: {Status: level.Unmet, Checks: []string{"none", "old"}},
		Missing:    {Status: level.Unmet, Checks: []string{"good", "none"}},
	} {
		require.Equal(t, want, r.stateOf(q))
	}
}

func TestStatedIsNotConfirmed(t *testing.T) {
	r := &Report{Findings: []Finding{{Finding: evidence.Finding{Check: "source-stated", Outcome: evidence.Pass, Facts: map[string]string{"stated repository": "https://example.com/r", "stated revision": "abc"}}}}}
	require.Equal(t, "Stated, not confirmed", r.sourceCard().State.Word)
	r.Findings = append(r.Findings, Finding{Finding: evidence.Finding{Check: "source-agrees", Outcome: evidence.Fail, Reason: "differs"}})
	require.Equal(t, Wrong, r.sourceCard().State)
	require.Equal(t, "differs", r.sourceCard().Reason)
}

func TestCardsAreInTheOrderOfTheGuide(t *testing.T) {
	var titles []string
	for _, c := range (&Report{}).cards() {
		titles = append(titles, c.Title)
	}
	require.Equal(t, []string{"Source", "Build", "Integrity", "Public log record"}, titles)
}

func TestDigestsAreShownAsTheirToolsWriteThem(t *testing.T) {
	require.Equal(t, "h1:"+strings.Repeat("A", 43)+"=", digestValue("h1", strings.Repeat("00", 32)))
	require.Equal(t, "000102", digestValue("sha256", "000102"))
	require.Equal(t, "no hex", digestValue("h1", "no hex"))
}
