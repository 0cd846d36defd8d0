// Package rpm translates the dialect of RPM repositories: repomd.xml and
// primary.xml (createrepo_c's documents), and the signed header inside a package
// (rpm's docs/manual/format_v4.md, signatures_digests.md).
package rpm

import (
	"context"
	"fmt"
	"strings"

	"touchstone/internal/archive"
	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
)

// Registry is the adapter.
type Registry struct{}

var _ registry.Registry = Registry{}

// Type is "rpm".
func (Registry) Type() string { return "rpm" }

// Name is what people call it.
func (Registry) Name() string { return "RPM repository" }

// Hosts are those of the releases served. That they answer pages of other origins
// is not known.
func (Registry) Hosts() []fetch.Host {
	const (
		below    = `(/[A-Za-z0-9_.-]+)+`
		sum      = `([0-9a-f]{64}|[0-9a-f]{128})`
		document = below + `/repodata/(repomd\.xml(\.asc)?|(` + sum + `-)?primary\.xml\.(gz|xz|zst))`
		file     = below + `/[A-Za-z0-9._+~^%-]+\.rpm`
	)
	var hosts []fetch.Host
	for _, name := range []string{FedoraHost, OpenSUSEHost, CentOSHost, UBIHost} {
		hosts = append(hosts, fetch.Host{Name: name, Paths: []string{document, file}, RefusesBrowsers: true})
	}
	return hosts
}

// A wanted package is what a reference asks for: of a version every part, or none.
type wanted struct {
	name, epoch, version, release, arch string
}

// want reads a reference. Its version is version and release.
func want(ref purl.Ref) wanted {
	w := wanted{name: ref.Name, epoch: ref.Qualifiers["epoch"], arch: ref.Qualifiers["arch"]}
	if i := strings.LastIndexByte(ref.Version, '-'); i >= 0 {
		w.version, w.release = ref.Version[:i], ref.Version[i+1:]
	}
	return w
}

// Resolve finds the release that is meant, then the package in the indexes of its
// repositories, in the order in which its client prefers them.
func (r Registry) Resolve(ctx context.Context, c *fetch.Session, ref purl.Ref, v registry.Visit) (*registry.Release, error) {
	of, notes, err := releaseOf(ref)
	if err != nil {
		return nil, err
	}
	w := want(ref)
	if w.arch == "" {
		w.arch = usualArch
		notes = append(notes, purl.Note{Kind: "guess", Text: "You gave no architecture. Checked is the package for " + usualArch + ", or the one for all."})
	}
	var found listing
	var all []listing
	for _, folder := range of.folders(w.arch) {
		l, err := ask(ctx, c, of, folder, w)
		if err != nil {
			return nil, err
		}
		all = append(all, l)
		if len(l.packages) > 0 {
			found = l
			break
		}
	}
	if w.version == "" && len(found.packages) > 0 {
		notes = append(notes, passedOver(all)...)
	}
	if len(found.packages) == 0 {
		if err := missing(ref, of, all, w); err != nil {
			return nil, err
		}
		found = unread(all)
	}
	return r.release(ref, of, found, w, notes), nil
}

// passedOver tells of the indexes that were asked before the one that has the package,
// and could not be read: a newer version may stand there.
func passedOver(all []listing) []purl.Note {
	var notes []purl.Note
	for _, l := range all {
		if !l.read {
			notes = append(notes, purl.Note{Kind: "record", Text: fmt.Sprintf("The index below %s could not be read: a newer version may stand there.", l.folder)})
		}
	}
	return notes
}

// unread is the first index that could not be read: what is asked for may be in it.
func unread(all []listing) listing {
	for _, l := range all {
		if !l.read {
			return l
		}
	}
	return listing{}
}

// missing is the refusal of what no index has, where all were read, or where no
// version was given.
func missing(ref purl.Ref, of release, all []listing, w wanted) error {
	first := unread(all)
	switch {
	case first.folder == "":
		what := w.name
		if w.version != "" {
			what += "-" + w.version + "-" + w.release
		}
		var documents []fetch.Answer
		for _, l := range all {
			documents = append(documents, l.repomd, l.primary)
		}
		return purl.Refuse(purl.Missing, "%s has no package %s for %s. Check name, version and architecture. Versions that were replaced are not kept in its index.%s", of.name, what, w.arch, registry.Hearsay(documents...))
	case w.version == "":
		return purl.Refuse(purl.Unlearned, "Which version of %s is the newest could not be learned from %s (%s). Give a version, or try again later.", ref.Name, of.name, first.why())
	}
	return nil
}

// release translates what an index says of one package.
func (r Registry) release(ref purl.Ref, of release, l listing, w wanted, notes []purl.Note) *registry.Release {
	exact := ref
	exact.Namespace, exact.Tag = of.namespace, ""
	exact.Qualifiers = map[string]string{"arch": w.arch, "distro": of.distro}
	if w.epoch != "" && w.epoch != "0" {
		exact.Qualifiers["epoch"] = w.epoch
	}
	rel := &registry.Release{Repository: of.name + " repository", Installer: of.installer(), Report: of.report, Chain: l.chain()}
	if len(l.packages) > 0 {
		p := l.packages[0]
		exact.Version = p.version + "-" + p.release
		exact.Qualifiers["arch"] = p.arch
		if p.epoch != "0" {
			exact.Qualifiers["epoch"] = p.epoch
		}
		if w.version == "" {
			notes = append(notes, purl.Note{Kind: "moving", Text: fmt.Sprintf("You gave no version. Checked is %s, the newest that the index of %s has.", exact.Version, of.name)})
		}
		w = wanted{p.name, p.epoch, p.version, p.release, p.arch}
		rel.File.Request = fetch.Request{URL: of.address(l.folder) + p.path(), Step: "package", Limit: archive.DefaultLimits.Archive, Immutable: false}
		rel.File.Head = p.header
		rel.Index = registry.Index{State: l.primary.State}
		rel.Source = registry.Source{Asked: l.primary.State, Route: l.primary.Route, InRecord: true}
	}
	rel.Ref, rel.Notes = exact, append(notes, l.notes...)
	in := &inspector{asked: w, namespace: of.namespace}
	rel.File.Format, rel.File.Read, rel.File.Inspector = archive.CPIO, in.read, in
	rel.File.NamesSource, rel.File.NamesRevision = true, true
	rel.File.Sealed = func(body []byte) *registry.Sealed { return sealed(body, of) }
	rel.Commands = commands(rel, of, w)
	return rel
}

// commands check the same with usual tools and with rpm.
func commands(rel *registry.Release, of release, w wanted) []registry.Command {
	if rel.File.Request.URL == "" {
		return nil
	}
	file := rel.File.Request.URL[strings.LastIndexByte(rel.File.Request.URL, '/')+1:]
	return []registry.Command{{
		Purpose: "Fetch the package, without installing it.",
		Argv:    []string{"curl", "-sSfO", rel.File.Request.URL},
		Expect:  "curl writes the file " + file + ".",
	}, {
		Purpose: "Compute its digest.",
		Argv:    []string{"sha256sum", file},
		Expect:  "The output begins with the recorded value.",
		Shows:   []registry.Shown{{Label: "sha256sum", Of: registry.OfArtifact, Algorithm: "sha256", Hex: true}},
	}, {
		Purpose: "On a machine that has the keys of " + of.name + ", verify the signature and the digests inside.",
		Argv:    []string{"rpmkeys", "--checksig", "--verbose", file},
		Expect:  "Every line ends in OK, and one names the key that is shown here.",
	}, {
		Purpose: "List its files with the digests that the signed header states.",
		Argv:    []string{"rpm", "-qp", "--dump", file},
		Expect:  "Each line holds a path, and as its fourth value the digest of the file.",
	}}
}
