//go:build touchstone_testanchors

package audit_test

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"touchstone/internal/audit"
	"touchstone/internal/corpus"
	"touchstone/internal/evidence"
	"touchstone/internal/fetch/har"
	"touchstone/internal/trust"
)

// A fieldCase is one that people who verify packages met: a thread, what a
// correct auditor must answer, and what this one answered when it was gathered.
type fieldCase struct {
	ID, Must, Ran, Got, Right string
	Input                     any
}

// How the cases tell what was asked of which recording, and what came: the
// reference, each track's level and how far it could reach, a failed verdict.
var (
	fieldReplay = regexp.MustCompile(`^npm run -s audit -- '([^']+)' --json --replay (\S+)$`)
	fieldRead   = regexp.MustCompile(`^npm run -s audit -- `)
	fieldBundle = regexp.MustCompile(`^npm run -s verify-bundle -- `)
	fieldGot    = regexp.MustCompile(`^exit [01]: (\S+) Integrity (\d) \(at most (\d)\), Accountability (\d) \(at most (\d)\)(, FAILED)?`)
)

// TestField answers every case: what was answered rightly is answered alike, and
// what was answered wrongly, or not at all then, as it must be. Which test a case
// has is told by its command, and by its id where it has none; a case without a
// test fails.
func TestField(t *testing.T) {
	data, err := os.ReadFile(corpus.Path(t, "field", "CASES.jsonl"))
	require.NoError(t, err)
	seen := map[string]bool{}
	for line := range strings.Lines(string(data)) {
		var c fieldCase
		require.NoError(t, json.Unmarshal([]byte(line), &c))
		require.False(t, seen[c.ID], c.ID)
		seen[c.ID] = true
		t.Run(c.ID, func(t *testing.T) {
			switch {
			case fieldReplay.MatchString(c.Ran):
				replayField(t, c)
			case fieldBundle.MatchString(c.Ran):
				bundleField(t, c)
			case fieldRead.MatchString(c.Ran):
				readField(t, c)
			default:
				require.NotNil(t, fieldServed[c.ID], c.Must)
				fieldServed[c.ID](t)
			}
		})
	}
	for _, ids := range []map[string]bool{idsOf(fieldMended), idsOf(fieldBundles), idsOf(fieldReads), idsOf(fieldServed)} {
		for id := range ids {
			require.True(t, seen[id], "the corpus does not hold %s", id)
		}
	}
}

func idsOf[V any](table map[string]V) map[string]bool {
	ids := map[string]bool{}
	for id := range table {
		ids[id] = true
	}
	return ids
}

// fieldMended are the recordings that were answered wrongly, and what holds now.
var fieldMended = map[string]func(*testing.T, *result){
	"G01": fieldIs("pkg:golang/github.com/gomodule/redigo@v1.9.3"),
	"G02": fieldIs("pkg:golang/github.com/mattn/go-sqlite3@v1.14.53"),
	"G12": fieldSays("case-insensitive file name collision"),
	"G10": fieldOpen("log-record", "answers with a web page, and not with a checksum record", [2]int{0, 2}),
	"N15": fieldOpen("attestations-genuine", "answers with a web page, and not with a list of attestations", [2]int{2, 3}),
	"N14": fieldSays("took down what was published under the name crossenv"),
	"N18": func(t *testing.T, r *result) {
		require.True(t, r.Report.Verdict.Failed)
		has(t, r, "digest-matches", "fail", "The sha512 agrees: a client that compares only that one would install it.")
	},
	"N19": func(t *testing.T, r *result) {
		for name, asked := range map[string]string{"string-width": "^5.1.2", "strip-ansi": "^7.0.1", "wrap-ansi": "^8.1.0"} {
			require.Contains(t, topic(t, r, "requires").Asked["pkg:npm/"+name], asked)
			require.Contains(t, topic(t, r, "requires").Asked["pkg:npm/"+name], ", installed as "+name+"-cjs")
		}
	},
	"N07-nfc-nfd":    fieldDisorder,
	"N07-trail-dot":  fieldDisorder,
	"N07-win-stream": fieldDisorder,
}

func fieldSays(text string) func(*testing.T, *result) {
	return func(t *testing.T, r *result) { require.Contains(t, strings.Join(r.Report.Notes, " "), text) }
}

func fieldIs(reference string) func(*testing.T, *result) {
	return func(t *testing.T, r *result) { require.Equal(t, reference, r.Report.Reference) }
}

func fieldOpen(check, says string, integrity [2]int) func(*testing.T, *result) {
	return func(t *testing.T, r *result) {
		require.False(t, r.Report.Verdict.Failed)
		require.Equal(t, integrity, levels(r)["integrity"], r.Report.Text(false))
		has(t, r, check, "unknown", says)
	}
}

func fieldDisorder(t *testing.T, r *result) {
	has(t, r, "archive-sound", "fail", "")
	require.Contains(t, strings.Join(r.Report.Verdict.Alarms, " "), "The archive is not in order")
}

// topic is what a report states beside the levels under an id.
func topic(t *testing.T, r *result, id string) evidence.Topic {
	t.Helper()
	i := slices.IndexFunc(r.Report.Topics, func(of evidence.Topic) bool { return of.ID == id })
	require.GreaterOrEqual(t, i, 0, "no topic %s", id)
	return r.Report.Topics[i]
}

// replayField audits a recording, and its evidence says the same again.
func replayField(t *testing.T, c fieldCase) {
	ran := fieldReplay.FindStringSubmatch(c.Ran)
	raw, err := os.ReadFile(corpus.Path(t, ran[2]))
	require.NoError(t, err)
	record, err := har.Read(raw)
	require.NoError(t, err)
	o := circumstances{audit.Options{Anchors: trust.Embedded()}, audit.Question{Replay: record, Time: time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)}}
	r, err := ask(t.Context(), ran[1], o)
	require.NoError(t, err)
	if c.Right == "no" {
		require.NotNil(t, fieldMended[c.ID], c.Must)
		fieldMended[c.ID](t, r)
	} else {
		got := fieldGot.FindStringSubmatch(c.Got)
		require.NotNil(t, got, c.Got)
		now := []string{r.Report.Reference}
		for _, track := range []string{"integrity", "accountability"} {
			now = append(now, fmt.Sprint(levels(r)[track][0]), fmt.Sprint(levels(r)[track][1]))
		}
		require.Equal(t, got[1:6], now, c.Must)
		require.Equal(t, got[6] != "", r.Report.Verdict.Failed, c.Must)
	}
	o.Replay = saved(t, r, true).Record
	again, err := ask(t.Context(), r.Pasted, o)
	require.NoError(t, err)
	require.Equal(t, verdictOf(t, r), verdictOf(t, again), "an evidence file of it")
}
