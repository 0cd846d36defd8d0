package pins

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"touchstone/internal/digest"
	"touchstone/internal/lockfile"
	"touchstone/internal/purl"
	"touchstone/principles"
)

// first are the rules whose findings come first within their state: something
// that the versions before had is there no more.
var first = []string{"provenance-lost", "source-changed", "lineage-kept", "signature-served"}

// A State is what a finding, or a whole line, comes to.
type State string

// The states, the weightiest first.
const (
	Failed  State = "failed"  // there, and wrong
	Alarm   State = "alarm"   // somebody must look at it
	Open    State = "open"    // not answered
	Warning State = "warning" // worth to know, and no reason to refuse
	Note    State = "note"
	OK      State = "ok"
)

// States are all of them, the weightiest first.
var States = []State{Failed, Alarm, Open, Warning, Note, OK}

// A Rule is a kind of finding.
type Rule struct {
	ID    string
	State State
	Means string // one sentence
	Do    string // what to do
}

// own are the rules of this package; the others are the audit's checks.
var own = []Rule{
	{"address-outside", Alarm, "The address from which it is installed is not the public repository's address of this package.", "Make the entry anew from the public repository, or allow the place with a reason."},
	{"address-unencrypted", Alarm, "The address from which it is installed is not encrypted.", "Make the entry anew with an address that begins with https."},
	{"files-disagree", Alarm, "Another file of the project says otherwise.", "Bring the files of the project in line, and find out who changed one of them."},
	{"provenance-lost", Alarm, "The version pinned before was attested, and this one is not.", "Find out why it was published in another way, before you install it."},
	{"source-changed", Alarm, "The version pinned before came from another source repository.", "Find out whether the project moved, or somebody else publishes it now."},
	{"digest-conflict", Alarm, "The same name and version is pinned with two digests.", "Make the lock file anew: one of the two is another package."},
	{"not-exact", Alarm, "The file leaves open which version is installed.", "Pin an exact version with its digest."},
	{"source-address", Alarm, "It is fetched from an address that no package repository answers for.", "Depend on a published version, or allow it with a reason."},
	{"source-git", Alarm, "It is a commit of a git repository, and no package repository recorded it.", "Depend on a published version, or allow it with a reason."},
	{"missing", Alarm, "The repository does not have this version.", "It was taken back, or is a private one: then a stranger can take its name."},
	{"too-young", Alarm, "The version appeared only recently.", "Wait, or allow it with a reason."},
	{"below-required", Failed, "A level that the project requires is not reached.", "Choose another version, or require less of it with a reason."},
	{"source-private", Open, "It comes from another repository than the public one.", "Check it there, or allow it with a reason."},
	{"not-served", Open, "Packages of this kind are not checked here yet.", "Check it otherwise, or allow it with a reason."},
	{"not-understood", Open, "The entry could not be understood.", "Make the lock file anew; if it stays so, report it."},
	{"not-answered", Open, "The pin could not be compared.", "Try again later."},
	{"digest-unpublished", Open, "The repository publishes no digest that the pinned one could be compared with.", "Check it at depth bytes, or allow it with a reason."},
	{"age-unknown", Open, "When the version appeared is not known.", "Look it up, or allow it with a reason."},
	{"digest-missing", Warning, "No digest is pinned that could be compared.", "Let the package manager write one."},
	{"digest-weak", Warning, "Only a weak digest is pinned: two packages can be made to share it.", "Let a current client write the lock file anew."},
	{"withdrawn", Warning, "The publisher took this version back, or advises against it.", "Move to another version."},
	{"runs-at-install", Note, "Installing the package runs code of its own.", "Install without scripts where that works."},
	{"record-relayed", Note, "The record came through a relay or a recording, and nothing that was signed confirms it.", "Check it where the repository can be asked directly: the command line does."},
	{"no-package", Note, "The entry is no package.", "Nothing is to be compared."},
	{"bundled", Note, "It comes inside the archive of another package.", "Its bytes are those of the outer package."},
}

// Rules are all kinds of findings: those of this package, and the checks of an
// audit, with what their failure means.
func Rules() ([]Rule, error) {
	doc, err := principles.LoadWeighed()
	if err != nil {
		return nil, err
	}
	rules := slices.Clone(own)
	for _, c := range doc.Checks {
		if state, found := map[principles.Severity]State{principles.Failed: Failed, principles.Alarm: Alarm}[c.OnFail]; found {
			rules = append(rules, Rule{c.ID, state, c.Says, "The question was: " + c.Question})
		}
	}
	return rules, nil
}

// find adds a finding by one of the own rules.
func (l *Line) find(rule, text string) {
	i := slices.IndexFunc(own, func(r Rule) bool { return r.ID == rule })
	l.Findings = append(l.Findings, Finding{Rule: rule, State: own[i].State, Text: cmp.Or(text, own[i].Means), Do: own[i].Do})
}

// byKind are the rules of pins that are no package of a public repository.
var byKind = map[lockfile.Kind]string{
	lockfile.Git: "source-git", lockfile.Address: "source-address", lockfile.Private: "source-private", lockfile.Bundled: "bundled",
	lockfile.Thing:    "no-package",
	lockfile.Unserved: "not-served", lockfile.NotRead: "not-understood", lockfile.Impossible: "not-exact",
}

// static says of a pin what the file alone says.
func static(p lockfile.Pin, conflicting map[string]bool) Line {
	l := Line{Line: p.Line, File: p.File, Key: p.Key, Name: p.Name, Version: p.Version, Kind: p.Kind, Flags: p.Flags, Notes: p.Notes, address: p.Address}
	if rule := byKind[p.Kind]; rule != "" {
		l.find(rule, p.Why)
	}
	switch {
	case p.Unsafe:
		l.find("address-unencrypted", p.Outside)
	case p.Outside != "":
		l.find("address-outside", p.Outside)
	}
	if p.Differs != "" {
		l.find("files-disagree", p.Differs)
	}
	if p.Kind != lockfile.Package {
		return l
	}
	l.Reference = p.Ref.String()
	switch strong := slices.ContainsFunc(p.Ref.Digests, func(d purl.Digest) bool { return digest.Strong(d.Algorithm) }); {
	case len(p.Ref.Digests) == 0:
		l.find("digest-missing", "")
	case p.Unheld:
		l.find("digest-missing", "Its digest is only the one of which its address consists. Its client compares nothing with that.")
	case p.Bare > 0:
		l.find("digest-missing", fmt.Sprintf("It lists %d of its files without a digest, and its client may take one of those.", p.Bare))
	case !strong:
		l.find("digest-weak", "")
	}
	if conflicting[p.Ref.Bare().String()] {
		l.find("digest-conflict", "")
	}
	return l
}

// conflicts are the packages of which two pins share no digest of a kind that
// both have.
func conflicts(pins []lockfile.Pin) map[string]bool {
	seen, out := map[string]map[string]bool{}, map[string]bool{}
	for _, p := range pins {
		if p.Kind != lockfile.Package {
			continue
		}
		bare := p.Ref.Bare().String()
		kinds := map[string][]string{}
		for _, d := range p.Ref.Digests {
			kind := bare + " " + d.Algorithm + " " + d.Of
			kinds[kind] = append(kinds[kind], d.Value)
		}
		for kind, values := range kinds {
			before, found := seen[kind]
			if !found {
				before = map[string]bool{}
				seen[kind] = before
			}
			if found && !slices.ContainsFunc(values, func(v string) bool { return before[v] }) {
				out[bare] = true
			}
			for _, v := range values {
				before[v] = true
			}
		}
	}
	return out
}

// settle sorts a line's findings and says what it comes to.
func (l *Line) settle() {
	for i := range l.Findings {
		l.Findings[i].First = slices.Contains(first, l.Findings[i].Rule)
	}
	weight := func(f Finding) int {
		if f.Allowed != "" {
			return len(States)
		}
		return slices.Index(States, f.State)
	}
	slices.SortStableFunc(l.Findings, func(a, b Finding) int { return cmp.Compare(weight(a), weight(b)) })
	l.State = OK
	if len(l.Findings) > 0 {
		if l.State = l.Findings[0].State; l.Findings[0].Allowed != "" {
			l.State = Note
		}
	}
}

// An Exception is a finding that the project accepts.
type Exception struct {
	// PURL is the package, with or without a version; for what is no package of
	// a repository, its name in the file.
	PURL string `json:"purl"`
	// Address is where the file may say that it comes from: the whole address, or
	// its beginning up to a "/" or "#". Rules about addresses hold for no other,
	// or whoever may change the file could let a name that is allowed come from
	// anywhere.
	Address string `json:"address"`
	Check   string `json:"check"`  // the rule
	Why     string `json:"reason"` // never empty
	Until   string `json:"until"`  // the last day, 2026-12-31; empty for ever

	used, elsewhere bool
}

// ofAddress are the rules about where the file says that something comes from.
var ofAddress = []string{"source-git", "source-address", "source-private", "address-outside", "address-unencrypted"}

// holds tells whether it is about the address, where its rule is about one. A
// rest that climbs out of the beginning is no rest of it.
func (e *Exception) holds(address string) bool {
	if !slices.Contains(ofAddress, e.Check) || e.Address == address {
		return true
	}
	if e.Address == "" {
		return false
	}
	rest, found := strings.CutPrefix(address, e.Address)
	part := strings.HasSuffix(e.Address, "/") || strings.HasSuffix(e.Address, "#")
	climbs := strings.ContainsAny(rest, `\%`) || strings.Contains(rest, "..")
	return found && part && !climbs
}

func (e *Exception) expired(at time.Time) bool {
	until, err := time.Parse(time.DateOnly, e.Until)
	return e.Until != "" && (err != nil || !at.Before(until.AddDate(0, 0, 1)))
}

func (e *Exception) is(l *Line) bool {
	if l.Reference == "" {
		return e.PURL == l.Name
	}
	ref, err := purl.Parse(l.Reference)
	if err != nil {
		return false
	}
	bare := ref.Bare()
	exact := bare.String()
	bare.Version = ""
	return e.PURL == exact || e.PURL == bare.String()
}

// allow marks the findings of a line that are accepted.
func allow(l *Line, exceptions []Exception, at time.Time) {
	for i := range exceptions {
		e := &exceptions[i]
		if !e.is(l) {
			continue
		}
		for j := range l.Findings {
			if f := &l.Findings[j]; f.Rule == e.Check {
				if !e.holds(l.address) {
					e.elsewhere = true
					continue
				}
				e.used = true
				if !e.expired(at) {
					f.Allowed = e.Why
				}
			}
		}
	}
}

// idle tells of exceptions that matched nothing, or have run out.
func idle(exceptions []Exception, at time.Time) []string {
	var notes []string
	for _, e := range exceptions {
		switch {
		case e.expired(at):
			notes = append(notes, fmt.Sprintf("The exception for %s (%s) ran out on %s.", e.PURL, e.Check, e.Until))
		case e.elsewhere:
			notes = append(notes, fmt.Sprintf("The exception for %s (%s) holds for the address %q, and the file has another: look at that one.", e.PURL, e.Check, e.Address))
		case !e.used:
			notes = append(notes, fmt.Sprintf("The exception for %s (%s) matched nothing: take it out.", e.PURL, e.Check))
		}
	}
	return notes
}
