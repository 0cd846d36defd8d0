package evidence

import (
	"fmt"
	"slices"
	"strings"

	"touchstone/internal/fetch"
	"touchstone/internal/sigstore"
	"touchstone/internal/slsa"
	"touchstone/internal/source"
)

// anchorCovers tells whether the repository's anchored key covers the bytes
// that arrived, and with them everything written inside.
func anchorCovers(in *Input) bool {
	return in.once("digest-matches", digestMatches).Outcome == Pass &&
		(in.once("registry-signature", registrySignature).Outcome == Pass || in.once("repository-attestation", repositoryAttestation).Outcome == Pass)
}

// signerIdentity asks who signed, by the word of somebody other than the
// signer and the host: a certificate whose holder is entitled to this name.
// Strangers can get certificates too.
func signerIdentity(in *Input) Finding {
	list := in.Release.File.Attestations
	if list.Subject.Algorithm == "" {
		if in.once("log-record", logRecord).Outcome == Pass {
			return because(Absent, "The log shows that everybody gets the same bytes. No certificate names who made them.").by(Repository)
		}
		return because(Absent, "No certificate of an independent issuer names who made this package.").by(Repository)
	}
	if f, none := noAttestations(list); none {
		return f
	}
	best := lacking(list, "None of the attestations carries a certificate that names a signer.")
	if best.Outcome == Absent && missingLabel(in) != "" {
		best = because(Unknown, fmt.Sprintf("The record announces an attestation %s, which is not among those served.", quoted(missingLabel(in))))
	}
	for _, a := range in.attested {
		switch {
		case a.finding.Outcome != Pass && !ownKind(list, a.Label):
			best = better(best, a.finding)
		case a.finding.Outcome == Pass && a.verified.Certificate != nil:
			best = better(best, entitled(in, a))
		}
	}
	return best
}

// missingLabel is the first kind of attestation that the record announces and
// that is not served.
func missingLabel(in *Input) string {
	for _, label := range in.Release.File.Attestations.Labels {
		if !slices.ContainsFunc(in.attested, func(a attested) bool { return a.Label == label }) {
			return label
		}
	}
	return ""
}

// entitled compares whom a verified certificate names with whom this name's
// publisher is said to be (DESIGN.md section 2, "Entitled to this name").
//
//  1. The certificate names a source repository, by the word of the one who can
//     know: an issuer vouches only for repositories of its own host.
//  2. The package names that repository, and a key of the package repository's
//     covers the package; or the record, fetched directly, names it.
//  3. The package itself names no other.
func entitled(in *Input, a attested) Finding {
	id := a.verified.Certificate
	who := fmt.Sprintf("Signed by %s", signerInWords(a.verified))
	// 1.
	repository, commit := sourceOf(id)
	switch {
	case repository == "":
		return because(Unknown, who+", not known to speak for this package: the certificate names no source repository.")
	case !knows(id.Issuer, repository):
		return because(Unknown, fmt.Sprintf("%s, not known to speak for this package: that issuer cannot vouch for %s.", who, quoted(repository)))
	}
	// 2.
	inside, recorded := in.Artifact.Inside.Repository, in.Release.Source
	direct := recorded.Route == fetch.Direct && source.Compare(recorded.Repository, repository) == source.Same
	by := "The package names the same source repository, and the repository's own key covers the package."
	switch {
	case inside == "" && !direct:
		return because(Unknown, who+", not known to speak for this package: the package names no source repository of its own.")
	case inside != "" && source.Compare(inside, repository) == source.NotComparable: // 3.
		return because(Unknown, fmt.Sprintf("%s from %s, not known to speak for this package. The package's own address of its source, %s, cannot be compared.", who, quoted(repository), quoted(inside)))
	case inside != "" && source.Compare(inside, repository) != source.Same:
		return because(Unknown, fmt.Sprintf("%s from %s, not known to speak for this package, which names %s as its source.", who, quoted(repository), quoted(inside)))
	case inside != "" && anchorCovers(in):
	case direct:
		by = "The record, fetched from the repository's own host, names the same source repository."
	default:
		return because(Unknown, fmt.Sprintf("%s from %s, which the package names too. No key of the repository's covers the package, so that is the package's own word.", who, quoted(repository)))
	}
	facts := claimFacts(id)
	facts["signed at"] = provenTime(a.verified)
	facts["time proven by"] = witness(a.verified)
	return pass(fmt.Sprintf("%s. A certificate issued by %s says so. %s It lived from %s to %s, and %s proves that the signature was made in that time.",
		signedWhere(a, repository, commit), authority(id), by,
		id.NotBefore.Format("2006-01-02 15:04"), id.NotAfter.Format("15:04"), witness(a.verified)), facts)
}

// signedWhere says what an attestation tells of a place: only provenance tells
// of a build, whatever run the certificate of another statement was issued to.
func signedWhere(a attested, repository, commit string) string {
	id, kind := a.verified.Certificate, a.verified.Statement.PredicateType
	where := fmt.Sprintf("%s at commit %s by %s%s", repository, commit, workflow(id), runner(id))
	if _, err := slsa.Read(kind, a.verified.Statement.Predicate); err == nil {
		return "Built from " + where
	}
	return fmt.Sprintf("A statement of the kind %s was signed in a run from %s", quoted(kind), where)
}

// githubIssuer is the identity provider of GitHub's workflows; an enterprise may
// have a path of its own below it.
const githubIssuer = "https://token.actions.githubusercontent.com"

// knows tells whether an identity provider can know who builds from a
// repository. Fulcio takes the word of build services that run anybody's build
// from anybody's address (github.com/sigstore/fulcio, docs/oidc.md).
func knows(issuer, address string) bool {
	place, ok := source.Parse(address)
	if ok && place.Host == "github.com" {
		return issuer == githubIssuer || strings.HasPrefix(issuer, githubIssuer+"/")
	}
	return ok && issuer == "https://"+place.Host
}

// sourceOf is the source repository and commit that a certificate names. Those
// from before 2023 name them in the claims of GitHub's workflows only.
func sourceOf(id *sigstore.Identity) (repository, commit string) {
	c := id.Claims
	if c.SourceRepositoryURI != "" {
		return c.SourceRepositoryURI, c.SourceRepositoryDigest
	}
	if c.GitHubWorkflowRepository != "" && knows(id.Issuer, "https://github.com/"+c.GitHubWorkflowRepository) {
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
		return identity
	}
	result := because(Absent, "No verified statement names repository, commit and build run together.").by(Maintainer)
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
//
//  1. The statement is provenance: another proves who signed it, and no build.
//  2. What it says of the build agrees with the certificate.
//  3. Together they name repository, commit and run, each in its form.
//  4. The log proves that it holds the statement.
func boundBuild(a attested) Finding {
	st := a.verified.Statement
	// 1.
	if !slsa.Is(st.PredicateType) {
		return because(Absent, fmt.Sprintf("The verified statement is of the kind %s. It proves who signed it, and tells of no build.", quoted(st.PredicateType))).by(Maintainer)
	}
	build, err := slsa.Read(st.PredicateType, st.Predicate)
	if err != nil {
		return unreadable("The verified statement should tell of the build, and cannot be read: " + err.Error() + ".")
	}
	// 2.
	repository, commit := sourceOf(a.verified.Certificate)
	run := a.verified.Certificate.Claims.RunInvocationURI
	if build.Repository != "" && repository != "" && source.Compare(build.Repository, repository) != source.Same {
		return because(Fail, fmt.Sprintf("The statement says that the source is %s; its certificate says %s.", quoted(build.Repository), quoted(repository)))
	}
	if build.Commit != "" && commit != "" && !strings.EqualFold(build.Commit, commit) {
		return because(Fail, fmt.Sprintf("The statement says that the commit is %s; its certificate says %s.", quoted(build.Commit), quoted(commit)))
	}
	// 3.
	if run == "" {
		run = build.Run
	}
	if _, ok := source.Parse(repository); !ok || !source.IsRevision(commit) || run == "" {
		return because(Absent, "The verified statement does not name repository, commit and build run together.")
	}
	// 4.
	var entry *sigstore.LogEntry
	for i := range a.verified.Log {
		if a.verified.Log[i].Proven() {
			entry = &a.verified.Log[i]
		}
	}
	if entry == nil {
		return because(Unknown, fmt.Sprintf("These bytes are bound to %s at commit %s and build %s. The log only promised to include that statement; the proof that it did is not here.", repository, commit, run))
	}
	// Over all trees of the log, as its search knows it; the promise covers it.
	index := entry.Proof.Index
	if entry.Promise != nil {
		index = entry.Promise.Index
	}
	return pass(fmt.Sprintf("A signed statement binds these bytes to %[3]s at commit %[4]s and build run %[5]s. It is proven to be entry %[1]d of the public log %[2]s, so nobody can take it back unseen.",
		index, entry.Log.Name, repository, commit, run), map[string]string{
		"repository": repository, "commit": commit, "build run": run, "log": entry.Log.Name, "log entry": fmt.Sprint(index)})
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
