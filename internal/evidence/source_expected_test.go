package evidence

import (
	"testing"

	"touchstone/internal/fetch"
	"touchstone/internal/registry"
	"touchstone/internal/sigstore"
)

func TestSourceExpected(t *testing.T) {
	const elsewhere = "https://github.com/example/elsewhere"
	served := func(x Expectation, as ...attested) *exam {
		e := released(nil)
		e.Expected, e.attested = x, as
		for _, a := range as {
			e.Release.File.Attestations.Each = append(e.Release.File.Attestations.Each, a.Attestation)
		}
		return e
	}
	stating := func(x Expectation, matches Outcome, inside, recorded string) *exam {
		e := served(x)
		e.matches = because(matches, "x")
		e.Artifact.Inside.Repository = inside
		e.Release.Source = registry.Source{Repository: recorded, Route: fetch.Direct}
		return e
	}
	by := func(bend func(c *sigstore.Claims)) attested {
		return verified(func(c *sigstore.Claims, _ *sigstore.Statement) { bend(c) })
	}
	from := func(repository string) attested {
		return by(func(c *sigstore.Claims) { c.SourceRepositoryURI = repository })
	}
	mailed := from(thing)
	mailed.verified.Certificate.SANKind, mailed.verified.Certificate.Issuer = sigstore.SANEmail, "https://accounts.google.com"
	unverified := from(thing)
	unverified.finding = because(Unknown, "x")
	table{
		"nobody":                      {served(Expectation{}, from(thing)), NotApplicable},
		"from there":                  {served(Expectation{Source: thing}, from(thing)), Pass},
		"from there, in another case": {served(Expectation{Source: "https://github.com/Example/Thing"}, from(thing)), Pass},
		"by that signer":              {served(Expectation{Signer: "san"}, from(thing)), Pass},
		"one of two":                  {served(Expectation{Source: thing}, from(elsewhere), from(thing)), Pass},
		"from elsewhere":              {served(Expectation{Source: thing}, from(elsewhere)), Fail},
		"by an address":               {served(Expectation{Signer: "san"}, mailed), Absent},
		"by an address of theirs":     {served(Expectation{Signer: "san https://accounts.google.com"}, mailed), Pass},
		"by an address of others":     {served(Expectation{Signer: "san https://login.microsoftonline.com"}, mailed), Fail},
		"by another address":          {served(Expectation{Signer: "other"}, mailed), Fail},
		"by another signer":           {served(Expectation{Source: thing, Signer: "other"}, from(thing)), Fail},
		"by an issuer that cannot know": {served(Expectation{Source: thing}, func() attested {
			a := from(thing)
			a.verified.Certificate.Issuer = "https://gitlab.com"
			return a
		}()), Fail},
		"from there, says a link":      {served(Expectation{Source: thing, Linked: true}, from(thing)), Pass},
		"from elsewhere, says a link":  {served(Expectation{Source: thing, Linked: true}, from(elsewhere)), Absent},
		"stated otherwise than a link": {stating(Expectation{Source: thing, Linked: true}, Pass, elsewhere, thing), Absent},
		"not verified":                 {served(Expectation{Source: thing}, unverified), Unknown},
		"no statement at all":          {served(Expectation{Source: thing}), Absent},
		"stated so, not signed":        {stating(Expectation{Source: thing}, Pass, thing, ""), Absent},
		"stated otherwise":             {stating(Expectation{Source: thing}, Pass, elsewhere, thing), Fail},
		"the record states otherwise":  {stating(Expectation{Source: thing}, Pass, "", elsewhere), Fail},
		"stated by other bytes":        {stating(Expectation{Source: thing}, Fail, elsewhere, ""), Absent},
		"stated in no known form":      {stating(Expectation{Source: thing}, Pass, "somewhere", ""), Absent},
	}.run(t, sourceExpected)
}

// TestAnAddressAloneEntitlesNobody: identity providers are many, and one may give an
// address to whom another would not.
func TestAnAddressAloneEntitlesNobody(t *testing.T) {
	for expected, want := range map[string]Outcome{"san": Unknown, "san https://accounts.google.com": Pass, "san https://login.microsoftonline.com": Unknown} {
		e, a := released(nil), verified(func(c *sigstore.Claims, _ *sigstore.Statement) { c.SourceRepositoryURI = "" })
		a.verified.Certificate.SANKind, a.verified.Certificate.Issuer = sigstore.SANEmail, "https://accounts.google.com"
		e.Expected.Signer = expected
		if f := entitled(e, a); f.Outcome != want {
			t.Errorf("expecting %q: %s, want %s: %s", expected, f.Outcome, want, f.Reason)
		}
	}
}

// TestEntitledByExpectation: who is expected may speak for the package.
func TestEntitledByExpectation(t *testing.T) {
	for expected, want := range map[string]Outcome{"": Unknown, thing: Pass, "https://github.com/example/elsewhere": Unknown} {
		e := released(nil)
		e.Expected.Source = expected
		if f := entitled(e, verified(nil)); f.Outcome != want {
			t.Errorf("expecting %q: %s, want %s: %s", expected, f.Outcome, want, f.Reason)
		}
		e.Expected.Linked = true
		if f := entitled(e, verified(nil)); f.Outcome != Unknown {
			t.Errorf("a link that expects %q: %s, want unknown: %s", expected, f.Outcome, f.Reason)
		}
	}
}
