package npm

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSearch: a word is found wherever the standard library finds it.
func TestSearch(t *testing.T) {
	for _, word := range []string{"a", "aa", "ab", "aba", "abab", "abcabd", `"attestations"`, strings.Repeat("ab", 40)} {
		for _, doc := range []string{"", word, word[1:], word + word, "x" + word, word + "x", word[:len(word)-1] + word, strings.Repeat(word[:1], 200), strings.Repeat(word, 9)[1:]} {
			require.Equal(t, strings.Count(doc, word), count([]byte(doc), word), "%q in %q", word, doc)
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	some := func(n int) []byte {
		out := make([]byte, n)
		for i := range out {
			out[i] = "abc\\u/"[random.IntN(6)]
		}
		return out
	}
	for range 20_000 {
		doc, word := some(random.IntN(40)), some(1+random.IntN(5))
		require.Equal(t, bytes.Count(doc, word), count(doc, string(word)), "%q in %q", word, doc)
		require.Equal(t, bytes.Contains(doc, []byte(`\u`)) || bytes.Contains(doc, []byte(`\/`)), recoded(doc), "%q", doc)
	}
}
