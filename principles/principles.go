// Package principles holds the rules as data: tracks, their levels, what each
// requirement means, why, and which checks meet it; how the rules were framed,
// what changed since v0.1, and how package repositories do by them. No rule is
// in Go; the engine (internal/level) and the pages read what stands here.
package principles

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// What the engine reads and what pages read are two file systems: a program
// carries only those that a function it calls reads.

//go:embed document.json checks.json tracks/accountability.json tracks/integrity.json
var weighed embed.FS

//go:embed document.json checks.json tracks/*.json capabilities/*.json framing.json changelog.json registries/*.json
//go:embed attributes.json threats.json mappings.json commands.json discussion.json history.json
var whole embed.FS

// A Document is one version of the principles. Its JSON is what /principles.json
// serves.
type Document struct {
	Version string `json:"version"` // of the principles, e.g. "0.2"
	Title   string `json:"title"`
	Status  string `json:"status"` // how far it is agreed, in words

	// Framing, and all that stands behind the topics, are set by LoadAll only.
	Framing    *Framing    `json:"framing"`
	Tracks     []Track     `json:"tracks"`
	Checks     []Check     `json:"checks"`
	Topics     []Topic     `json:"topics"`
	Changelog  *Changelog  `json:"changelog"`
	Registries []Registry  `json:"registries"`
	Attributes []Attribute `json:"attributes"`
	Threats    []Threat    `json:"threats"`
	Frameworks []Framework `json:"frameworks"`
	Commands   []Commands  `json:"commands"`
	Discussion *Discussion `json:"discussion"`
	History    []Edition   `json:"history"`

	// TrackFiles names the tracks in reading order; each is tracks/NAME.json.
	TrackFiles []string `json:"-"`
	// RegistryFiles names the assessed repositories, in the order of their
	// ids; each is registries/NAME.json.
	RegistryFiles []string `json:"-"`
}

// A Track is one line of levels that can be read by itself.
type Track struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Question string `json:"question"` // what the track answers
	Summary  string `json:"summary"`
	Weighed  bool   `json:"weighed"` // the engine weighs packages on it
	// Nothing is what a report says of a package that meets no level; only
	// weighed tracks have it.
	Nothing string  `json:"nothing,omitempty"`
	Levels  []Level `json:"levels"`
}

// A Level is one step. It holds if every requirement of it and of those below
// holds.
type Level struct {
	Level   int    `json:"level"` // 1, 2, 3
	Name    string `json:"name"`
	Summary string `json:"summary"`
	// Says is what a report says of a package that meets this level and none
	// above, as a sentence; only weighed tracks have it.
	Says string `json:"says,omitempty"`
	// Requirements are the lines that the engine weighs packages by and, unless
	// one is PerPackage, that a repository's level asks for as well.
	Requirements []Requirement `json:"requirements"`
	// Capabilities are asked of repositories and their clients alone, on tracks
	// on which packages are weighed. The engine does not see them.
	Capabilities []Requirement `json:"capabilities,omitempty"`
}

// All are a level's lines, of packages and of repositories.
func (l Level) All() []Requirement {
	return slices.Concat(l.Requirements, l.Capabilities)
}

// A Strength is how much a line asks, in the words of RFC 2119.
type Strength string

// Should marks a line that no level waits for; all others must hold.
const Should Strength = "should"

// A Requirement is one thing that must hold.
type Requirement struct {
	ID   string `json:"id"` // stable: pages, reports and people cite it
	Name string `json:"name"`
	Text string `json:"text"` // what must hold; nothing else binds
	Why  string `json:"why"`
	// Term is the field's word for it, where the name does not use it.
	Term     string   `json:"term,omitempty"`
	Strength Strength `json:"strength,omitempty"`
	// PerPackage: it is asked of each package. Of a repository it is told for
	// how many of its packages it holds; its level does not wait for it.
	PerPackage bool `json:"perPackage,omitempty"`
	// Needs are the attributes that a repository must have for the line to
	// apply to it; none: it applies to all.
	Needs []string `json:"needs,omitempty"`
	// Threats are what it answers, in words.
	Threats []string `json:"threats,omitempty"`
	// HowToCheck tells a person how to see for themselves.
	HowToCheck string `json:"howToCheck,omitempty"`
	// Reach says what to do to meet it.
	Reach Reach `json:"reach"`
	// Deployed names where it is met today, each with a source; Aspirational
	// says that no deployment is known.
	Deployed     []Deployment `json:"deployed"`
	Aspirational bool         `json:"aspirational,omitempty"`
	// Raised credits where the idea was brought up.
	Raised []Credit `json:"raised,omitempty"`
	// Strain says where the line strains the framing, if it does.
	Strain string `json:"strain,omitempty"`
	// MetBy are the ways to meet it: any one suffices. Empty for tracks that
	// are not weighed, and where NotChecked says why.
	MetBy []Way `json:"metBy,omitempty"`
	// NotChecked says that no check of this version can meet it, and why.
	NotChecked string `json:"notChecked,omitempty"`
	// ShownBy are checks of this site that show it beside the levels.
	ShownBy []string `json:"shownBy,omitempty"`
}

// Reach says what the two sides can do.
type Reach struct {
	Maintainer string `json:"maintainer,omitempty"`
	Repository string `json:"repository,omitempty"`
}

// A Deployment is a place where a requirement is met today.
type Deployment struct {
	Where string `json:"where"`
	// Registry is the id of the assessed repository that it is, if it is one.
	Registry string `json:"registry,omitempty"`
	How      string `json:"how"`
	Source   string `json:"source"` // https address
	Date     string `json:"date"`   // of the source, or when it was read: YYYY-MM-DD
}

// A Credit says who raised an idea, and where.
type Credit struct {
	By     string `json:"by"`
	What   string `json:"what"`
	Source string `json:"source"` // https address
}

// A Way is a set of checks that together meet a requirement.
type Way struct {
	All []string `json:"all"` // ids of checks that must pass
}

// A Check is what a requirement may ask for. The check itself is Go
// (internal/evidence); what its failure means is a rule and stands here.
type Check struct {
	ID       string   `json:"id"`
	Question string   `json:"question"` // answered by pass (yes) or otherwise
	OnFail   Severity `json:"onFail"`
	// Says is what its failure means, as the sentence with which an answer
	// begins; only checks whose failure fails or alarms have one. Of several, the
	// one that stands first in the rules is said first.
	Says string `json:"says,omitempty"`
	// Reach says what to do where the answer is no: there and wrong, or not
	// there. Empty where nothing could be done for this package.
	Reach Reach `json:"reach,omitzero"`
}

// A Severity says what a failed check does to the verdict.
type Severity string

// The severities.
const (
	// Failed makes the verdict failed: level 0 and at most 0.
	Failed Severity = "failed"
	// Alarm leaves the requirement unmet and is said loudly.
	Alarm Severity = "alarm"
	// Note leaves the requirement unmet.
	Note Severity = "note"
)

// A Topic is something that a report states and no level counts.
type Topic struct {
	ID    string `json:"id"`
	About string `json:"about"` // "containment", "ingredients", "contact", "index"
	Means string `json:"means"`
}

// LoadWeighed reads what the engine needs: of the tracks, those that are
// weighed. The others are not in a program that calls nothing else.
func LoadWeighed() (*Document, error) {
	return load(weighed, func(track string) bool {
		_, err := fs.Stat(weighed, track)
		return err == nil
	})
}

// Digest is the SHA-256, in hexadecimal, of the rules that are weighed: of the
// lines that "sha256sum" prints of their files, in the order of their names.
func Digest() (string, error) {
	var lines strings.Builder
	err := fs.WalkDir(weighed, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(weighed, name)
		if err == nil {
			fmt.Fprintf(&lines, "%x  %s\n", sha256.Sum256(raw), name)
		}
		return err
	})
	if err != nil {
		return "", fmt.Errorf("reading the rules: %w", err)
	}
	return fmt.Sprintf("%x", sha256.Sum256([]byte(lines.String()))), nil
}

// LoadAll reads all that is built in: tracks, checks and topics, framing, changelog and registries.
func LoadAll() (*Document, error) { return LoadAllFrom(whole) }

// LoadFrom reads rules laid out as this package's folder is.
func LoadFrom(files fs.FS) (*Document, error) {
	return load(files, func(string) bool { return true })
}

// load reads the tracks whose files are wanted.
func load(files fs.FS, wanted func(track string) bool) (*Document, error) {
	var index struct {
		Version    string   `json:"version"`
		Title      string   `json:"title"`
		Status     string   `json:"status"`
		Tracks     []string `json:"tracks"`
		Registries []string `json:"registries"`
	}
	if err := decode(files, "document.json", &index); err != nil {
		return nil, err
	}
	doc := &Document{Version: index.Version, Title: index.Title, Status: index.Status, TrackFiles: index.Tracks, RegistryFiles: index.Registries}
	for _, name := range doc.TrackFiles {
		file := "tracks/" + name + ".json"
		if !wanted(file) {
			continue
		}
		var t Track
		if err := decode(files, file, &t); err != nil {
			return nil, err
		}
		if t.ID != name {
			return nil, fmt.Errorf("reading %s: its id is %q: file and id must be the same", file, t.ID)
		}
		if err := t.loadCapabilities(files); err != nil {
			return nil, err
		}
		doc.Tracks = append(doc.Tracks, t)
	}
	var known struct {
		Checks []Check `json:"checks"`
		Topics []Topic `json:"topics"`
	}
	if err := decode(files, "checks.json", &known); err != nil {
		return nil, err
	}
	doc.Checks, doc.Topics = known.Checks, known.Topics
	if err := doc.validate(); err != nil {
		return nil, err
	}
	return doc, nil
}

// Track returns a track by id.
func (d *Document) Track(id string) (Track, bool) {
	for _, t := range d.Tracks {
		if t.ID == id {
			return t, true
		}
	}
	return Track{}, false
}

// Check returns a check by id.
func (d *Document) Check(id string) (Check, bool) {
	for i := range d.Checks { // each is large, and most are passed over
		if d.Checks[i].ID == id {
			return d.Checks[i], true
		}
	}
	return Check{}, false
}

func decode(files fs.FS, name string, into any) error {
	raw, err := fs.ReadFile(files, name)
	if err != nil {
		return fmt.Errorf("reading principles: %w", err)
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return fmt.Errorf("reading %s: %w", name, err)
	}
	if dec.More() {
		return fmt.Errorf("reading %s: more than one JSON value", name)
	}
	return nil
}
