// Package pypi translates the dialect of PyPI: a project's index in the JSON form
// of the simple repository interface (PEP 691 and 700), the files' addresses,
// the core metadata beside wheels (PEP 658), the provenance of files (PEP 740),
// and what wheels and source distributions hold.
//
// A version has several files, and each is an audit of its own.
package pypi

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"touchstone/internal/archive"
	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
)

// Host is the index's host, Files that of the files.
const (
	Host  = "pypi.org"
	Files = "files.pythonhosted.org"
	base  = "https://" + Host + "/"
)

// Registry is the adapter.
type Registry struct{}

var _ registry.Registry = Registry{}

// Type is "pypi".
func (Registry) Type() string { return "pypi" }

// Name is what people call it.
func (Registry) Name() string { return "PyPI" }

// Hosts are the index's and the files'. A file's folder is its BLAKE2b-256.
func (Registry) Hosts() []fetch.Host {
	const (
		name = `[a-z0-9]([a-z0-9-]*[a-z0-9])?`
		word = `[A-Za-z0-9._+!%-]+`
	)
	return []fetch.Host{
		{Name: Host, Paths: []string{`/simple/` + name + `/`, `/integrity/` + name + `/` + word + `/` + word + `/provenance`}},
		{Name: Files, Paths: []string{`/packages/[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{60}/` + word}},
	}
}

// A located file is one file of one version of a project.
type located struct{ name, version, file string }

// provenance is where PyPI serves the file's attestations.
func (at located) provenance() string {
	return base + "integrity/" + at.name + "/" + url.PathEscape(at.version) + "/" + url.PathEscape(at.file) + "/provenance"
}

// Resolve learns which file is meant from the project's index, then asks for
// everything that the index does not hold.
//
//  1. The index.
//  2. The version, and the file.
//  3. In parallel: the file's attestations; its metadata, where it is served
//     beside the file; those of its predecessors.
func (r Registry) Resolve(ctx context.Context, c *fetch.Session, ref purl.Ref, v registry.Visit) (*registry.Release, error) {
	// 1.
	index, err := indexOf(ctx, c, canonical(ref.Name))
	if err != nil {
		return nil, err
	}
	// 2.
	chosen, err := choose(ref, index, v)
	if err != nil {
		return nil, err
	}
	rel := r.release(ref, chosen, index)
	rel.Lost("index", index.err)
	if index.answer.State != fetch.Found {
		rel.File.Attestations = expected(chosen.at)
		rel.File.Attestations.Answer = fetch.Answer{Request: provenanceRequest(chosen.at), URL: chosen.at.provenance(), State: fetch.Unknown, Route: index.answer.Route,
			Reason: "the index, which would say whether there are any, could not be used"}
		rel.Earlier = registry.Earlier{State: index.answer.State, Reason: index.answer.Reason}
		return rel, nil
	}
	if !v.FileInHand {
		c.Prefetch(ctx, rel.File.Request)
	}
	// 3.
	err = fetch.Together(
		func() (err error) {
			rel.File.Attestations, err = attestationsOf(ctx, c, chosen.at, *chosen.entry, index.answer)
			return err
		},
		func() (err error) {
			if _, ask := chosen.entry.metadata(); ask && rel.File.Request.URL != "" {
				rel.File.Manifest.Answer, err = c.Get(ctx, metadataRequest(rel.File.Request.URL))
			}
			return err
		},
		func() (err error) {
			rel.Earlier, err = earlier(ctx, c, index, chosen)
			return err
		},
	)
	if err != nil {
		return nil, err
	}
	rel.Commands = append(rel.Commands, verifying(chosen.at, rel.File.Attestations)...)
	if m := rel.File.Manifest.Answer; m.State == fetch.Found {
		rel.About = readMetadata(m.Body).about()
	}
	return rel, nil
}

func metadataRequest(file string) fetch.Request {
	return fetch.Request{URL: file + ".metadata", Step: "metadata", Limit: maxMetadata, Immutable: true, Form: metadataForm}
}

// release translates what the index says of the chosen file.
func (r Registry) release(ref purl.Ref, f choice, index *project) *registry.Release {
	exact := ref
	exact.Version, exact.Tag, exact.File = f.at.version, "", f.at.file
	link := registry.Link{Name: "index", Answer: index.answer}
	rel := &registry.Release{
		Ref:        exact,
		Repository: r.Name(),
		File: registry.File{
			Request:   fetch.Request{URL: f.place, Step: "package", Limit: archive.DefaultLimits.Archive, Immutable: true},
			Format:    f.name.format(),
			Rules:     rules(f.name),
			Manifest:  registry.Manifest{Path: "METADATA"},
			Inspector: newInspector(f.at, f.name), NamesSource: true,
		},
		Others:   f.others,
		Siblings: f.siblings,
		Source:   registry.Source{Route: index.answer.Route, Asked: index.answer.State},
		Index:    registry.Index{Latest: index.newest(), State: index.answer.State},
		Notes:    f.notes,
		Commands: commands(f),
		Report:   "https://pypi.org/security/",
		Installer: registry.Installer{
			Name: "pip", RefusesWrongDigest: true, TakesAnyDigest: true,
			Caveat: "It compares the file with the digest in the index, and looks at no attestation.",
			Source: "https://pip.pypa.io/en/stable/topics/secure-installs/",
		},
	}
	if f.entry != nil {
		var broken []string
		link.States, broken = f.entry.stated()
		for _, text := range broken {
			rel.Notes = append(rel.Notes, purl.Note{Kind: "record", Text: text})
		}
		rel.Notes = append(rel.Notes, elsewhere(f.at, *f.entry)...)
		rel.Index.Withdrawn = withdrawn(*f.entry, index)
		if t, err := time.Parse(time.RFC3339, f.entry.fields.Text("upload-time")); err == nil {
			rel.Index.Published, rel.Index.PublishedRoute = t.UTC().Format(time.RFC3339), index.answer.Route
		}
	}
	rel.Chain = []registry.Link{link}
	return rel
}

// withdrawn repeats what the index says against a file or its project
// (PEP 592; PEP 792, project status markers).
func withdrawn(e entry, index *project) string {
	said := ""
	if e.yanked {
		said = "The publisher has yanked this file, so installers take it only when it is asked for by its version."
		if e.withdrew != "" {
			said = fmt.Sprintf("The publisher has yanked this file: %q. Installers take it only when it is asked for by its version.", registry.Cut(e.withdrew, 500))
		}
	}
	text := index.stands()
	if said != "" && text != "" {
		said += " "
	}
	if said += text; said != "" {
		said += " That word is not signed."
	}
	return said
}

// stands says in what state the project is; empty for an active one.
func (p *project) stands() string {
	means := map[string]string{
		"quarantined": "PyPI has put the project in quarantine: it may be harmful, and should not be installed.",
		"archived":    "The project is archived: no newer versions are to be expected.",
		"deprecated":  "The project is deprecated: its publishers advise against it.",
	}
	text, known := means[p.status]
	if p.status != "" && p.status != "active" && !known {
		text = fmt.Sprintf("PyPI states the status %.40q of the project.", p.status)
	}
	if text != "" && p.reason != "" {
		text += fmt.Sprintf(" Its reason: %.300q.", p.reason)
	}
	return text
}

// commands check the same with Python's own tools.
func commands(f choice) []registry.Command {
	if f.place == "" {
		return nil
	}
	return []registry.Command{{
		Purpose: "Fetch the file, without installing it.",
		Argv:    []string{"curl", "-fO", f.place},
		Expect:  "The file is saved under its own name.",
	}, {
		Purpose: "Let pip compute its digest.",
		Argv:    []string{"python3", "-m", "pip", "hash", f.at.file},
		Expect:  "The line that begins with --hash=sha256: ends with the recorded value.",
		Shows:   []registry.Shown{{Label: "sha256", Of: registry.OfArtifact, Algorithm: "sha256", Hex: true}},
	}, {
		Purpose: "Compute the digest that its address on PyPI consists of.",
		Argv:    []string{"b2sum", "-l", "256", f.at.file},
		Expect:  "The output begins with the digits of the address, without its slashes.",
		Shows:   []registry.Shown{{Label: "BLAKE2b-256", Of: registry.OfArtifact, Algorithm: "blake2b-256", Hex: true}},
	}}
}

// verifying lets PyPI's own tool verify the attestations, for each repository
// that PyPI names as a publisher.
func verifying(at located, list registry.Attestations) []registry.Command {
	var out []registry.Command
	named := map[string]bool{}
	for _, a := range list.Each {
		if a.Publisher == nil || a.Publisher.Repository == "" || named[a.Publisher.Repository] {
			continue
		}
		named[a.Publisher.Repository] = true
		out = append(out, registry.Command{
			Purpose: "Let PyPI's own tool verify the attestations.",
			Argv:    []string{"pipx", "run", "pypi-attestations", "verify", "pypi", "--repository", a.Publisher.Repository, "pypi:" + at.file},
			Expect:  "It says OK, and the name of the file.",
		})
	}
	return out
}
