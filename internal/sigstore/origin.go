package sigstore

import (
	"strings"

	"touchstone/internal/source"
)

// GitHubIssuer is the identity provider of GitHub's workflows; an enterprise may
// have a path of its own below it.
const GitHubIssuer = "https://token.actions.githubusercontent.com"

// Source is the source repository and commit that the certificate names; empty
// where it names none. Certificates from before 2023 name them in the claims of
// GitHub's workflows only.
func (id *Identity) Source() (repository, commit string) {
	c := id.Claims
	if c.SourceRepositoryURI != "" {
		return c.SourceRepositoryURI, c.SourceRepositoryDigest
	}
	if github := "https://github.com/" + c.GitHubWorkflowRepository; c.GitHubWorkflowRepository != "" && id.Knows(github) {
		return github, c.GitHubWorkflowSHA
	}
	return "", ""
}

// Knows tells whether the identity provider can know who builds from a
// repository. Fulcio takes the word of build services that run anybody's build
// from anybody's address (github.com/sigstore/fulcio, docs/oidc.md).
func (id *Identity) Knows(repository string) bool {
	place, ok := source.Parse(repository)
	if ok && place.Host == "github.com" {
		return id.Issuer == GitHubIssuer || strings.HasPrefix(id.Issuer, GitHubIssuer+"/")
	}
	return ok && id.Issuer == "https://"+place.Host
}

// Workflow is the address of the build's definition, with its ref; the subject
// where the certificate names none.
func (id *Identity) Workflow() string {
	if id.Claims.BuildConfigURI != "" {
		return id.Claims.BuildConfigURI
	}
	return id.SAN
}

// AuthorityName is what the authority that issued the certificate is called.
func (id *Identity) AuthorityName() string {
	switch {
	case id.Authority != "":
		return id.Authority
	case len(id.Chain) > 0:
		return id.Chain[len(id.Chain)-1]
	}
	return "an authority among the anchors"
}
