package evidence

import (
	"fmt"
	"slices"
	"strings"
)

// attestationsGenuine asks whether everything that was served as this
// package's attestation is genuine, and about it.
func attestationsGenuine(e *exam) Finding {
	if f, none := noAttestations(e.Release.File.Attestations); none {
		return f
	}
	if e.Release.File.Attestations.Open {
		return someGenuine(e)
	}
	open := Finding{Outcome: NotApplicable}
	var reserved []string
	for _, a := range append(slices.Clone(e.attested), e.recordAttested...) {
		switch a.finding.Outcome {
		case Fail:
			return a.finding
		case Pass:
			for _, r := range a.reserved {
				if !slices.Contains(reserved, r) {
					reserved = append(reserved, r)
				}
			}
		default:
			if open.Outcome == NotApplicable || weight(a.finding) > weight(open) {
				open = a.finding
			}
		}
	}
	if open.Outcome != NotApplicable {
		return open
	}
	reason := e.attested[0].finding.Reason
	if n := len(e.attested); n > 1 {
		reason = fmt.Sprintf("Each of the %d attestations that are served verifies.", n)
	}
	return pass(strings.Join(append([]string{reason}, reserved...), " "), nil)
}

// someGenuine is what remains to be asked where others than the publisher can put
// attestations, too: is one of them genuine? What is not is ignored, and counted.
func someGenuine(e *exam) Finding {
	best, genuine := e.attested[0].finding, 0
	for _, a := range e.attested {
		if a.finding.Outcome == Pass {
			genuine++
		}
		best = better(best, a.finding)
	}
	all := len(e.attested)
	if best.Outcome != Pass || all == 1 {
		return best
	}
	reason := fmt.Sprintf("Of the %d attestations that are served, %d verify.", all, genuine)
	if genuine < all {
		reason += " The others count for nothing: others than the publisher can put such things there."
	}
	return pass(reason, nil)
}
