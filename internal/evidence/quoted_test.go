package evidence

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestQuotedIsBounded: a package may state a name of megabytes, and a sentence repeats
// no more of it than somebody reads.
func TestQuotedIsBounded(t *testing.T) {
	assert.Equal(t, `"a\u202eb"`, quoted("a\u202eb"))
	assert.Equal(t, `"`+strings.Repeat("a", mostQuoted)+`"`, quoted(strings.Repeat("a", mostQuoted)))
	assert.Equal(t, `"`+strings.Repeat("a", mostQuoted)+`…"`, quoted(strings.Repeat("a", 4<<20)))
}
