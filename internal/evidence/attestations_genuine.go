package evidence

import "strings"

// attestationsGenuine asks whether everything that was served as this
// package's attestation is genuine, and about it.
func attestationsGenuine(e *exam) Finding {
	if f, none := noAttestations(e.Release.File.Attestations); none {
		return f
	}
	var good []string
	open := Finding{Outcome: NotApplicable}
	for _, a := range e.attested {
		switch a.finding.Outcome {
		case Fail:
			return a.finding
		case Pass:
			good = append(good, a.finding.Reason)
		default:
			if open.Outcome == NotApplicable || weight(a.finding) > weight(open) {
				open = a.finding
			}
		}
	}
	if open.Outcome != NotApplicable {
		return open
	}
	return pass(strings.Join(good, " "), nil)
}
