package deb

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestAFieldOfManyLines: joined line by line, it took a quarter of an hour.
func TestAFieldOfManyLines(t *testing.T) {
	const lines = 1_000_000
	s, err := parseStanza("Package: a\nDescription: b\n" + strings.Repeat(" c\n", lines) + "Version: 1\n")
	require.NoError(t, err)
	assert.Equal(t, "1", s["version"])
	assert.Len(t, s["description"], 1+2*lines)
	s, err = parseStanza("Package: a\nConffiles:\n /x\n /y")
	require.NoError(t, err)
	assert.Equal(t, stanza{"package": "a", "conffiles": "\n/x\n/y"}, s)
}
