package stricttoml

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParse(t *testing.T) {
	got, err := Parse([]byte("A = 1\n[a.'b.c']\nd = [['x']] # [[[\ne = \"\"\"\n[[[ ' \"\"\"\nf = \"\\\"[\"\n"))
	require.NoError(t, err)
	assert.Equal(t, map[string]any{"A": int64(1), "a": map[string]any{"b.c": map[string]any{"d": []any{[]any{"x"}}, "e": "[[[ ' ", "f": `"[`}}}, got)
	many := strings.Repeat("[", 2*maxDepth) + strings.Repeat(".", 2*maxDots)
	_, err = Parse([]byte("a = '" + many + "'\nb = \"" + many + "\"\n# " + many + "\nc = '''" + many + "'''\nd = \"\"\"" + many + "\"\"\"\n"))
	require.NoError(t, err, "what stands in quotes nests nothing")
	lines := strings.Builder{}
	for i := range 10 * maxDots {
		fmt.Fprintf(&lines, "a%d.b = %d # x.y\n", i, i)
	}
	got, err = Parse([]byte(lines.String()))
	require.NoError(t, err, "the dots of one line are not those of the next, after a comment either")
	assert.Len(t, got, 10*maxDots)
}

// TestBounds: each of these took minutes, or all of the stack.
func TestBounds(t *testing.T) {
	for name, doc := range map[string]string{
		"lists":            "a = " + strings.Repeat("[", 4<<20),
		"tables in a line": "a = " + strings.Repeat("{a=", 1<<20),
		"parts of a key":   "a" + strings.Repeat(".a", 1<<20) + " = 1",
		"parts of a name":  "[a" + strings.Repeat(".a", 1<<20) + "]",
		"parts of many":    strings.Repeat("a"+strings.Repeat(".a", maxDots)+" = 1\n", 50_000),
		"closed before":    strings.Repeat("]", 1<<20) + strings.Repeat("[", 1<<20),
		"an open quote":    "a = \"\n" + strings.Repeat("[", 1<<20),
		"an escaped end":   "a = \"\\\n" + strings.Repeat("[", 1<<20) + "\"",
		"over many lines":  "a = " + strings.Repeat("[\n", 1<<20),
	} {
		_, err := Parse([]byte(doc))
		assert.Error(t, err, name)
	}
	_, err := Parse([]byte("a = 1\nb = " + strings.Repeat("[", 1<<20)))
	assert.EqualError(t, err, "line 2: it nests deeper than 200")
	_, err = Parse([]byte("a = 1\n\nb" + strings.Repeat(".b", 1<<20)))
	assert.EqualError(t, err, "line 3: its keys have more parts than are read")
}
