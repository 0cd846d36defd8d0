package archive

import (
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// TestFoldsAllCases compares with a library's full case folding: every character
// is one with what that makes of it, and with its canonical forms.
func TestFoldsAllCases(t *testing.T) {
	full := cases.Fold()
	different := 0
	for r := range unicode.MaxRune {
		s := string(r)
		folded := full.String(s)
		if folded != s {
			different++
		}
		if key := fold(s); key != fold(folded) || key != fold(norm.NFC.String(s)) || key != fold(norm.NFD.String(s)) {
			t.Errorf("%q (%U): %q, not %q", s, r, key, fold(folded))
		}
	}
	assert.Greater(t, different, 1500)
}

func TestTreeCost(t *testing.T) {
	paths := tree{}
	assert.Empty(t, paths.add("a/b/c", false, "", 3).kind)
	assert.Empty(t, paths.add("a/b", true, "", 3).kind)
	assert.Equal(t, collision{kind: TooMany, at: "a/b/d"}, paths.add("a/b/d", false, "", 3))
	assert.Len(t, paths.nodes, 3)
	assert.Equal(t, collision{CaseFold, "A", "a", ""}, paths.add("A/x", false, "", 3))
	assert.Equal(t, collision{FileAndFolder, "a/b/c", "a/b/c", ""}, paths.add("a/b/c/d", false, "", 3))
}
