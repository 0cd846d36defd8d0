//go:build touchstone_testanchors

package pins

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/lockfile"
)

// TestParts: what programs that know nothing of each other found in parts is, put
// together, what one alone finds; a part that did not come is asked for again.
func TestParts(t *testing.T) {
	a, lines := project(t, 12)
	lines[3] = strings.Replace(lines[3], "h1:", "h1:AA", 1)[:len(lines[3])-2] + "A="
	allow, err := ReadAllow([]byte(`[{"purl":"pkg:golang/example.com/m1","check":"not-understood","reason":"x"},{"purl":"pkg:golang/example.com/m9","check":"missing","reason":"x"}]`))
	require.NoError(t, err)
	f, err := lockfile.ReadAll(one("go.sum", []byte(strings.Join(lines, "\n")+"\n")))
	require.NoError(t, err)
	ask := func(o Options) *Result {
		o.Depth, o.Time, o.Allow = Records, at, allow
		r, err := Check(t.Context(), a, f, nil, o, nil)
		require.NoError(t, err)
		return r
	}
	whole := ask(Options{})
	given, seen := map[int]Line{}, map[string]int{}
	for part := range 3 {
		r := ask(Options{Part: part, Parts: 3})
		for i, l := range r.Lines {
			if l.State == "" {
				continue
			}
			_, twice := given[i]
			require.False(t, twice, i)
			if other, found := seen[l.Name]; found {
				require.Equal(t, other, part, "all versions of a package are in one part")
			}
			seen[l.Name] = part
			if part > 0 { // the first did not come
				var written Line
				raw, err := json.Marshal(l)
				require.NoError(t, err)
				require.NoError(t, json.Unmarshal(raw, &written))
				given[i] = written
			}
		}
	}
	require.Greater(t, len(given), len(lines)/3, "each part has some")
	require.Less(t, len(given), len(lines))
	joined := ask(Options{Given: given})
	want, err := whole.Write("json", "")
	require.NoError(t, err)
	got, err := joined.Write("json", "")
	require.NoError(t, err)
	require.Equal(t, string(want), string(got))

	// Who gave a line is not told of it again.
	told := map[int]bool{}
	_, err = Check(t.Context(), a, f, nil, Options{Depth: Records, Time: at, Given: given}, func(i, _ int, _ Line) { told[i] = true })
	require.NoError(t, err)
	require.Len(t, told, len(whole.Lines)-len(given))
	for i := range given {
		require.False(t, told[i], i)
	}

	// A line that was given for another pin counts for nothing.
	for i, l := range given {
		l.Name, l.State = "other", OK
		given[i] = l
	}
	got, err = ask(Options{Given: given}).Write("json", "")
	require.NoError(t, err)
	require.Equal(t, string(want), string(got))
}

// TestDivisible: only what leaves nothing to remember is divided.
func TestDivisible(t *testing.T) {
	_, lines := project(t, 1)
	npm := ""
	for i := range 3 {
		npm += fmt.Sprintf(`,"node_modules/a%d":{"version":"1.0.0"}`, i)
	}
	for text, want := range map[string]int{`{"lockfileVersion":3,"packages":{"":{}` + npm + `,"node_modules/x":{"link":true}}}`: 3, strings.Join(lines, "\n"): 0} {
		f, err := lockfile.ReadAll(one("", []byte(text)))
		require.NoError(t, err)
		require.Equal(t, want, Divisible(f))
	}
}
