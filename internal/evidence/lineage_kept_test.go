package evidence

import (
	"testing"

	"touchstone/internal/sigstore"

	"github.com/stretchr/testify/assert"
)

// TestReplaced: numbers accuse as well as excuse.
func TestReplaced(t *testing.T) {
	id := func(issuer, repository, owner string) *sigstore.Identity {
		return &sigstore.Identity{Issuer: issuer, Claims: sigstore.Claims{SourceRepositoryIdentifier: repository, SourceRepositoryOwnerIdentifier: owner}}
	}
	before := id(sigstore.GitHubIssuer, "42", "7")
	assert.Equal(t, "", replaced(before, id(sigstore.GitHubIssuer, "42", "7")))
	assert.Equal(t, "repository", replaced(before, id(sigstore.GitHubIssuer, "666", "777")))
	assert.Equal(t, "owner", replaced(before, id(sigstore.GitHubIssuer, "42", "777")))
	assert.Equal(t, "", replaced(before, id(sigstore.GitHubIssuer, "", "")), "what is not given accuses nobody")
	assert.Equal(t, "", replaced(before, id("https://gitlab.com", "666", "777")), "another host counts anew")
}

// TestOtherRef: the same path is another workflow on each branch.
func TestOtherRef(t *testing.T) {
	for _, c := range []struct {
		was, is string
		want    Outcome
		says    string
	}{
		{"refs/tags/v1", "refs/heads/rogue", Pass, `of the tag "v1", and this one is of "refs/heads/rogue"`},
		{"refs/tags/v1", "refs/pull/1/merge", Pass, "refs/pull/1/merge"},
		{"refs/tags/v1", "", Unknown, "does not say"},
		{"refs/heads/main", "refs/heads/rogue", Pass, `of "refs/heads/main", and this one is of "refs/heads/rogue"`},
		{"refs/heads/main", "refs/heads/main", "", ""},
		{"refs/heads/main", "refs/tags/v2", "", ""},
		{"refs/tags/v1", "refs/tags/v2", "", ""},
		{"", "refs/heads/main", "", ""},
	} {
		of := func(ref string) *sigstore.Identity {
			return verified(func(claims *sigstore.Claims, _ *sigstore.Statement) { claims.SourceRepositoryRef = ref }).verified.Certificate
		}
		f := otherRef(of(c.was), of(c.is))
		assert.Equal(t, c.want, f.Outcome, "%s to %s", c.was, c.is)
		assert.Contains(t, f.Reason, c.says)
	}
	stranger := func(ref string) *sigstore.Identity {
		return &sigstore.Identity{Issuer: "https://accounts.example.org", Claims: sigstore.Claims{SourceRepositoryURI: thing, SourceRepositoryRef: ref}}
	}
	assert.Equal(t, Outcome(""), otherRef(stranger("refs/tags/v1"), stranger("refs/heads/x")).Outcome, "nobody's word")
}

func TestWorkflowPath(t *testing.T) {
	id := func(source, workflow string) *sigstore.Identity {
		return &sigstore.Identity{SAN: "san", Claims: sigstore.Claims{SourceRepositoryURI: source, BuildConfigURI: workflow}}
	}
	assert.Equal(t, ".github/workflows/a.yml", workflowPath(id("https://github.com/o/r", "https://github.com/o/r/.github/workflows/a.yml@refs/heads/main")))
	assert.Equal(t, "https://github.com/o/r2/a.yml", workflowPath(id("https://github.com/o/r", "https://github.com/o/r2/a.yml@main")), "another repository")
	assert.Equal(t, "https://github.com/o/r2/a.yml@b.yml", workflowPath(id("https://github.com/o/r", "https://github.com/o/r2/a.yml@b.yml@refs/heads/main")), "another file of another repository")
	assert.Equal(t, ".github/workflows/a.yml@b.yml", workflowPath(id("https://github.com/o/r", "https://github.com/o/r/.github/workflows/a.yml@b.yml@refs/tags/v1")), "another file")
	assert.Equal(t, "san", workflowPath(id("", "")))
}
