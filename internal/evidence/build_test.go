package evidence

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"

	"touchstone/internal/sigstore"
)

func TestStatedBuild(t *testing.T) {
	const (
		repo   = "https://github.com/o/r"
		source = `{"uri":"git+https://github.com/o/r@refs/heads/main","digest":{"gitCommit":"abc"}}`
		tool   = `{"uri":"git+https://github.com/other/tool@v1","digest":{"gitCommit":"def"}}`
		npm    = `{"uri":"pkg:npm/left-pad@1.0.0"}`
	)
	v1 := func(inputs string) string {
		return `{"buildDefinition":{"externalParameters":{"workflow":{"repository":"` + repo + `"}},"resolvedDependencies":[` + inputs + `]},"runDetails":{"metadata":{"invocationId":"run"}}}`
	}
	for name, c := range map[string]struct {
		kind, predicate string
		want            build
	}{
		"v1":                    {slsaV1, v1(source), build{repo, "abc", "run", []string{"git+https://github.com/o/r@refs/heads/main"}}},
		"v1, others before":     {slsaV1, v1(npm + "," + tool + "," + source), build{repo, "abc", "run", []string{"pkg:npm/left-pad@1.0.0", "git+https://github.com/other/tool@v1", "git+https://github.com/o/r@refs/heads/main"}}},
		"v1, only others":       {slsaV1, v1(tool), build{repo, "", "run", []string{"git+https://github.com/other/tool@v1"}}},
		"v1, nothing":           {slsaV1, `{}`, build{}},
		"v1, of another form":   {slsaV1, `{"buildDefinition":[]}`, build{}},
		"v0.2":                  {slsaV02, `{"invocation":{"configSource":{"uri":"git+https://gitlab.com/o/r","digest":{"sha1":"abc"},"entryPoint":"build"}},"metadata":{"buildInvocationId":"https://gitlab.com/o/r/-/jobs/1"},"materials":[{"uri":"git+https://gitlab.com/o/r","digest":{"sha1":"abc"}}]}`, build{"https://gitlab.com/o/r", "abc", "https://gitlab.com/o/r/-/jobs/1", []string{"git+https://gitlab.com/o/r"}}},
		"v0.2, by its material": {slsaV02, `{"invocation":{"configSource":{"uri":"git+https://github.com/o/r@refs/tags/v1"}},"materials":[{"uri":"git+https://github.com/O/R@refs/tags/v1","digest":{"sha1":"abc"}}]}`, build{"https://github.com/o/r", "abc", "", []string{"git+https://github.com/O/R@refs/tags/v1"}}},
		"another kind":          {"https://example.org/build", v1(source), build{}},
		"none":                  {slsaV1, ``, build{}},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want, statedBuild(&sigstore.Statement{PredicateType: c.kind, Predicate: json.RawMessage(c.predicate)}))
		})
	}
	assert.Equal(t, "", gitAddress("https://github.com/o/r"))
	assert.Equal(t, "https://user@host/o/r", gitAddress("git+https://user@host/o/r@main"))
}

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
	assert.Equal(t, "/.github/workflows/a.yml", workflowPath(id("https://github.com/o/r", "https://github.com/o/r/.github/workflows/a.yml@refs/heads/main")))
	assert.Equal(t, "https://github.com/o/r2/a.yml", workflowPath(id("https://github.com/o/r", "https://github.com/o/r2/a.yml@main")), "another repository")
	assert.Equal(t, "san", workflowPath(id("", "")))
}
