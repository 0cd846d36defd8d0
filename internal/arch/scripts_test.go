package arch

import (
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// floors are the folders of scripts, each with the others from which it may import;
// the first that a script is in counts.
var floors = []struct {
	folder string
	below  []string
}{
	{"wasm/shared", nil}, // on the page and on the command line
	{"wasm", nil},
	{"web/static", []string{"wasm/shared"}},
	{"web", []string{"wasm"}},
	{"e2e", []string{"wasm", "web", "build"}},
}

// TestScriptsImportOneWay: what both the site and the command line use lies below
// both.
func TestScriptsImportOneWay(t *testing.T) {
	imported := regexp.MustCompile(`(?:\bfrom |\bimport |\bimport\()"(\.[^"]+)"`)
	seen := 0
	for script, text := range texts(t, ".js", ".mjs") {
		for _, m := range imported.FindAllStringSubmatch(text, -1) {
			other := path.Join(path.Dir(script), m[1])
			require.True(t, mayImport(script, other), "%s imports %s", script, other)
			seen++
		}
	}
	require.Greater(t, seen, 100)
}

func mayImport(script, other string) bool {
	for _, floor := range floors {
		if !strings.HasPrefix(script, floor.folder+"/") {
			continue
		}
		for _, folder := range append(floor.below, floor.folder) {
			if strings.HasPrefix(other, folder+"/") {
				return true
			}
		}
		return false
	}
	return false
}
