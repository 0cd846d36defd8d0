package main

import (
	"bytes"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Names become the same in a browser, whose own tables of characters are used, as
// elsewhere; but for characters that are newer than Go's tables.
func TestFoldsAsNative(t *testing.T) {
	b := slow(t)
	node(t)
	require.NoError(t, b.generate())
	const program = "./wasm/slim/testdata/folds"
	var out bytes.Buffer
	require.NoError(t, b.runUnderNode(program, "", nil, &out))
	native := exec.Command("go", "run", program)
	native.Dir = b.root
	want, err := native.Output()
	require.NoError(t, err)

	from, to := strings.Split(string(want), "\n"), strings.Split(out.String(), "\n")
	require.Greater(t, len(from), 5000)
	require.Len(t, to, len(from))
	for i := range from {
		var first rune
		if _, err := fmt.Sscanf(from[i], "%X ", &first); err != nil {
			assert.Equal(t, from[i], to[i])
			continue
		}
		was, is := strings.Split(from[i], "|"), strings.Split(to[i], "|")
		require.Len(t, is, len(was))
		for k := range was {
			if was[k] != is[k] {
				assert.True(t, unicode.Is(unicode.Cn, first+rune(k)), "%X becomes %s, and natively %s", first+rune(k), is[k], was[k])
			}
		}
	}
}
