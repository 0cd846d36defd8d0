package level_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/evidence"
	"touchstone/internal/level"
	"touchstone/principles"
)

// rules has one track of two levels; no name of ours, so that the engine
// cannot know any.
func rules() *principles.Document {
	return &principles.Document{
		Tracks: []principles.Track{
			{ID: "t", Name: "T", Weighed: true, Levels: []principles.Level{
				{Level: 1, Name: "one", Requirements: []principles.Requirement{
					{ID: "r1", MetBy: []principles.Way{{All: []string{"a", "b"}}, {All: []string{"c"}}}},
				}},
				{Level: 2, Name: "two", Requirements: []principles.Requirement{
					{ID: "r2", MetBy: []principles.Way{{All: []string{"d"}}}},
					{ID: "r3", MetBy: []principles.Way{{All: []string{"a"}}}},
				}},
				{Level: 3, Name: "three", Requirements: []principles.Requirement{
					{ID: "r4", NotChecked: "nothing checks this"},
				}},
			}},
			{ID: "unweighed", Levels: []principles.Level{{Level: 1, Requirements: []principles.Requirement{{ID: "u"}}}}},
		},
		Checks: []principles.Check{
			{ID: "a", OnFail: principles.Failed}, {ID: "b", OnFail: principles.Alarm},
			{ID: "c", OnFail: principles.Note}, {ID: "d", OnFail: principles.Note},
		},
	}
}

func TestWeigh(t *testing.T) {
	const p, f, a, u, n = evidence.Pass, evidence.Fail, evidence.Absent, evidence.Unknown, evidence.NotApplicable
	cases := []struct {
		name          string
		a, b, c, d    evidence.Outcome
		failed        bool
		level, atMost int
		r1            level.Status
	}{
		{"everything passes", p, p, p, p, false, 2, 2, level.Met},
		{"one way suffices", p, a, p, p, false, 2, 2, level.Met},
		{"the other way suffices", p, p, a, p, false, 2, 2, level.Met},
		{"no way", p, a, a, p, false, 0, 0, level.Unmet},
		{"a higher level does not hold without the lower", p, n, n, p, false, 0, 0, level.Unmet},
		{"unknown opens and does not raise", p, u, a, p, false, 0, 2, level.Open},
		{"unknown beside absent in one way stays unmet", u, a, a, p, false, 0, 0, level.Unmet},
		{"unknown above keeps the level below", p, p, p, u, false, 1, 2, level.Met},
		{"absent above keeps the level below", p, p, p, a, false, 1, 1, level.Met},
		{"not applicable is not met", p, p, p, n, false, 1, 1, level.Met},
		{"a failure that fails", f, p, p, p, true, 0, 0, level.Met},
		{"a failure that alarms", p, f, p, p, false, 2, 2, level.Met},
		{"a failure that only leaves unmet", p, p, f, f, false, 1, 1, level.Met},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			v, err := level.Weigh(rules(), []evidence.Finding{
				{Check: "a", Outcome: c.a, Reason: "A."}, {Check: "b", Outcome: c.b, Reason: "B."},
				{Check: "c", Outcome: c.c, Reason: "C."}, {Check: "d", Outcome: c.d, Reason: "D."},
			})
			require.NoError(t, err)
			require.Equal(t, c.failed, v.Failed)
			require.Len(t, v.Tracks, 1, "tracks that are not weighed have no result")
			require.Equal(t, c.level, v.Tracks[0].Level)
			require.Equal(t, c.atMost, v.Tracks[0].AtMost)
			require.Equal(t, c.r1, v.Requirements[0].Status)
			last := v.Requirements[len(v.Requirements)-1]
			require.Equal(t, level.Unmet, last.Status, "what no check can meet is unmet, never open")
			require.Equal(t, "nothing checks this", last.Reason)
		})
	}
}

func TestSeveritiesAreSaid(t *testing.T) {
	v, err := level.Weigh(rules(), []evidence.Finding{
		{Check: "a", Outcome: evidence.Fail, Reason: "wrong bytes"},
		{Check: "b", Outcome: evidence.Fail, Reason: "odd name"},
		{Check: "c", Outcome: evidence.Fail, Reason: "quiet"},
	})
	require.NoError(t, err)
	require.Equal(t, []string{"wrong bytes"}, v.Failures)
	require.Equal(t, []string{"odd name"}, v.Alarms)
}

func TestACheckThatDidNotRunMeetsNothing(t *testing.T) {
	v, err := level.Weigh(rules(), nil)
	require.NoError(t, err)
	require.Equal(t, 0, v.Tracks[0].Level)
	require.Equal(t, 0, v.Tracks[0].AtMost)
	require.Contains(t, v.Requirements[0].Reason, "was not run")
}

func TestUnusableFindingsAreErrors(t *testing.T) {
	_, err := level.Weigh(rules(), []evidence.Finding{{Check: "x", Outcome: evidence.Pass}})
	require.ErrorContains(t, err, "know no check x")
	_, err = level.Weigh(rules(), []evidence.Finding{{Check: "a", Outcome: evidence.Pass}, {Check: "a", Outcome: evidence.Fail}})
	require.ErrorContains(t, err, "answered twice")
}

// TestTheReasonIsTheCause: a question that does not arise never gives the
// reason while another does; of the rest, wrong says more than missing, that
// more than not checked, that more than not understood. Status comes first: what
// may still turn out well says so.
func TestTheReasonIsTheCause(t *testing.T) {
	const p, f, a, u, n = evidence.Pass, evidence.Fail, evidence.Absent, evidence.Unknown, evidence.NotApplicable
	const old = evidence.Outcome("not understood")
	for _, c := range []struct {
		a, b, c evidence.Outcome // the ways are a with b, and c
		status  level.Status
		reason  string
		reach   string
	}{
		{p, u, a, level.Open, "B.", ""},
		{p, u, u, level.Open, "B.", ""},
		{u, u, u, level.Open, "C.", ""},
		{n, p, a, level.Unmet, "C.", "do c"},
		{p, n, a, level.Unmet, "C.", "do c"},
		{p, n, f, level.Unmet, "C.", "do c"},
		{p, n, old, level.Unmet, "C.", ""},
		{p, n, n, level.Unmet, "B.", ""},
		{n, p, u, level.Open, "C.", ""},
		{p, a, f, level.Unmet, "C.", "do c"},
		{p, f, a, level.Unmet, "B.", "do b"},
		{a, f, p, level.Met, "C.", ""},
		{a, f, a, level.Unmet, "B.", "do b"},
		{u, a, a, level.Unmet, "B.", "do b"},
		{a, a, a, level.Unmet, "A. B.", "do a"},
		{p, a, a, level.Unmet, "B.", "do b"},
		{p, old, a, level.Unmet, "C.", "do c"},
		{p, old, old, level.Unmet, "B.", ""},
		{old, a, u, level.Open, "C.", ""},
		{p, p, n, level.Met, "A. B.", ""},
	} {
		doc := rules()
		for i := range doc.Checks {
			doc.Checks[i].Reach.Repository = "do " + doc.Checks[i].ID
		}
		finding := func(id, reason string, o evidence.Outcome) evidence.Finding {
			if o == old {
				return evidence.Finding{Check: id, Outcome: evidence.NotUnderstood, Reason: reason}
			}
			f := evidence.Finding{Check: id, Outcome: o, Reason: reason}
			if slices.Contains([]evidence.Outcome{"fail", "absent"}, o) {
				f.Could = evidence.Repository
			}
			return f
		}
		v, err := level.Weigh(doc, []evidence.Finding{finding("a", "A.", c.a), finding("b", "B.", c.b), finding("c", "C.", c.c)})
		require.NoError(t, err)
		got := v.Requirements[0]
		require.Equal(t, []string{string(c.status), c.reason, c.reach}, []string{string(got.Status), got.Reason, got.Reach.Repository}, "%v", c)
	}
}

func TestACauseIsSaidOnce(t *testing.T) {
	v, err := level.Weigh(rules(), []evidence.Finding{{Check: "a", Outcome: evidence.Absent, Reason: "None."}, {Check: "b", Outcome: evidence.Absent, Reason: "None."}})
	require.NoError(t, err)
	require.Equal(t, "None.", v.Requirements[0].Reason)
	require.Equal(t, []string{"a", "b"}, v.Requirements[0].Checks)
}

// TestTheEngineKnowsNoNames holds the rule that changing what a level means
// changes data only.
func TestTheEngineKnowsNoNames(t *testing.T) {
	doc, err := principles.LoadAll()
	require.NoError(t, err)
	source := engineSource(t)
	for _, c := range doc.Checks {
		require.NotContains(t, source, `"`+c.ID+`"`)
	}
	for _, track := range doc.Tracks {
		require.NotContains(t, source, `"`+track.ID+`"`)
		for _, l := range track.Levels {
			for _, r := range l.Requirements {
				require.NotContains(t, source, `"`+r.ID+`"`)
			}
		}
	}
}
