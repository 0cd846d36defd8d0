//go:build touchstone_testanchors

package audit_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/audit"
)

// TestSpecimensAnswerAsTheirNamesSay holds the examples to what is said of them.
func TestSpecimensAnswerAsTheirNamesSay(t *testing.T) {
	all, err := audit.Specimens()
	require.NoError(t, err)
	want := map[string]struct {
		failed        bool
		level, atMost int
	}{"signed": {false, 2, 2}, "failed": {true, 0, 0}, "open": {false, 0, 2}}
	require.Len(t, all, len(want))
	for _, s := range all {
		v := s.Report.Verdict
		require.Equal(t, want[s.ID].failed, v.Failed, s.ID)
		require.Equal(t, want[s.ID].level, v.Tracks[0].Level, s.Report.Text(false))
		require.Equal(t, want[s.ID].atMost, v.Tracks[0].AtMost, s.Report.Text(false))
		require.Empty(t, v.Alarms, s.ID)
	}
}
