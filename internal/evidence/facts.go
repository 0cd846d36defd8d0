package evidence

import (
	"fmt"
	"strings"

	"touchstone/internal/fetch"
	"touchstone/internal/registry"
	"touchstone/internal/slsa"
)

// State collects, after Examine, what a report states beside the levels. What
// comes from inside the package is as true as the package's bytes are genuine.
func State(in *Input) []Fact {
	var facts []Fact
	inside := in.Artifact.Inside
	if in.Artifact.Contents != nil {
		facts = append(facts, containment(inside)...)
		facts = append(facts, ingredients(inside)...)
		facts = append(facts, contact(inside))
	}
	facts = append(facts, materials(in)...)
	facts = append(facts, otherCommit(in)...)
	return append(facts, index(in.Release)...)
}

// materials are what verified build statements of entitled signers say went into
// the build.
func materials(in *Input) []Fact {
	var facts []Fact
	for _, a := range in.attested {
		if a.finding.Outcome != Pass || a.verified.Certificate == nil || entitled(in, a).Outcome != Pass {
			continue
		}
		if build, err := slsa.Read(a.verified.Statement.PredicateType, a.verified.Statement.Predicate); err == nil && len(build.Inputs) > 0 {
			facts = append(facts, Fact{ID: "materials", Topic: "ingredients", Items: build.Inputs,
				Text: fmt.Sprintf("The verified build statement names what went into the build: %d in all.", len(build.Inputs))})
		}
	}
	return facts
}

// contact is how the package says that a vulnerability is reported.
func contact(inside registry.Inside) Fact {
	switch {
	case len(inside.Contact) > 0:
		return Fact{ID: "contact-file", Topic: "contact", Items: inside.Contact,
			Text: "The package carries its own instructions for reporting a vulnerability."}
	case !inside.Read:
		return unread("contact", "Whether it says how to report a vulnerability is not known.", inside.Unread)
	}
	return Fact{ID: "contact-none", Topic: "contact", Text: "The package carries no instructions for reporting a vulnerability."}
}

// unread says that a topic is open, and why.
func unread(topic, open, why string) Fact {
	return Fact{ID: topic + "-unknown", Topic: topic, Text: strings.TrimSpace(open + " " + why)}
}

func containment(inside registry.Inside) []Fact {
	installs := false
	var facts []Fact
	for _, r := range inside.Runs {
		installs = installs || r.When == "install"
		facts = append(facts, Fact{ID: "runs-at-" + r.When, Topic: "containment", Text: r.What, Items: r.Files, Stop: r.Stop})
	}
	switch {
	case !inside.Read:
		return append([]Fact{unread("containment", "What else installing it runs is not known.", inside.Unread)}, facts...)
	case !installs:
		none := Fact{ID: "runs-nothing", Topic: "containment", Text: "Fetching and installing this package runs none of its code."}
		return append([]Fact{none}, facts...)
	}
	return facts
}

func ingredients(inside registry.Inside) []Fact {
	kinds := []struct{ kind, id, text string }{
		{"requires", "requires", "Installing it pulls %d other packages directly. Each has its own audit."},
		{"bundles", "bundles", "It carries %d folders of other packages, by their own word. Whether they are unchanged copies is not checked."},
	}
	var facts []Fact
	for _, k := range kinds {
		var refs []string
		for _, i := range inside.Ingredients {
			if i.Kind == k.kind {
				refs = append(refs, i.Ref)
			}
		}
		if len(refs) > 0 {
			facts = append(facts, Fact{ID: k.id, Topic: "ingredients", Text: fmt.Sprintf(k.text, len(refs)), Items: refs})
		}
	}
	switch {
	case !inside.Read:
		facts = append(facts, unread("ingredients", "Which other packages it names is not known.", inside.Unread))
	case inside.Undeclared != "":
		facts = append(facts, unread("ingredients", "Which other packages it needs is not known.", inside.Undeclared))
	case len(facts) == 0:
		facts = append(facts, Fact{ID: "requires-nothing", Topic: "ingredients", Text: "Its manifest names no other package."})
	}
	return facts
}

func index(rel *registry.Release) []Fact {
	i := rel.Index
	var facts []Fact
	if i.Withdrawn != "" {
		facts = append(facts, Fact{ID: "withdrawn", Topic: "index", Text: i.Withdrawn})
	}
	if i.State == fetch.Found && i.Latest != "" {
		text := fmt.Sprintf("The index names %s as the newest version. That answer is not signed: it is the repository's word of this minute.", i.Latest)
		facts = append(facts, Fact{ID: "latest", Topic: "index", Text: text})
	}
	if i.Published != "" {
		facts = append(facts, Fact{ID: "published", Topic: "index", Text: "The repository says that this version dates from " + i.Published + ". That date is not signed."})
	}
	return facts
}
