package evidence

import (
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/fetch"
	"touchstone/internal/registry"
)

func TestAnswerNamed(t *testing.T) {
	came := fetch.Answer{State: fetch.Found, Route: fetch.Direct}
	found := []registry.Link{{Answer: came, States: []registry.Stated{{Algorithm: "sha256"}}}}
	for what, c := range map[string]struct {
		release registry.Release
		want    Outcome
		says    string
	}{
		"about this one": {registry.Release{Chain: found}, Pass, "named another"},
		"about another": {registry.Release{Chain: found, Astray: []registry.Astray{{Document: "list of versions", Stated: "evil", Asked: "good"}}},
			Fail, `The list of versions is about "evil"; asked for was "good".`},
		"nothing read":    {registry.Release{Chain: []registry.Link{{Answer: came}}}, NotApplicable, "Nothing was read"},
		"nothing came":    {registry.Release{}, Unknown, "not asked for"},
		"it is not there": {registry.Release{Chain: []registry.Link{{Answer: fetch.Answer{State: fetch.NotThere}}}}, Absent, "is not there"},
	} {
		t.Run(what, func(t *testing.T) {
			f := answerNamed(&exam{Case: Case{Release: &c.release}})
			require.Equal(t, c.want, f.Outcome)
			require.Contains(t, f.Reason, c.says)
			require.Empty(t, f.Facts)
		})
	}
}
