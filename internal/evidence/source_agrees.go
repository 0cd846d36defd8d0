package evidence

import (
	"fmt"
	"slices"

	"touchstone/internal/fetch"
	"touchstone/internal/registry"
	"touchstone/internal/sigstore"
	"touchstone/internal/slsa"
	"touchstone/internal/source"
)

// sourceAgrees asks whether everybody who names the source names the same: the
// package, the repository's record, and the provenance that was attested.
// Disagreement is an alarm: forks and renames are real, and so are look-alikes.
// What is written in no form that can be compared accuses nobody.
//
//  1. Package and record do not contradict each other.
//  2. Neither contradicts what was attested.
//  3. One of them agrees with it: silence is no agreement. The record counts for
//     that only where it is the repository's own word.
func sourceAgrees(e *exam) Finding {
	inside, recorded := e.Artifact.Inside.Repository, e.Release.Source.Repository
	// 1.
	if source.Compare(inside, recorded) == source.Different {
		return because(Fail, fmt.Sprintf("The package states %s as its source, and the repository's record of it states %s.", quoted(inside), quoted(recorded)))
	}
	stated := inside
	if stated == "" && e.ownWord(e.Release.Source.Route, e.Release.Source.InRecord) {
		stated = recorded
	}
	built := false
	for _, a := range e.attested {
		from := builtFrom(e, a)
		if from == "" {
			continue
		}
		built = true
		// 2.
		for _, claim := range []struct{ who, address string }{{"package", inside}, {"repository's record", recorded}} {
			if source.Compare(claim.address, from) == source.Different {
				return because(Fail, fmt.Sprintf("The %s states %s as its source; what is attested is %s. A fork or a renamed project looks like this, and so does an impostor.", claim.who, quoted(claim.address), quoted(from)))
			}
		}
		// 3.
		switch source.Compare(stated, from) {
		case source.Same:
		case source.NotComparable:
			if route := e.Release.Source.Route; stated == "" && recorded != "" {
				return because(Unknown, fmt.Sprintf("The record states %s as its source. It came %s, so the repository's own record may say otherwise.", quoted(recorded), byRoute(route)))
			}
			if stated == "" && e.Release.Source.Asked == fetch.Unknown {
				return because(Unknown, "The document that would name the source could not be fetched.")
			}
			if stated == "" && e.Release.File.NamesSource && e.unreadInside() {
				return because(Unknown, "What the package itself states as its source was not read.")
			}
			if stated == "" && e.Release.Source.Asked == fetch.NotThere {
				return because(Absent, "The document that would name the source is not there, says its own host.")
			}
			if stated == "" {
				return because(Absent, "The package states no source repository. That is not agreement.").by(Maintainer)
			}
			return because(Absent, fmt.Sprintf("The package states %s as its source, in a form that cannot be compared. That is not agreement.", quoted(stated))).by(Maintainer)
		}
	}
	if build := e.built; !built && (build.Outcome == Unknown || build.Outcome == NotUnderstood) {
		return build
	}
	if !built {
		return because(NotApplicable, "No attested source can be compared with the one that the package states.")
	}
	if e.Artifact.Unwanted {
		return because(Unknown, "The record states the source that is attested. What the package itself states was not read.")
	}
	return pass("The package states the same source repository as the one that is attested.", map[string]string{"repository": stated})
}

// builtFrom is the repository that a verified statement attests as the origin;
// empty for what is not verified, or tells of none, for a stranger's where
// strangers can put theirs, and for one whose issuer cannot know it.
func builtFrom(e *exam, a attested) string {
	if e.Release.File.Attestations.Open && a.speaks.Outcome != Pass {
		return ""
	}
	if a.finding.Outcome != Pass || a.verified.Certificate == nil || !tellsOrigin(e.Release.File.Attestations, a.verified.Statement) {
		return ""
	}
	repository, _ := a.verified.Certificate.Source()
	if a.speaks.Outcome != Pass && !a.verified.Certificate.Knows(repository) {
		return ""
	}
	return repository
}

// tellsOrigin tells whether a statement is of a kind that says where bytes come
// from: provenance, the publisher's word that it published them, or none at all
// where the bytes are signed directly.
func tellsOrigin(list registry.Attestations, st *sigstore.Statement) bool {
	return st == nil || slsa.Is(st.PredicateType) || slices.Contains(list.PublishTypes, st.PredicateType)
}
