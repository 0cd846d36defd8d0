package evidence

import (
	"fmt"
	"slices"
	"strings"

	"touchstone/internal/sigstore"
	"touchstone/internal/source"
)

// An Expectation is from whom the reader expects a package. What is empty is not
// compared; the zero value expects nobody.
type Expectation struct {
	Source string // address of the source repository
	// Signer is the certificate's subject, as it is written there; behind it, and a
	// blank, may stand the identity provider that must vouch for it.
	Signer string
	// Linked tells that a link brought it, which anybody can write, and the reader
	// has not made it their own: then it lets nobody speak for the package, and is
	// an alarm where it fails, and no failure.
	Linked bool
}

// Read is the expectation as it is compared: a person may leave the scheme of an
// address out. Where the source is no address of a repository it stays as it
// is, and known is false.
func (x Expectation) Read() (read Expectation, known bool) {
	address := strings.TrimSpace(x.Source)
	read.Signer, read.Linked = strings.TrimSpace(x.Signer), x.Linked
	if address == "" {
		return read, true
	}
	if !strings.Contains(address, ":") {
		address = "https://" + address
	}
	repository, known := source.Parse(address)
	if !known {
		return x, false
	}
	read.Source = repository.String()
	return read, true
}

// lacks says in which respect a certificate is not the expected one; empty where
// it is.
//
//  1. Its issuer can vouch for the repository, and names the expected one.
//  2. Its subject is the expected one, by the expected identity provider.
func (x Expectation) lacks(id *sigstore.Identity) string {
	// 1.
	repository, _ := id.Source()
	switch {
	case x.Source == "":
	case repository == "":
		return "from a run that names no source repository"
	case source.Compare(x.Source, repository) != source.Same:
		return "from " + quoted(repository)
	case !id.Knows(repository):
		return "by an issuer that cannot vouch for that repository"
	}
	// 2.
	subject, issuer, given := strings.Cut(x.Signer, " ")
	if subject != "" && subject != id.SAN || given && strings.TrimSpace(issuer) != id.Issuer {
		return fmt.Sprintf("by %s, vouched for by %s", quoted(id.SAN), quoted(id.Issuer))
	}
	return ""
}

// vague tells that a certificate has the expected subject, for which any of several
// identity providers may vouch, and that none of them is named: who has the address
// at one of them may be another person than who has it at the next.
func (x Expectation) vague(id *sigstore.Identity) bool {
	return x.Source == "" && !strings.Contains(x.Signer, " ") && (id.SANKind == sigstore.SANEmail || id.SANKind == sigstore.SANOther)
}

// said begins a sentence by whose expectation it is.
func (x Expectation) said() string {
	who := "You expect it"
	if x.Linked {
		who = "The link that you followed expects it"
	}
	return who + " from " + quoted(x.String())
}

// other is the answer where the package is from elsewhere; who says so follows.
func (x Expectation) other(found string) Finding {
	if x.Linked {
		return because(Absent, x.said()+". "+found+" Anybody can write such a link: ask with it yourself, if you expect the same.")
	}
	return because(Fail, x.said()+". "+found)
}

func (x Expectation) String() string {
	return strings.Join(slices.DeleteFunc([]string{x.Source, strings.Replace(x.Signer, " ", ", vouched for by ", 1)}, func(s string) bool { return s == "" }), ", signed by ")
}

// sourceExpected asks whether the package is from where the reader expects it.
//
//  1. A certificate that verified is the expected one.
//  2. Those that verified are others.
//  3. None did. What package and record state of themselves may still be
//     another source: their word proves nothing, and denies enough.
func sourceExpected(e *exam) Finding {
	if e.Expected == (Expectation{}) {
		return because(NotApplicable, "You did not say from where you expect the package.")
	}
	other, vague := "", ""
	for _, a := range e.attested {
		if a.finding.Outcome != Pass || a.verified.Certificate == nil {
			continue
		}
		lacks := e.Expected.lacks(a.verified.Certificate)
		if lacks == "" && e.Expected.vague(a.verified.Certificate) {
			vague = a.verified.Certificate.Issuer
			continue
		}
		if lacks == "" { // 1.
			if e.Expected.Linked {
				return pass(e.Expected.said()+", and a certificate that verified says so. Anybody can write such a link: ask with it yourself, if you expect the same.", map[string]string{"expected": e.Expected.String()})
			}
			return pass("It is from where you expect it: a certificate that verified says so.", map[string]string{"expected": e.Expected.String()})
		}
		other = lacks
	}
	if open := e.Release.File.Attestations.Open; other != "" && open {
		return because(Absent, fmt.Sprintf("%s. What verifies was signed %s, which strangers can put there, too.", e.Expected.said(), other))
	}
	if other != "" { // 2.
		return e.Expected.other(fmt.Sprintf("It was signed %s.", other))
	}
	if vague != "" {
		return because(Absent, fmt.Sprintf("%s. A certificate that verified says so, by the word of %s. Others may vouch for the same address: name the one that you expect behind the subject.", e.Expected.said(), quoted(vague)))
	}
	// 3.
	stated := ""
	if e.matches.Outcome == Pass {
		stated = e.Artifact.Inside.Repository
	}
	if stated == "" && e.ownWord(e.Release.Source.Route, e.Release.Source.InRecord) {
		stated = e.Release.Source.Repository
	}
	if source.Compare(e.Expected.Source, stated) == source.Different {
		return e.Expected.other(fmt.Sprintf("It states %s as its source.", quoted(stated)))
	}
	if open, found := openAttestation(e); found {
		return open
	}
	return because(Absent, e.Expected.said()+". That is not shown: no certificate that verified names who made it.")
}
