// Package npm translates the dialect of the npm registry
// (github.com/npm/registry, docs; docs.npmjs.com): version documents, registry
// signatures, attestations, tarballs and package.json.
package npm

import (
	"context"
	"fmt"

	"touchstone/internal/archive"
	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
	"touchstone/internal/strictjson"
)

// Host is the registry's only host.
const Host = "registry.npmjs.org"

// Registry is the adapter.
type Registry struct{}

var _ registry.Registry = Registry{}

// Type is "npm".
func (Registry) Type() string { return "npm" }

// Name is what people call it.
func (Registry) Name() string { return "npm registry" }

// Hosts is the one host. A scoped name stands as two segments, as in the
// tarballs' addresses, or as one with an encoded slash, as in the attestations';
// the registry takes both, and archives of other tools hold either.
func (Registry) Hosts() []fetch.Host {
	const (
		word    = `[A-Za-z0-9!'()*~_.-]+`
		plain   = `[A-Za-z0-9!'()*~][A-Za-z0-9!'()*~_.-]*`
		name    = `(@` + word + `(/|%2f|%2F)` + word + `|` + plain + `)`
		version = `[A-Za-z0-9!'()*~_.+-]+`
	)
	return []fetch.Host{{Name: Host, Paths: []string{
		`/` + name,                 // all versions
		`/` + name + `/` + version, // one, by version or tag
		`/` + name + `/-/` + version + `\.tgz`,
		`/-/npm/v1/attestations/` + name + `@` + version,
		`/-/v1/search`, // names like one
	}}}
}

// Resolve learns the exact version from its document, then asks for everything
// that the document does not hold.
//
//  1. Ahead of need: the list of versions, and the package where its address
//     is known before the record.
//  2. The version's document.
//  3. In parallel: the attestations that it announces, or those there are where
//     it could not be had; its predecessors; the date of publication where a
//     signature is by a retired key.
func (r Registry) Resolve(ctx context.Context, c *fetch.Session, ref purl.Ref, v registry.Visit) (*registry.Release, error) {
	// 1.
	c.Prefetch(ctx, listRequest(ref.Path()))
	if ref.Version != "" && !v.FileInHand {
		c.Prefetch(ctx, artifactRequest(located{ref.Path(), ref.Version}.tarball()))
	}
	// 2.
	found, err := locate(ctx, c, ref)
	if err != nil {
		return nil, r.nearer(ctx, c, ref, err)
	}
	rel := r.release(ref, found)
	if !v.FileInHand {
		if err := r.nowhere(ctx, c, ref, found, rel.File.Request); err != nil {
			return nil, err
		}
		c.Prefetch(ctx, rel.File.Request)
	}
	// 3.
	var announced strictjson.Object
	if found.record != nil {
		var notes []purl.Note
		announced, notes = announcement(found.record.dist, found.at)
		rel.Notes = append(rel.Notes, notes...)
	}
	var index registry.Index
	var dateNotes, digestNotes []purl.Note
	var listed error // why the list could not be read
	err = fetch.Together(
		func() (err error) {
			if found.record != nil && announced == nil {
				rel.File.Attestations = unannounced(found.at, found.answer)
				return nil
			}
			rel.File.Attestations, err = attestationsOf(ctx, c, found.at, announced)
			return err
		},
		func() (err error) {
			l, err := list(ctx, c, found.at.name, found.telling(ref.Digests))
			if err != nil {
				return err
			}
			listed = l.err
			if index.State, index.Latest = l.answer.State, l.tags["latest"]; l.broken != "" {
				index.State = fetch.Unknown
			}
			digestNotes = l.whose(ref.Digests, found.at)
			rel.Earlier, err = earlier(ctx, c, l, found.at)
			return err
		},
		func() (err error) {
			if byRetiredKey(rel.Record().Signatures, v) {
				dateNotes, err = published(ctx, c, found.at, rel)
			}
			return err
		},
	)
	if err != nil {
		return nil, err
	}
	for _, lost := range found.lost {
		rel.Lost(lost.document, lost.err)
	}
	rel.Lost("list of versions", listed)
	rel.Index.State, rel.Index.Latest = index.State, index.Latest
	rel.Notes = append(append(rel.Notes, dateNotes...), digestNotes...)
	return rel, nil
}

// release translates what the version's document says.
func (r Registry) release(ref purl.Ref, f find) *registry.Release {
	exact := ref
	exact.Version, exact.Tag = f.at.version, ""
	rel := &registry.Release{
		Ref:        exact,
		Repository: r.Name(),
		Chain:      []registry.Link{f.link()},
		File: registry.File{
			Request:   artifactRequest(f.at.tarball()),
			Format:    archive.TarGz,
			Rules:     Rules(),
			Inspector: newInspector(f.at, f.record), NamesSource: true,
		},
		Siblings: registry.Siblings{Whole: true}, // a version is one file
		Source:   registry.Source{Route: f.answer.Route, InRecord: true, Asked: f.answer.State},
		Notes:    f.notes,
		Commands: commands(f.at, f.record),
		Report:   "https://docs.npmjs.com/reporting-malware-in-an-npm-package",
		Installer: registry.Installer{
			Name: "npm", RefusesWrongDigest: true,
			Caveat: "It looks at signatures and attestations only when told to, by npm audit signatures.",
			Source: "https://github.com/npm/pacote#options",
		},
	}
	if f.record == nil {
		return rel
	}
	_, notes := f.record.digests()
	rel.Notes = append(rel.Notes, notes...)
	rel.Index.Withdrawn = f.record.withdrawn()
	rel.About = f.record.about()
	address, note := f.record.place(f.at)
	rel.File.Request = artifactRequest(address)
	if note != "" {
		rel.Notes = append(rel.Notes, purl.Note{Kind: "record", Text: note})
	}
	rel.Source.Repository = statedSource(f.record.fields["repository"])
	rel.Source.Revision = f.record.fields.Text("gitHead")
	return rel
}

// link is the version's document as the one link of the chain: signed, or
// fetched directly, it states the package's digests.
func (f find) link() registry.Link {
	l := registry.Link{Name: "version record", Answer: f.answer, SignsAll: "https://docs.npmjs.com/about-registry-signatures"}
	if f.record != nil {
		l.States, _ = f.record.digests()
		l.Signatures = f.record.claims(f.at)
	}
	return l
}

func artifactRequest(address string) fetch.Request {
	return fetch.Request{URL: address, Step: "package", Limit: archive.DefaultLimits.Archive}
}

// byRetiredKey tells whether a signature's key stopped being used.
func byRetiredKey(signatures []registry.Signature, v registry.Visit) bool {
	for _, s := range signatures {
		if v.Retired != nil && v.Retired(s.Anchors, s.KeyID) {
			return true
		}
	}
	return false
}

// commands check the same with npm. rec may be nil.
func commands(at located, rec *record) []registry.Command {
	registryOption := "--registry=" + base
	field, algorithm, tool := "integrity", "sha512", "sha512sum"
	if rec != nil && !rec.dist.Has("integrity") { // the registry's oldest versions
		field, algorithm, tool = "shasum", "sha1", "sha1sum"
	}
	return []registry.Command{{
		Purpose: "Show what the npm registry records.",
		Argv:    []string{"npm", "view", at.String(), "dist", "--json", registryOption},
		Expect:  fmt.Sprintf("%q is the recorded value.", field),
		Shows:   []registry.Shown{{Label: field, Of: registry.OfArtifact, Algorithm: algorithm, Hex: algorithm == "sha1"}},
	}, {
		Purpose: "Fetch the package, without installing it.",
		Argv:    []string{"npm", "pack", at.String(), "--ignore-scripts", registryOption},
		Expect:  "npm writes the file " + at.packed() + ".",
	}, {
		Purpose: "Compute its digest.",
		Argv:    []string{tool, at.packed()},
		Expect:  "The output begins with the recorded value.",
		Shows:   []registry.Shown{{Label: tool, Of: registry.OfArtifact, Algorithm: algorithm, Hex: true}},
	}, {
		Purpose: "Install it in an empty folder, without running its scripts.",
		Argv:    []string{"npm", "install", at.String(), "--ignore-scripts", registryOption},
		Expect:  "npm reports no EINTEGRITY error.",
	}, {
		Purpose: "There, let npm verify all signatures and attestations.",
		Argv:    []string{"npm", "audit", "signatures", registryOption},
		Expect:  "All packages have verified registry signatures, and none is missing or invalid.",
	}}
}
