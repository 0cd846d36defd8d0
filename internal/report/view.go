package report

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"touchstone/internal/evidence"
	"touchstone/internal/fetch"
	"touchstone/internal/level"
	"touchstone/principles"
)

// A state is how something stands, for people: the word and the sign differ as
// well as the colour, so that nobody has to see colours.
type state struct {
	class string // names the look, and the sign
	word  string
}

// The states. Four things that are easily confused stay apart: not there,
// there and wrong, not checked now, and not understood.
var (
	stateMet        = state{"met", "Met"}
	stateWrong      = state{"wrong", "Wrong"}
	stateMissing    = state{"missing", "Not there"}
	stateOpen       = state{"open", "Could not be checked"}
	stateUnreadable = state{"unreadable", "Not understood by this version"}
	stateNotChecked = state{"unchecked", "Not checked by this version"}
	stateIdle       = state{"idle", "Does not apply"}
)

// stateOfFinding is how one check ended.
func stateOfFinding(f evidence.Finding) state {
	switch {
	case f.Outcome == evidence.Pass:
		return state{"met", "Confirmed"}
	case f.Outcome == evidence.Fail:
		return stateWrong
	case f.Outcome == evidence.Absent:
		return stateMissing
	case f.Outcome == evidence.NotApplicable:
		return stateIdle
	case f.Unreadable:
		return stateUnreadable
	}
	return stateOpen
}

// stateOf is how a requirement stands: where it is not met, the worst of the
// checks that decided says why.
func (r *Report) stateOf(q level.Requirement) state {
	switch {
	case q.Status == level.Met:
		return stateMet
	case q.Status == level.Open:
		return stateOpen
	case len(q.Checks) == 0:
		return stateNotChecked
	}
	worst := stateMissing
	for _, id := range q.Checks {
		switch s := stateOfFinding(r.finding(id)); {
		case s == stateWrong:
			return s
		case s == stateUnreadable:
			worst = s
		}
	}
	return worst
}

// finding returns a check's answer; one that was not run is unknown.
func (r *Report) finding(id string) evidence.Finding {
	for _, f := range r.Findings {
		if f.Check == id {
			return f
		}
	}
	return evidence.Finding{Check: id, Outcome: evidence.Unknown, Reason: "This check was not run."}
}

// proven returns a fact that a check proved; empty where it did not pass.
func (r *Report) proven(check, fact string) string {
	f := r.finding(check)
	if f.Outcome != evidence.Pass {
		return ""
	}
	return f.Facts[fact]
}

// question is what a check answers, by the rules that weighed it.
func (r *Report) question(check string) string {
	if r.rules != nil {
		if c, ok := r.rules.Check(check); ok {
			return c.Question
		}
	}
	return check
}

// rule is a requirement's own text.
func (r *Report) rule(q level.Requirement) principles.Requirement {
	if r.rules != nil {
		if t, ok := r.rules.Track(q.Track); ok {
			for _, l := range t.Levels {
				for _, rule := range l.Requirements {
					if rule.ID == q.ID {
						return rule
					}
				}
			}
		}
	}
	return principles.Requirement{}
}

// trackQuestion is what a track answers.
func (r *Report) trackQuestion(id string) string {
	if r.rules != nil {
		if t, ok := r.rules.Track(id); ok {
			return t.Question
		}
	}
	return ""
}

// A step is one level of a track, as it stands.
type step struct {
	level int
	name  string
	state state
}

// steps are a track's levels from the first up.
func (r *Report) steps(t level.Track) []step {
	out := make([]step, t.Top)
	for i := range out {
		n := i + 1
		out[i] = step{level: n, name: r.levelName(t.ID, n)}
		switch {
		case n <= t.Level:
			out[i].state = state{"met", "reached"}
		case n <= t.AtMost:
			out[i].state = state{"open", "not settled"}
		case r.Verdict.Failed:
			out[i].state = state{"wrong", "failed"}
		default:
			out[i].state = state{"missing", "not reached"}
		}
	}
	return out
}

// levelName is what a level is called; empty without the rules.
func (r *Report) levelName(track string, n int) string {
	if r.rules != nil {
		if t, ok := r.rules.Track(track); ok && n >= 1 && n <= len(t.Levels) {
			return t.Levels[n-1].Name
		}
	}
	return ""
}

// requirementsOf are those of one track.
func (r *Report) requirementsOf(track string) []level.Requirement {
	var out []level.Requirement
	for _, q := range r.Requirements {
		if q.Track == track {
			out = append(out, q)
		}
	}
	return out
}

// lacking are those that stand between a track's level and the next.
func (r *Report) lacking(t level.Track) []level.Requirement {
	var out []level.Requirement
	for _, q := range r.requirementsOf(t.ID) {
		if q.Level == t.Level+1 && q.Status != level.Met {
			out = append(out, q)
		}
	}
	return out
}

// byReason puts requirements together that lack the same, in their order. What
// could be done about them is what could be done about the first, so only those
// belong together that agree in that too.
func byReason(all []level.Requirement) [][]level.Requirement {
	var out [][]level.Requirement
	for _, q := range all {
		i := slices.IndexFunc(out, func(g []level.Requirement) bool {
			return g[0].Reason == q.Reason && g[0].Status == q.Status && (q.Status == level.Open || g[0].Reach == q.Reach)
		})
		if i < 0 {
			out = append(out, []level.Requirement{q})
			continue
		}
		out[i] = append(out[i], q)
	}
	return out
}

// sameReason names the first requirement of the track that stands before this
// one, is not met either, and says the same; empty where this is the first.
func (r *Report) sameReason(q level.Requirement) string {
	if q.Status == level.Met {
		return ""
	}
	for _, before := range r.requirementsOf(q.Track) {
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
func (r *Report) unanswered() int {
	n := 0
	for _, s := range r.Sources {
		if s.State == fetch.Unknown && s.Status != 404 && s.Status != 410 && r.Route != fetch.Replay {
			n++
		}
	}
	return n
}

// factsAbout are the facts of one topic.
func (r *Report) factsAbout(topic string) []evidence.Fact {
	var out []evidence.Fact
	for _, f := range r.Facts {
		if f.Topic == topic {
			out = append(out, f)
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

// digestName is how people write an algorithm's name.
func digestName(algorithm string) string {
	switch algorithm {
	case "h1":
		return "h1 (SHA-256 of the list of all files)"
	case "sha1", "sha256", "sha384", "sha512":
		return "SHA-" + algorithm[len("sha"):]
	}
	return algorithm
}

// digestValue is a digest in the form that its tools write.
func digestValue(algorithm, hexadecimal string) string {
	if algorithm == "h1" {
		if raw, err := hex.DecodeString(hexadecimal); err == nil {
			return "h1:" + base64.StdEncoding.EncodeToString(raw)
		}
	}
	return hexadecimal
}

// size is a number of bytes for people.
func size(n int64) string {
	switch {
	case n < 1000:
		return strconv.FormatInt(n, 10) + " bytes"
	case n < 1_000_000:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
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
func (r *Report) routeInWords() string {
	if !slices.ContainsFunc(r.Sources, func(s Source) bool { return s.State == fetch.Found }) {
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
		parts[i] = clean(p)
	}
	return strings.Join(parts, "\n")
}

// name is what the report is about, without the form of a reference.
func (r *Report) name() (name, version string) {
	ref, _, _ := strings.Cut(strings.TrimPrefix(r.Reference, "pkg:"), "?")
	_, ref, _ = strings.Cut(ref, "/")
	name = ref
	if i := strings.LastIndexByte(ref, '@'); i > 0 {
		name, version = ref[:i], ref[i+1:]
	}
	return unescaped(name), unescaped(version)
}

// unescaped undoes percent-encoding for showing; what is not encoded well is
// shown as it stands.
func unescaped(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(n))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return strings.ToValidUTF8(b.String(), "\ufffd")
}

// legend says what each state means.
var legend = []struct {
	state state
	means string
}{
	{stateMet, "It was checked here, and it holds."},
	{stateWrong, "It is there, and it does not hold. This is never harmless; look before you use the package."},
	{stateMissing, "The repository itself says that there is none, or the format has no place for it. Nothing speaks against the package, but nothing is proven either."},
	{stateOpen, "Something did not answer, or its word alone does not suffice. It may turn out either way; until then it raises no level."},
	{stateUnreadable, "Something is there, in a form that is newer than this program. It counts neither for nor against the package."},
	{stateNotChecked, "No check of this version can answer it yet. It counts as not met."},
}
