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

func TestWorkflowPath(t *testing.T) {
	id := func(source, workflow string) *sigstore.Identity {
		return &sigstore.Identity{SAN: "san", Claims: sigstore.Claims{SourceRepositoryURI: source, BuildConfigURI: workflow}}
	}
	assert.Equal(t, ".github/workflows/a.yml", workflowPath(id("https://github.com/o/r", "https://github.com/o/r/.github/workflows/a.yml@refs/heads/main")))
	assert.Equal(t, "https://github.com/o/r2/a.yml", workflowPath(id("https://github.com/o/r", "https://github.com/o/r2/a.yml@main")), "another repository")
	assert.Equal(t, "san", workflowPath(id("", "")))
}
