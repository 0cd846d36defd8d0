package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"touchstone/principles"
)

// rulePages are the pages that are made from the data: the document, one page
// for each track, the repositories, and one page for each of them.
func rulePages(doc *principles.Document) []page {
	look := []string{"principles.css"}
	out := []page{{
		path: "/principles/", title: doc.Title + ", " + doc.Version, styles: look, body: documentPage,
		about: "What package repositories and packages can be asked for, level by level: with reasons, sources, and how to check.",
	}}
	for _, p := range []page{
		{path: "/principles/about/", title: "Framing, words, citing and correcting", about: "How the lines were chosen, which words they use, and how to quote or mend them.", body: aboutRulesPage},
		{path: "/principles/settled/", title: "Questions settled", about: "What the rules mean where they could be disputed.", body: settledPage},
		{path: "/principles/changes/", title: "Changes since version " + doc.Changelog.From, about: "What became of each line, and why.", body: changesPage},
		{path: "/principles/discussion/", title: "The discussion, remark by remark", about: "What came of everything that was said about the version before.", body: discussionPage},
		{path: "/principles/threats/", title: "Threats, and the lines that answer them", about: "What can go wrong with packages, and which lines are against it.", body: threatsPage},
		{path: "/principles/mappings/", title: "Other frameworks", about: "How the lines relate to SLSA, TUF, S2C2F, the OSPS Baseline, NIST SSDF and the version before.", body: mappingsPage},
		{path: "/registries/changes/", title: "What changed in the answers", about: "What changed in the answers about package repositories, day by day.", script: "since.js", body: newsPage},
		{path: "/assess/", title: "Assess your own repository", about: "A form that asks which lines apply to your package repository, and writes a file, a report and an issue.", script: "assess.js", body: assessPage},
	} {
		p.styles, p.far, p.title = look, true, p.title+": "+doc.Title
		out = append(out, p)
	}
	for i, t := range doc.Tracks {
		out = append(out, page{
			path: trackPath(t.ID), title: t.Name + ": " + doc.Title, about: t.Question, styles: look, far: !t.Weighed,
			body: func(f frame) templ.Component { return trackPage(f, i, t) },
		})
	}
	out = append(out, page{
		path: "/registries/", title: "Package repositories, line by line", styles: look, script: "registries.js", far: true, body: registriesPage,
		about: "How package repositories do by each line of the principles: a scorecard with sources, never one number and never ranked.",
	})
	for _, r := range doc.Registries {
		out = append(out, page{
			path: registryPath(r.ID), title: r.Name + ", line by line", styles: look, far: true,
			about: "How " + r.Name + " does by each line of the principles, with sources, and how to correct it.",
			body:  func(f frame) templ.Component { return registryPage(f, r) },
		})
	}
	return out
}

func trackPath(id string) string { return "/principles/" + id + "/" }

func registryPath(id string) string { return "/registries/" + id + "/" }

// anchor leads to a place of this page; ids hold a-z, 0-9 and hyphens only.
func anchor(id string) templ.SafeURL { return templ.SafeURL("#" + id) }

func trackLink(id string) templ.SafeURL { return templ.SafeURL(trackPath(id)) }

func registryLink(id string) templ.SafeURL { return templ.SafeURL(registryPath(id)) }

// answerLink leads to a repository's answer to one requirement.
func answerLink(registry, requirement string) templ.SafeURL {
	return templ.SafeURL(registryPath(registry) + "#" + requirement)
}

// versionedJSON is the address under which this version of the data stays.
func versionedJSON(doc *principles.Document) string { return "/principles-" + doc.Version + ".json" }

func levelID(t principles.Track, l principles.Level) string {
	return t.ID + "-level-" + strconv.Itoa(l.Level)
}

// A place is a requirement and where it stands.
type place struct {
	track principles.Track
	level principles.Level
	rule  principles.Requirement
}

// link leads to the requirement on its track's page.
func (p place) link() templ.SafeURL { return templ.SafeURL(trackPath(p.track.ID) + "#" + p.rule.ID) }

// places are all requirements of a track, in reading order.
func places(t principles.Track) []place {
	var out []place
	for _, l := range t.Levels {
		for _, q := range l.All() {
			out = append(out, place{t, l, q})
		}
	}
	return out
}

// find returns a requirement by its id; the data's own validation has seen
// that every id that is named exists.
func find(doc *principles.Document, id string) place {
	for _, t := range doc.Tracks {
		for _, p := range places(t) {
			if p.rule.ID == id {
				return p
			}
		}
	}
	return place{}
}

// strained are the framing's tests that a requirement strains.
func strained(doc *principles.Document, id string) []principles.FramingRule {
	var out []principles.FramingRule
	for _, r := range doc.Framing.Rules {
		if slices.Contains(r.StrainedBy, id) {
			out = append(out, r)
		}
	}
	return out
}

// A word is a status for people. The sign differs as well as the word and the
// colour, so that nobody has to see colours.
type word struct {
	status principles.Status
	word   string
	means  string
}

// words are the statuses, from known to unknown.
var words = []word{
	{principles.Met, "Met", "A source says that it holds for every version published there now."},
	{principles.Partly, "Partly", "It holds in part, or for some of what is published there now. For the level, it counts as not met."},
	{principles.NotMet, "Not met", "A source says that it does not hold."},
	{principles.NotApplicable, "Does not apply", "The repository works in a way that leaves nothing to ask, for example about passwords where there are none."},
	{principles.NotEstablished, "Not established", "No source was found that says either way. That says nothing about the repository, only about how far the search went."},
}

func wordOf(s principles.Status) word {
	for _, w := range words {
		if w.status == s {
			return w
		}
	}
	return word{s, string(s), ""}
}

// lower is a word inside a sentence.
func (w word) lower() string { return strings.ToLower(w.word) }

// standingInWords is a level that follows, with as much doubt as there is.
func standingInWords(t principles.Track, s principles.Standing) string {
	switch {
	case !s.Applies:
		return "does not apply"
	case s.Level == s.AtMost:
		return fmt.Sprintf("level %d of %d", s.Level, len(t.Levels))
	}
	return fmt.Sprintf("level %d of %d, at most %d", s.Level, len(t.Levels), s.AtMost)
}

// A tally is how many requirements of a track got one answer.
type tally struct {
	word
	n int
}

// tallies counts a repository's answers on a track, leaving out what nobody
// gave.
func tallies(t principles.Track, r principles.Registry) []tally {
	var out []tally
	for _, w := range words {
		n := 0
		for _, p := range places(t) {
			if r.Answer(p.rule.ID).Status == w.status {
				n++
			}
		}
		if n > 0 {
			out = append(out, tally{w, n})
		}
	}
	return out
}

// A group is the repositories that got one answer to a requirement.
type group struct {
	word
	registries []principles.Registry
}

// groups sorts repositories by their answer. Inside a group they stand in the
// order of the data, which is that of their ids: nobody is ranked.
func groups(doc *principles.Document, requirement string) []group {
	var out []group
	for _, w := range words {
		g := group{word: w}
		for _, r := range doc.Registries {
			if r.Answer(requirement).Status == w.status {
				g.registries = append(g.registries, r)
			}
		}
		if len(g.registries) > 0 {
			out = append(out, g)
		}
	}
	return out
}

// A chapter is all changes of one kind.
type chapter struct {
	name    string
	changes []principles.Change
}

// chapters sorts the changelog by what became of each line.
func chapters(c *principles.Changelog) []chapter {
	var out []chapter
	for _, k := range []struct {
		kind principles.ChangeKind
		name string
	}{{principles.Kept, "Kept"}, {principles.Changed, "Changed"}, {principles.Added, "Added"}, {principles.Dropped, "Dropped"}} {
		part := chapter{name: k.name}
		for _, change := range c.Changes {
			if change.Kind == k.kind {
				part.changes = append(part.changes, change)
			}
		}
		if len(part.changes) > 0 {
			out = append(out, part)
		}
	}
	return out
}

// questions are what the checks of one way ask.
func questions(doc *principles.Document, w principles.Way) []string {
	var out []string
	for _, id := range w.All {
		if c, ok := doc.Check(id); ok {
			out = append(out, c.Question)
		}
	}
	return out
}

// servedBy tells whether the auditor checks packages of this repository, and
// gives an example where one is known.
func servedBy(f frame, r principles.Registry) (yes bool, e example) {
	for _, s := range f.served {
		if !slices.Contains(r.Types, s.typ) {
			continue
		}
		for _, e := range examples {
			if e.typ == s.typ {
				return true, e
			}
		}
		return true, example{}
	}
	return false, example{}
}

// host is the name by which people know an address.
func host(address string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(address, "https://"), "/")
	return strings.TrimPrefix(name, "www.")
}

// day is a date for people: "23 November 2026".
func day(date string) string {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return date
	}
	return t.Format("2 January 2006")
}

// between is what stands after the item i of n in a list inside a sentence.
func between(i, n int) string {
	switch {
	case i+1 == n:
		return "."
	case i+2 == n:
		return " and "
	}
	return ", "
}

// afterCredit is what stands after the credit i of n.
func afterCredit(i, n int) string {
	if i+1 == n {
		return "."
	}
	return ";"
}

// appliesTo says in words which repositories a line is asked of.
func appliesTo(doc *principles.Document, q principles.Requirement) string {
	var names []string
	for _, a := range doc.Attributes {
		if slices.Contains(q.Needs, a.ID) {
			names = append(names, strings.ToLower(a.Name))
		}
	}
	if len(names) == 0 {
		return "All package repositories."
	}
	return "Repositories with " + strings.Join(names, " and ") + "."
}

// gives is the level that the best of a repository's packages get on a track.
func gives(r principles.Registry, t principles.Track) (level int, is bool) {
	for _, g := range r.Gives {
		if g.Track == t.ID {
			return g.AtMost, true
		}
	}
	return 0, false
}

// countsInWords says how many lines of each level are met.
func countsInWords(s principles.Standing) string {
	var parts []string
	for i, c := range s.Counts {
		if c.Of > 0 {
			lines := "lines"
			if c.Of == 1 {
				lines = "line"
			}
			parts = append(parts, fmt.Sprintf("level %d: %d of %d %s met", i+1, c.Met, c.Of, lines))
		}
	}
	return strings.Join(parts, ", ")
}
