package evidence

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"touchstone/internal/archive"
	"touchstone/internal/bom"
	"touchstone/internal/fetch"
	"touchstone/internal/registry"
	"touchstone/internal/slsa"
)

// A Topic is something that a report states and no level counts (containment,
// ingredients, contact, index).
type Topic struct {
	ID    string   `json:"id"`
	About string   `json:"about"` // "containment", "ingredients", "contact", "index"
	Text  string   `json:"text"`
	Items []string `json:"items,omitempty"` // purls, paths or words
	// Asked is which versions of a package among Items are asked for, by purl, as
	// the package writes that.
	Asked map[string]string `json:"asked,omitempty"`
	// Stop says how to prevent what Text says would run.
	Stop string `json:"stop,omitempty"`
}

// topics collects what a report states beside the levels. What
// comes from inside the package is as true as the package's bytes are genuine.
func topics(e *exam) []Topic {
	var facts []Topic
	inside := e.Artifact.Inside
	if e.Artifact.Contents != nil || e.Artifact.Apart != "" {
		facts = append(facts, containment(inside)...)
		if e.Artifact.Contents != nil {
			facts = append(facts, installedAs(e.Artifact.Contents.Files)...)
		}
		facts = append(facts, ingredients(inside)...)
		facts = append(facts, contact(inside))
	}
	facts = append(facts, materials(e)...)
	facts = append(facts, otherCommit(e)...)
	facts = append(facts, otherFiles(e.Release)...)
	return append(facts, index(e)...)
}

// materials are what verified build statements of entitled signers say went into
// the build, and which packages signed bills of materials name.
func materials(e *exam) []Topic {
	var facts []Topic
	var inputs []string
	for _, a := range e.attested {
		if a.speaks.Outcome != Pass || a.verified.Statement == nil {
			continue
		}
		if bom.Predicate(a.verified.Statement.PredicateType) {
			facts = append(facts, billed("A verified bill of materials", a.verified.Statement.Predicate)...)
			continue
		}
		if build, err := slsa.Read(a.verified.Statement.PredicateType, a.verified.Statement.Predicate); err == nil && len(build.Inputs) > 0 {
			inputs = append(inputs, build.Inputs...)
		}
	}
	for _, bill := range e.keyedBills {
		facts = append(facts, billed("A bill of materials that a key signed which you brought", bill)...)
	}
	if len(inputs) == 0 {
		return facts
	}
	slices.Sort(inputs)
	inputs = slices.Compact(inputs)
	return append(facts, Topic{ID: "materials", About: "ingredients", Items: inputs,
		Text: fmt.Sprintf("The verified build statement names what went into the build: %d in all.", len(inputs))})
}

// billed says which packages a signed bill of materials names.
func billed(what string, doc []byte) []Topic {
	named, err := bom.Packages(doc)
	switch {
	case err != nil:
		return []Topic{unread("ingredients", what+" could not be read.", "")}
	case len(named) == 0:
		return nil
	}
	return []Topic{{ID: "materials-listed", About: "ingredients", Items: named,
		Text: what + " names " + counted(len(named), "package") + " that it carries."}}
}

// otherCommit tells that the repository's record names another commit than the
// one that a verified statement names. Releases that make their commit while
// they publish look like this, so it is no alarm.
func otherCommit(e *exam) []Topic {
	recorded, s := e.Release.Source.Revision, e.proven.Source
	if recorded == "" || s == nil || !s.Attested || strings.EqualFold(recorded, s.Commit) {
		return nil
	}
	return []Topic{{ID: "other-commit", About: "index", Items: []string{recorded, s.Commit},
		Text: "The repository's record names another commit than the one that is attested. The record is not signed."}}
}

// OtherFiles is the topic that names the version's further files, each by its purl.
const OtherFiles = "other-files"

// otherFiles names the version's further files. That they are all is only said where
// the record names each.
func otherFiles(rel *registry.Release) []Topic {
	others, has := rel.Others, "at least "
	if rel.Siblings.Whole && len(rel.Siblings.Each) == len(others) {
		has = ""
	}
	if len(others) == 0 {
		return nil
	}
	kinds := map[string]int{}
	t := Topic{ID: OtherFiles, About: "index"}
	for _, o := range others {
		t.Items = append(t.Items, o.Ref.String())
		kinds[o.What]++
	}
	var words []string
	for _, what := range slices.Sorted(maps.Keys(kinds)) {
		words = append(words, fmt.Sprintf("%s (%d)", what, kinds[what]))
	}
	t.Text = fmt.Sprintf("This version has %s%s beside this one: %s. Each has its own audit", has, counted(len(others), "file"), strings.Join(words, ", "))
	if slices.ContainsFunc(others, func(o registry.Other) bool { return o.Instead }) {
		t.Text += "; which one is installed depends on the machine"
	}
	t.Text += "."
	return []Topic{t}
}

// contact is how the package says that a vulnerability is reported.
func contact(inside registry.Inside) Topic {
	switch {
	case len(inside.Contact) > 0:
		return Topic{ID: "contact-file", About: "contact", Items: inside.Contact,
			Text: "The package carries its own instructions for reporting a vulnerability."}
	case !inside.Read:
		return unread("contact", "Whether it says how to report a vulnerability is not known, either.", "")
	}
	return Topic{ID: "contact-none", About: "contact", Text: "The package carries no instructions for reporting a vulnerability."}
}

// unread says that a topic is open, and why. Of a package that was not read the
// first topic alone says why.
func unread(topic, open, why string) Topic {
	return Topic{ID: topic + "-unknown", About: topic, Text: strings.TrimSpace(open + " " + why)}
}

// beyond says how many files are not named.
func beyond(more int) string {
	if more == 0 {
		return ""
	}
	return fmt.Sprintf(" Not named here: %s more.", counted(more, "file"))
}

func containment(inside registry.Inside) []Topic {
	installs := false
	var facts []Topic
	for _, r := range inside.Runs {
		installs = installs || r.When == "install"
		facts = append(facts, Topic{ID: "runs-at-" + r.When, About: "containment", Text: r.What + beyond(r.More), Items: r.Files, Stop: r.Stop})
	}
	switch {
	case !inside.Read:
		return append([]Topic{unread("containment", "What else installing it runs is not known.", inside.Unread)}, facts...)
	case !installs:
		none := Topic{ID: "runs-nothing", About: "containment", Text: "Installing it runs none of its own code."}
		if slices.ContainsFunc(inside.Ingredients, func(i registry.Ingredient) bool { return i.Kind == "requires" || i.Kind == "runtime" }) {
			none.Text += " The packages that it pulls may run theirs."
		}
		return append([]Topic{none}, facts...)
	}
	return facts
}

// installedAs tells which files are installed under another name than they have in
// the archive; that none of them takes another's place is the archive's order.
func installedAs(files []archive.File) []Topic {
	var items []string
	for _, f := range files {
		if f.Renamed() {
			items = append(items, f.Path+" → "+f.Installed)
		}
	}
	if len(items) == 0 {
		return nil
	}
	return []Topic{{ID: "renamed", About: "containment", Items: items,
		Text: "Installing it gives " + counted(len(items), "file") + " another name."}}
}

func ingredients(inside registry.Inside) []Topic {
	kinds := []struct{ kind, noun, text string }{
		{"requires", "other package", "Installing it pulls %s directly. None was checked here."},
		{"runtime", "other package", "It also pulls %s that only running it needs. Code that uses it is compiled without."},
		{"profile", "other package", "On some machines it also pulls %s: profiles in its POM decide by Java's version, system or settings."},
		{"indirect", "other package", "It marks %s as needed by others that it needs. Nobody checks that mark: it may use them itself."},
		{"optional", "other package", "With certain features switched on, it also pulls %s."},
		{"left", "other package", "It can work with %s that it does not pull: whoever uses it chooses those."},
		{"listed", "package", "It lists the versions of %s, for those who import or inherit them."},
		{"built-on", "image", "By its own word it is built on %s, and carries what is in there."},
		{"holds", "archive", "It holds %s, named by what is written inside. The audit of one compares its digest."},
		{"unnamed", "archive", "It holds %s without a name inside, listed by SHA-256 and path."},
		{"bundles", "other package", "It carries %s inside, as is written there. Whether that is unchanged is not checked."},
		{"declares", "other package", "Its bills of materials name %s that it carries, by their own word."},
	}
	var facts []Topic
	for _, k := range kinds {
		var refs []string
		wanted := map[string][]string{} // a package may be asked for more than once
		for _, i := range inside.Ingredients {
			if i.Kind != k.kind {
				continue
			}
			if _, again := wanted[i.Ref]; !again {
				refs = append(refs, i.Ref)
				wanted[i.Ref] = nil
			}
			if i.Asked != "" {
				wanted[i.Ref] = append(wanted[i.Ref], i.Asked)
			}
		}
		asked := map[string]string{}
		for ref, all := range wanted {
			if len(all) > 0 {
				asked[ref] = strings.Join(all, "; ")
			}
		}
		if len(refs) > 0 {
			facts = append(facts, Topic{ID: k.kind, About: "ingredients", Text: fmt.Sprintf(k.text, counted(len(refs), k.noun)), Items: refs, Asked: asked})
		}
	}
	switch {
	case !inside.Read:
		facts = append(facts, unread("ingredients", "Which other packages it names is not known, either.", ""))
	case inside.Undeclared != "":
		facts = append(facts, unread("ingredients", "Which other packages it needs is not known.", inside.Undeclared))
	case len(facts) == 0:
		facts = append(facts, Topic{ID: "requires-nothing", About: "ingredients", Text: cmp.Or(inside.Needless, "By its own word, installing it pulls no other package.")})
	}
	return facts
}

// day is a date for people; what is none stays as it is.
func day(rfc3339 string) string {
	t, err := time.Parse(time.RFC3339, rfc3339)
	if err != nil {
		return rfc3339
	}
	return t.UTC().Format(time.DateOnly)
}

func index(e *exam) []Topic {
	i := e.Release.Index
	var facts []Topic
	if i.Withdrawn != "" {
		facts = append(facts, Topic{ID: "withdrawn", About: "index", Text: i.Withdrawn})
	}
	if until := i.Signed.ValidUntil; !e.Network && !until.IsZero() && e.Time.After(until) { // else the check says it
		facts = append(facts, Topic{ID: "stale", About: "index", Text: "The recorded index was valid until " + moment(until) + ". What was published since, it does not hold."})
	}
	if i.State == fetch.Found && i.Latest != "" {
		text := fmt.Sprintf("The index names %s as the newest version, which nobody signs.", i.Latest)
		facts = append(facts, Topic{ID: "latest", About: "index", Text: text})
	}
	if i.Published != "" {
		facts = append(facts, Topic{ID: "published", About: "index", Text: "The repository says that this version dates from " + day(i.Published) + ". That date is not signed."})
	}
	return facts
}
