package npm

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"touchstone/internal/archive"
)

func TestHolder(t *testing.T) {
	for rel, want := range map[string]held{
		"index.js":                            {},
		"node_modules/a.js":                   {},
		"node_modules/@s/a.js":                {},
		"node_modules/@s":                     {},
		"node_modules/.bin/a":                 {},
		"node_modules//a/b":                   {},
		"my_node_modules/a/b":                 {},
		"node_modules/a/b":                    {"node_modules/a", "a", true},
		"node_modules/@s/a/b/c":               {"node_modules/@s/a", "@s/a", true},
		"node_modules/a/node_modules/b/c":     {"node_modules/a/node_modules/b", "b", true},
		"node_modules/a/lib/node_modules/b/c": {"node_modules/a/lib/node_modules/b", "b", false},
		"lib/node_modules/b/node_modules/c/d": {"lib/node_modules/b/node_modules/c", "c", false},
		"node_modules/a/node_modules/.bin/c":  {"node_modules/a", "a", true},
		"NODE_MODULES/a/b":                    {"NODE_MODULES/a", "a", true},
		"node_modules./a/b":                   {"node_modules./a", "a", true},
		"n\u200bode_modules/a/b":              {"n\u200bode_modules/a", "a", true},
	} {
		assert.Equal(t, want, holder(rel), rel)
	}
}

// TestShrinkwrap: npm pulls what that file lists, which no package.json names.
func TestShrinkwrap(t *testing.T) {
	assert.Empty(t, against(t, ``, ``).Undeclared)
	assert.Empty(t, against(t, ``, ``, "package/lib/npm-shrinkwrap.json", "{}").Undeclared)
	assert.NotEmpty(t, against(t, ``, ``, "package/npm-shrinkwrap.json", "{}").Undeclared)
}

// BenchmarkInsideDeep inspects what costs most for its size: many files below
// one path of as many folders as may be.
func BenchmarkInsideDeep(b *testing.B) {
	var files []archive.File
	for n := range 2000 {
		files = append(files, archive.File{Path: "package/" + strings.Repeat("node_modules/a/", 120) + fmt.Sprint(n)})
	}
	c := &archive.Contents{Files: files}
	for b.Loop() {
		newInspector(pkg123, nil).Inside(b.Context(), files)
		Rules().Check(c)
	}
}
