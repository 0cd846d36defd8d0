package evidence

import (
	"fmt"

	"touchstone/internal/digest"
	"touchstone/internal/fetch"
	"touchstone/internal/registry"
)

// recordAttested asks whether the record, which states the digest of what
// arrived, is signed by itself, by somebody who may speak for the package, where
// nothing inside contradicts it.
//
//  1. The best of the signatures that are served for it.
//  2. The package is the one that it states.
func recordAttested(e *exam) Finding {
	link := e.Release.Record()
	// 1.
	var found []Finding
	for _, a := range e.recordAttested {
		f := a.finding
		if f.Outcome == Pass {
			f = a.speaks
		}
		if f.Outcome == Fail {
			f.Outcome = Absent // another check says what is wrong
		}
		found = append(found, f)
	}
	best := strongest(found)
	switch served := link.Attestations; {
	case best.Outcome == "" && served.OverBytes && served.Answer.State == fetch.Unknown:
		return because(Unknown, fmt.Sprintf("Whether the %s is signed is not known: %s", link.Name, sentence(served.Answer.Reason)))
	case best.Outcome == "":
		return because(NotApplicable, "No signatures of publishers are known for the document that states the digest.")
	case best.Outcome != Pass:
		return best
	case e.matches.Outcome != Pass:
		return e.matches
	}
	// 2.
	if e.named.Outcome == Fail {
		return because(Absent, fmt.Sprintf("The %s is signed, but what is written inside the package contradicts it.", link.Name)).by(Maintainer)
	}
	for _, d := range link.States {
		if !d.Beside && d.Of == registry.OfArtifact && digest.Strong(d.Algorithm) {
			return pass(fmt.Sprintf("The %s states this name, this version and the digest of what arrived. %s", link.Name, best.Reason), nil)
		}
	}
	return because(Absent, fmt.Sprintf("The %s is signed, and states no strong digest of the package.", link.Name)).by(Maintainer)
}
