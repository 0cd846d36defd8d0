package audit

import (
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/registry"
	"touchstone/internal/registry/cargo"
	"touchstone/internal/registry/maven"
	"touchstone/internal/registry/npm"
	"touchstone/internal/registry/pypi"
)

func offers(newest string, versions ...string) registry.Offers {
	o := registry.Offers{Newest: newest}
	for _, v := range versions {
		withdrawn := v[len(v)-1] == '!'
		if withdrawn {
			v = v[:len(v)-1]
		}
		o.All = append(o.All, registry.Offer{Version: v, Withdrawn: withdrawn})
	}
	return o
}

func TestFitting(t *testing.T) {
	for name, c := range map[string]struct {
		lister registry.Lister
		offers registry.Offers
		wanted string
		want   string
	}{
		"npm, the newest that fits":             {npm.Registry{}, offers("2.0.0", "1.0.0", "1.9.0", "1.10.0", "2.0.0"), "^1.0.0", "1.10.0"},
		"npm, the tag latest before the higher": {npm.Registry{}, offers("1.5.0", "1.4.0", "1.5.0", "1.6.0"), "^1.0.0", "1.5.0"},
		"npm, deprecated only where all are":    {npm.Registry{}, offers("2.0.0", "1.4.0", "1.5.0!"), "1.x", "1.4.0"},
		"npm, all deprecated":                   {npm.Registry{}, offers("2.0.0", "1.4.0!", "1.5.0!"), "1.x", "1.5.0"},
		"npm, a pre-release nobody asked for":   {npm.Registry{}, offers("", "1.0.0", "1.1.0-rc.1"), ">=1", "1.0.0"},
		"npm, a pre-release asked for":          {npm.Registry{}, offers("", "1.1.0-rc.1", "1.1.0-rc.2"), "^1.1.0-rc.1", "1.1.0-rc.2"},
		"npm, or":                               {npm.Registry{}, offers("3.0.0", "1.0.0", "2.0.0", "3.0.0"), "^1 || ^2", "2.0.0"},
		"npm, any":                              {npm.Registry{}, offers("2.0.0", "1.0.0", "2.0.0", "3.0.0"), "*", "2.0.0"},
		"npm, none":                             {npm.Registry{}, offers("2.0.0", "2.0.0"), "^1", ""},
		"npm, unreadable":                       {npm.Registry{}, offers("2.0.0", "2.0.0"), "<script>", ""},
		"PyPI":                                  {pypi.Registry{}, offers("2.1", "1.0", "1.9.post1", "2.0", "2.1"), ">=1.0,<2", "1.9.post1"},
		"PyPI, compatible":                      {pypi.Registry{}, offers("2.1", "1.4.2", "1.5", "2.1"), "~=1.4.1", "1.4.2"},
		"PyPI, no pre-release unasked":          {pypi.Registry{}, offers("2.0", "2.0", "2.1rc1"), ">=1", "2.0"},
		"PyPI, yanked":                          {pypi.Registry{}, offers("2.0", "1.0", "2.0", "2.1!"), ">=1", "2.0"},
		"crates.io":                             {cargo.Registry{}, offers("1.2.0", "0.3.1", "0.3.9", "0.4.0", "1.2.0"), "0.3", "0.3.9"},
		"Maven, the highest in a range":         {maven.Registry{}, offers("1.9", "1.0", "1.9", "2.0"), "[1,2)", "1.9"},
		"Maven, a pre-release in a range":       {maven.Registry{}, offers("1.9", "1.9", "2.0-alpha"), "[1,2)", "2.0-alpha"},
		"Maven, one version":                    {maven.Registry{}, offers("2.0", "1.0", "1.1", "2.0"), "1.0", "1.0"},
		"crates.io, yanked":                     {cargo.Registry{}, offers("1.2.0", "1.1.0", "1.2.0", "1.3.0!"), "1.1", "1.2.0"},
	} {
		got := ""
		_, c.offers.Highest = c.lister.(maven.Registry)
		if fits := c.lister.Fits(c.wanted); fits != nil {
			c.offers.Sort(c.lister.CompareVersions)
			got = c.offers.Fitting(fits)
		}
		require.Equal(t, c.want, got, name)
	}
}

func TestSorted(t *testing.T) {
	sorted := offers("", "1.0.0", "10.0.0", "2.0.0+b", "2.0.0+a", "2.0.0+b", "nonsense", "2.0.0-rc.1", "1.0.0")
	sorted.Sort(npm.Registry{}.CompareVersions)
	var versions []string
	for _, o := range sorted.All {
		versions = append(versions, o.Version)
	}
	require.Equal(t, []string{"10.0.0", "2.0.0+b", "2.0.0+a", "2.0.0-rc.1", "1.0.0", "nonsense"}, versions)
}
