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
	Signer string // the certificate's subject, as it is written there
}

// Read is the expectation as it is compared: a person may leave the scheme of an
// address out. Where the source is no address of a repository it stays as it
// is, and known is false.
func (x Expectation) Read() (read Expectation, known bool) {
	address := strings.TrimSpace(x.Source)
	read.Signer = strings.TrimSpace(x.Signer)
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
//  2. Its subject is the expected one.
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
	if x.Signer != "" && x.Signer != id.SAN {
		return "by " + quoted(id.SAN)
	}
	return ""
}

func (x Expectation) String() string {
	return strings.Join(slices.DeleteFunc([]string{x.Source, x.Signer}, func(s string) bool { return s == "" }), ", signed by ")
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
	other := ""
	for _, a := range e.attested {
		if a.finding.Outcome != Pass || a.verified.Certificate == nil {
			continue
		}
		lacks := e.Expected.lacks(a.verified.Certificate)
		if lacks == "" { // 1.
			return pass("It is from where you expect it: a certificate that verified says so.", map[string]string{"expected": e.Expected.String()})
		}
		other = lacks
	}
	if open := e.Release.File.Attestations.Open; other != "" && open {
		return because(Absent, fmt.Sprintf("You expect it from %s. What verifies was signed %s, which strangers can put there, too.", quoted(e.Expected.String()), other))
	}
	if other != "" { // 2.
		return because(Fail, fmt.Sprintf("You expect it from %s. It was signed %s.", quoted(e.Expected.String()), other))
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
		return because(Fail, fmt.Sprintf("You expect it from %s. It states %s as its source.", quoted(e.Expected.Source), quoted(stated)))
	}
	if open, found := openAttestation(e); found {
		return open
	}
	return because(Absent, "That it is from where you expect it is not shown: no certificate that verified names who made it.")
}
