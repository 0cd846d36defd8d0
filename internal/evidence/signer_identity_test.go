package evidence

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"touchstone/internal/artifact"
	"touchstone/internal/fetch"
	"touchstone/internal/registry"
	"touchstone/internal/sigstore"
)

// attesting is an exam with one verified statement of example/thing.
func attesting(bend func(e *exam)) *exam {
	e := released(func(rel *registry.Release, _ *artifact.Artifact) {
		rel.File.Attestations = registry.Attestations{Answer: fetch.Answer{State: fetch.Found, Route: fetch.Direct}, Keys: "keys", Subject: registry.Expected{Algorithm: "sha256"}, Each: []registry.Attestation{{}}}
	})
	e.attested = []attested{verified(nil)}
	if bend != nil {
		bend(e)
	}
	return e
}

// TestSignerIdentity: who may speak for a package, by whose word.
func TestSignerIdentity(t *testing.T) {
	said := fetch.Answer{Request: fetch.Request{URL: "https://index.example/thing"}, State: fetch.Found, Route: fetch.Direct}
	relayed := said
	relayed.Route = fetch.Relay
	ours := registry.Publisher{Issuer: sigstore.GitHubIssuer, Repository: thing, Answer: said}
	by := func(p registry.Publisher) *exam {
		return attesting(func(e *exam) { e.Release.Publishers = []registry.Publisher{p} })
	}
	but := func(how func(p *registry.Publisher)) *exam {
		p := ours
		how(&p)
		return by(p)
	}
	inside := func(repository string, covered Outcome) *exam {
		return attesting(func(e *exam) {
			e.Artifact.Inside.Repository = repository
			e.matches, e.signed = because(Pass, ""), because(covered, "")
		})
	}
	owner := registry.Publisher{Issuer: sigstore.GitHubIssuer, Owner: "https://github.com/Example"}
	table{
		"named by the index":        {by(ours), Pass},
		"named, in another case":    {but(func(p *registry.Publisher) { p.Repository = "https://github.com/Example/Thing" }), Pass},
		"named through a relay":     {but(func(p *registry.Publisher) { p.Answer = relayed }), Unknown},
		"another is named":          {but(func(p *registry.Publisher) { p.Repository = "https://github.com/example/other" }), Unknown},
		"another issuer is named":   {but(func(p *registry.Publisher) { p.Issuer = "https://gitlab.com" }), Unknown},
		"another workflow is named": {but(func(p *registry.Publisher) { p.Workflow = ".github/workflows/other.yml" }), Unknown},
		"nobody is named":           {by(registry.Publisher{Answer: said}), Unknown},
		"only an issuer is named":   {by(registry.Publisher{Issuer: sigstore.GitHubIssuer, Answer: said}), Unknown},
		"owner by the name": {attesting(func(e *exam) {
			e.Release.Publishers = []registry.Publisher{owner}
			claims(e).SourceRepositoryOwnerURI = "https://github.com/example"
		}), Pass},
		"another owner by the name": {attesting(func(e *exam) {
			e.Release.Publishers = []registry.Publisher{owner}
			claims(e).SourceRepositoryOwnerURI = "https://github.com/examples"
		}), Unknown},
		"a group within the owner's, where they nest": {attesting(func(e *exam) {
			nests := owner
			nests.OwnerNests = true
			e.Release.Publishers = []registry.Publisher{nests}
			claims(e).SourceRepositoryOwnerURI = "https://github.com/example/group"
		}), Pass},
		"a group within the owner's, where none nests": {attesting(func(e *exam) {
			e.Release.Publishers = []registry.Publisher{owner}
			claims(e).SourceRepositoryOwnerURI = "https://github.com/example/group"
		}), Unknown},
		"another owner, where groups nest": {attesting(func(e *exam) {
			nests := owner
			nests.OwnerNests = true
			e.Release.Publishers = []registry.Publisher{nests}
			claims(e).SourceRepositoryOwnerURI = "https://github.com/example-2/group"
		}), Unknown},
		"an account by its address": {attesting(func(e *exam) {
			account(e)
			e.Release.Publishers = []registry.Publisher{{Issuer: "https://accounts.example", SAN: "san", Answer: said}}
		}), Pass},
		"named for this statement":    {attesting(func(e *exam) { e.attested[0].Publisher = &ours }), Pass},
		"the package, key covers it":  {inside(thing, Pass), Pass},
		"the package's own word":      {inside(thing, Absent), Unknown},
		"the package names another":   {inside("https://github.com/example/other", Pass), Unknown},
		"the package's is not an URL": {inside("thing", Pass), Unknown},
		"the record, direct":          {attesting(func(e *exam) { e.Release.Source = registry.Source{Repository: thing, Route: fetch.Direct} }), Pass},
		"the record, by relay":        {attesting(func(e *exam) { e.Release.Source = registry.Source{Repository: thing, Route: fetch.Relay} }), Unknown},
		"an issuer that cannot know": {attesting(func(e *exam) {
			e.Release.Source = registry.Source{Repository: thing, Route: fetch.Direct}
			e.attested[0].verified.Certificate.Issuer = "https://other.example"
		}), Unknown},
		"a statement that did not hold": {attesting(func(e *exam) { e.attested[0] = attested{finding: because(Fail, "wrong")} }), Fail},
		"none":                          {attesting(func(e *exam) { e.attested, e.Release.File.Attestations.Each = nil, nil }), Absent},
		"none, promised": {attesting(func(e *exam) {
			e.attested, e.Release.File.Attestations = nil, registry.Attestations{Promised: true, Subject: registry.Expected{Algorithm: "x"}, Answer: said}
		}), Unknown},
		"no place for one": {released(nil), Absent},
	}.run(t, signerIdentity)

	e := by(ours)
	signerIdentity(e)
	assert.Equal(t, "san", e.proven.Signer.SAN)
	assert.True(t, e.proven.Signer.Provenance)
}

func claims(e *exam) *sigstore.Claims { return &e.attested[0].verified.Certificate.Claims }

// account makes the signer a person's or service's account, which no source
// repository has.
func account(e *exam) {
	e.attested[0].verified.Certificate.Issuer = "https://accounts.example"
	*claims(e) = sigstore.Claims{Issuer: "https://accounts.example"}
}
