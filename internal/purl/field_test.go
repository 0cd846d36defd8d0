package purl

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/corpus"
)

// TestFieldReferences reads what people who verify packages were seen to hold, a
// reference of a thread a line. The cases themselves are answered in package audit.
func TestFieldReferences(t *testing.T) {
	// Each line of these is one reference of a thread.
	for _, file := range []string{"go", "npm"} {
		data, err := os.ReadFile(corpus.Path(t, "field", file, "references.txt"))
		require.NoError(t, err)
		for line := range strings.Lines(string(data)) {
			if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
				_, err := Parse(line)
				assert.NoError(t, err, line)
			}
		}
	}
}
