package evidence

import (
	"cmp"
	"fmt"
	"strings"
)

// buildRef asks whether the package was built, or signed in a run, from a branch
// or tag of the repository's own. Whoever may open a pull request writes what is at its ref,
// and some triggers run such code with the repository's rights.
func buildRef(e *exam) Finding {
	id := certificate(e)
	if id == nil {
		return because(NotApplicable, "No verified provenance tells of which branch or tag the attested run was.")
	}
	c := id.Claims
	ref, trigger := refOf(id), c.BuildTrigger
	trigger = cmp.Or(trigger, c.GitHubWorkflowTrigger)
	switch {
	case strings.HasPrefix(ref, "refs/pull/") || strings.HasPrefix(ref, "refs/merge-requests/"):
		return because(Fail, fmt.Sprintf("The attested run was of %s, a proposal to change the source. Anybody may make one: find out who did before you use it.", quoted(ref)))
	case strings.HasPrefix(trigger, "pull_request") || strings.HasPrefix(trigger, "merge_request"):
		return because(Fail, fmt.Sprintf("The attested run was started by %s, a proposal to change the source. Anybody may make one: find out who did before you use it.", quoted(trigger)))
	case ref == "":
		return because(Absent, "The certificate does not say of which branch or tag the attested run was.")
	}
	if repository, _ := id.Source(); !id.Knows(repository) {
		return because(NotApplicable, "What the certificate says of a branch or tag is not the word of an issuer that can know it.")
	}
	return pass("The attested run was of "+ref+", which is no pull request.", map[string]string{"ref": ref})
}
