package page

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"touchstone/internal/evidence"
	"touchstone/internal/fetch"
	"touchstone/internal/level"
	"touchstone/internal/report"
)

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

// explained tells that a cause says why the package did not arrive.
func explained(r *report.Report) bool {
	return slices.ContainsFunc(r.Causes, func(c report.Cause) bool { return strings.Contains(c.Text, r.Artifact.Missing) })
}

// hanging are the requirements that a cause keeps from being met. Those of the
// next level stand first; they alone are shown there.
func hanging(r *report.Report, c report.Cause) []report.Requirement {
	var out []report.Requirement
	for _, q := range requirementsOf(r, r.Verdict.Tracks[0].ID) {
		if q.Level == r.Verdict.Tracks[0].Level+1 && slices.Contains(c.Requirements, q.ID) {
			out = append(out, q)
		}
	}
	return out
}

// said is why a requirement is as it is: in its own words what is not said above,
// and of the rest the place where it was said; each is empty where there is none.
func said(r *report.Report, q report.Requirement) (own, where string) {
	if q.Status == level.Met {
		return q.Reason, ""
	}
	var all []string
	for _, c := range r.CausesOf(q) {
		switch first := c.Requirements[0]; {
		case slices.Contains(r.Verdict.Failures, c.Text):
			where = cmp.Or(where, "The answer says why.")
		case c.Alarm:
			where = cmp.Or(where, "See the alarm above.")
		case c.Next:
			where = cmp.Or(where, "The reason stands above, where the next level is.")
		case first != q.ID:
			where = cmp.Or(where, "For the same reason as “"+nameOf(r, first)+"”.")
		default:
			all = append(all, c.Text)
		}
	}
	return strings.Join(all, " "), where
}

func nameOf(r *report.Report, id string) string {
	for _, q := range r.Requirements {
		if q.ID == id {
			return report.Clean(q.Name)
		}
	}
	return id
}

// statedBy says who stated a digest.
func statedBy(c report.Comparison) string {
	if c.By == "you" {
		return "the reference"
	}
	return "the repository"
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

// brought tells that the bytes are a file that the person brought.
func brought(r *report.Report) bool { return r.Artifact.Route == fetch.File }

// linkWords say what a link to this audit leads to.
func linkWords(r *report.Report) string {
	if brought(r) {
		return "Copy a link to this audit, without your file"
	}
	return "Copy a link to this audit"
}

// topicsAbout are the indexes of what a report states about one thing, without what
// its heading says.
func topicsAbout(r *report.Report, about string) []int {
	var out []int
	for i, t := range r.Topics {
		dated := t.ID == "published" && r.About.Published != ""
		if t.About == about && t.Text != r.About.Withdrawn && !dated {
			out = append(out, i)
		}
	}
	return out
}

// stop is how to prevent what a topic says would run; empty where the next one says
// the same.
func stop(r *report.Report, of []int, at int) string {
	how := r.Topics[of[at]].Stop
	if at+1 < len(of) && r.Topics[of[at+1]].Stop == how {
		return ""
	}
	return how
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

// sentence is a reason from elsewhere as a sentence of its own.
func sentence(reason string) string {
	first, size := utf8.DecodeRuneInString(reason)
	return string(unicode.ToUpper(first)) + strings.TrimSuffix(reason[size:], ".") + "."
}

// counted is a number with its noun: "1 file", "12 files".
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
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

// lookInside asks for the pieces that stand apart from a package, and says before
// what that fetches.
func lookInside(a *report.Apart) string {
	size := fmt.Sprintf("%d kB", (a.Size+999)/1000)
	if a.Size >= 1_000_000 {
		size = fmt.Sprintf("%d MB", (a.Size+999_999)/1_000_000)
	}
	called := a.Called
	if a.Count == 1 {
		called = strings.TrimSuffix(called, "s")
	}
	return fmt.Sprintf("Look inside: fetch %d %s, %s", a.Count, report.Clean(called), size)
}

// asksForKey tells whether a key that the reader brings could say more.
func asksForKey(r *report.Report) bool {
	outcome := r.Finding("key-signature").Outcome
	return outcome != evidence.NotApplicable && outcome != evidence.Pass
}
