package evidence

import (
	"fmt"
	"slices"
	"strings"

	"touchstone/internal/fetch"
	"touchstone/internal/registry"
	"touchstone/internal/sigstore"
	"touchstone/internal/source"
)

// signerIdentity asks who signed, by the word of somebody other than the
// signer and the host: a certificate whose holder is entitled to this name.
// Strangers can get certificates too.
func signerIdentity(e *exam) Finding {
	e.judgeSigners() // those of the record's, too, whatever is served for the file
	list := e.Release.File.Attestations
	if list.Subject.Algorithm == "" {
		if e.logged.Outcome == Pass {
			return because(Absent, "The log shows that everybody gets the same bytes. No certificate names who made them.").by(Repository)
		}
		return because(Absent, "No certificate of an independent issuer names who made this package.").by(Repository)
	}
	if f, none := noAttestations(list); none {
		f.Reason += otherwiseSigned(e)
		return f
	}
	best := Finding{}
	for _, a := range e.attested {
		switch {
		case a.finding.Outcome != Pass && !ownKind(list, a.Label):
			best = better(best, a.finding)
		case a.finding.Outcome == Pass:
			best = better(best, a.speaks)
		}
	}
	lack := lacking(list, "None of the attestations carries a certificate that names a signer.")
	if lack.Outcome == Absent && missingLabel(e) != "" {
		lack = because(Unknown, fmt.Sprintf("The record announces an attestation %s, which is not among those served.", quoted(missingLabel(e))))
	}
	if best.Outcome == "" || weight(lack) > weight(best) {
		best = lack
	}
	if best.Outcome == Pass {
		e.proven.Signer = signerOf(speaker(e))
	}
	return best
}

// signerOf is the signer of one attestation.
func signerOf(a attested) *Signer {
	return &Signer{Identity: a.verified.Certificate, Provenance: a.provenance(), At: provenTime(a.verified), Witness: witness(a.verified)}
}

// otherwiseSigned says who signed without a certificate of Sigstore's, where somebody
// did: it names nobody who is known to speak for the package.
func otherwiseSigned(e *exam) string {
	said := ""
	if in := e.Artifact.Inside.Enclosed; in != nil && e.enclosed.Outcome == Pass {
		by := in.Each[slices.IndexFunc(in.Each, func(s registry.EnclosedSignature) bool { return s.Whole })]
		said = fmt.Sprintf(" It is signed inside by a certificate that calls its holder %s, not known to speak for this package.", quoted(by.Holder))
	}
	if e.Release.File.Detached.Answer.State == fetch.Found && e.keyed.Reason != "" && e.keyed.Outcome != Fail {
		said += " " + e.keyed.Reason
	}
	return said
}

// missingLabel is the first kind of attestation that the record announces and
// that is not served.
func missingLabel(e *exam) string {
	for _, label := range e.Release.File.Attestations.Labels {
		if !slices.ContainsFunc(e.attested, func(a attested) bool { return a.Label == label }) {
			return label
		}
	}
	return ""
}

// judgeSigners asks of every verified certificate whether its holder may speak
// for the package.
func (e *exam) judgeSigners() {
	for i := range e.attested {
		if a := &e.attested[i]; a.finding.Outcome == Pass && a.verified.Certificate != nil {
			a.speaks = entitled(e, *a)
		}
	}
	for i := range e.recordAttested {
		if a := &e.recordAttested[i]; a.finding.Outcome == Pass && a.verified.Certificate != nil {
			a.speaks = entitled(e, *a)
		}
	}
}

// entitled compares whom a verified certificate names with whom this name's
// publisher is said to be:
//
//  1. whom the repository, or the name itself, calls the publisher;
//  2. else the source repository that the package names;
//  3. else the one from whom the reader expects it.
func entitled(e *exam, a attested) Finding {
	f := entitledByOthers(e, a)
	if f.Outcome != Pass && e.Expected != (Expectation{}) && !e.Expected.Linked && e.Expected.lacks(a.verified.Certificate) == "" && !e.Expected.vague(a.verified.Certificate) { // 3.
		return vouched(a, "You expect the package from there.")
	}
	return f
}

func entitledByOthers(e *exam, a attested) Finding {
	// 1.
	named := e.Release.Publishers
	if a.Publisher != nil {
		named = []registry.Publisher{*a.Publisher} // attested.judge compared them
	}
	open := Finding{}
	for _, p := range named {
		switch {
		case contradiction(p, a.verified.Certificate) != "":
		case p.Answer.Request.URL == "":
			return vouched(a, "The package's name itself belongs to the one whom the certificate names.")
		case e.ownWord(p.Answer.Route, e.isRecord(p.Answer)):
			return vouched(a, e.wordOf(p.Answer)+" names the same publisher.")
		default:
			open = because(Unknown, fmt.Sprintf("Signed by %s, whom a document names as the publisher that came %s. Only the repository's own host can say that.", signerInWords(a.verified), byRoute(p.Answer.Route)))
		}
	}
	if open.Outcome != "" {
		return open
	}
	// 2.
	return bySource(e, a)
}

// contradiction says in which respect a certificate is not the named
// publisher's; empty where it is. A publisher of whom nothing is said is nobody.
func contradiction(p registry.Publisher, id *sigstore.Identity) string {
	repository, _ := id.Source()
	place, _ := source.Parse(repository)
	file, _ := place.Below(id.Workflow())
	for _, c := range []struct {
		what, named string
		same        bool
	}{
		{"identity provider", p.Issuer, p.Issuer == id.Issuer},
		{"owner", p.Owner, ownedBy(p, id.Claims.SourceRepositoryOwnerURI)},
		{"source repository", p.Repository, source.Compare(p.Repository, repository) == source.Same},
		{"workflow", p.Workflow, p.Workflow == file},
		{"subject", p.SAN, p.SAN == id.SAN},
	} {
		if c.named != "" && !c.same {
			return c.what
		}
	}
	if p.Issuer == "" || p.Owner == "" && p.Repository == "" && p.SAN == "" {
		return "name"
	}
	return ""
}

// ownedBy tells whether an owner is the one named, or a group within that one's.
func ownedBy(p registry.Publisher, owner string) bool {
	top := p.Owner + "/"
	return strings.EqualFold(p.Owner, owner) ||
		p.OwnerNests && len(owner) > len(top) && strings.EqualFold(top, owner[:len(top)])
}

// bySource asks whether a certificate's source repository is the package's own.
//
//  1. The certificate names a source repository, by the word of the one who can
//     know: an issuer vouches only for repositories of its own host.
//  2. The package names that repository, and a key of the package repository's
//     covers the package; or the record names it, fetched directly or signed whole.
//  3. The package itself names no other.
func bySource(e *exam, a attested) Finding {
	id := a.verified.Certificate
	who := fmt.Sprintf("Signed by %s", signerInWords(a.verified))
	// 1.
	repository, _ := id.Source()
	switch {
	case repository == "":
		return because(Unknown, who+", not known to speak for this package: the certificate names no source repository.")
	case !id.Knows(repository):
		return because(Unknown, fmt.Sprintf("%s, not known to speak for this package: that issuer cannot vouch for %s.", who, quoted(repository)))
	}
	// 2.
	inside, recorded := e.Artifact.Inside.Repository, e.Release.Source
	own := e.ownWord(recorded.Route, recorded.InRecord) && source.Compare(recorded.Repository, repository) == source.Same
	relation := source.Compare(inside, repository)
	switch {
	case inside == "" && !own && source.Compare(recorded.Repository, repository) == source.Same:
		return because(Unknown, fmt.Sprintf("%s from %s, which the record names too. The record came %s, and only the repository's own host can say that.", who, quoted(repository), byRoute(recorded.Route)))
	case inside == "" && !own:
		return because(Unknown, who+", not known to speak for this package: the package names no source repository of its own.")
	case inside != "" && relation == source.NotComparable: // 3.
		return because(Unknown, fmt.Sprintf("%s from %s, not known to speak for this package. The package's own address of its source, %s, cannot be compared.", who, quoted(repository), quoted(inside)))
	case inside != "" && relation == source.Different:
		return because(Unknown, fmt.Sprintf("%s from %s, not known to speak for this package, which names %s as its source.", who, quoted(repository), quoted(inside)))
	case inside != "" && anchorCovers(e):
		return vouched(a, "The package names the same source repository, and the repository's own key covers the package.")
	case own && recorded.Route != fetch.Direct:
		return vouched(a, "The record, which the repository's own key signed, names the same source repository.")
	case own:
		return vouched(a, strings.TrimSpace("The record, fetched from the repository's own host, names the same source repository. "+recorded.Word))
	}
	return because(Unknown, fmt.Sprintf("%s from %s, which the package names too. No key of the repository's covers the package, so that is the package's own word.", who, quoted(repository)))
}

// vouched says who signed, and by whose word that is the package's publisher.
func vouched(a attested, by string) Finding {
	id := a.verified.Certificate
	facts := claimFacts(id)
	facts["signed at"], facts["time proven by"] = provenTime(a.verified), witness(a.verified)
	return pass(fmt.Sprintf("%s. A certificate issued by %s says so. %s That certificate lived from %s to %s, and %s proves that the signature was made in that time.",
		signedWhere(a), id.AuthorityName(), by,
		id.NotBefore.Format("2006-01-02 15:04"), id.NotAfter.Format("15:04"), witness(a.verified)), facts)
}

// signedWhere says what an attestation tells of a place: only provenance tells
// of a build, whatever run the certificate of another statement was issued to.
func signedWhere(a attested) string {
	id, st := a.verified.Certificate, a.verified.Statement
	repository, commit := id.Source()
	if st == nil && repository == "" {
		return fmt.Sprintf("Signed by %s", quoted(id.SAN))
	}
	if st == nil {
		return fmt.Sprintf("Signed in run %s, from %s at commit %s by %s%s", id.Claims.RunInvocationURI, repository, commit, id.Workflow(), runner(id))
	}
	if repository == "" {
		return fmt.Sprintf("A statement of the kind %s was signed by %s", quoted(st.PredicateType), quoted(id.SAN))
	}
	where := fmt.Sprintf("%s at commit %s by %s%s", repository, commit, id.Workflow(), runner(id))
	if a.provenance() {
		return "Built from " + where
	}
	return fmt.Sprintf("A statement of the kind %s was signed in a run from %s", quoted(st.PredicateType), where)
}

// anchorCovers tells whether the repository's anchored key covers the bytes
// that arrived, and with them everything written inside.
func anchorCovers(e *exam) bool {
	return e.matches.Outcome == Pass &&
		(e.signed.Outcome == Pass || e.own.Outcome == Pass)
}
