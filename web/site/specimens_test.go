//go:build touchstone_testanchors

package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSpecimensAnswerAsTheirNamesSay holds the examples to what is said of them.
func TestSpecimensAnswerAsTheirNamesSay(t *testing.T) {
	all, err := specimens()
	require.NoError(t, err)
	want := map[string]struct {
		failed        bool
		level, atMost int
	}{"signed": {false, 2, 2}, "failed": {true, 0, 0}, "open": {false, 0, 2}}
	require.Len(t, all, len(want))
	for _, s := range all {
		v := s.report.Verdict
		require.Equal(t, want[s.id].failed, v.Failed, s.id)
		require.Equal(t, want[s.id].level, v.Tracks[0].Level, s.report.Text(false))
		require.Equal(t, want[s.id].atMost, v.Tracks[0].AtMost, s.report.Text(false))
		require.Empty(t, v.Alarms, s.id)
	}
}
