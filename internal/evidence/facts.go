package evidence

import (
	"fmt"

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
		facts = append(facts, containment(inside.Runs)...)
		facts = append(facts, ingredients(inside.Ingredients)...)
		if len(inside.Contact) > 0 {
			facts = append(facts, Fact{ID: "contact-file", Topic: "contact",
				Text:  "The package carries its own instructions for reporting a vulnerability.",
				Items: inside.Contact})
		} else {
			facts = append(facts, Fact{ID: "contact-none", Topic: "contact",
				Text: "The package carries no instructions for reporting a vulnerability."})
		}
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

func containment(runs []registry.Run) []Fact {
	installs := false
	var facts []Fact
	for _, r := range runs {
		installs = installs || r.When == "install"
		facts = append(facts, Fact{ID: "runs-at-" + r.When, Topic: "containment", Text: r.What, Items: r.Files, Stop: r.Stop})
	}
	if !installs {
		none := Fact{ID: "runs-nothing", Topic: "containment", Text: "Fetching and installing this package runs none of its code."}
		facts = append([]Fact{none}, facts...)
	}
	return facts
}

func ingredients(all []registry.Ingredient) []Fact {
	kinds := []struct{ kind, id, text string }{
		{"requires", "requires", "Installing it pulls %d other packages directly. Each has its own audit."},
		{"bundles", "bundles", "It carries copies of %d other packages inside."},
	}
	var facts []Fact
	for _, k := range kinds {
		var refs []string
		for _, i := range all {
			if i.Kind == k.kind {
				refs = append(refs, i.Ref)
			}
		}
		if len(refs) > 0 {
			facts = append(facts, Fact{ID: k.id, Topic: "ingredients", Text: fmt.Sprintf(k.text, len(refs)), Items: refs})
		}
	}
	if len(facts) == 0 {
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
