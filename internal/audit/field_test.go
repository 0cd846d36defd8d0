package audit_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"touchstone/internal/audit"
	"touchstone/internal/corpus"
	"touchstone/internal/fetch/har"
	"touchstone/internal/trust"
)

// TestFieldReplays answers what people who verify packages met, as recorded:
// which version is newest, and whether the reason that is known is told.
func TestFieldReplays(t *testing.T) {
	says := func(text string) func(*testing.T, *result) {
		return func(t *testing.T, r *result) { require.Contains(t, strings.Join(r.Report.Notes, " "), text) }
	}
	is := func(reference string) func(*testing.T, *result) {
		return func(t *testing.T, r *result) { require.Equal(t, reference, r.Report.Reference) }
	}
	open := func(check, says string, integrity [2]int) func(*testing.T, *result) {
		return func(t *testing.T, r *result) {
			require.False(t, r.Report.Verdict.Failed)
			require.Equal(t, integrity, levels(r)["integrity"], r.Report.Text(false))
			require.Contains(t, outcome(t, r, check), "unknown: ")
			require.Contains(t, outcome(t, r, check), says)
		}
	}
	want := map[string]struct {
		reference string
		holds     func(*testing.T, *result)
	}{
		"G01": {"github.com/gomodule/redigo", is("pkg:golang/github.com/gomodule/redigo@v1.9.3")},
		"G02": {"github.com/mattn/go-sqlite3", is("pkg:golang/github.com/mattn/go-sqlite3@v1.14.53")},
		"G12": {"github.com/prometheus/common@v0.67.0", says("case-insensitive file name collision")},
		"G10": {"rsc.io/quote@v1.5.2", open("log-record", "answers with a web page, and not with a checksum record", [2]int{0, 2})},
		"N15": {"npm:sigstore@5.0.0", open("attestations-genuine", "answers with a web page, and not with a list of attestations", [2]int{2, 3})},
		"N27": {"npm:odd-layout@1.0.0", open("record-direct", "answers with a web page", [2]int{0, 3})},
		"N14": {"npm:crossenv", says("took down what was published under the name crossenv")},
	}
	data, err := os.ReadFile(corpus.Path(t, "field", "CASES.jsonl"))
	require.NoError(t, err)
	for line := range strings.Lines(string(data)) {
		var c struct {
			ID, Must string
			Input    any
		}
		require.NoError(t, json.Unmarshal([]byte(line), &c))
		w, ok := want[c.ID]
		if !ok {
			continue
		}
		delete(want, c.ID)
		t.Run(c.ID, func(t *testing.T) {
			raw, err := os.ReadFile(corpus.Path(t, c.Input.(string)))
			require.NoError(t, err)
			record, err := har.Read(raw)
			require.NoError(t, err)
			r, err := ask(t.Context(), w.reference, circumstances{audit.Options{Anchors: trust.Embedded()}, audit.Question{Replay: record, Time: time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)}})
			require.NoError(t, err)
			w.holds(t, r)
		})
	}
	require.Empty(t, want, "cases that the corpus does not hold")
}
