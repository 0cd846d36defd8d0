package npm

import (
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/purl"
)

// TestNearer: only names that the registry's own search gives are offered, and only
// those of nearly the same letters.
func TestNearer(t *testing.T) {
	const search = "https://registry.npmjs.org/-/v1/search?size=8&text=lodahs"
	found := func(body string) []string {
		_, err := resolve(t, world{search: ok(body)}, "npm:lodahs@1.0.0")
		var refused *purl.Refused
		require.ErrorAs(t, err, &refused)
		var out []string
		for _, c := range refused.Choices {
			require.Equal(t, "nearly the same letters, by npm's own search", c.Why)
			out = append(out, c.Reference)
		}
		require.Equal(t, len(out) > 0, len(refused.Detail) > 220, refused.Detail)
		return out
	}
	object := func(names ...string) string {
		doc := `{"objects":[`
		for i, n := range names {
			doc += map[bool]string{true: ",", false: ""}[i > 0] + `{"package":{"name":"` + n + `"}}`
		}
		return doc + `]}`
	}
	require.Equal(t, []string{"pkg:npm/lodash", "pkg:npm/lodas"}, found(object("react", "lodash", "lodahs", "lodash.merge", "lodas", "../x", "%2e", "")))
	require.Equal(t, []string{"pkg:npm/lodash", "pkg:npm/lodah", "pkg:npm/odahs"}, found(object("lodash", "lodah", "odahs", "lodaxs")))
	require.Empty(t, found(object("react")))
	// Of a name that is there, and lacks the version, those that the search puts first.
	listed := func(body string) []string {
		_, err := resolve(t, world{search: ok(body), base + "lodahs" + listMark: ok(`{"name":"lodahs","dist-tags":{"latest":"0.0.0"},"versions":{"0.0.0":{}}}`)}, "npm:lodahs@4.0.0")
		var refused *purl.Refused
		require.ErrorAs(t, err, &refused)
		var out []string
		for _, c := range refused.Choices {
			out = append(out, c.Reference)
		}
		return out
	}
	newest := []string{"pkg:npm/lodahs@0.0.0"}
	require.Equal(t, append(newest, "pkg:npm/lodash"), listed(object("lodash", "lodahs", "lodas")))
	require.Equal(t, newest, listed(object("lodahs", "lodash")))
	require.Equal(t, newest, listed(""))
	for _, odd := range []string{"", "{}", "[]", `{"objects":{}}`, `{"objects":[1,{"package":1},{"package":{"name":7}}]}`, "<html>"} {
		require.Empty(t, found(odd), odd)
	}
}
