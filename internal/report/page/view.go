package page

import (
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"touchstone/internal/evidence"
	"touchstone/internal/fetch"
	"touchstone/internal/level"
	"touchstone/internal/report"
)

// plain is what the first track's level means, as a sentence.
func plain(r *report.Report) string {
	if len(r.Tracks) == 0 {
		return ""
	}
	return r.Tracks[0].Says
}

// A step is one level of a track, as it stands.
type step struct {
	level int
	name  string
	state report.State
}

// steps are a track's levels from the first up.
func steps(r *report.Report, t level.Track) []step {
	out := make([]step, t.Top)
	for i := range out {
		n := i + 1
		out[i] = step{level: n, name: levelName(r, t.ID, n)}
		switch {
		case n <= t.Level:
			out[i].state = report.State{Class: report.Met.Class, Word: "reached"}
		case n <= t.AtMost:
			out[i].state = report.State{Class: report.Open.Class, Word: "not settled"}
		case r.Verdict.Failed:
			out[i].state = report.State{Class: report.Wrong.Class, Word: "failed"}
		default:
			out[i].state = report.State{Class: report.Missing.Class, Word: "not reached"}
		}
	}
	return out
}

// levelName is what a level is called; empty where the report does not say.
func levelName(r *report.Report, id string, n int) string {
	if levels := track(r, id).Levels; n <= len(levels) {
		return levels[n-1]
	}
	return ""
}

// track is what the rules say of a track.
func track(r *report.Report, id string) report.Track {
	for _, t := range r.Tracks {
		if t.ID == id {
			return t
		}
	}
	return report.Track{}
}

// requirementsOf are those of one track.
func requirementsOf(r *report.Report, track string) []report.Requirement {
	var out []report.Requirement
	for _, q := range r.Requirements {
		if q.Track == track {
			out = append(out, q)
		}
	}
	return out
}

// lacking are those that stand between a track's level and the next.
func lacking(r *report.Report, t level.Track) []report.Requirement {
	var out []report.Requirement
	for _, q := range requirementsOf(r, t.ID) {
		if q.Level == t.Level+1 && q.Status != level.Met {
			out = append(out, q)
		}
	}
	return out
}

// byReason puts requirements together that lack the same, in their order. What
// could be done about them is what could be done about the first, so only those
// belong together that agree in that too.
func byReason(all []report.Requirement) [][]report.Requirement {
	var out [][]report.Requirement
	for _, q := range all {
		i := slices.IndexFunc(out, func(g []report.Requirement) bool {
			return g[0].Reason == q.Reason && g[0].Status == q.Status && (q.Status == level.Open || g[0].Reach == q.Reach)
		})
		if i < 0 {
			out = append(out, []report.Requirement{q})
			continue
		}
		out[i] = append(out[i], q)
	}
	return out
}

// sameReason names the first requirement of the track that stands before this
// one, is not met either, and says the same; empty where this is the first.
func sameReason(r *report.Report, q report.Requirement) string {
	if q.Status == level.Met {
		return ""
	}
	for _, before := range requirementsOf(r, q.Track) {
		if before.ID == q.ID {
			break
		}
		if before.Status == q.Status && before.Reason == q.Reason {
			return before.Name
		}
	}
	return ""
}

// unanswered is how many documents could not be had from a live repository. A
// recording is complete as it is: there is nobody to ask again.
func unanswered(r *report.Report) int {
	n := 0
	for _, s := range r.Sources {
		if s.State == fetch.Unknown && s.Status != 404 && s.Status != 410 && r.Route != fetch.Replay {
			n++
		}
	}
	return n
}

// evidenceOf are the findings behind a card that were asked at all.
func evidenceOf(r *report.Report, c report.Card) []report.Finding {
	var out []report.Finding
	for _, id := range c.Checks {
		if f := r.Finding(id); f.Outcome != evidence.NotApplicable {
			out = append(out, f)
		}
	}
	return out
}

// topicsAbout are what a report states about one thing.
func topicsAbout(r *report.Report, about string) []evidence.Topic {
	var out []evidence.Topic
	for _, t := range r.Topics {
		if t.About == about {
			out = append(out, t)
		}
	}
	return out
}

// A pair is a name and a value, for a list.
type pair struct{ name, value string }

// pairs sorts a map by name.
func pairs(m map[string]string) []pair {
	out := make([]pair, 0, len(m))
	for k, v := range m {
		out = append(out, pair{k, v})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].name < out[j].name })
	return out
}

// moment is a time for people: the same instant, easier to read.
func moment(rfc3339 string) string {
	t, err := time.Parse(time.RFC3339, rfc3339)
	if err != nil {
		return rfc3339
	}
	return t.UTC().Format("2006-01-02 15:04:05") + " UTC"
}

// counted is a number with its noun: "1 file", "12 files".
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// routeInWords says by whose word everything came.
func routeInWords(r *report.Report) string {
	if !slices.ContainsFunc(r.Sources, func(s report.Source) bool { return s.State == fetch.Found }) {
		return "Nobody answered."
	}
	switch r.Route {
	case fetch.Direct:
		return "Everything came straight from the hosts named under “Sources”."
	case fetch.Relay:
		return "Something came through our relay. What hashes, signatures and proofs decide holds all the same; what would be the relay's word alone is left open."
	case fetch.Replay:
		return "This was checked from a recording, not from the live repository. What would be the recording's word alone is left open."
	}
	return "This was checked on a file that was brought here. What would be that file's word alone is left open."
}

// lines splits text from outside into lines that are harmless to show.
func lines(s string) string {
	parts := strings.Split(strings.TrimRight(s, "\n"), "\n")
	for i, p := range parts {
		parts[i] = report.Clean(p)
	}
	return strings.Join(parts, "\n")
}

// legend says what each state means.
var legend = []struct {
	state report.State
	means string
}{
	{report.Met, "It was checked here, and it holds."},
	{report.Wrong, "It is there, and it does not hold. This is never harmless; look before you use the package."},
	{report.Missing, "The repository itself says that there is none, or the format has no place for it. Nothing speaks against the package, but nothing is proven either."},
	{report.Open, "Something did not answer, or its word alone does not suffice. It may turn out either way; until then it raises no level."},
	{report.NotUnderstood, "Something is there, in a form that is newer than this program. It counts neither for nor against the package."},
	{report.NotChecked, "No check of this version can answer it yet. It counts as not met."},
}
