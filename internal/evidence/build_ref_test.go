package evidence

import (
	"testing"

	"touchstone/internal/artifact"
	"touchstone/internal/registry"
	"touchstone/internal/sigstore"

	"github.com/stretchr/testify/assert"
)

func TestBuildRef(t *testing.T) {
	for name, c := range map[string]struct {
		bend func(*sigstore.Claims, *sigstore.Statement)
		want Outcome
	}{
		"a branch":      {nil, Pass},
		"a tag":         {func(c *sigstore.Claims, _ *sigstore.Statement) { c.SourceRepositoryRef = "refs/tags/v1" }, Pass},
		"pull request":  {func(c *sigstore.Claims, _ *sigstore.Statement) { c.SourceRepositoryRef = "refs/pull/1/merge" }, Fail},
		"merge request": {func(c *sigstore.Claims, _ *sigstore.Statement) { c.SourceRepositoryRef = "refs/merge-requests/1/head" }, Fail},
		"target":        {func(c *sigstore.Claims, _ *sigstore.Statement) { c.BuildTrigger = "pull_request_target" }, Fail},
		"old claims": {func(c *sigstore.Claims, _ *sigstore.Statement) {
			c.SourceRepositoryRef, c.GitHubWorkflowRef = "", "refs/pull/9/head"
		}, Fail},
		"old trigger":          {func(c *sigstore.Claims, _ *sigstore.Statement) { c.GitHubWorkflowTrigger = "pull_request" }, Fail},
		"says nothing":         {func(c *sigstore.Claims, _ *sigstore.Statement) { c.SourceRepositoryRef = "" }, Absent},
		"another's repository": {func(c *sigstore.Claims, _ *sigstore.Statement) { c.SourceRepositoryURI = "https://gitlab.com/o/r" }, NotApplicable},
		"another kind":         {bentBy("https://example.org/scan"), NotApplicable},
		"a branch like pull":   {func(c *sigstore.Claims, _ *sigstore.Statement) { c.SourceRepositoryRef = "refs/heads/refs/pull/1" }, Pass},
	} {
		in := &exam{Case: Case{Artifact: &artifact.Artifact{}, Release: &registry.Release{}}, attested: []attested{verified(c.bend)}}
		assert.Equal(t, c.want, buildRef(in).Outcome, name)
	}
	assert.Equal(t, NotApplicable, buildRef(&exam{Case: Case{Release: &registry.Release{}}}).Outcome)
}
