package report

import (
	"fmt"
	"net/url"
	"strings"

	"touchstone/internal/level"
)

// A Verdict is the answer: one entry a track beside Failed and Sentence.
type Verdict struct {
	Failed   bool
	Title    string    // the answer and what it is about, for a window's title
	Headline string    // who did what: the answer in a few short sentences
	Sentence string    // the levels reached, in sentences
	Advice   []Pointer // what to do about a failed verdict; never null
	Missing  string    // why not the next integrity level; empty at the top
	Alarms   []string  // never null
	Failures []string  // never null
	Tracks   []level.Track
}

// verdict puts the answer into words.
func verdict(s Subject, r *Report) Verdict {
	r.Verdict = Verdict{Failed: s.Verdict.Failed, Tracks: s.Verdict.Tracks, Alarms: s.Verdict.Alarms, Failures: s.Verdict.Failures}
	v := &r.Verdict
	if v.Alarms == nil {
		v.Alarms = []string{}
	}
	if v.Failures == nil {
		v.Failures = []string{}
	}
	v.Title, v.Headline, v.Advice = r.title(), r.headline(s), []Pointer{}
	if v.Failed {
		v.Sentence = v.Headline
		v.Missing = strings.Join(v.Failures, " ")
		v.Advice = r.advice(s)
		return *v
	}
	var reached, open []string
	for _, t := range v.Tracks {
		part := fmt.Sprintf("%s level %d of %d", t.Name, t.Level, t.Top)
		if t.LevelName != "" {
			part += " (" + t.LevelName + ")"
		}
		reached = append(reached, part)
		if t.AtMost > t.Level {
			open = append(open, fmt.Sprintf("%s to %d", t.Name, t.AtMost))
		}
	}
	v.Sentence = and(reached) + "."
	if len(open) > 0 {
		v.Sentence += fmt.Sprintf(" What could not be checked may raise %s, at most.", and(open))
	}
	v.Missing = missing(v.Tracks, r.Requirements)
	return *v
}

// limits say what no audit here looks at.
func limits(name string) []Pointer {
	return []Pointer{{"Known vulnerabilities are not looked up.", "osv.dev lists them", "https://osv.dev/list?q=" + url.QueryEscape(name)}}
}

// and joins words as a sentence does.
func and(words []string) string {
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
	return strings.Join(words, "")
}

// missing names what stands between the first track's level and the next.
func missing(tracks []level.Track, requirements []Requirement) string {
	if len(tracks) == 0 {
		return ""
	}
	t := tracks[0]
	var reasons []string
	for _, q := range requirements {
		if q.Track == t.ID && q.Level == t.Level+1 && q.Status != level.Met {
			reasons = append(reasons, q.Reason)
		}
	}
	return level.Joined(reasons)
}
