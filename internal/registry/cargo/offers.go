package cargo

import (
	"context"

	"golang.org/x/mod/semver"

	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
	"touchstone/internal/semrange"
)

var _ registry.Lister = Registry{}

// Offers asks for the crate's file of the index.
func (Registry) Offers(ctx context.Context, c *fetch.Session, ref purl.Ref) (registry.Offers, error) {
	in, err := askIndex(ctx, c, ref.Name)
	if err != nil {
		return registry.Offers{}, err
	}
	o := registry.Offers{Answer: in.answer, Newest: in.newest}
	for _, e := range in.entries {
		o.All = append(o.All, registry.Offer{Version: e.version, Withdrawn: e.yanked})
	}
	return o, nil
}

// CompareVersions is the order of Semantic Versioning.
func (Registry) CompareVersions(a, b string) int { return semver.Compare("v"+a, "v"+b) }

// Fits reads a requirement. Two different ones under one name are two
// dependencies, of which neither is the other's.
func (Registry) Fits(asked string) func(version string) bool {
	if r, ok := semrange.Parse(asked, semrange.Cargo); ok && len(asked) <= registry.MostAsked {
		return r.Has
	}
	return nil
}
