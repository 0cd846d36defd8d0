package pins

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNumber(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 10_004: "10,004", 1_234_567: "1,234,567"} {
		require.Equal(t, want, number(n))
	}
}

// TestSaidOnce: what many pins have is said once, with their number; what one has,
// or what is allowed, stands beside it.
func TestSaidOnce(t *testing.T) {
	const cause = "The record carries no signature."
	with := func(n int) *Result {
		r := &Result{Name: "x.lock", Kind: "x", Counts: map[State]int{}}
		for i := range n {
			r.Lines = append(r.Lines, Line{Line: i + 1, Name: fmt.Sprint("many", i), State: Alarm, Findings: []Finding{{Rule: "signature-served", State: Alarm, Text: cause, Do: "Look."}}})
		}
		own := append([]Finding{{Rule: "pin-agrees", State: Failed, Text: "It differs."}}, r.Lines[0].Findings...)
		r.Lines = append(r.Lines, Line{Line: 90, Name: "own", State: Failed, Findings: own})
		r.Lines = append(r.Lines, Line{Line: 91, Name: "let", State: Note, Findings: []Finding{{Rule: "signature-served", State: Alarm, Text: cause, Allowed: "known"}}})
		return r
	}
	few, many := with(Several-2), with(Several)
	require.Empty(t, few.shared())
	require.Equal(t, Several, strings.Count(few.Text(), cause))
	text := many.Text()
	require.Contains(t, text, fmt.Sprintf("\nOf %d pins: %s Look. (signature-served)\n", Several+1, cause))
	require.Equal(t, 2, strings.Count(text, cause), "once for all, and once where it is allowed: %s", text)
	require.Contains(t, text, "FAILED: own, x.lock line 90\n  signature-served, as said above\n  It differs. (pin-agrees)\n")
	require.Contains(t, text, "ALARM: many3, x.lock line 4\n  signature-served, as said above\n")
	raw, err := many.HTML("")
	require.NoError(t, err)
	require.Equal(t, 2, strings.Count(string(raw), cause))
	require.Equal(t, Several+1, strings.Count(string(raw), "as said above"))
	for _, format := range []string{"json", "sarif", "csv", "junit"} { // each row for itself
		raw, err := many.Write(format, "")
		require.NoError(t, err)
		require.GreaterOrEqual(t, strings.Count(string(raw), cause), Several+1, format)
	}
}
