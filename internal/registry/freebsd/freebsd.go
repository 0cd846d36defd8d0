// Package freebsd translates the dialect of FreeBSD's package repositories: the
// signed catalogue (pkg's docs/pkg-repository.5) and the manifest inside a package.
// The specification of package URLs has no type for them; "freebsd" is ours.
package freebsd

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"touchstone/internal/archive"
	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
)

// Host serves packages and catalogues.
const Host = "pkg.freebsd.org"

// What is asked where a reference does not say.
const (
	usualABI    = "FreeBSD:14:amd64"
	usualBranch = "quarterly"
)

// maxCatalogue bounds the catalogue, in bytes as it is packed.
const maxCatalogue = 64 << 20

// manual tells how repositories are signed.
const manual = "https://github.com/freebsd/pkg/blob/main/docs/pkg-repository.5"

// Registry is the adapter.
type Registry struct{}

var _ registry.Registry = Registry{}

// Type is "freebsd".
func (Registry) Type() string { return "freebsd" }

// Name is what people call it.
func (Registry) Name() string { return "FreeBSD packages" }

// Hosts is the one. That it answers pages of other origins is not known.
func (Registry) Hosts() []fetch.Host {
	const base = `/FreeBSD:[0-9]{1,3}:[a-z0-9]+/(latest|quarterly)/`
	return []fetch.Host{{Name: Host, RefusesBrowsers: true, Paths: []string{
		base + `meta\.conf`, base + `(data|packagesite)\.pkg`, base + `packagesite\.txz`, base + `All/(Hashed/)?[A-Za-z0-9._+,~%-]+\.(pkg|txz)`}}}
}

// catalogues are the files in which a repository's catalogue is looked for, in
// this order: the newest form first.
var catalogues = []struct{ file, member string }{{"data.pkg", "data"}, {"packagesite.pkg", "packagesite.yaml"}, {"packagesite.txz", "packagesite.yaml"}}

var catalogueForm = &fetch.Form{Name: "a catalogue of packages, compressed", Fits: func(b []byte) bool { return len(b) > 6 && !fetch.IsText(b) && !fetch.IsPage(b) }}

// Resolve finds the package in the catalogue, which holds one version of each.
func (r Registry) Resolve(ctx context.Context, c *fetch.Session, ref purl.Ref, _ registry.Visit) (*registry.Release, error) {
	abi, branch, notes := place(ref)
	base := "https://" + Host + "/" + abi + "/" + branch + "/"
	cat, err := ask(ctx, c, base, ref.Name)
	if err != nil {
		return nil, err
	}
	notes = append(notes, cat.notes...)
	found := cat.packages
	switch {
	case cat.answer.State == fetch.NotThere:
		return nil, purl.Refuse(purl.Missing, "There is no catalogue of packages for %s (%s), says its own host. Give the system in its own form, such as abi=%s, and branch=latest or branch=quarterly.", abi, branch, usualABI)
	case cat.read && len(found) == 0:
		return nil, purl.Refuse(purl.Missing, "The catalogue of %s (%s) has no package %s. Packages are often called otherwise than the port that they are made from.%s", abi, branch, ref.Name, registry.Hearsay(cat.answer))
	case cat.read && ref.Version != "" && found[0].version != ref.Version:
		choice := ref.Bare()
		choice.Version = found[0].version
		return nil, purl.Refuse(purl.Missing, "The catalogue of %s (%s) has %s in version %s only. A catalogue holds one version of each package, and is replaced by the next.%s", abi, branch, ref.Name, found[0].version, registry.Hearsay(cat.answer)).Offer(choice, "the version that is there")
	case !cat.read && ref.Version == "":
		return nil, purl.Refuse(purl.Unlearned, "Which version of %s there is could not be learned from the catalogue (%s). Give a version, or try again later.", ref.Name, cat.answer.Reason)
	}
	exact := ref
	exact.Tag, exact.Qualifiers = "", map[string]string{"abi": abi, "branch": branch}
	rel := &registry.Release{Repository: "FreeBSD package repository", Chain: []registry.Link{cat.link()}, Report: "https://bugs.freebsd.org/",
		Installer: registry.Installer{Name: "pkg", RefusesWrongDigest: true, ChecksSignature: true, Source: manual,
			Caveat: "A repository's settings (signature_type) can turn the signature off."},
		Source: registry.Source{Asked: cat.answer.State, Route: cat.answer.Route, InRecord: true}, Index: registry.Index{State: cat.answer.State}}
	in := &inspector{name: ref.Name, version: ref.Version}
	if len(found) > 0 {
		p := found[0]
		if ref.Version == "" {
			notes = append(notes, purl.Note{Kind: "moving", Text: fmt.Sprintf("You gave no version. Checked is %s, the one that the catalogue has.", p.version)})
		}
		exact.Version, in.version = p.version, p.version
		rel.File.Request = fetch.Request{URL: base + p.path(), Step: "package", Limit: archive.DefaultLimits.Archive}
		rel.Commands = commands(rel.File.Request.URL, exact)
		if len(found) > 1 {
			notes = append(notes, purl.Note{Kind: "record", Text: "The catalogue lists this package more than once."})
		}
	}
	rel.File.Format, rel.File.Read, rel.File.Inspector = archive.Tar, in.read, in
	rel.Ref, rel.Notes = exact, notes
	return rel, nil
}

// place reads for which system and from which branch the package is.
func place(ref purl.Ref) (abi, branch string, notes []purl.Note) {
	abi, branch = ref.Qualifiers["abi"], ref.Qualifiers["branch"]
	if abi == "" || branch == "" {
		if abi == "" {
			abi = usualABI
		}
		if branch == "" {
			branch = usualBranch
		}
		notes = append(notes, purl.Note{Kind: "guess", Text: fmt.Sprintf("You did not name system and branch both. Checked is the package for %s from %s.", abi, branch)})
	}
	return abi, branch, notes
}

// commands check the same with usual tools and with pkg.
func commands(address string, ref purl.Ref) []registry.Command {
	file := address[strings.LastIndexByte(address, '/')+1:]
	if plain, err := url.PathUnescape(file); err == nil {
		file = plain
	}
	return []registry.Command{{
		Purpose: "Fetch the package, without installing it.",
		Argv:    []string{"curl", "-sSfo", file, address},
		Expect:  "curl writes the file " + file + ".",
	}, {
		Purpose: "Compute its digest.",
		Argv:    []string{"sha256sum", file},
		Expect:  "The output begins with the recorded value.",
		Shows:   []registry.Shown{{Label: "sha256sum", Of: registry.OfArtifact, Algorithm: "sha256", Hex: true}},
	}, {
		Purpose: "On FreeBSD, verify the catalogue's signature and fetch the package under it.",
		Argv:    []string{"pkg", "fetch", "--yes", ref.Name + "-" + ref.Version},
		Expect:  "pkg reports no error.",
	}}
}
