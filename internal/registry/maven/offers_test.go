package maven

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/registry"
)

// TestFits asks of ranges what Maven's documentation and its own reader say of them.
func TestFits(t *testing.T) {
	for asked, want := range map[string]struct{ in, out string }{
		"1.0":                 {"1.0", "1.0.0 1.1"},
		"[1.0]":               {"1.0 1.0.0 1-ga", "1.0.1 1.0-rc1"},
		"(,1.0]":              {"0.9 1.0 1.0-alpha", "1.0.1 2"},
		"[1,2)":               {"1 1.5 2-alpha 2-SNAPSHOT", "0.9 2 2.0 1-rc1"},
		"(1,2]":               {"1.0.1 2", "1 1.0 2.1"},
		"[1.5,)":              {"1.5 99", "1.4.9"},
		"(,)":                 {"0 99", ""},
		"(,1.0],[1.2,)":       {"1.0 1.2 3", "1.1 1.1.9"},
		" [ 1.0 , 2.0 ) ":     {"1.0 1.9", "2.0"},
		"[1.0,1.0]":           {"1.0", "1.1"},
		"LATEST":              {"1 2-SNAPSHOT", ""},
		"RELEASE":             {"1 2-alpha", "2-SNAPSHOT"},
		"(,1.1),(1.1,)":       {"1.0 1.2", "1.1"},
		"[1.0,1.5],[2.0,2.5]": {"1.2 2.2", "1.6 2.6"},
	} {
		fits := Registry{}.Fits(asked)
		require.NotNil(t, fits, asked)
		for _, v := range strings.Fields(want.in) {
			require.True(t, fits(v), "%s has %s", asked, v)
		}
		for _, v := range strings.Fields(want.out) {
			require.False(t, fits(v), "%s has not %s", asked, v)
		}
	}
	for _, none := range []string{"", "[", "[]", "[1", "1]", "(1)", "[1,2", "[2,1]", "[1,2],", "[1,2][3,4]", "[1.*]", "${v}", "[1,2,3]", "[[1,2]]", ",", strings.Repeat("[1,2],", 40) + "[1]", strings.Repeat("1", registry.MostAsked+1)} {
		require.Nil(t, Registry{}.Fits(none), none)
	}
}

func FuzzFits(f *testing.F) {
	f.Add("[1,2),(,3]", "1.5")
	f.Fuzz(func(t *testing.T, asked, version string) {
		if fits := (Registry{}).Fits(asked); fits != nil && len(version) < 1000 {
			require.Equal(t, fits(version), fits(version))
		}
	})
}
