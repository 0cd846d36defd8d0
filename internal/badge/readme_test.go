package badge

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestTheREADMEsBadgeIsWhatIsDrawn: the picture that is committed beside the
// README's others. TOUCHSTONE_BADGE=1 renews it.
func TestTheREADMEsBadgeIsWhatIsDrawn(t *testing.T) {
	const file = "../../e2e/badge.svg"
	svg, err := Say(Verdict{
		Type: "golang", Name: "example.com/gold", Version: "v1.2.3", State: Settled, Track: "Integrity", Level: 2, LevelName: "signed", Of: 3,
		At: time.Date(2026, time.November, 25, 0, 0, 0, 0, time.UTC),
	}, "an example", "").SVG()
	require.NoError(t, err)
	if os.Getenv("TOUCHSTONE_BADGE") != "" {
		require.NoError(t, os.WriteFile(file, []byte(svg), 0o644))
	}
	committed, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, svg, string(committed))
}
