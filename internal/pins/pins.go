// Package pins audits what a lock file pins: many audits over one auditor, each
// answered by one line with its findings. What a finding of one pin is worth is
// said here, in one table (see [Rules]); levels and checks are the audit's own.
package pins

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"touchstone/internal/audit"
	"touchstone/internal/lockfile"
	"touchstone/internal/purl"
	"touchstone/principles"
)

// Format names the form of the JSON.
const Format = "touchstone-pins/1"

// A Depth is how much of each package is fetched.
type Depth string

// The depths.
const (
	Records Depth = "records" // what is said of it: no package is fetched
	Bytes   Depth = "bytes"   // everything
)

// parallel is how many packages are audited at a time. Records are small, and most of
// the time is waiting; of packages few are held at once.
var parallel = map[Depth]int{Records: 24, Bytes: 8}

// Options are how pins are audited.
type Options struct {
	Depth Depth
	// MinAge is how many days ago a version must have appeared; 0 asks nothing.
	MinAge int
	// Require are levels that each package must reach, by track.
	Require map[string]int
	// Allow are the findings that the project accepts.
	Allow []Exception
	// Time is that of all audits; zero is now.
	Time time.Time
	// Answered are lines of an earlier check of the same file with the same
	// options, which ended before its time: they are taken as they are, but for
	// those that were not answered.
	Answered []Line
	// Part and Parts divide the work: only the packages of one part are audited, the
	// first is 0, and all other lines stay without a state. No Parts are one.
	Part, Parts int
	// Given are lines that were answered before as a part of this check, by their place
	// among all; they count as if they had been answered here, and nobody is told again.
	Given map[int]Line
	// Begun gets the result before anybody is asked: the lines are all there, and
	// those that are still to be answered have no state. It must keep nothing of
	// it. May be nil.
	Begun func(*Result)
}

// A Result is what was found of a lock file.
type Result struct {
	Format string `json:"format"`
	// Name is what the file is called; Kind what it is.
	Name  string `json:"name"`
	Kind  string `json:"kind"`
	Time  string `json:"time"` // RFC 3339 in UTC
	Depth Depth  `json:"depth"`
	// Entries are those of the file: Repeated of them say the same as one before,
	// Unchanged are those of the older file too and were not audited, the rest
	// are Lines.
	Entries   int    `json:"entries"`
	Repeated  int    `json:"repeated"`
	Unchanged int    `json:"unchanged"`
	Lines     []Line `json:"lines"`
	// Counts are the lines by their state.
	Counts map[State]int `json:"counts"`
	// Tracks are those that levels are of, in reading order.
	Tracks []Track `json:"tracks"`
	// Levels are how many of the audited lines reach which level, by track.
	Levels map[string]map[int]int `json:"levels"`
	// Removed are the pins of the older file that are there no more.
	Removed []string `json:"removed"`
	// Notes say in whole sentences what concerns the file.
	Notes []string `json:"notes"`
}

// A Line is one pin, answered.
type Line struct {
	Line      int           `json:"line"`           // from 1; 0 where it is not known
	File      string        `json:"file,omitempty"` // in which it stands, where several came together
	Key       string        `json:"key"`
	Name      string        `json:"name"`
	Version   string        `json:"version"`
	Kind      lockfile.Kind `json:"kind"`
	Reference string        `json:"reference"` // purl with the pinned digests; empty where it is no package
	// Before is the version that the older file pins; empty for none.
	Before string `json:"before,omitempty"`
	// Flags are the part that it has in the project, as the file says it.
	Flags []lockfile.Flag `json:"flags,omitempty"`
	// State is empty only while the check runs.
	State State `json:"state"`
	// At is when the line was answered, RFC 3339 in UTC, where that was in an
	// earlier check.
	At string `json:"at,omitempty"`
	// Levels are those reached, by track; nil where nothing was audited.
	Levels map[string]Level `json:"levels,omitempty"`
	// Findings are those not allowed first, each by weight.
	Findings []Finding `json:"findings"`
	Notes    []string  `json:"notes,omitempty"`

	address string // where the file says that it comes from; may hold a password
}

// A Track is one that packages are weighed on: its id, and what it is called.
type Track struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// A Level is how far a track is reached.
type Level struct {
	Level  int `json:"level"`
	AtMost int `json:"atMost"`
}

// A Finding is one thing to know of a pin.
type Finding struct {
	Rule  string `json:"rule"`
	State State  `json:"state"`
	Text  string `json:"text"` // whole sentences
	Do    string `json:"do"`   // what to do; may be empty
	// First tells that it comes before others of its state: what a version has
	// lost since the one before it.
	First bool `json:"first,omitempty"`
	// Allowed is the reason for which the project accepts it; empty for none.
	Allowed string `json:"allowed,omitempty"`
}

// Check audits what a file pins, in the file's order; base is an older one, of
// which only what was added or changed since is audited, or nil. Each gets every
// line as soon as it is answered, with its place among all. The errors are
// a cancelled context, a level that is required of a track which does not exist, and
// rules of the program itself that cannot be read.
//
//  1. Say of each pin what the file alone says.
//  2. Audit each package once, however often it is pinned; of a changed one first
//     the version that the older file pins. Where digests of several files are
//     pinned, audit each of them: the weakest counts.
//  3. Weigh what was found by what the project requires and allows.
func Check(ctx context.Context, a *audit.Auditor, f, base *lockfile.File, o Options, each func(i, of int, l Line)) (*Result, error) {
	if o.Time.IsZero() {
		o.Time = time.Now()
	}
	r, err := begin(f, o)
	if err != nil {
		return nil, err
	}
	pins, before := changed(f, base, r)
	conflicting := conflicts(f.Pins)
	// 1.
	for i, p := range pins {
		l := static(p, conflicting)
		if l.Before = before[i].Version; p.Runs {
			l.find("runs-at-install", "The lock file says that installing it runs code of its own.")
		}
		r.Lines = append(r.Lines, l)
	}
	if o.Begun != nil {
		o.Begun(r)
	}
	// 2. and 3.
	p := r.plan(pins, before, o, each)
	then := func(i int, out audit.Outcome) []audit.Question { return p.pinned[i].then(out, o) }
	for q, out := range a.Each(ctx, p.questions, audit.Set{Time: o.Time, Then: then, Parallel: parallel[o.Depth]}) {
		all := p.pinned[q]
		if _, wanted := p.origins[out.Question.Pasted]; wanted {
			p.origins[out.Question.Pasted] = all.origin
		}
		for _, i := range p.asked[out.Question.Pasted] {
			l := &r.Lines[i]
			l.audited(out, o)
			l.weakest(all.others, r.Tracks)
			l.loose(pins[i], out, o.Depth)
			l.require(o.Require, r.Tracks)
			if before[i].Kind == lockfile.Package {
				l.since(p.origins[before[i].Ref.String()], all.origin)
			}
			r.answered(i, o, each)
		}
		p.pinned[q] = nil // what it holds is large where a version has many files
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if o.Parts <= 1 { // else what an exception is for may be in another part
		r.Notes = append(r.Notes, idle(o.Allow, o.Time)...)
	}
	return r, nil
}

// begin is the result of a file before anything is said of its pins. The errors are
// those of [Check] but for a cancelled context.
func begin(f *lockfile.File, o Options) (*Result, error) {
	r := &Result{Format: Format, Name: f.Name, Kind: f.Format, Time: o.Time.UTC().Format(time.RFC3339), Depth: o.Depth,
		Entries: f.Entries, Repeated: f.Repeated, Counts: map[State]int{}, Levels: map[string]map[int]int{}, Lines: []Line{}, Removed: []string{}, Notes: append([]string{}, f.Notes...)}
	doc, err := principles.LoadWeighed()
	if err != nil {
		return nil, err
	}
	for _, t := range doc.Tracks {
		r.Tracks = append(r.Tracks, Track{t.ID, t.Name})
	}
	for _, track := range slices.Sorted(maps.Keys(o.Require)) {
		if !slices.ContainsFunc(r.Tracks, func(t Track) bool { return t.ID == track }) {
			return nil, fmt.Errorf("requiring a level of %q: there is no such track", track)
		}
	}
	return r, nil
}

// A plan is which packages are asked for, each once, and whom the answers are for.
type plan struct {
	questions []audit.Question
	pinned    []*files          // by question
	asked     map[string][]int  // indexes of the lines that a question answers, by its reference
	origins   map[string]origin // of versions that an older file pins, by reference
}

// plan plans for the lines that are still to be answered. Answered at once are those
// that an earlier check or another part answered, and those of which there is nothing
// to ask; what is left to another part stays without a state.
func (r *Result) plan(pins, before []lockfile.Pin, o Options, each func(i, of int, l Line)) *plan {
	p := &plan{asked: map[string][]int{}, origins: map[string]origin{}}
	put := map[string]bool{}
	ask := func(ref purl.Ref) {
		reference := ref.String()
		if put[reference] {
			return
		}
		put[reference] = true
		q := audit.Question{Pasted: reference, Time: o.Time}
		if o.Depth == Records {
			q.Most = -1
		}
		all := &files{pinned: ref}
		p.pinned, p.questions = append(p.pinned, all), append(p.questions, all.question(q))
	}
	earlier, taken := earlier(o.Answered), 0
	for i, l := range r.Lines {
		if o.Parts > 1 && (l.Kind != lockfile.Package || partOf(pins[i].Ref, o.Parts) != o.Part) {
			continue
		}
		if given, found := o.Given[i]; found && given.place() == l.place() && slices.Contains(States, given.State) {
			r.Lines[i] = given
			r.answered(i, o, nil)
			continue
		}
		if had, found := earlier[l.place()]; found {
			r.Lines[i] = had
			taken++
			r.count(i, each)
			continue
		}
		if l.Kind != lockfile.Package {
			r.answered(i, o, each)
			continue
		}
		if before[i].Kind == lockfile.Package && before[i].Version != l.Version {
			p.origins[before[i].Ref.String()] = origin{}
			ask(before[i].Ref)
		}
		ask(pins[i].Ref)
		p.asked[l.Reference] = append(p.asked[l.Reference], i)
	}
	if taken > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("Answered in an earlier check, each at the time beside it: %d lines.", taken))
	}
	return p
}

// answered closes a line.
func (r *Result) answered(i int, o Options, each func(i, of int, l Line)) {
	l := &r.Lines[i]
	if l.Findings == nil {
		l.Findings = []Finding{}
	}
	allow(l, o.Allow, o.Time)
	l.settle()
	r.count(i, each)
}

// count adds a line that is answered to what is said of all.
func (r *Result) count(i int, each func(i, of int, l Line)) {
	l := r.Lines[i]
	r.Counts[l.State]++
	for track, reached := range l.Levels {
		if r.Levels[track] == nil {
			r.Levels[track] = map[int]int{}
		}
		r.Levels[track][reached.Level]++
	}
	if each != nil {
		each(i, len(r.Lines), l)
	}
}

// Fails tells whether the file should be refused: something is wrong, or was
// not answered.
func (r *Result) Fails() bool {
	return r.Counts[Failed]+r.Counts[Alarm]+r.Counts[Open] > 0
}

// place names a line within its file.
func (l *Line) place() string {
	return strings.Join([]string{l.File, l.Key, l.Name, l.Version, l.Reference}, "\n")
}

// earlier are the answers of an earlier check that count in this one, by place.
func earlier(answered []Line) map[string]Line {
	found := map[string]Line{}
	for _, l := range answered {
		if slices.Contains(States, l.State) && l.State != Open && l.At != "" {
			found[l.place()] = l
		}
	}
	return found
}

// End closes a result of which some lines were not answered before the check was
// ended: each says so, and the result is as whole as it can be.
func (r *Result) End() {
	r.Counts, r.Levels = map[State]int{}, map[string]map[int]int{}
	for i := range r.Lines {
		if l := &r.Lines[i]; l.State == "" {
			l.find("not-answered", "The check was ended before it came to this pin.")
			l.settle()
		}
		r.count(i, nil)
	}
}
