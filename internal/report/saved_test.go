package report

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/level"
)

func TestOnlyTheFormIsRead(t *testing.T) {
	r := &Report{Format: Format, Tracks: []Track{{ID: "integrity", Name: "Integrity", Levels: []string{"one", "two"}}},
		Verdict: Verdict{Tracks: []level.Track{{ID: "integrity", Name: "Integrity", Level: 1, AtMost: 2, LevelName: "one", Top: 2}}},
		Cards:   []Card{newCard("source", "Source", Met, "")}}
	raw, err := r.JSON()
	require.NoError(t, err)
	back, err := Read(raw)
	require.NoError(t, err)
	require.Equal(t, r.Verdict.Tracks, back.Verdict.Tracks)
	for name, change := range map[string][2]string{
		"another form":           {Format, "touchstone-report/1"},
		"an unknown member":      {`"pasted"`, `"posted"`},
		"a track of no name":     {`"id": "integrity"`, `"id": "x y"`},
		"a verdict without it":   {`"integrity": {`, `"integrity2": {`},
		"another top":            {`"of": 2`, `"of": 3`},
		"a look that is none":    {`"class": "met"`, `"class": "met evil"`},
		"a card of no name":      {`"id": "source"`, `"id": "\"><b"`},
		"something after it":     {"\n}\n", "\n}\n{}"},
		"a verdict that is none": {`"failed": false`, `"failed": "no"`},
	} {
		changed := strings.Replace(string(raw), change[0], change[1], 1)
		require.NotEqual(t, string(raw), changed, name)
		_, err := Read([]byte(changed))
		require.ErrorContains(t, err, "reading a saved report: ", name)
	}
}
