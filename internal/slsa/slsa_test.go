package slsa

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

const (
	repo  = "https://github.com/o/r"
	input = `{"uri":"git+https://github.com/o/r@refs/heads/main","digest":{"gitCommit":"abc"}}`
	tool  = `{"uri":"git+https://github.com/other/tool@v1","digest":{"gitCommit":"def"}}`
	left  = `{"uri":"pkg:npm/left-pad@1.0.0"}`
)

func v1(workflow, inputs string) string {
	return `{"buildDefinition":{"externalParameters":{"workflow":` + workflow + `},"resolvedDependencies":[` + inputs + `]},"runDetails":{"builder":{"id":"platform"},"metadata":{"invocationId":"run"}}}`
}

const ours = `{"repository":"` + repo + `"}`

func TestRead(t *testing.T) {
	const at, other = "git+https://github.com/o/r@refs/heads/main", "git+https://github.com/other/tool@v1"
	for name, c := range map[string]struct {
		kind, predicate string
		want            Build
	}{
		"v1":                    {V1, v1(ours, input), Build{"platform", repo, "abc", "run", []string{at}}},
		"v1.2":                  {V1 + ".2", v1(ours, input), Build{"platform", repo, "abc", "run", []string{at}}},
		"v1, others before":     {V1, v1(ours, left+","+tool+","+input), Build{"platform", repo, "abc", "run", []string{"pkg:npm/left-pad@1.0.0", other, at}}},
		"v1, only others":       {V1, v1(ours, tool), Build{"platform", repo, "", "run", []string{other}}},
		"v1, builder only":      {V1, `{"buildDefinition":{},"runDetails":{"builder":{"id":"platform"}}}`, Build{Builder: "platform"}},
		"v1, null inside":       {V1, v1(`null`, input), Build{"platform", "", "", "run", []string{at}}},
		"v1, another's twin":    {V1, v1(`{"repository":"`+repo+`","REPOSITORY":"https://github.com/x/y"}`, input), Build{"platform", repo, "abc", "run", []string{at}}},
		"v1, only the twin":     {V1, v1(`{"Repository":"`+repo+`"}`, input), Build{"platform", "", "", "run", []string{at}}},
		"v0.2":                  {V02, `{"builder":{"id":"b"},"invocation":{"configSource":{"uri":"git+https://gitlab.com/o/r","digest":{"sha1":"abc"},"entryPoint":"build"}},"metadata":{"buildInvocationId":"job","buildInvocationID":"x"},"materials":[{"uri":"git+https://gitlab.com/o/r","digest":{"sha1":"abc"}}]}`, Build{"b", "https://gitlab.com/o/r", "abc", "job", []string{"git+https://gitlab.com/o/r"}}},
		"v0.2, by its material": {V02, `{"invocation":{"configSource":{"uri":"git+https://github.com/o/r@refs/tags/v1"}},"materials":[{"uri":"git+https://github.com/O/R@refs/tags/v1","digest":{"sha1":"abc"}}]}`, Build{"", "https://github.com/o/r", "abc", "", []string{"git+https://github.com/O/R@refs/tags/v1"}}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Read(c.kind, []byte(c.predicate))
			assert.NoError(t, err)
			assert.Equal(t, c.want, got)
		})
	}
}

// TestNoBuild: what is no provenance, or states no build in it.
func TestNoBuild(t *testing.T) {
	for name, c := range map[string][2]string{
		"a scan":                {"https://in-toto.io/attestation/vulns/v0.2", v1(ours, input)},
		"a summary":             {"https://slsa.dev/verification_summary/v1", v1(ours, input)},
		"a look-alike":          {V1 + "0", v1(ours, input)},
		"a future version":      {"https://slsa.dev/provenance/v2", v1(ours, input)},
		"no minor version":      {V1 + ".", v1(ours, input)},
		"a minor version of 0":  {V02 + ".1", v1(ours, input)},
		"empty":                 {V1, `{}`},
		"something else":        {V1, `{"result":"FAILED: do not use"}`},
		"two empty objects":     {V1, `{"buildDefinition":{},"runDetails":{}}`},
		"nothing":               {V1, ``},
		"null":                  {V1, `null`},
		"a list":                {V1, `{"buildDefinition":[]}`},
		"a number":              {V1, v1(`{"repository":7}`, input)},
		"inputs are an object":  {V1, strings.Replace(v1(ours, ""), "[]", "{}", 1)},
		"an input is a text":    {V1, v1(ours, `"x"`)},
		"a commit is a number":  {V1, v1(ours, strings.Replace(input, `"abc"`, "7", 1))},
		"other case altogether": {V1, `{"BuildDefinition":{},"RunDetails":{"builder":{"id":"x"}}}`},
		"v1 in 0.2":             {V02, v1(ours, input)},
	} {
		_, err := Read(c[0], []byte(c[1]))
		assert.Error(t, err, name)
	}
}
