package report

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/evidence"
	"touchstone/internal/fetch"
	"touchstone/internal/level"
	"touchstone/principles"
)

const hostile = "<img src=x onerror=alert(1)>\"'><script>alert(1)</script>\u202e\u200b\x00&amp;"

// hostileReport has text of an attacker's choice wherever text from outside is.
func hostileReport(t *testing.T) *Report {
	t.Helper()
	rules, err := principles.Load()
	require.NoError(t, err)
	facts := map[string]string{hostile: hostile}
	for _, name := range []string{"repository", "commit", "stated repository", "stated revision", "build config uri", "subject",
		"runner environment", "build run", "attesting key", "signing key", "log", "log entry", "entry", "signed at", "time proven by", "list"} {
		facts[name] = hostile
	}
	r := &Report{
		Reference: "pkg:npm/" + hostile, Pasted: hostile, Notes: []string{hostile}, Repository: hostile, Time: hostile, Route: fetch.Direct,
		Verdict: Verdict{Sentence: hostile, Alarms: []string{hostile}, Failures: []string{hostile},
			Tracks: []level.Track{{ID: "integrity", Name: "Integrity", Level: 1, AtMost: 2, Top: 3}}},
		Requirements: []level.Requirement{{ID: "integrity-bytes-signed", Track: "integrity", Level: 2, Name: "x", Status: level.Unmet, Checks: []string{"digest-matches"}, Reason: hostile}},
		Facts: []evidence.Fact{
			{Topic: "containment", Text: hostile, Items: []string{hostile, "javascript:alert(1)", "pkg:npm/" + hostile, "https://a.b/" + hostile}, Stop: hostile},
			{Topic: "ingredients", Text: hostile, Items: make([]string, 20)}, {Topic: "contact", Text: hostile}, {Topic: "index", Text: hostile},
		},
		Artifact: Artifact{URL: "javascript:alert(1)", Size: 1, Digests: map[string]string{hostile: hostile}},
		Files:    []File{{Path: hostile, SHA256: hostile}},
		Commands: []Command{{hostile, hostile, hostile}},
		Sources:  []Source{{URL: "javascript:alert(1)", State: fetch.Unknown, Reason: hostile}},
		rules:    rules,
	}
	for _, c := range evidence.Checks {
		r.Findings = append(r.Findings, evidence.Finding{Check: c.ID, Outcome: evidence.Pass, Reason: hostile, Facts: facts})
	}
	return r
}

func TestEverythingHostileIsText(t *testing.T) {
	for _, failed := range []bool{false, true} {
		r := hostileReport(t)
		r.Verdict.Failed = failed
		html, err := r.HTML()
		require.NoError(t, err)
		for _, tag := range []string{"<script", "<img", "<iframe", "<style", "<form", "<object", "<base", "<link", "<meta"} {
			require.NotContains(t, strings.ToLower(html), tag)
		}
		require.NotContains(t, html, `href="javascript`)
		require.NotContains(t, html, " style=", "the content security policy allows no styles here")
		for _, part := range strings.Split(html, ` href="`)[1:] {
			target, _, _ := strings.Cut(part, `"`)
			require.True(t, strings.HasPrefix(target, "https://") || strings.HasPrefix(target, "#pkg:") || strings.HasPrefix(target, "/how/") || strings.HasPrefix(target, "/principles/integrity/#integrity-"), target)
		}
		// Only what is copied holds the characters themselves.
		for _, part := range strings.Split(html, ">") {
			text, _, _ := strings.Cut(part, "<")
			require.False(t, strings.ContainsAny(text, "\u202e\u200b\x00"), "%q", text)
		}
	}
}

// TestStatesStayApart: absent, failed, unknown and too old have words of their
// own.
func TestStatesStayApart(t *testing.T) {
	cases := []struct {
		finding evidence.Finding
		want    state
	}{
		{evidence.Finding{Outcome: evidence.Fail}, stateWrong},
		{evidence.Finding{Outcome: evidence.Absent}, stateMissing},
		{evidence.Finding{Outcome: evidence.Unknown}, stateOpen},
		{evidence.Finding{Outcome: evidence.Unknown, Unreadable: true}, stateUnreadable},
		{evidence.Finding{Outcome: evidence.NotApplicable}, stateIdle},
	}
	words, classes := map[string]bool{}, map[string]bool{}
	for _, c := range cases {
		got := stateOfFinding(c.finding)
		require.Equal(t, c.want, got)
		words[got.word], classes[got.class] = true, true
	}
	require.Len(t, words, len(cases))
	require.Len(t, classes, len(cases))
}

func TestStateOfRequirement(t *testing.T) {
	r := &Report{Findings: []evidence.Finding{
		{Check: "wrong", Outcome: evidence.Fail}, {Check: "old", Outcome: evidence.Unknown, Unreadable: true},
		{Check: "none", Outcome: evidence.Absent}, {Check: "good", Outcome: evidence.Pass},
	}}
	for want, q := range map[state]level.Requirement{
		stateMet:        {Status: level.Met, Checks: []string{"good"}},
		stateOpen:       {Status: level.Open, Checks: []string{"none"}},
		stateNotChecked: {Status: level.Unmet},
		stateWrong:      {Status: level.Unmet, Checks: []string{"old", "none", "wrong"}},
		stateUnreadable: {Status: level.Unmet, Checks: []string{"none", "old"}},
		stateMissing:    {Status: level.Unmet, Checks: []string{"good", "none"}},
	} {
		require.Equal(t, want, r.stateOf(q))
	}
}

func TestStatedIsNotConfirmed(t *testing.T) {
	r := &Report{Findings: []evidence.Finding{{Check: "source-stated", Outcome: evidence.Pass, Facts: map[string]string{"stated repository": "https://example.com/r", "stated revision": "abc"}}}}
	require.Equal(t, "Stated, not confirmed", r.sourceCard().state.word)
	r.Findings = append(r.Findings, evidence.Finding{Check: "source-agrees", Outcome: evidence.Fail, Reason: "differs"})
	require.Equal(t, stateWrong, r.sourceCard().state)
	require.Equal(t, "differs", r.sourceCard().reason)
}

func TestCardsAreInTheOrderOfTheGuide(t *testing.T) {
	var titles []string
	for _, c := range (&Report{}).cards() {
		titles = append(titles, c.title)
	}
	require.Equal(t, []string{"Source", "Build", "Integrity", "Attestation"}, titles)
}

func TestDigestsAreShownAsTheirToolsWriteThem(t *testing.T) {
	require.Equal(t, "h1:AAEC", digestValue("h1", "000102"))
	require.Equal(t, "000102", digestValue("sha256", "000102"))
	require.Equal(t, "no hex", digestValue("h1", "no hex"))
}

func TestName(t *testing.T) {
	for ref, want := range map[string][2]string{
		"pkg:golang/github.com/pkg/errors@v0.9.1":   {"github.com/pkg/errors", "v0.9.1"},
		"pkg:npm/%40scope/name@1.0.0?checksum=sha1": {"@scope/name", "1.0.0"},
		"pkg:npm/name": {"name", ""},
		"":             {"", ""},
	} {
		name, version := (&Report{Reference: ref}).name()
		require.Equal(t, want, [2]string{name, version}, ref)
	}
}
