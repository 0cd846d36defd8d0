package evidence

import (
	"strings"
	"touchstone/internal/sigstore"
	"touchstone/internal/source"
)

// speaker is the first verified attestation whose signer may speak for the
// package; there is one where signerIdentity passes.
func speaker(e *exam) attested {
	for _, a := range e.attested {
		if a.speaks.Outcome == Pass {
			return a
		}
	}
	return attested{verified: &sigstore.Verified{Certificate: new(sigstore.Identity)}}
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

// signerInWords names who signed.
func signerInWords(v *sigstore.Verified) string {
	if v.Key != nil {
		return "the repository's key " + v.Key.Hint
	}
	return quoted(v.Certificate.SAN) + " (vouched for by " + quoted(v.Certificate.Issuer) + ")"
}

// witness names who proved the time of signing.
func witness(v *sigstore.Verified) string {
	if len(v.Times) == 0 {
		return "nobody"
	}
	if first := v.Times[0]; first.Who != "" {
		return string(first.Source) + " " + first.Who
	}
	return string(v.Times[0].Source)
}

func provenTime(v *sigstore.Verified) string {
	if len(v.Times) == 0 {
		return ""
	}
	earliest := v.Times[0].Time
	for _, t := range v.Times[1:] {
		if t.Time.Before(earliest) {
			earliest = t.Time
		}
	}
	return earliest.UTC().Format("2006-01-02T15:04:05Z")
}
