package npm

import (
	"context"
	"strings"

	"golang.org/x/mod/semver"

	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
	"touchstone/internal/semrange"
)

var _ registry.Lister = Registry{}

// Offers asks for the abbreviated document.
func (Registry) Offers(ctx context.Context, c *fetch.Session, ref purl.Ref) (registry.Offers, error) {
	l, err := list(ctx, c, ref.Path(), every)
	if err != nil {
		return registry.Offers{}, err
	}
	o := registry.Offers{Answer: l.answer, Newest: l.tags["latest"]}
	if l.broken != "" {
		o.Answer.State, o.Answer.Reason = fetch.Unknown, l.broken
	}
	for version := range l.versions {
		o.All = append(o.All, registry.Offer{Version: version, Withdrawn: l.deprecated[version]})
	}
	return o, nil
}

// CompareVersions is the order of Semantic Versioning.
func (Registry) CompareVersions(a, b string) int { return semver.Compare("v"+a, "v"+b) }

// Fits reads a dependency's right side: a range, or "npm:other@range".
func (Registry) Fits(asked string) func(version string) bool {
	asked, _, _ = strings.Cut(asked, ", installed as ")
	if alias, found := strings.CutPrefix(asked, "npm:"); found {
		asked = ""
		if i := strings.LastIndexByte(alias, '@'); i > 0 {
			asked = alias[i+1:]
		}
	}
	if r, ok := semrange.Parse(asked, semrange.NPM); ok && len(asked) <= registry.MostAsked {
		return r.Has
	}
	return nil
}
