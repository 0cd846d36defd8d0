package installed

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLines(t *testing.T) {
	for what, c := range map[string]struct{ published, here, want string }{
		"one changed":         {"a\nb\nc\nd\ne\n", "a\nb\nX\nd\ne\n", "from line 1\n a\n b\n-c\n+X\n d\n e\n"},
		"one added":           {"a\nb\n", "a\nX\nb\n", "from line 1\n a\n+X\n b\n"},
		"one removed":         {"a\nb\nc\n", "a\nc\n", "from line 1\n a\n-b\n c\n"},
		"all":                 {"a\n", "b\n", "from line 1\n-a\n+b\n"},
		"nothing was there":   {"", "b\n", "from line 1\n+b\n"},
		"the last line's end": {"a\nb\n", "a\nb", "from line 1\n a\n-b\n+b\n\\ no end of line\n"},
		"ends of lines":       {"a\nb\n", "a\r\nb\n", "from line 1\n-a\n+a\r\n b\n"},
		"far down":            {strings.Repeat("x\n", 50) + "a\n", strings.Repeat("x\n", 50) + "b\n", "from line 49\n x\n x\n-a\n+b\n"},
	} {
		got, err := lines(split([]byte(c.published)), split([]byte(c.here)))
		require.NoError(t, err, what)
		require.Equal(t, c.want, got, what)
	}
	_, err := lines(split([]byte(strings.Repeat("a\n", 3000))), split([]byte(strings.Repeat("b\n", 3000))))
	require.ErrorContains(t, err, "too much differs")
	long, err := lines(nil, split([]byte(strings.Repeat("b\n", 1000))))
	require.NoError(t, err)
	require.Contains(t, long, "… 600 more lines")
}

// TestLinesSayBoth: from what is shown, both texts can be had again.
func TestLinesSayBoth(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	text := func() string {
		var b strings.Builder
		for range r.IntN(12) {
			b.WriteString(string(rune('a'+r.IntN(3))) + "\n")
		}
		return b.String()
	}
	for range 2000 {
		published, here := text(), text()
		got, err := lines(split([]byte(published)), split([]byte(here)))
		require.NoError(t, err)
		var was, is strings.Builder
		for line := range strings.Lines(got) {
			switch line[0] {
			case ' ':
				was.WriteString(line[1:])
				is.WriteString(line[1:])
			case '-':
				was.WriteString(line[1:])
			case '+':
				is.WriteString(line[1:])
			}
		}
		require.Contains(t, published, was.String())
		require.Contains(t, here, is.String())
		require.Equal(t, strings.Count(published, "\n")-strings.Count(here, "\n"), strings.Count(was.String(), "\n")-strings.Count(is.String(), "\n"))
	}
}
