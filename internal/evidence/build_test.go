package evidence

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"

	"touchstone/internal/sigstore"
)

func TestPredicateSays(t *testing.T) {
	want := map[string]string{"name": "a", "version": "1"}
	for predicate, says := range map[string]bool{
		`{"name":"a","version":"1"}`: true, `{"name":"a","version":"1","more":2}`: true,
		`{"name":"a","version":1}`: false, `{"name":"a"}`: false, `{"Name":"a","version":"1"}`: false, `null`: false, ``: false, `[]`: false,
	} {
		assert.Equal(t, says, predicateSays(json.RawMessage(predicate), want), predicate)
	}
}

func TestWorkflowPath(t *testing.T) {
	id := func(source, workflow string) *sigstore.Identity {
		return &sigstore.Identity{SAN: "san", Claims: sigstore.Claims{SourceRepositoryURI: source, BuildConfigURI: workflow}}
	}
	assert.Equal(t, ".github/workflows/a.yml", workflowPath(id("https://github.com/o/r", "https://github.com/o/r/.github/workflows/a.yml@refs/heads/main")))
	assert.Equal(t, "https://github.com/o/r2/a.yml", workflowPath(id("https://github.com/o/r", "https://github.com/o/r2/a.yml@main")), "another repository")
	assert.Equal(t, "san", workflowPath(id("", "")))
}
