//go:build touchstone_testanchors

package pins

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/lockfile"
)

// TestAllowedAddress: what is accepted is a name at an address. Whoever changes the
// lock file afterwards moves no name that is allowed to an address that is not.
func TestAllowedAddress(t *testing.T) {
	a, _ := project(t, 0)
	const fork = "git+ssh://git@code.example/a/b.git#"
	for name, c := range map[string]struct {
		allowed, resolved string
		fails             bool
		note              string
	}{
		"that commit":                {fork + "0123456", fork + "0123456", false, ""},
		"any commit of it":           {fork, fork + "0123456", false, ""},
		"any of one owner":           {"git+ssh://git@code.example/a/", fork + "0123456", false, ""},
		"another commit":             {fork + "0123456", fork + "0123457", true, "the file has another"},
		"a longer one":               {fork + "0123456", fork + "01234567", true, "the file has another"},
		"another owner":              {fork, "git+ssh://git@code.example/hostile/b.git#0123456", true, "the file has another"},
		"another host":               {fork, "git+ssh://git@hostile.example/a/b.git#0123456", true, "the file has another"},
		"one that climbs":            {"git+ssh://git@code.example/a/", "git+ssh://git@code.example/a/../hostile/b.git#0123456", true, "the file has another"},
		"one that climbs, escaped":   {"git+ssh://git@code.example/a/", "git+ssh://git@code.example/a/%2e%2e/hostile/b.git#0123456", true, "the file has another"},
		"a beginning that ends amid": {"git+ssh://git@code.example/a", fork + "0123456", true, "the file has another"},
		"none":                       {"", fork + "0123456", true, "the file has another"},
	} {
		t.Run(name, func(t *testing.T) {
			doc, err := json.Marshal([]map[string]string{{"purl": "b", "address": c.allowed, "check": "source-git", "reason": "ours"}})
			require.NoError(t, err)
			allow, err := ReadAllow(doc)
			require.NoError(t, err)
			lock, err := json.Marshal(map[string]any{"lockfileVersion": 3, "packages": map[string]any{"node_modules/b": map[string]string{"version": "1.0.0", "resolved": c.resolved}}})
			require.NoError(t, err)
			f, err := lockfile.ReadAll(one("package-lock.json", lock))
			require.NoError(t, err)
			r, err := Check(t.Context(), a, f, nil, Options{Depth: Records, Time: at, Allow: allow}, nil)
			require.NoError(t, err)
			require.Equal(t, c.fails, r.Fails(), states(r))
			require.Contains(t, strings.Join(r.Notes, " "), c.note)
		})
	}
	_, err := ReadAllow([]byte(`[{"purl":"x","check":"missing","address":"https://x.example/","reason":"z"}]`))
	require.ErrorContains(t, err, "is about none")
	_, err = ReadAllow([]byte(`[{"purl":"x","check":"source-git","address":"git+https://","reason":"z"}]`))
	require.ErrorContains(t, err, "names no host")
}
