// Package cargo translates the dialect of crates.io: the sparse index
// (doc.rust-lang.org/cargo/reference/registry-index.html), the site's interface
// to programs, and the documents inside a crate.
package cargo

import (
	"context"
	"fmt"
	"strings"

	"touchstone/internal/archive"
	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
)

// The hosts: of the index that cargo reads, of the site, and of the crates.
const (
	Index   = "index.crates.io"
	Site    = "crates.io"
	Storage = "static.crates.io"
)

// Registry is the adapter.
type Registry struct{}

var _ registry.Registry = Registry{}

// Type is "cargo".
func (Registry) Type() string { return "cargo" }

// Name is what people call it.
func (Registry) Name() string { return "crates.io" }

// Hosts are the three. Site and storage answer pages of other origins; the index
// does so only at times, and where it does not the relay is asked.
func (Registry) Hosts() []fetch.Host {
	const (
		name    = `[A-Za-z][A-Za-z0-9_-]{0,63}`
		folded  = `[a-z][a-z0-9_-]`
		version = `[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?(%2B[0-9A-Za-z.-]+)?`
	)
	return []fetch.Host{
		{Name: Index, Paths: []string{`/1/[a-z]`, `/2/` + folded, `/3/[a-z]/` + folded + `[a-z0-9_-]`, `/` + folded + `/[a-z0-9_-]{2}/` + folded + `[a-z0-9_-]{2,62}`}},
		{Name: Site, Paths: []string{`/api/v1/crates/` + name + `/` + version}},
		{Name: Storage, Paths: []string{`/crates/` + name + `/` + name + `-` + version + `\.crate`}},
	}
}

// A located crate is one name and one exact version, as crates.io spells them.
type located struct{ name, version string }

// escaped is the version in an address: a plus sign would be read as a blank.
func (at located) escaped() string { return strings.ReplaceAll(at.version, "+", "%2B") }

// file is what a crate's file is called.
func (at located) file() string { return at.name + "-" + at.version + ".crate" }

// root is the folder that everything inside stands in.
func (at located) root() string { return at.name + "-" + at.version + "/" }

func (at located) request() fetch.Request {
	return fetch.Request{URL: "https://" + Storage + "/crates/" + at.name + "/" + at.name + "-" + at.escaped() + ".crate",
		Step: "crate", Limit: archive.DefaultLimits.Archive}
}

// Resolve learns the exact version, then asks for the site's record of it.
//
//  1. Ahead of need, where the version is known: the crate and the site's record.
//  2. The index: which versions there are, and what it records of this one.
//  3. The site's record of the version.
func (r Registry) Resolve(ctx context.Context, c *fetch.Session, ref purl.Ref, v registry.Visit) (*registry.Release, error) {
	// 1.
	at := located{ref.Name, ref.Version}
	if at.version != "" {
		c.Prefetch(ctx, siteRequest(at))
		if !v.FileInHand {
			c.Prefetch(ctx, at.request())
		}
	}
	// 2.
	in, err := askIndex(ctx, c, ref.Name)
	if err != nil {
		return nil, err
	}
	notes := in.notes
	if at.version == "" {
		if at.version = in.newest; at.version == "" {
			return nil, noVersion(ctx, c, ref, in)
		}
		notes = append(notes, in.chosen())
	}
	// 3.
	site, err := askSite(ctx, c, located{ref.Name, at.version})
	if err != nil {
		return nil, err
	}
	if err := missing(ctx, c, ref, at, in, site); err != nil {
		return nil, err
	}
	at.name = canonical(ref.Name, in, site)
	if at.name != ref.Name {
		notes = append(notes, purl.Note{Kind: "guess", Text: fmt.Sprintf("You pasted %s. The name is written %s at crates.io, which takes upper and lower case for the same.", ref.Name, at.name)})
	}
	rel := r.release(ref, at, in, site)
	rel.Notes = append(notes, rel.Notes...)
	rel.Lost("index", in.err)
	rel.Lost("version record", site.err)
	return rel, nil
}

// canonical is a crate's name as crates.io spells it.
func canonical(asked string, in index, site siteRecord) string {
	for _, spelled := range []string{in.name, site.name} {
		if spelled != "" {
			return spelled
		}
	}
	return asked
}

// release translates what index and site say of one version.
func (r Registry) release(ref purl.Ref, at located, in index, site siteRecord) *registry.Release {
	exact := ref
	exact.Name, exact.Version, exact.Tag = at.name, at.version, ""
	rel := &registry.Release{
		Ref:        exact,
		Repository: r.Name(),
		Chain:      []registry.Link{record(at, in, site)},
		File: registry.File{
			Request:   at.request(),
			Format:    archive.TarGz,
			Rules:     archive.Rules{Prefix: at.root(), Written: written},
			Inspector: newInspector(at, in.name+site.name != ""), NamesSource: true, NamesRevision: true,
		},
		Siblings: registry.Siblings{Whole: true}, // a version is one file
		Installer: registry.Installer{
			Name: "cargo", RefusesWrongDigest: true,
			Caveat: "Settings can put another source in the place of crates.io, with digests of its own.",
			Source: "https://doc.rust-lang.org/cargo/reference/registry-index.html",
		},
		Index:        in.about(at),
		Source:       site.source,
		About:        site.about,
		SignsNothing: "https://github.com/rust-lang/rfcs/pull/3724",
		Commands:     commands(at),
		Report:       "https://www.rust-lang.org/policies/security",
	}
	if site.withdrawn != "" {
		rel.Index.Withdrawn = site.withdrawn
	}
	if rel.Index.Published == "" && site.published != "" {
		rel.Index.Published, rel.Index.PublishedRoute = site.published, site.answer.Route
	}
	rel.Notes = site.notes
	return rel
}

// record is the document that binds name and version to the crate's digest: what
// cargo reads, the index, or the site's record where only that came from its
// own host. What the other one states has to be so as well.
func record(at located, in index, site siteRecord) registry.Link {
	entry := registry.Link{Name: "index entry", Answer: in.recorded(at), States: in.states(at)}
	own := registry.Link{Name: "version record", Answer: site.answer, States: site.states}
	best, other := entry, own
	if usable(own) && (!usable(entry) || own.Answer.Route == fetch.Direct && entry.Answer.Route != fetch.Direct) ||
		!usable(entry) && !usable(own) && entry.Answer.State == fetch.NotThere {
		best, other = own, entry
	}
	if len(best.States) == 0 {
		return best
	}
	for _, s := range other.States {
		if s.Value != best.States[0].Value {
			best.States = append(best.States, s)
		}
	}
	return best
}

func usable(l registry.Link) bool { return l.Answer.State == fetch.Found && len(l.States) > 0 }

// commands check the same with usual tools and with cargo.
func commands(at located) []registry.Command {
	address := at.request().URL
	return []registry.Command{{
		Purpose: "Show what the index records of the crate's versions.",
		Argv:    []string{"curl", "-sSf", indexURL(at.name)},
		Expect:  fmt.Sprintf("In the line of version %s, \"cksum\" is the recorded value.", at.version),
		Shows:   []registry.Shown{{Label: "cksum", Of: registry.OfArtifact, Algorithm: "sha256", Hex: true}},
	}, {
		Purpose: "Fetch the crate, without building it.",
		Argv:    []string{"curl", "-sSfo", at.file(), address},
		Expect:  "curl writes the file " + at.file() + ".",
	}, {
		Purpose: "Compute its digest.",
		Argv:    []string{"sha256sum", at.file()},
		Expect:  "The output begins with the recorded value.",
		Shows:   []registry.Shown{{Label: "sha256sum", Of: registry.OfArtifact, Algorithm: "sha256", Hex: true}},
	}, {
		Purpose: "In a project of yours, let cargo name this version and no other.",
		Argv:    []string{"cargo", "add", at.name + "@=" + at.version},
		Expect:  "cargo adds it to Cargo.toml, and runs nothing of it.",
	}, {
		Purpose: "There, let cargo fetch it and compare its digest.",
		Argv:    []string{"cargo", "fetch"},
		Expect:  "cargo reports no error. Its Cargo.lock holds the recorded value.",
		Shows:   []registry.Shown{{Label: "checksum", Of: registry.OfArtifact, Algorithm: "sha256", Hex: true}},
	}}
}
