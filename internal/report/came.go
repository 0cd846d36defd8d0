package report

import (
	"fmt"
	"slices"

	"touchstone/internal/evidence"
	"touchstone/internal/fetch"
)

// came says by whose word everything came, and what did not.
func (r *Report) came() string {
	found := slices.ContainsFunc(r.Sources, func(s Source) bool { return s.State == fetch.Found })
	unknown := 0
	for _, s := range r.Sources {
		if s.State == fetch.Unknown && s.Status != 404 && s.Status != 410 {
			unknown++
		}
	}
	if !found {
		return "Nobody answered."
	}
	said := "Everything came straight from the hosts named under “Sources”."
	switch {
	case r.Route == fetch.Relay:
		said = "Some answers came through our relay. Hashes, signatures and proofs hold all the same; for its word alone nothing is counted."
	case r.Route == fetch.Replay:
		return "This was checked from a recording, not from the live repository. For the recording's word alone nothing is counted."
	case r.Route == fetch.File:
		said = "The package is a file that you brought. For its word alone nothing is counted."
	case unknown > 0:
		said = "What came, came straight from the hosts named under “Sources”."
	}
	if r.passed("record-direct") && !r.signed() {
		said += " Nothing but that connection vouches for the record."
	}
	switch unknown {
	case 0:
		return said
	case 1:
		return said + " One question got no usable answer."
	}
	return said + fmt.Sprintf(" %d questions got no usable answer.", unknown)
}

// signed tells whether a verified signature covers the record.
func (r *Report) signed() bool {
	return slices.ContainsFunc(signers, r.passed)
}

// covered says what vouches for the list of files.
func (r *Report) covered() string {
	covers := r.Finding("files-covered")
	switch {
	case len(r.Files) == 0:
		return "No file of the package could be read."
	case r.Finding("digest-matches").Outcome == evidence.Fail:
		return "These are the files of what arrived, not of what was published."
	case covers.Outcome == evidence.Pass && r.Finding("list-inside").Outcome == evidence.Pass:
		return "The package's own list of its files is inside the signed archive, and agrees with them."
	case covers.Outcome == evidence.Pass && r.Artifact.List == "signed":
		return "A signature covers this list: it proves each file by itself."
	case covers.Outcome == evidence.Pass:
		return "The list is made from the signed archive: it proves a file only beside that archive."
	case covers.Outcome == evidence.Unknown:
		return "Whether a signature covers this list could not be checked."
	}
	return "No signature covers this list."
}
