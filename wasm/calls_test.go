//go:build !js

// What needs no browser: that nothing is called before the program is complete.
package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestEveryCallFindsTheProgramComplete: JavaScript reaches this program by functions
// that make the table of P-256 first, all of them.
func TestEveryCallFindsTheProgramComplete(t *testing.T) {
	files, err := filepath.Glob("*_js.go")
	require.NoError(t, err)
	named := regexp.MustCompile(`"(\w+)": +js\.FuncOf\(([^\n]*?)\)[,}]`)
	whole, promised := 0, 0
	text := map[string]string{}
	for _, file := range files {
		body, err := os.ReadFile(file)
		require.NoError(t, err)
		text[file] = string(body)
		for _, m := range named.FindAllStringSubmatch(text[file], -1) {
			whole++
			if strings.HasPrefix(m[2], "promised(start") {
				promised++
			} else {
				require.Equal(t, [2]string{"verifyBundle", "verifyBundle"}, [2]string(m[1:]), file)
			}
		}
	}
	require.Equal(t, whole, promised+1)
	require.Greater(t, promised, 15)
	require.Contains(t, text["promise_js.go"], "\tcomplete()\n\treturn f(ctx, args)\n")
	require.Contains(t, text["whole_js.go"], "args []js.Value) any {\n\tcomplete()\n\treturn bundle.Verify(this, args)\n")
	require.Contains(t, text["main_js.go"], "func main() {\n\tp256.Withhold()\n")
}
