package audit_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/audit"
	"touchstone/internal/fetch"
	"touchstone/internal/mint"
	"touchstone/internal/trust"
)

// An asked transport remembers what it was asked.
type askedTransport struct {
	fetch.Transport
	urls *[]string
}

func (a askedTransport) Do(ctx context.Context, r *fetch.Request) (*fetch.Response, error) {
	*a.urls = append(*a.urls, r.URL)
	return a.Transport.Do(ctx, r)
}

func suggesting(t *testing.T) (*audit.Auditor, *[]string) {
	t.Helper()
	const npm, errors = "https://registry.npmjs.org/", proxy + "github.com/pkg/errors/@"
	w := mint.World{
		npm + "-/v1/search?size=8&text=loda": mint.Page{Body: []byte(`{"objects":[{"package":{"name":"lodash","description":"Lodash modular utilities."}},{"package":{"name":"lodash-es"}}]}`)},
		npm + "lodash":                       mint.Page{Body: []byte(`{"name":"lodash","dist-tags":{"latest":"4.17.21"},"versions":{"4.17.21":{"name":"lodash","version":"4.17.21"},"4.17.20":{"name":"lodash","version":"4.17.20","deprecated":"old"},"3.0.0":{"name":"lodash","version":"3.0.0"}}}`)},
		errors + "v/list":                    mint.Page{Body: []byte("v0.9.1\nv0.8.0\n")},
		errors + "latest":                    mint.Page{Body: []byte(`{"Version":"v0.9.1"}`)},
		errors + "v/v0.9.1.mod":              mint.Page{Body: []byte("module github.com/pkg/errors\n")},
	}
	var urls []string
	a, err := audit.New(audit.Options{Transport: askedTransport{w, &urls}, Anchors: trust.Embedded()})
	require.NoError(t, err)
	return a, &urls
}

// TestSuggest: a text that somebody is writing, and how it may go on.
func TestSuggest(t *testing.T) {
	names := []string{"pkg:npm/lodash Lodash modular utilities.", "pkg:npm/lodash-es "}
	for text, want := range map[string][]string{
		"loda": names, "npm:loda": names, "npm install loda": names, "pkg:npm/loda": names,
		"lodash@4":                  {"pkg:npm/lodash@4.17.21 newest", "pkg:npm/lodash@4.17.20 withdrawn"},
		"pkg:npm/lodash@":           {"pkg:npm/lodash@4.17.21 newest", "pkg:npm/lodash@4.17.20 withdrawn", "pkg:npm/lodash@3.0.0 "},
		"npm i lodash@3":            {"pkg:npm/lodash@3.0.0 "},
		"github.com/pkg/errors@":    {"pkg:golang/github.com/pkg/errors@v0.9.1 newest", "pkg:golang/github.com/pkg/errors@v0.8.0 "},
		"github.com/pkg/errors@v0.": {"pkg:golang/github.com/pkg/errors@v0.9.1 newest", "pkg:golang/github.com/pkg/errors@v0.8.0 "},
		"github.com/pkg/errors@0.8": {"pkg:golang/github.com/pkg/errors@v0.8.0 "},
		"lodash@9":                  {},
		"nothing-like-it":           {},
	} {
		a, _ := suggesting(t)
		s, err := a.Suggest(context.Background(), text)
		require.NoError(t, err, text)
		got := []string{}
		for _, one := range s.All {
			got = append(got, one.Reference+" "+one.About)
		}
		require.Equal(t, want, got, text)
		if len(want) > 0 {
			require.Contains(t, []string{"npm registry", "Go module proxy"}, s.By)
		}
	}
}

// TestSuggestAsksOnce: the list of versions is asked for once, however it goes on.
func TestSuggestAsksOnce(t *testing.T) {
	a, urls := suggesting(t)
	for _, text := range []string{"lodash@4", "lodash@4.", "lodash@4.1", "npm:lodash@4.17"} {
		s, err := a.Suggest(context.Background(), text)
		require.NoError(t, err)
		require.Len(t, s.All, 2, text)
	}
	require.Len(t, *urls, 1)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := a.Suggest(ctx, "loda")
	require.ErrorIs(t, err, context.Canceled)
}

// TestNobodyIsAskedAboutSecrets: what may be a secret, a path, or a person's
// address stays here.
func TestNobodyIsAskedAboutSecrets(t *testing.T) {
	for _, text := range []string{
		"", "x", "/etc/passwd", "~/.ssh/id_rsa", "C:\\Users\\me", "./lodash", "../lodash", "src/app", "package-lock.json", "server.key", "id.pem", ".env", "yarn.lock",
		"me@", "me@example.com", "https://user:password@example.com/x", "npm_0123456789abcdefghijklmnopqrstuvwxyz", "npm:ghp_abcdef", "ghp_16C7e42F292c6912E7710c838347Ae178B4a", "sk-live-abcdef",
		"AKIAIOSFODNN7EXAMPLE", "eyJhbGciOiJIUzI1NiJ9.e30.x", "deadbeef1234", "550e8400-e29b-41d4-a716-446655440000", "da39a3ee5e6b4b0d3255bfef95601890afd80709", "xoxb-123456789012",
		"hunter2hunter2hunter2", "a1b2c3d4", "correcthorsebatterystaple", "Passw0rd", "two words", "4111-1111-1111-1111", "deadbeef1234@1", "npm:deadbeef1234@1", "lodash\nsecret", "lodash@4.17.21 sha512-abc",
		"github.com/owner/name", "pkg:npm/lodash@4.17.21?checksum=sha256:00", strings.Repeat("a-", 60),
	} {
		a, urls := suggesting(t)
		s, err := a.Suggest(context.Background(), text)
		require.NoError(t, err)
		require.Empty(t, s.All, text)
		require.Empty(t, *urls, text)
	}
}
