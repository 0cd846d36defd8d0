package level_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/evidence"
	"touchstone/internal/level"
	"touchstone/principles"
)

// TestCases weighs every case of principles/testdata by the built-in rules.
func TestCases(t *testing.T) {
	rules, err := principles.LoadAll()
	require.NoError(t, err)
	files, err := filepath.Glob(filepath.Join("..", "..", "principles", "testdata", "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		raw, err := os.ReadFile(file)
		require.NoError(t, err)
		var doc struct {
			About string
			Cases []struct {
				Name     string
				Findings map[string]evidence.Outcome
				Failed   bool
				Levels   map[string][2]int
			}
		}
		require.NoError(t, json.Unmarshal(raw, &doc), file)
		require.NotEmpty(t, doc.Cases)
		for _, c := range doc.Cases {
			t.Run(c.Name, func(t *testing.T) {
				var findings []evidence.Finding
				for check, outcome := range c.Findings {
					require.True(t, slices.Contains([]evidence.Outcome{evidence.Pass, evidence.Fail, evidence.Absent, evidence.Unknown, evidence.NotApplicable}, outcome))
					findings = append(findings, evidence.Finding{Check: check, Outcome: outcome, Reason: check})
				}
				v, err := level.Weigh(rules, findings)
				require.NoError(t, err)
				require.Equal(t, c.Failed, v.Failed)
				got := map[string][2]int{}
				for _, track := range v.Tracks {
					got[track.ID] = [2]int{track.Level, track.AtMost}
				}
				require.Equal(t, c.Levels, got)
			})
		}
	}
}

// TestNoOutcomeButPassRaisesALevel changes one finding at a time to every
// other outcome: no change away from pass may raise a level.
func TestNoOutcomeButPassRaisesALevel(t *testing.T) {
	rules, err := principles.LoadAll()
	require.NoError(t, err)
	weigh := func(outcomes map[string]evidence.Outcome) level.Verdict {
		var findings []evidence.Finding
		for _, c := range rules.Checks {
			findings = append(findings, evidence.Finding{Check: c.ID, Outcome: outcomes[c.ID], Reason: c.ID})
		}
		v, err := level.Weigh(rules, findings)
		require.NoError(t, err)
		return v
	}
	all := map[string]evidence.Outcome{}
	for _, c := range rules.Checks {
		all[c.ID] = evidence.Pass
	}
	best := weigh(all)
	for _, c := range rules.Checks {
		for _, o := range []evidence.Outcome{evidence.Fail, evidence.Absent, evidence.Unknown, evidence.NotApplicable} {
			all[c.ID] = o
			v := weigh(all)
			for i, track := range v.Tracks {
				require.LessOrEqual(t, track.Level, best.Tracks[i].Level, "%s %s", c.ID, o)
				require.LessOrEqual(t, track.AtMost, best.Tracks[i].AtMost, "%s %s", c.ID, o)
			}
			all[c.ID] = evidence.Pass
		}
	}
}
