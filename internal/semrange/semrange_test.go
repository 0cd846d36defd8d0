package semrange

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	other "deps.dev/util/semver"
	"github.com/stretchr/testify/require"
)

func TestHas(t *testing.T) {
	for _, c := range []struct {
		dialect Dialect
		text    string
		in, out string
	}{
		{NPM, "^1.2.3", "1.2.3 1.9.0", "1.2.2 2.0.0 2.0.0-rc.1 1.3.0-rc.1 1.2.3-rc.1"},
		{NPM, "^0.2.3", "0.2.3 0.2.9", "0.3.0 0.2.2"},
		{NPM, "^0.0.3", "0.0.3", "0.0.4"},
		{NPM, "^0.x", "0.0.0 0.9.9", "1.0.0"},
		{NPM, "^0.0", "0.0.7", "0.1.0"},
		{NPM, "^1.2.3-beta.2", "1.2.3-beta.2 1.2.3-rc.1 1.2.3 1.3.0", "1.2.3-beta.1 1.2.4-beta.3 2.0.0"},
		{NPM, "~1.2", "1.2.0 1.2.9", "1.3.0 1.1.9"},
		{NPM, "~1", "1.0.0 1.9.0", "2.0.0"},
		{NPM, "1.2 - 2.3", "1.2.0 2.3.9", "1.1.9 2.4.0"},
		{NPM, "1.2.3 - 2.3.4", "1.2.3 2.3.4", "2.3.5"},
		{NPM, ">=1.2 <1.4 || 3.x", "1.3.9 3.0.1", "1.4.0 2.0.0 4.0.0"},
		{NPM, ">= 1.2.3", "1.2.3 9.0.0", "1.2.2"},
		{NPM, ">1.2", "1.3.0", "1.2.9"},
		{NPM, "<=1.2", "1.2.9", "1.3.0"},
		{NPM, "", "0.0.0 7.1.2", "1.0.0-a"},
		{NPM, "*", "0.0.0 7.1.2", "1.0.0-a"},
		{NPM, "v1.2.3", "1.2.3 1.2.3+build", "1.2.4"},
		{NPM, "<*", "", "0.0.0 1.0.0"},
		{Cargo, "1.2", "1.2.0 1.9.0", "2.0.0 1.1.0"},
		{Cargo, "0.3", "0.3.9", "0.4.0"},
		{Cargo, "=1.2.3", "1.2.3", "1.2.4"},
		{Cargo, ">=1.2, <1.5", "1.4.9", "1.5.0 1.1.0"},
		{Cargo, "1.*", "1.9.0", "2.0.0"},
		{Cargo, "~1.2.3", "1.2.9", "1.3.0"},
	} {
		r, ok := Parse(c.text, c.dialect)
		require.True(t, ok, c.text)
		for _, v := range strings.Fields(c.in) {
			require.True(t, r.Has(v), "%s has %s", c.text, v)
		}
		for _, v := range strings.Fields(c.out) {
			require.False(t, r.Has(v), "%s has %s", c.text, v)
		}
	}
}

func TestNoRange(t *testing.T) {
	for _, text := range []string{"<script>", "latest", "git+ssh://a", "1.2.3.4", "^", "01.2.3", "1.2.3-01", strings.Repeat("1||", 1000), "1 " + strings.Repeat(">0 ", 1000)} {
		_, ok := Parse(text, NPM)
		require.Equal(t, text == "^", ok, text) // npm takes an operator alone for any version
	}
	for _, text := range []string{"1 || 2", "1.0 - 2.0", "x y"} {
		_, ok := Parse(text, Cargo)
		require.False(t, ok, text)
	}
}

// Google's deps.dev reads the same ranges: what it and this package take apart is
// explained, or a fault.
func TestAgainstDepsDev(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	pick := func(from ...string) string { return from[r.IntN(len(from))] }
	version := func() string {
		v := fmt.Sprintf("%d.%d.%d", r.IntN(3), r.IntN(4), r.IntN(4))
		if r.IntN(4) == 0 {
			v += pick("-alpha", "-beta.1", "-beta.11", "-rc.1", "-0")
		}
		return v
	}
	part := func() string {
		switch r.IntN(5) {
		case 0:
			return fmt.Sprintf("%d", r.IntN(3))
		case 1:
			return fmt.Sprintf("%d.%d", r.IntN(3), r.IntN(4))
		case 2:
			return fmt.Sprintf("%d.%s", r.IntN(3), pick("x", "*"))
		}
		return version()
	}
	asked, differ := 0, 0
	for range 20_000 {
		d, system, text := NPM, other.NPM, ""
		if r.IntN(3) == 0 {
			d, system = Cargo, other.Cargo
			text = pick("", "=", "^", "~", ">=", "<=", "<", ">") + part()
			if r.IntN(3) == 0 {
				text += ", " + pick("<", "<=", ">=") + part()
			}
		} else {
			text = pick("", "=", "^", "~", ">=", "<=", "<", ">") + part()
			switch r.IntN(6) {
			case 0:
				text += " " + pick("<", "<=", ">=") + part()
			case 1:
				text += " || " + pick("", "^", "~") + part()
			case 2:
				text = part() + " - " + part()
			}
		}
		theirs, err := system.ParseConstraint(text)
		ours, ok := Parse(text, d)
		if err != nil || !ok {
			continue
		}
		for range 10 {
			v := version()
			asked++
			// It takes bounds that exclude each other at one version ("<1.0.0, >=1.0.0")
			// for that version.
			if low, high, both := strings.Cut(text, ", "); both && !ours.Has(v) && strings.TrimLeft(low, "<>=") == strings.TrimLeft(high, "<>=") {
				continue
			}
			if ours.Has(v) != theirs.Match(v) {
				differ++
				if differ <= 30 {
					t.Logf("%v %q %s: here %v", system, text, v, ours.Has(v))
				}
			}
		}
	}
	require.Greater(t, asked, 100_000)
	require.Zero(t, differ)
}
