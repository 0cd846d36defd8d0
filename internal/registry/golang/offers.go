package golang

import (
	"context"

	"golang.org/x/mod/semver"

	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
)

var _ registry.Lister = Registry{}

// Offers asks the proxy for its list, and for the newest version's go.mod file,
// where retractions stand.
func (Registry) Offers(ctx context.Context, c *fetch.Session, ref purl.Ref) (registry.Offers, error) {
	at, err := locatedAt(ref.Path(), "")
	if err != nil {
		return registry.Offers{}, err
	}
	answer, err := askList(ctx, c, at)
	if err != nil {
		return registry.Offers{}, err
	}
	o := registry.Offers{Answer: answer}
	versions, err := listed(ctx, c, at)
	if err != nil || len(versions) == 0 {
		return o, err
	}
	newest, err := newestVersion(ctx, c, at, "")
	if err != nil {
		return registry.Offers{}, err
	}
	o.Newest = newest.version
	var taken intervals
	if newest.mod != nil {
		taken = retractions(newest.mod.Retract)
	}
	for _, v := range versions {
		o.All = append(o.All, registry.Offer{Version: v, Withdrawn: taken.hold(v)})
	}
	return o, nil
}

// CompareVersions is the order of Semantic Versioning.
func (Registry) CompareVersions(a, b string) int { return semver.Compare(a, b) }

// Fits is nil: a go.mod file names exact versions.
func (Registry) Fits(string) func(version string) bool { return nil }
