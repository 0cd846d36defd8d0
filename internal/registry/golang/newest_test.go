package golang

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/fetch"
)

// proxy answers below one module's address; what it does not hold is 404.
type proxy map[string]string

func (p proxy) Do(_ context.Context, r *fetch.Request) (*fetch.Response, error) {
	body, ok := p[strings.TrimPrefix(r.URL, "https://"+Proxy+"/example.com/m/")]
	status := map[bool]int{true: 200, false: 404}[ok]
	return &fetch.Response{Status: status, URL: r.URL, Body: io.NopCloser(bytes.NewReader([]byte(body)))}, nil
}

// TestNewest holds the go command's rule for which version is newest
// (go.dev/ref/mod#version-queries).
func TestNewest(t *testing.T) {
	const made, own = "module example.com/m\n", "module example.com/m\n\ngo 1.20\n"
	for name, test := range map[string]struct {
		proxy     proxy
		prefix    string
		want      string
		retracted bool
	}{
		"releases before pre-releases": {proxy{"@v/list": "v1.0.0\nv1.2.0-rc.1\nv1.1.0\n"}, "", "v1.1.0", false},
		"pre-releases where no other":  {proxy{"@v/list": "v1.0.0-a\nv1.0.0-b"}, "", "v1.0.0-b", false},
		"no version, @latest":          {proxy{"@v/list": "", "@latest": `{"Version":"v0.0.0-20240501181205-ae6ca9944745"}`}, "", "v0.0.0-20240501181205-ae6ca9944745", false},
		"neither":                      {proxy{"@v/list": ""}, "", "", false},
		"no list":                      {proxy{"@latest": `{"Version":"v1.0.0"}`}, "", "v1.0.0", false},
		"@latest of another kind":      {proxy{"@latest": `<html>`}, "", "", false},
		"incompatible passed over":     {proxy{"@v/list": "v2.0.0+incompatible\nv1.9.3\n", "@v/v1.9.3.mod": own}, "", "v1.9.3", false},
		"incompatible taken":           {proxy{"@v/list": "v2.0.0+incompatible\nv1.9.3\n", "@v/v1.9.3.mod": made}, "", "v2.0.0+incompatible", false},
		"only incompatible":            {proxy{"@v/list": "v2.0.0+incompatible\nv3.0.0+incompatible\n"}, "", "v3.0.0+incompatible", false},
		"incompatible asked for":       {proxy{"@v/list": "v2.1.0+incompatible\nv1.9.3\n", "@v/v1.9.3.mod": own}, "v2", "v2.1.0+incompatible", false},
		"prefix":                       {proxy{"@v/list": "v1.1.0\nv1.1.9\nv1.10.0\n"}, "v1.1", "v1.1.9", false},
		"prefix of none":               {proxy{"@v/list": "v1.1.0\n"}, "v1.2", "", false},
		"retracted":                    {proxy{"@v/list": "v1.0.0\nv1.1.0\n", "@v/v1.1.0.mod": own + "retract v1.1.0\n"}, "", "v1.0.0", false},
		"retracted by a later one":     {proxy{"@v/list": "v1.0.0\nv1.1.0\nv1.2.0\n", "@v/v1.2.0.mod": own + "retract [v1.1.0, v1.2.0]\n"}, "", "v1.0.0", false},
		"all retracted":                {proxy{"@v/list": "v1.0.0\n", "@v/v1.0.0.mod": own + "retract [v1.0.0, v1.9.0]\n"}, "", "v1.0.0", true},
		"all retracted, but @latest":   {proxy{"@v/list": "v1.0.0\n", "@v/v1.0.0.mod": own + "retract [v1.0.0, v1.9.0]\n", "@latest": `{"Version":"v0.9.1-0.20240501181205-ae6ca9944745"}`}, "", "v0.9.1-0.20240501181205-ae6ca9944745", false},
		"retraction and incompatible":  {proxy{"@v/list": "v1.0.0\nv1.1.0\nv2.0.0+incompatible\n", "@v/v1.1.0.mod": own + "retract v1.1.0\n", "@v/v1.0.0.mod": own}, "", "v1.0.0", false},
		"no @latest, commits listed":   {proxy{"@v/list": "v0.0.0-20260522210424-ecfc5a8d5446\nv0.0.0-20230325221338-052af4a8072b\n"}, "", "v0.0.0-20260522210424-ecfc5a8d5446", false},
		"a tag before a commit":        {proxy{"@v/list": "v0.1.0\nv0.1.1-0.20260522210424-ecfc5a8d5446\n"}, "", "v0.1.0", false},
		"no version at all in it":      {proxy{"@v/list": "nonsense\n<html>\n", "@latest": `{"Version":"v1.0.0"}`}, "", "v1.0.0", false},
	} {
		t.Run(name, func(t *testing.T) {
			c := fetch.New(fetch.Options{Hosts: Registry{}.Hosts(), Transport: test.proxy, Retries: -1}).Session(fetch.SessionOptions{})
			at, err := locatedAt("example.com/m", "")
			require.NoError(t, err)
			found, err := newestVersion(t.Context(), c, at, test.prefix)
			require.NoError(t, err)
			assert.Equal(t, test.want, found.version)
			assert.Equal(t, test.retracted, found.retracted)
		})
	}
}
