package maven

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestATextOfManyPieces: joined piece by piece, it took minutes.
func TestATextOfManyPieces(t *testing.T) {
	const pieces = 200_000
	n, err := parseXML([]byte("<project><name>" + strings.Repeat("a<!---->", pieces) + " </name><version> 1<!-- --> </version></project>"))
	require.NoError(t, err)
	assert.Len(t, n.at("name"), pieces)
	assert.Equal(t, "1", n.at("version"))
	_, err = parseXML([]byte("<project/>x"))
	assert.Error(t, err)
}
