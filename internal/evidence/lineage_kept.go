package evidence

import (
	"cmp"
	"fmt"
	"strings"

	"touchstone/internal/fetch"
	"touchstone/internal/registry"
	"touchstone/internal/sigstore"
	"touchstone/internal/source"
)

// lineageKept asks whether the release line kept its provenance, from the same
// source and workflow, and whether a file lacks what others of its version have:
// whoever gets hold of a publisher's token can add one to a version of any age.
func lineageKept(e *exam) Finding {
	line := e.Release.Earlier
	if beside := attestedBeside(e.Release); beside != "" && certificate(e) == nil && without(e).Outcome == Absent {
		return because(Fail, fmt.Sprintf("The file %s of this same version was published with provenance, and this one was not. It may have been published in another way than usual. Find out before you use it.", quoted(beside)))
	}
	switch {
	case line.State == "":
		return because(NotApplicable, "No list of versions says which were attested.")
	case line.State != fetch.Found:
		return because(Unknown, "The list of earlier versions could not be read: "+sentence(line.Reason))
	case len(line.Attested) == 0:
		return because(NotApplicable, "No earlier version of this release line was published with provenance.")
	}
	now := certificate(e)
	if now == nil {
		if without(e).Outcome != Absent {
			return because(Unknown, fmt.Sprintf("Version %s of this release line has provenance; this one's could not be verified.", quoted(line.Attested[0])))
		}
		return because(Fail, fmt.Sprintf("Version %s of this release line was published with provenance, and this one was not. It may have been published in another way than usual. Find out before you use it.", quoted(line.Attested[0])))
	}
	before := claimedCertificate(e, line.Previous)
	if before == nil {
		return because(Unknown, fmt.Sprintf("Version %s of this release line has provenance too; it could not be verified for comparison.", quoted(line.Attested[0])))
	}
	from, _ := before.Source()
	to, _ := now.Source()
	was, is := workflowPath(before), workflowPath(now)
	switch {
	case before.Knows(from) && !now.Knows(to):
		return because(Fail, fmt.Sprintf("Version %s came from %s. This one says that it came from %s, by the word of %s, which cannot vouch for that repository.", quoted(line.Attested[0]), quoted(from), quoted(to), quoted(now.Issuer)))
	case source.Compare(from, to) != source.Same && !renamed(before, now):
		return because(Fail, fmt.Sprintf("Version %s came from %s, and this one from %s.", quoted(line.Attested[0]), quoted(from), quoted(to)))
	case replaced(before, now) != "":
		return because(Fail, fmt.Sprintf("Version %s and this one came from %s, but its host knows the two by another number of the %s. The name was given up and taken again, perhaps by somebody else.", quoted(line.Attested[0]), quoted(to), replaced(before, now)))
	case was != is:
		return because(Fail, fmt.Sprintf("Version %s came by the workflow %s, and this one by %s.", quoted(line.Attested[0]), quoted(was), quoted(is)))
	}
	if refs := otherRef(before, now); refs.Outcome != "" {
		refs.Reason = fmt.Sprintf("Version %s of this release line came from the same repository, by a workflow at the same path. ", quoted(line.Attested[0])) + refs.Reason
		return refs
	}
	return pass(fmt.Sprintf("Version %s of this release line came from the same repository, by the same workflow.", quoted(line.Attested[0])), nil)
}

// attestedBeside names another file of the version that the record announces as
// attested; empty for none.
func attestedBeside(rel *registry.Release) string {
	for _, s := range rel.Siblings.Each {
		if s.Attested {
			return s.Name
		}
	}
	return ""
}

// otherRef compares of which branch or tag two runs of one workflow were, where their
// issuer knows it; the zero Finding where nothing is to be said. What stands at a
// workflow's path may be another on each branch, and who may push a branch may often
// push no tag. It is told and is no alarm: projects have a branch for each release
// line, and many start some releases by hand. Tags always differ.
func otherRef(before, now *sigstore.Identity) Finding {
	repository, _ := now.Source()
	was, is := refOf(before), refOf(now)
	switch {
	case !now.Knows(repository) || was == "" || was == is || strings.HasPrefix(is, tags):
		return Finding{}
	case is == "":
		return because(Unknown, "The certificate of this one does not say of which branch or tag its run was.")
	case strings.HasPrefix(was, tags):
		return pass(fmt.Sprintf("But that one was of the tag %s, and this one is of %s. Whoever may push a branch can change the workflow on it.", quoted(strings.TrimPrefix(was, tags)), quoted(is)), nil)
	}
	return pass(fmt.Sprintf("That one was of %s, and this one is of %s. What the workflow does may differ between them.", quoted(was), quoted(is)), nil)
}

// tags is how the full name of a tag begins (git-scm.com/docs/gitglossary, "ref").
const tags = "refs/tags/"

// refOf is the branch or tag that a run was of, as its certificate states it; empty
// where it does not.
func refOf(id *sigstore.Identity) string {
	return cmp.Or(id.Claims.SourceRepositoryRef, id.Claims.GitHubWorkflowRef)
}

// without tells whether it is known that no attestation with a certificate is
// served for this version: Unknown, or Absent.
func without(e *exam) Finding {
	list := e.Release.File.Attestations
	if f, none := noAttestations(list); none {
		return f
	}
	for _, a := range e.attested {
		if a.finding.Outcome != Pass {
			return because(Unknown, a.finding.Reason)
		}
	}
	if missingLabel(e) != "" {
		return because(Unknown, "The record announces more than is served.")
	}
	return lacking(list, "None of the attestations carries a certificate.")
}

// certificate is that of the statement which tells of the build; else of verified
// provenance whose signer may speak for the package, else of the first that there is;
// nil for none.
func certificate(e *exam) *sigstore.Identity {
	if e.builder != nil {
		return e.builder.verified.Certificate
	}
	var first *sigstore.Identity
	for _, a := range e.attested {
		if a.finding.Outcome != Pass || a.verified.Certificate == nil || !tellsOrigin(e.Release.File.Attestations, a.verified.Statement) {
			continue
		}
		if a.speaks.Outcome == Pass {
			return a.verified.Certificate
		}
		if first == nil {
			first = a.verified.Certificate
		}
	}
	return first
}

// claimedCertificate verifies a predecessor's attestations for comparison
// only: they are about other bytes, which are not at hand.
func claimedCertificate(e *exam, list registry.Attestations) *sigstore.Identity {
	root := e.Proofs.Root
	if root == nil {
		return nil
	}
	for _, each := range list.Each {
		v, err := sigstore.Verify(sigstore.Itself(each.Bundle, root, managedKeys(e, list.Keys)))
		if err == nil && v.Certificate != nil && v.Statement == nil && list.OverBytes {
			return v.Certificate
		}
		if err == nil && v.Certificate != nil && v.Statement != nil && tellsOrigin(list, v.Statement) && aboutName(v.Statement, list.Subject) {
			return v.Certificate
		}
	}
	return nil
}

// renamed tells whether two certificates name one repository by its number,
// which its host keeps when the name changes.
func renamed(a, b *sigstore.Identity) bool {
	x, y := a.Claims.SourceRepositoryIdentifier, b.Claims.SourceRepositoryIdentifier
	return x != "" && x == y && a.Issuer == b.Issuer
}

// replaced names what has another number than before, although its name is the
// same; empty where both certificates of one issuer give no such number.
func replaced(a, b *sigstore.Identity) string {
	if a.Issuer != b.Issuer {
		return ""
	}
	differ := func(x, y string) bool { return x != "" && y != "" && x != y }
	switch x, y := a.Claims, b.Claims; {
	case differ(x.SourceRepositoryIdentifier, y.SourceRepositoryIdentifier):
		return "repository"
	case differ(x.SourceRepositoryOwnerIdentifier, y.SourceRepositoryOwnerIdentifier) && x.SourceRepositoryOwnerURI == y.SourceRepositoryOwnerURI:
		return "owner"
	}
	return ""
}

// workflowPath is a workflow's path in its repository, without the revision
// behind the "@"; of a workflow that lies elsewhere it is the whole address.
func workflowPath(id *sigstore.Identity) string {
	from, _ := id.Source()
	if a, ok := source.Parse(from); ok {
		if path, inside := a.Below(id.Workflow()); inside {
			return path
		}
	}
	return source.WithoutRef(id.Workflow())
}
