package cargo

import (
	"context"
	"strings"

	"golang.org/x/mod/semver"

	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
)

// noVersion says why no version could be chosen.
func noVersion(ctx context.Context, c *fetch.Session, ref purl.Ref, in index) error {
	if in.answer.State == fetch.NotThere {
		return noCrate(ctx, c, ref)
	}
	refused, _ := registry.Unlearned("the index of crates.io", ref.Name, "which versions of "+ref.Name+" there are", in.answer)
	return refused
}

// missing is the refusal of a version that crates.io itself says it does not
// have; nil where it has it, or that is not known. Something is there where
// either index or site has it.
func missing(ctx context.Context, c *fetch.Session, ref purl.Ref, at located, in index, site siteRecord) error {
	_, listed := in.entry(at.version)
	read := in.name != "" && in.answer.Route == fetch.Direct
	switch {
	case listed:
		return nil
	case site.answer.State == fetch.Found:
		if in.name == "" && !strings.EqualFold(site.name, ref.Name) {
			return purl.Refuse(purl.Missing, "crates.io has no crate %s. The crate that it takes for the same is %s.", ref.Name, site.name).
				Offer(purl.Ref{Type: ref.Type, Name: site.name, Version: at.version}, "as crates.io writes it")
		}
		return nil
	case in.answer.State == fetch.NotThere:
		return noCrate(ctx, c, ref)
	case !read && site.answer.State != fetch.NotThere:
		return nil
	}
	refused := purl.Refuse(purl.Missing, "crates.io has no version %s of %s. Check the version. It may have been deleted, or never published.", at.version, ref.Name)
	offer := func(version, why string) {
		if version != "" {
			refused.Offer(purl.Ref{Type: ref.Type, Name: in.name, Version: version}, why)
		}
	}
	before, after := "", ""
	for _, e := range in.entries {
		v := "v" + e.version
		switch order := semver.Compare(v, "v"+at.version); {
		case order == 0:
			offer(e.version, "with its build metadata")
		case order < 0 && (before == "" || semver.Compare(v, "v"+before) > 0):
			before = e.version
		case order > 0 && (after == "" || semver.Compare(v, "v"+after) < 0):
			after = e.version
		}
	}
	offer(in.newest, "the newest version")
	offer(before, "the nearest before it")
	offer(after, "the nearest after it")
	return refused
}

// noCrate is the refusal of a name that crates.io does not have, with those that
// differ from it in hyphens and underscores alone, which cargo tries as well.
func noCrate(ctx context.Context, c *fetch.Session, ref purl.Ref) error {
	refused := purl.Refuse(purl.Missing, "crates.io has no crate %s. Check the spelling. Crates of private registries can't be checked from outside.", ref.Name)
	for _, other := range []string{strings.ReplaceAll(ref.Name, "_", "-"), strings.ReplaceAll(ref.Name, "-", "_")} {
		if other == ref.Name {
			continue
		}
		in, err := askIndex(ctx, c, other)
		if err != nil {
			return err
		}
		if in.name != "" {
			refused.Offer(purl.Ref{Type: ref.Type, Name: in.name, Version: ref.Version}, "as crates.io writes it")
		}
	}
	return refused
}
