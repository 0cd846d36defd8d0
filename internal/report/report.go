// Package report says what an audit found. The JSON is canonical; everything
// else that people see is made from the same [Report].
package report

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"touchstone/internal/evidence"
	"touchstone/internal/fetch"
	"touchstone/internal/level"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
	"touchstone/principles"
)

// Format names the form of the JSON; schema.json beside this file describes it.
const Format = "touchstone-report/1"

// A Report is everything that an audit found, in the order in which it reads.
type Report struct {
	Format string `json:"format"`
	// Reference is the purl of exactly what was audited.
	Reference string `json:"reference"`
	// Pasted is what the person gave.
	Pasted string `json:"pasted"`
	// Notes say how that was read, where it was a guess.
	Notes      []string `json:"notes"`
	Repository string   `json:"repository"`
	// Time is the audit's, RFC 3339 in UTC; Route the weakest way by which
	// anything came.
	Time  string      `json:"time"`
	Route fetch.Route `json:"route"`

	Verdict      Verdict             `json:"verdict"`
	Requirements []level.Requirement `json:"requirements"`
	Findings     []evidence.Finding  `json:"findings"`
	Facts        []evidence.Fact     `json:"facts"`
	Artifact     Artifact            `json:"artifact"`
	Files        []File              `json:"files"`
	// Commands check the same without us.
	Commands []Command `json:"commands"`
	// Sources are the documents that were used, by address.
	Sources []Source `json:"sources"`
	// Principles is the version of the rules.
	Principles string `json:"principles"`

	rules *principles.Document // for the page, which explains them
}

// A Verdict is the answer: one entry a track beside Failed and Sentence.
type Verdict struct {
	Failed   bool
	Sentence string   // the answer in one sentence
	Missing  string   // why not the next integrity level; empty at the top
	Alarms   []string // never null
	Failures []string // never null
	Tracks   []level.Track
}

// MarshalJSON gives every track a member of its own, by its id.
func (v Verdict) MarshalJSON() ([]byte, error) {
	m := map[string]any{"failed": v.Failed, "sentence": v.Sentence, "missing": v.Missing, "alarms": v.Alarms, "failures": v.Failures}
	for _, t := range v.Tracks {
		m[t.ID] = map[string]any{"level": t.Level, "atMost": t.AtMost, "name": t.LevelName, "of": t.Top}
	}
	return json.Marshal(m)
}

// An Artifact is what arrived as the package.
type Artifact struct {
	URL     string            `json:"url"`
	Size    int64             `json:"size"` // bytes; 0 where nothing arrived
	Digests map[string]string `json:"digests"`
	Route   fetch.Route       `json:"route"`
	// Missing says why nothing arrived; empty where something did.
	Missing string `json:"missing,omitempty"`
}

// listSum is the digest of the list of files as a go.sum file spells it.
func (a Artifact) listSum() string {
	raw, err := hex.DecodeString(a.Digests["h1"])
	if err != nil || len(raw) == 0 {
		return ""
	}
	return "h1:" + base64.StdEncoding.EncodeToString(raw)
}

// A File is one file of the package.
type File struct {
	Path   string `json:"path"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// A Command is ready to paste into a POSIX shell.
type Command struct {
	Purpose string `json:"purpose"`
	Text    string `json:"text"`
	Expect  string `json:"expect"`
}

// A Source is one document that was used.
type Source struct {
	URL    string      `json:"url"`
	Route  fetch.Route `json:"route"`
	Status int         `json:"status"` // 0 where no answer came
	Size   int         `json:"size"`
	State  fetch.State `json:"state"`
	Reason string      `json:"reason,omitempty"`
}

// Subject is what a report is about.
type Subject struct {
	Pasted   string
	Release  *registry.Release
	Artifact *registry.Artifact
	Findings []evidence.Finding
	Facts    []evidence.Fact
	Verdict  level.Verdict
	Answers  []fetch.Answer // everything fetched, in any order
	Time     time.Time
	Rules    *principles.Document
	// Notes tell of this audit what neither reference nor release does.
	Notes []purl.Note
}

// New puts a report together.
func New(s Subject) *Report {
	r := &Report{
		Format:       Format,
		Reference:    s.Release.Ref.String(),
		Pasted:       s.Pasted,
		Notes:        notes(s.Release.Ref.Notes, s.Release.Notes, s.Notes),
		Repository:   s.Release.Repository,
		Time:         s.Time.UTC().Format(time.RFC3339),
		Requirements: s.Verdict.Requirements,
		Findings:     s.Findings,
		Facts:        s.Facts,
		Principles:   s.Rules.Version,
		rules:        s.Rules,
		Commands:     []Command{},
		Files:        []File{},
	}
	if r.Facts == nil {
		r.Facts = []evidence.Fact{}
	}
	r.Sources, r.Route = sources(s.Answers)
	r.Verdict = verdict(s, r)
	r.Artifact = artifact(s.Artifact)
	if s.Artifact.Contents != nil {
		for _, f := range s.Artifact.Contents.Files {
			r.Files = append(r.Files, File{f.Path, f.Size, hex.EncodeToString(f.SHA256[:])})
		}
	}
	for _, c := range s.Release.Commands {
		if text, ok := Shell(c.Env, c.Argv); ok {
			r.Commands = append(r.Commands, Command{c.Purpose, text, c.Expect})
		}
	}
	return r
}

// JSON is the canonical form: two spaces, one final newline.
func (r *Report) JSON() ([]byte, error) {
	raw, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("writing the report: %w", err)
	}
	return append(visible(raw), '\n'), nil
}

// visible escapes what JSON may hold as it is and a terminal obeys or hides:
// the same characters that the text does not let through (see [clean]).
func visible(raw []byte) []byte {
	out := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); {
		r, n := utf8.DecodeRune(raw[i:])
		if r == '\n' || !purl.Hidden(r) {
			out = append(out, raw[i:i+n]...)
		} else {
			for _, unit := range utf16.Encode([]rune{r}) {
				out = fmt.Appendf(out, `\u%04x`, unit)
			}
		}
		i += n
	}
	return out
}

func notes(groups ...[]purl.Note) []string {
	out := []string{}
	for _, g := range groups {
		for _, n := range g {
			out = append(out, n.Text)
		}
	}
	return out
}

func artifact(a *registry.Artifact) Artifact {
	out := Artifact{URL: a.Answer.URL, Size: int64(len(a.Answer.Body)), Digests: a.Digests, Route: a.Answer.Route, Missing: a.Answer.Reason}
	if out.URL == "" {
		out.URL = a.Answer.Request.URL
	}
	if out.Digests == nil {
		out.Digests = map[string]string{}
	}
	if a.ListDigest != "" {
		digests := map[string]string{"h1": a.ListDigest}
		for k, v := range out.Digests {
			digests[k] = v
		}
		out.Digests = digests
	}
	return out
}

// verdict puts the answer into words.
func verdict(s Subject, r *Report) Verdict {
	v := Verdict{Failed: s.Verdict.Failed, Tracks: s.Verdict.Tracks, Alarms: s.Verdict.Alarms, Failures: s.Verdict.Failures}
	if v.Alarms == nil {
		v.Alarms = []string{}
	}
	if v.Failures == nil {
		v.Failures = []string{}
	}
	name := s.Release.Ref.Path() + " " + s.Release.Ref.Version
	if v.Failed {
		v.Sentence = fmt.Sprintf("Failed: what %s as %s is not what it should be. Do not use it.", arrived(s.Artifact.Answer.Route), name)
		v.Missing = strings.Join(v.Failures, " ")
		return v
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
	v.Sentence = fmt.Sprintf("%s reaches %s. ", name, and(reached))
	if len(open) > 0 {
		v.Sentence += fmt.Sprintf("What could not be checked may raise %s, at most. ", and(open))
	}
	v.Sentence += checked(r.Route) + " It does not say that the package is safe."
	v.Missing = missing(v.Tracks, r.Requirements)
	return v
}

// and joins words as a sentence does.
func and(words []string) string {
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
	return strings.Join(words, "")
}

// plain is what the first track's level means, as a sentence; empty for a
// failed verdict, which says what it means by itself.
func (r *Report) plain() string {
	if r.Verdict.Failed || len(r.Verdict.Tracks) == 0 {
		return ""
	}
	return r.says(r.Verdict.Tracks[0])
}

// says is what a track's level means, as a sentence.
func (r *Report) says(t level.Track) string {
	if r.rules == nil {
		return ""
	}
	rule, ok := r.rules.Track(t.ID)
	switch {
	case !ok || t.Level > len(rule.Levels):
		return ""
	case t.Level > 0:
		return rule.Levels[t.Level-1].Says
	case t.AtMost > 0:
		return "Nothing is settled yet: too little could be checked now."
	}
	return rule.Nothing
}

// arrived says who brought the package, as the middle of a sentence.
func arrived(r fetch.Route) string {
	switch r {
	case fetch.File:
		return "you brought"
	case fetch.Replay:
		return "was recorded"
	case fetch.Relay:
		return "came through our relay"
	}
	return "is served"
}

// checked says what was done here, and on whose documents.
func checked(r fetch.Route) string {
	if r == fetch.Replay {
		return "This was checked here, just now, on recorded answers: what was served since is not known."
	}
	return "This was checked here, just now."
}

// missing names what stands between the first track's level and the next.
func missing(tracks []level.Track, requirements []level.Requirement) string {
	if len(tracks) == 0 {
		return ""
	}
	t := tracks[0]
	var reasons []string
	for _, q := range requirements {
		if q.Track == t.ID && q.Level == t.Level+1 && q.Status != level.Met {
			reasons = append(reasons, q.Name+": "+q.Reason)
		}
	}
	return strings.Join(reasons, " ")
}
