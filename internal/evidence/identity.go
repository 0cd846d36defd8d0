package evidence

import (
	"fmt"
	"strings"

	"touchstone/internal/fetch"
	"touchstone/internal/sigstore"
)

// anchorCovers tells whether the repository's anchored key covers the bytes
// that arrived, and with them everything written inside.
func anchorCovers(in *Input) bool {
	return in.once("digest-matches", digestMatches).Outcome == Pass &&
		(in.once("registry-signature", registrySignature).Outcome == Pass || in.once("repository-attestation", repositoryAttestation).Outcome == Pass)
}

// signerIdentity asks who signed, by the word of somebody other than the
// signer and the host: a certificate whose holder is entitled to this name.
//
// Entitled is the holder whose source repository is the one that the package
// itself states, in bytes that the repository's own key covers. Strangers can
// get certificates too.
func signerIdentity(in *Input) Finding {
	if in.Release.Attestations.Subject.Algorithm == "" {
		if in.once("log-record", logRecord).Outcome == Pass {
			return because(Absent, "The record is signed with the log's own key, which this page pins. A pinned key says which log it is, not who published the package: no certificate names a person or a project.")
		}
		return because(Absent, "No verified signature names, in a certificate of an independent issuer, who made this package.")
	}
	if f, none := noAttestations(in.Release.Attestations); none {
		return f
	}
	result := because(Absent, "None of the attestations carries a certificate that names a signer.")
	for _, a := range in.attested {
		switch {
		case a.finding.Outcome == Fail:
			return a.finding
		case a.finding.Outcome == Unknown:
			result = a.finding
		case a.verified.Certificate != nil:
			if f := entitled(in, a); f.Outcome == Pass {
				return f
			} else if result.Outcome != Unknown {
				result = f
			}
		}
	}
	return result
}

// entitled compares whom a verified certificate names with whom the package
// names as its source.
func entitled(in *Input, a attested) Finding {
	id := a.verified.Certificate
	who := fmt.Sprintf("Signed by %s", signerInWords(a.verified))
	stated := in.Artifact.Inside.Repository
	repository, commit := sourceOf(id)
	if repository == "" {
		return because(Absent, who+", not known to speak for this package: the certificate names no source repository.")
	}
	if stated == "" {
		return because(Absent, who+", not known to speak for this package: the package names no source repository of its own.")
	}
	if !sameRepository(stated, repository) {
		return because(Absent, fmt.Sprintf("%s from %s, not known to speak for this package, which names %s.", who, quoted(repository), quoted(stated)))
	}
	if !anchorCovers(in) {
		return because(Unknown, fmt.Sprintf("%s from %s, which the package names too. But no key of the repository's covers the package, so that name is the package's own word.", who, quoted(repository)))
	}
	facts := claimFacts(id)
	facts["signed at"] = provenTime(a.verified)
	facts["time proven by"] = witness(a.verified)
	return pass(fmt.Sprintf("Built from %s at commit %s by %s%s, says a certificate issued by %s. The package, which the repository's own key covers, names the same source repository. The certificate lived from %s to %s; the signature was made within that time, as %s proves.",
		repository, commit, workflow(id), runner(id), authority(id),
		id.NotBefore.Format("2006-01-02 15:04"), id.NotAfter.Format("15:04"), witness(a.verified)), facts)
}

// sourceOf is the source repository and commit that a certificate names. Those
// from before 2023 name them in the claims of GitHub's workflows only.
func sourceOf(id *sigstore.Identity) (repository, commit string) {
	c := id.Claims
	if c.SourceRepositoryURI != "" {
		return c.SourceRepositoryURI, c.SourceRepositoryDigest
	}
	if c.GitHubWorkflowRepository != "" && id.Issuer == "https://token.actions.githubusercontent.com" {
		return "https://github.com/" + c.GitHubWorkflowRepository, c.GitHubWorkflowSHA
	}
	return "", ""
}

// runner says on whose machines the build ran, where the certificate tells.
func runner(id *sigstore.Identity) string {
	if env := id.Claims.RunnerEnvironment; env != "" {
		return " on " + env + " runners"
	}
	return ""
}

// claimFacts are the certificate's claims by name.
func claimFacts(id *sigstore.Identity) map[string]string {
	facts := map[string]string{"subject": id.SAN, "identity provider": id.Issuer, "certificate authority": authority(id)}
	for _, c := range id.Claims.All() {
		if c.Value != "" {
			facts[strings.ToLower(c.Name)] = c.Value
		}
	}
	return facts
}

func authority(id *sigstore.Identity) string {
	if id.Authority != "" {
		return id.Authority
	}
	if len(id.Chain) > 0 {
		return id.Chain[len(id.Chain)-1]
	}
	return "an authority among the anchors"
}

func workflow(id *sigstore.Identity) string {
	if id.Claims.BuildConfigURI != "" {
		return id.Claims.BuildConfigURI
	}
	return id.SAN
}

// buildAttested asks whether a statement of an entitled signer, proven to be
// in a public log, binds these bytes to repository, commit and build run.
func buildAttested(in *Input) Finding {
	identity := in.once("signer-identity", signerIdentity)
	if identity.Outcome != Pass {
		if identity.Outcome == Fail {
			identity.Outcome = Absent // the other check says what is wrong
		}
		identity.Reason = "No build by an entitled signer is attested. " + identity.Reason
		return identity
	}
	result := because(Absent, "No verified statement names repository, commit and build run together.")
	for _, a := range in.attested {
		if a.finding.Outcome != Pass || a.verified.Certificate == nil || entitled(in, a).Outcome != Pass {
			continue
		}
		f := boundBuild(a)
		if f.Outcome == Pass || f.Outcome == Fail {
			return f
		}
		if result.Outcome != Unknown {
			result = f
		}
	}
	return result
}

// boundBuild reads one entitled statement's build, from certificate and
// predicate, which must not contradict each other.
func boundBuild(a attested) Finding {
	c := a.verified.Certificate.Claims
	build := statedBuild(a.verified.Statement)
	repository, commit := sourceOf(a.verified.Certificate)
	run := c.RunInvocationURI
	if build.repository != "" && repository != "" && !sameRepository(build.repository, repository) {
		return because(Fail, fmt.Sprintf("The statement says that the source is %s; its certificate says %s.", quoted(build.repository), quoted(repository)))
	}
	if build.commit != "" && commit != "" && build.commit != commit {
		return because(Fail, fmt.Sprintf("The statement says that the commit is %s; its certificate says %s.", quoted(build.commit), quoted(commit)))
	}
	if run == "" {
		run = build.run
	}
	if repository == "" || commit == "" || run == "" {
		return because(Absent, "The verified statement does not name repository, commit and build run together.")
	}
	var entry *sigstore.LogEntry
	for i := range a.verified.Log {
		if a.verified.Log[i].Proven() {
			entry = &a.verified.Log[i]
		}
	}
	if entry == nil {
		return because(Unknown, fmt.Sprintf("These bytes are bound to %s at commit %s and build %s. But the log only promised to include the statement: the proof that it did is not here.", repository, commit, run))
	}
	return pass(fmt.Sprintf("A statement that is proven to be entry %d of the public log %s binds these bytes to %s at commit %s and build run %s. The signer cannot take it back unseen.",
		entry.Proof.Index, entry.Log.Name, repository, commit, run), map[string]string{
		"repository": repository, "commit": commit, "build run": run, "log": entry.Log.Name, "log entry": fmt.Sprint(entry.Proof.Index)})
}

// sourceAgrees asks whether the source that the package states is the one that
// was attested. Disagreement is an alarm: forks and renames are real, and so
// are look-alikes.
func sourceAgrees(in *Input) Finding {
	stated := in.Artifact.Inside.Repository
	if stated == "" {
		stated = in.Release.Source.Repository
	}
	attestedAny := false
	for _, a := range in.attested {
		if a.finding.Outcome != Pass || a.verified.Certificate == nil {
			continue
		}
		uri, _ := sourceOf(a.verified.Certificate)
		if uri == "" {
			continue
		}
		attestedAny = true
		if stated == "" {
			return because(Absent, "The package states no source repository. That is not agreement.")
		}
		if !sameRepository(stated, uri) {
			return because(Fail, fmt.Sprintf("The package states %s as its source, but it was built from %s. A fork or a renamed project looks like this, and so does an impostor.", quoted(stated), quoted(uri)))
		}
	}
	if !attestedAny {
		return because(NotApplicable, "No attested source can be compared with the one that the package states.")
	}
	return pass("The package states the same source repository as the one it was verifiably built from.", map[string]string{"repository": stated})
}

// lineage asks whether the release line kept its provenance, from the same
// source and workflow.
func lineage(in *Input) Finding {
	e := in.Release.Earlier
	switch {
	case e.State == "":
		return because(NotApplicable, "This repository's list of versions does not say which were attested.")
	case e.State != fetch.Found:
		return because(Unknown, "The list of earlier versions could not be read: "+e.Reason)
	case len(e.Attested) == 0:
		return because(NotApplicable, "No earlier version of this release line was published with provenance.")
	}
	now := certificate(in.attested)
	if now == nil {
		if list := in.Release.Attestations; list.Promised || len(list.Each) > 0 || list.Answer.State == fetch.Unknown {
			return because(Unknown, fmt.Sprintf("Version %s of this release line has provenance; this one's could not be verified.", quoted(e.Attested[0])))
		}
		return because(Fail, fmt.Sprintf("Version %s of this release line was published with provenance, and this one was not. It may have been published in another way than usual: find out before you use it.", quoted(e.Attested[0])))
	}
	before := claimedCertificate(in, e.Previous)
	if before == nil {
		return because(Unknown, fmt.Sprintf("Version %s of this release line has provenance too; it could not be verified for comparison.", quoted(e.Attested[0])))
	}
	from, _ := sourceOf(before)
	to, _ := sourceOf(now)
	a, b := before.Claims.SourceRepositoryIdentifier, now.Claims.SourceRepositoryIdentifier
	switch {
	case !sameRepository(from, to) && (a == "" || a != b):
		return because(Fail, fmt.Sprintf("Version %s was built from %s, and this one from %s.", quoted(e.Attested[0]), quoted(from), quoted(to)))
	case workflowFile(workflow(before)) != workflowFile(workflow(now)):
		return because(Fail, fmt.Sprintf("Version %s was built by the workflow %s, and this one by %s.", quoted(e.Attested[0]), quoted(workflowFile(workflow(before))), quoted(workflowFile(workflow(now)))))
	}
	return pass(fmt.Sprintf("Version %s of this release line was built from the same repository by the same workflow.", quoted(e.Attested[0])), nil)
}

// certificate is that of the first verified attestation that has one.
func certificate(list []attested) *sigstore.Identity {
	for _, a := range list {
		if a.finding.Outcome == Pass && a.verified.Certificate != nil {
			return a.verified.Certificate
		}
	}
	return nil
}

// entitledCertificate is that of the first verified attestation whose signer
// may speak for the package; there is one where signerIdentity passes.
func entitledCertificate(in *Input) *sigstore.Identity {
	for _, a := range in.attested {
		if a.finding.Outcome == Pass && a.verified.Certificate != nil && entitled(in, a).Outcome == Pass {
			return a.verified.Certificate
		}
	}
	return new(sigstore.Identity)
}

// claimedCertificate verifies a predecessor's attestations for comparison
// only: they are about other bytes, which are not at hand.
func claimedCertificate(in *Input, list registryAttestations) *sigstore.Identity {
	root, err := sigstore.ParseRoot(in.Anchors.SigstoreRoot())
	if err != nil {
		return nil
	}
	for _, each := range list.Each {
		v, err := sigstore.Verify(sigstore.Query{Bundle: each.Bundle, Root: root, Keys: managedKeys(in, list.Keys), AnyArtifact: true})
		if err == nil && v.Certificate != nil && v.Statement != nil && aboutName(v.Statement, list.Subject.Names) {
			return v.Certificate
		}
	}
	return nil
}

// workflowFile is a workflow's address without the revision behind the "@".
func workflowFile(uri string) string {
	file, _, _ := strings.Cut(uri, "@")
	return file
}
