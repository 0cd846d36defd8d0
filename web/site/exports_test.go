package main

import (
	"encoding/csv"
	"encoding/xml"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/principles"
)

// TestTablesHoldEveryLineAndAnswer: a spreadsheet gets what the data holds, and
// takes no field for a formula.
func TestTablesHoldEveryLineAndAnswer(t *testing.T) {
	_, files := built(t, "wasm")
	doc, err := principles.LoadAll()
	require.NoError(t, err)
	n := len(allPlaces(doc))
	for url, want := range map[string]int{"/principles.csv": n, "/registries.csv": n * len(doc.Registries)} {
		rows, err := csv.NewReader(strings.NewReader(files[url])).ReadAll()
		require.NoError(t, err)
		require.Len(t, rows, want+1, url)
		for _, row := range rows {
			for _, field := range row {
				require.False(t, field != "" && strings.ContainsRune("=+-@", rune(field[0])), "%s: %q is a formula to a spreadsheet", url, field)
			}
		}
	}
	for _, p := range allPlaces(doc) {
		require.Contains(t, files["/principles.md"], "`"+p.rule.ID+"`")
	}
	raw, err := table([][]string{{"=cmd()", "a,\"b\"", ""}})
	require.NoError(t, err)
	require.Equal(t, "'=cmd(),\"a,\"\"b\"\"\",\r\n", string(raw))
}

func TestFeedTellsEveryChange(t *testing.T) {
	_, files := built(t, "wasm")
	doc, err := principles.LoadAll()
	require.NoError(t, err)
	var f atomFeed
	require.NoError(t, xml.Unmarshal([]byte(files["/registries.atom"]), &f))
	told, ids := 0, map[string]bool{}
	for _, e := range f.Entries {
		require.False(t, ids[e.ID], "two entries have the id %s", e.ID)
		ids[e.ID] = true
		told += 1 + strings.Count(e.Content.Text, "\n")
	}
	turns := 0
	for _, e := range doc.History {
		turns += len(e.Turns)
	}
	require.Equal(t, turns, told)
	require.NotZero(t, turns)
}

// TestDiscussionLeadsSomewhere: each remark of the seed has its row, and each
// row a link into the principles.
func TestDiscussionLeadsSomewhere(t *testing.T) {
	_, files := built(t, "wasm")
	doc, err := principles.LoadAll()
	require.NoError(t, err)
	page := files["/principles/discussion/index.html"]
	_, body, found := strings.Cut(page, "<tbody")
	require.True(t, found)
	rows := strings.Split(body, "</tr>")
	require.Len(t, rows, len(doc.Discussion.Remarks)+1)
	for _, row := range rows[:len(rows)-1] {
		require.Contains(t, row, `href="/principles/`)
	}
	for _, by := range []string{"gmollett", "carols10cents", "gtewallace", "phatgeek", "di", "steiza"} {
		require.Contains(t, page, ">"+by+"</a>")
	}
}

// TestRoadmapAsksForWhatIsMissing: a next level names lines that are not met,
// and of every level that is passed over the first with one missing.
func TestRoadmapAsksForWhatIsMissing(t *testing.T) {
	doc, err := principles.LoadAll()
	require.NoError(t, err)
	steps := 0
	for _, r := range doc.Registries {
		for _, s := range nextSteps(doc, r) {
			require.Greater(t, s.level.Level, r.Standing(s.track).Level, "%s %s", r.ID, s.track.ID)
			for _, q := range s.missing {
				require.NotContains(t, []principles.Status{principles.Met, principles.NotApplicable}, r.Answer(q.ID).Status)
			}
			steps++
		}
	}
	require.Greater(t, steps, 50)
}
