//go:build touchstone_testanchors

package audit_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	layout "touchstone/internal/report/page"
)

// TestAReportIsShortEnoughToRead: what is seen, or heard, before anything is
// opened of a package of level 2 that says of itself what packages say.
func TestAReportIsShortEnoughToRead(t *testing.T) {
	p := package123(t)
	p.Attestations = nil
	for field, value := range map[string]any{"description": "What an invented thing does, in the twelve words that its maker chose.", "license": "Apache-2.0", "homepage": "https://example.com/thing",
		"dependencies": map[string]any{"a": "^1.0.0", "b": "^2.0.0", "c": "~3.1.0", "d": "4.0.0", "e": ">=5", "f": "^6.0.0", "g": "^7.0.0", "h": "^8.0.0", "i": "^9.0.0"}} {
		p.Manifest[field] = value
	}
	r := p.audit(p.world())
	shown, err := layout.Render(r.Report)
	require.NoError(t, err)
	words := seen(shown)
	require.LessOrEqual(t, len(words), mostWords, strings.Join(words, " "))
}
