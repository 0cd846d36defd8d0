package evidence

import (
	"fmt"
	"strings"

	"touchstone/internal/fetch"
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
//     that only where the repository's own host says it.
func sourceAgrees(in *Input) Finding {
	inside, recorded := in.Artifact.Inside.Repository, in.Release.Source.Repository
	// 1.
	if source.Compare(inside, recorded) == source.Different {
		return because(Fail, fmt.Sprintf("The package states %s as its source, and the repository's record of it states %s.", quoted(inside), quoted(recorded)))
	}
	stated := inside
	if stated == "" && in.Release.Source.Route == fetch.Direct {
		stated = recorded
	}
	built := false
	for _, a := range in.attested {
		from := builtFrom(a)
		if from == "" {
			continue
		}
		built = true
		// 2.
		for _, claim := range []struct{ who, address string }{{"package", inside}, {"repository's record", recorded}} {
			if source.Compare(claim.address, from) == source.Different {
				return because(Fail, fmt.Sprintf("The %s states %s as its source, but it was built from %s. A fork or a renamed project looks like this, and so does an impostor.", claim.who, quoted(claim.address), quoted(from)))
			}
		}
		// 3.
		switch source.Compare(stated, from) {
		case source.Same:
		case source.NotComparable:
			if stated == "" {
				return because(Absent, "The package states no source repository. That is not agreement.").by(Maintainer)
			}
			return because(Absent, fmt.Sprintf("The package states %s as its source, in a form that cannot be compared. That is not agreement.", quoted(stated))).by(Maintainer)
		}
	}
	if build := in.once("build-attested", buildAttested); !built && build.Outcome == Unknown {
		return build
	}
	if !built {
		return because(NotApplicable, "No attested source can be compared with the one that the package states.")
	}
	return pass("The package states the same source repository as the one it was verifiably built from.", map[string]string{"repository": stated})
}

// builtFrom is the repository that verified provenance attests; empty for what
// is not verified, or is no provenance.
func builtFrom(a attested) string {
	if a.finding.Outcome != Pass || a.verified.Certificate == nil || !slsa.Is(a.verified.Statement.PredicateType) {
		return ""
	}
	repository, _ := sourceOf(a.verified.Certificate)
	return repository
}

// otherCommit tells that the repository's record names another commit than the
// one that the package was verifiably built from. Releases that make their
// commit while they publish look like this, so it is no alarm.
func otherCommit(in *Input) []Fact {
	recorded := in.Release.Source.Revision
	if in.once("build-attested", buildAttested).Outcome != Pass || recorded == "" {
		return nil
	}
	_, built := sourceOf(entitledCertificate(in))
	if strings.EqualFold(recorded, built) {
		return nil
	}
	return []Fact{{ID: "other-commit", Topic: "index", Items: []string{recorded, built},
		Text: "The repository's record names another commit than the one that the package was verifiably built from. The record is not signed."}}
}

// buildRef asks whether the package was built from a branch or tag of the
// repository's own. Whoever may open a pull request writes what is at its ref,
// and some triggers run such code with the repository's rights.
func buildRef(in *Input) Finding {
	id := certificate(in)
	if id == nil {
		return because(NotApplicable, "No verified provenance tells from which branch or tag the package was built.")
	}
	c := id.Claims
	ref, trigger := c.SourceRepositoryRef, c.BuildTrigger
	if ref == "" {
		ref = c.GitHubWorkflowRef
	}
	if trigger == "" {
		trigger = c.GitHubWorkflowTrigger
	}
	switch {
	case strings.HasPrefix(ref, "refs/pull/") || strings.HasPrefix(ref, "refs/merge-requests/"):
		return because(Fail, fmt.Sprintf("The package was built from %s, a proposal to change the source. Anybody may make one: find out who did before you use it.", quoted(ref)))
	case strings.HasPrefix(trigger, "pull_request") || strings.HasPrefix(trigger, "merge_request"):
		return because(Fail, fmt.Sprintf("The build was started by %s, a proposal to change the source. Anybody may make one: find out who did before you use it.", quoted(trigger)))
	case ref == "":
		return because(Absent, "The certificate does not say from which branch or tag the package was built.")
	}
	return pass("The package was built from "+ref+", which is no pull request.", map[string]string{"ref": ref})
}
