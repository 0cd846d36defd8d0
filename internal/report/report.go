// Package report says what an audit found. The JSON is canonical and whole:
// page and terminal show it from this value alone, so that a saved report reads
// as it did when it was made (see [Read]).
package report

import (
	"cmp"
	"encoding/hex"
	"maps"
	"time"

	"touchstone/internal/artifact"
	"touchstone/internal/digest"
	"touchstone/internal/evidence"
	"touchstone/internal/fetch"
	"touchstone/internal/level"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
	"touchstone/principles"
)

// Format names the form of the JSON; schema.json beside this file describes it.
const Format = "touchstone-report/2"

// A Report is everything that an audit found, in the order in which it reads.
type Report struct {
	Format string `json:"format"`
	// Reference is the purl of exactly what was audited; Type, Name and Version
	// are its parts, as the ecosystem writes them.
	Reference string `json:"reference"`
	Type      string `json:"type"`
	Name      string `json:"name"`
	Version   string `json:"version"`
	// About is what the package says that it is.
	About About `json:"about"`
	// Pasted is what the person gave.
	Pasted string `json:"pasted"`
	// Notes say how that was read, where it was a guess.
	Notes      []string `json:"notes"`
	Repository string   `json:"repository"`
	// Time is the audit's, RFC 3339 in UTC; Route the weakest way by which
	// anything came.
	Time  string      `json:"time"`
	Route fetch.Route `json:"route"`
	// Came says that in words, and how much did not come.
	Came string `json:"came"`

	Verdict Verdict `json:"verdict"`
	// Tracks say what the verdict's levels mean, in reading order.
	Tracks       []Track       `json:"tracks"`
	Requirements []Requirement `json:"requirements"`
	// Causes are why requirements are not met, each said once.
	Causes   []Cause          `json:"causes"`
	Cards    []Card           `json:"cards"`
	Findings []Finding        `json:"findings"`
	Topics   []evidence.Topic `json:"topics"`
	Artifact Artifact         `json:"artifact"`
	// Compared are the digests that are stated of the package, beside its own.
	Compared []Comparison `json:"compared"`
	// Covered says what vouches for the list of files.
	Covered string `json:"covered"`
	Files   []File `json:"files"`
	// Commands check the same without us.
	Commands []Command `json:"commands"`
	// Sources are the documents that were used, by address.
	Sources []Source `json:"sources"`
	// Limits say what was not looked at, and where it can be.
	Limits []Pointer `json:"limits"`
	// Principles is the version of the rules.
	Principles string `json:"principles"`
}

// A Pointer is a sentence that may lead somewhere.
type Pointer struct {
	Text  string `json:"text"`
	Label string `json:"label"` // of the place, empty for none
	URL   string `json:"url"`
}

// A Track is what the rules say of a track's levels.
type Track struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Question string `json:"question"`
	// Says is what the level reached means, as a sentence; empty for a failed
	// verdict, which says what it means by itself.
	Says string `json:"says"`
	// Levels are the names of its levels, from the first up.
	Levels []string `json:"levels"`
}

// A Requirement is one requirement: how it stands, and the rules' own text.
type Requirement struct {
	level.Requirement
	State      State  `json:"state"`
	Text       string `json:"text"`
	Why        string `json:"why"`
	HowToCheck string `json:"howToCheck"`
}

// A Finding is a check's answer beside the question.
type Finding struct {
	evidence.Finding
	Question string `json:"question"`
}

// An Artifact is what arrived as the package.
type Artifact struct {
	URL     string            `json:"url"`
	Size    int64             `json:"size"` // bytes; 0 where nothing arrived
	Digests map[string]string `json:"digests"`
	Route   fetch.Route       `json:"route"`
	// List is how the list of its files is covered; empty where nothing covers it.
	List evidence.List `json:"list,omitempty"`
	// Name is what the person calls the file that they brought.
	Name string `json:"name,omitempty"`
	// Missing says why nothing arrived; empty where something did.
	Missing string `json:"missing,omitempty"`
	// Left says what of it is not here, where only its beginning is; empty where it
	// all is.
	Left string `json:"left,omitempty"`
	// TooLarge tells that it has more bytes than were to be fetched.
	TooLarge bool `json:"tooLarge,omitempty"`
	// Apart are the pieces that stand apart from it and were not asked for; nil for
	// none.
	Apart *Apart `json:"apart,omitempty"`
}

// Apart are pieces of a package that are fetched only for who asks for them.
type Apart struct {
	Count int   `json:"count"`
	Size  int64 `json:"size"` // bytes in all, by their repository's word
	// Called is what people call them ("layers").
	Called string `json:"called"`
	// Refused says why they are not fetched even so; empty where they are.
	Refused string `json:"refused,omitempty"`
}

// listSum is the digest of the list of files as a go.sum file spells it.
func (a Artifact) listSum() string {
	d, err := digest.Hex(digest.H1, a.Digests[digest.H1])
	if err != nil {
		return ""
	}
	return d.String()
}

// A File is one file of the package.
type File struct {
	Path string `json:"path"` // in the archive
	// Installed is where it is installed, where its name is another there.
	Installed string `json:"installed,omitempty"`
	Size      int64  `json:"size"`
	SHA256    string `json:"sha256"`
}

// A Command is ready to paste into a POSIX shell.
type Command struct {
	Purpose string `json:"purpose"`
	Text    string `json:"text"`
	Expect  string `json:"expect"`
	// Shows are digests that its output must hold, in the form that it writes.
	Shows []Shown `json:"shows"`
}

// A Shown is a digest in a command's output.
type Shown struct {
	Label    string `json:"label"`
	Recorded string `json:"recorded"`
	Here     string `json:"here"` // empty where nothing was computed
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
	Artifact *artifact.Artifact
	Examined evidence.Examined
	Verdict  level.Verdict
	Answers  []fetch.Answer // everything fetched, in any order
	Time     time.Time
	Rules    *principles.Document
	// FileName is what the person calls the file that they brought.
	FileName string
	// Notes tell of this audit what neither reference nor release does.
	Notes []purl.Note
}

// New puts a report together.
func New(s Subject) *Report {
	ref := s.Release.Ref
	r := &Report{
		Format:     Format,
		Reference:  ref.String(),
		Type:       ref.Type,
		Name:       ref.Path(),
		Version:    ref.Version,
		About:      about(s),
		Pasted:     s.Pasted,
		Notes:      notes(ref.Notes, s.Release.Notes, s.Notes),
		Repository: s.Release.Repository,
		Time:       s.Time.UTC().Format(time.RFC3339),
		Topics:     s.Examined.Topics,
		Principles: s.Rules.Version,
		Compared:   compared(s.Release, s.Artifact),
		Files:      []File{},
		Limits:     limits(ref.Path()),
	}
	if r.Topics == nil {
		r.Topics = []evidence.Topic{}
	}
	r.explain(s)
	r.Sources, r.Route = sources(s.Answers)
	r.Artifact = artifactOf(s.Artifact)
	r.Artifact.Apart = apartOf(s.Artifact, s.Release)
	r.Artifact.List, r.Artifact.Name = s.Examined.Proven.List, s.FileName
	r.Verdict = verdict(s, r)
	r.Causes = r.causes()
	r.Came = r.came()
	r.Cards = r.cards(s.Examined.Proven)
	r.Commands = commands(s.Release, r.Compared)
	if s.Artifact.Contents != nil {
		for _, f := range s.Artifact.Contents.Files {
			shown := File{Path: f.Path, Size: f.Size, SHA256: hex.EncodeToString(f.SHA256[:])}
			if f.Renamed() {
				shown.Installed = f.Installed
			}
			r.Files = append(r.Files, shown)
		}
	}
	r.Covered = r.covered()
	return r
}

// explain puts beside findings and requirements what the rules say of them.
func (r *Report) explain(s Subject) {
	for _, f := range s.Examined.Findings {
		check, _ := s.Rules.Check(f.Check) // level.Weigh refuses a check that is not known
		r.Findings = append(r.Findings, Finding{f, check.Question})
	}
	rules := map[string]principles.Requirement{}
	for _, result := range s.Verdict.Tracks {
		t, _ := s.Rules.Track(result.ID)
		out := Track{ID: t.ID, Name: t.Name, Question: t.Question}
		if !s.Verdict.Failed {
			out.Says = says(t, result)
		}
		for _, l := range t.Levels {
			out.Levels = append(out.Levels, l.Name)
			for _, q := range l.Requirements {
				rules[t.ID+"/"+q.ID] = q
			}
		}
		r.Tracks = append(r.Tracks, out)
	}
	for _, q := range s.Verdict.Requirements {
		rule := rules[q.Track+"/"+q.ID]
		r.Requirements = append(r.Requirements, Requirement{q, r.stateOf(q), rule.Text, rule.Why, rule.HowToCheck})
	}
}

// says is what a track's level means, as a sentence.
func says(t principles.Track, result level.Track) string {
	switch {
	case result.Level > 0:
		return t.Levels[result.Level-1].Says
	case result.AtMost > 0:
		return "Not settled: something could not be checked."
	}
	return t.Nothing
}

// Finding returns a check's answer; one that was not run is unknown.
func (r *Report) Finding(id string) Finding {
	for _, f := range r.Findings {
		if f.Check == id {
			return f
		}
	}
	return Finding{Finding: notRun(id)}
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

// apartOf are the pieces of a package that were not asked for.
func apartOf(a *artifact.Artifact, rel *registry.Release) *Apart {
	out := Apart{Called: rel.File.Pieces, Refused: rel.File.Large}
	for _, p := range a.Parts {
		if p.OnDemand && p.Answer.State == "" {
			out.Count++
			out.Size += min(p.Size, 1<<50)
		}
	}
	if out.Count == 0 {
		return nil
	}
	return &out
}

func artifactOf(a *artifact.Artifact) Artifact {
	out := Artifact{URL: a.Answer.URL, Size: int64(len(a.Answer.Body)), Digests: a.Digests, Route: a.Answer.Route, Missing: a.Answer.Reason}
	if a.Contents != nil {
		out.Left = a.Contents.Left
	}
	out.TooLarge = out.Left != "" || a.Answer.Err != nil && a.Answer.Err.Kind == fetch.TooLarge
	out.URL = cmp.Or(out.URL, a.Answer.Request.URL)
	if out.Digests == nil {
		out.Digests = map[string]string{}
	}
	if a.ListDigest != "" {
		out.Digests = maps.Clone(out.Digests)
		out.Digests["h1"] = a.ListDigest
	}
	return out
}
