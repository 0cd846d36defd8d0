package audit

import (
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/fetch"
)

// What breaks the program at one question of many is that question's error.
func TestOutcomeOfAPanic(t *testing.T) {
	a, err := New(Options{})
	require.NoError(t, err)
	out, _ := a.outcome(t.Context(), func(fetch.SessionOptions) *fetch.Session { panic("a fault of ours") }, Question{Pasted: "npm:left-pad@1.3.0"}, Set{})
	require.Nil(t, out.Brief)
	require.EqualError(t, out.Err, "auditing npm:left-pad@1.3.0: this program failed at it (a fault of ours); please report that")
	require.Equal(t, "npm:left-pad@1.3.0", out.Question.Pasted)
}
