// Package deb translates the dialect of Debian's archive, and of Ubuntu's: the
// signed index of a suite (InRelease), the lists of packages that it states
// (wiki.debian.org/DebianRepository/Format), and what stands inside a package.
package deb

import (
	"context"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"touchstone/internal/archive"
	container "touchstone/internal/archive/deb"
	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
)

// Registry is the adapter.
type Registry struct{}

var _ registry.Registry = Registry{}

// Type is "deb".
func (Registry) Type() string { return "deb" }

// Name is what people call it.
func (Registry) Name() string { return "Debian" }

// Hosts are those of the two archives. That they answer pages of other origins is
// not known.
func (Registry) Hosts() []fetch.Host {
	const (
		word  = `[a-z0-9][A-Za-z0-9.+~-]*`
		index = `/dists/` + word + `/(InRelease|[a-z-]+/(debian-installer/)?binary-[a-z0-9-]+/(Packages\.(xz|zst|gz)|by-hash/SHA256/[0-9a-f]{64}))`
		file  = `/pool/([a-z0-9][A-Za-z0-9.+~-]*/)+[A-Za-z0-9][A-Za-z0-9._+~-]*\.u?deb`
	)
	var hosts []fetch.Host
	for _, h := range [][2]string{{DebianHost, "/debian"}, {SecurityHost, "/debian-security"}, {UbuntuHost, "/ubuntu"}, {UbuntuSecurityHost, "/ubuntu"}} {
		hosts = append(hosts, fetch.Host{Name: h[0], Paths: []string{h[1] + `(` + index + `|` + file + `)`}, RefusesBrowsers: true})
	}
	return hosts
}

// usualArch is what is meant where no architecture is named: its lists hold the
// packages for all architectures too.
const usualArch = "amd64"

// Resolve finds the package in the signed lists of the suites that may hold it.
//
//  1. The distribution, and its suites, small ones first.
//  2. All signed indexes together, then all small lists together: who waits, waits for
//     the slowest of them and not for their sum.
//     Then of each suite the lists that its index states, smallest first, until one has
//     the version; only then is a large list asked for.
//  3. What no list has, where all were read, is missing.
func (r Registry) Resolve(ctx context.Context, c *fetch.Session, ref purl.Ref, v registry.Visit) (*registry.Release, error) {
	// 1.
	d, known := distributionOf(ref)
	if !known {
		return nil, purl.Refuse(purl.Missing, "The archive of %s is not asked here. Those of debian and ubuntu are.", ref.Namespace)
	}
	s := &search{ctx: ctx, c: c, of: d, ref: ref, arch: ref.Qualifiers["arch"], heads: v.Heads}
	var notes []purl.Note
	if s.arch == "" {
		s.arch = usualArch
		notes = append(notes, purl.Note{Kind: "guess", Text: "You gave no architecture. Checked is the package for " + usualArch + ", or the one for all."})
	}
	if ref.Qualifiers["distro"] == "" {
		notes = append(notes, purl.Note{Kind: "guess", Text: fmt.Sprintf("You named no release of %s. Looked for in %s and its updates.", d.name, d.newest)})
	}
	// 2.
	indexes, err := s.ahead(d.suites(ref.Qualifiers["distro"], ref.Version))
	if err != nil {
		return nil, err
	}
	for _, in := range indexes {
		if err := s.suite(in); err != nil {
			return nil, err
		}
		if s.chosen != nil {
			break
		}
	}
	// 3.
	if s.chosen == nil {
		if err := s.missing(); err != nil {
			return nil, err
		}
	}
	rel := r.release(s, append(notes, s.notes...))
	if s.chosen != nil && !v.FileInHand {
		c.Prefetch(ctx, rel.File.Request)
	}
	return rel, nil
}

// A search is what was asked on the way to one package.
type search struct {
	ctx  context.Context
	c    *fetch.Session
	of   distribution
	ref  purl.Ref
	arch string
	// heads are what earlier visits kept.
	heads map[string][]byte
	// every asks for all versions, and chooses none.
	every bool

	lists  []list      // that were asked
	unread []inRelease // that could not be used
	there  bool        // some suite answered
	found  *list
	chosen *entry
	others []string // versions of the package that were met
	notes  []purl.Note
}

// suite looks into one suite. Of what was asked ahead, nothing counts before its turn.
func (s *search) suite(in inRelease) error {
	switch {
	case in.answer.State == fetch.NotThere:
		return nil
	case in.answer.State != fetch.Found || in.broken != "":
		s.unread = append(s.unread, in)
		return nil
	}
	s.there = true
	if path := in.unusual(s.of.components, s.arch); path != "" {
		odd := in
		odd.broken = fmt.Sprintf("it states the list %s in no form that is read here", path)
		s.unread = append(s.unread, odd)
	}
	for _, p := range s.places(&in) {
		l, err := askList(s.ctx, s.c, in, p, s.ref.Name)
		if err != nil {
			return err
		}
		s.lists = append(s.lists, l)
		if s.choose(&s.lists[len(s.lists)-1]) {
			return nil
		}
	}
	return nil
}

// choose takes the entry that was asked for, where the list has it: of the exact
// version, or of the newest where none was named. A file's name lacks the epoch.
func (s *search) choose(l *list) bool {
	var best *entry
	for i := range l.entries {
		e := &l.entries[i]
		version, arch := e.fields["version"], e.fields["architecture"]
		if arch != s.arch && arch != "all" {
			continue
		}
		s.others = append(s.others, version)
		if s.every {
			continue
		}
		_, bare, epoch := strings.Cut(version, ":")
		switch {
		case s.ref.Version == "" && (best == nil || Compare(version, best.fields["version"]) > 0), version == s.ref.Version:
			best = e
		case epoch && bare == s.ref.Version && best == nil:
			best = e
			s.notes = append(s.notes, purl.Note{Kind: "guess", Text: fmt.Sprintf("You pasted the version %s. Its whole version, with the epoch that file names leave out, is %s.", s.ref.Version, version)})
		}
	}
	if best == nil {
		return false
	}
	for i := range l.entries {
		if e := &l.entries[i]; e != best && e.fields["version"] == best.fields["version"] && e.fields["architecture"] == best.fields["architecture"] && e.sum != best.sum {
			l.broken = "it states two packages of one name, version and architecture with different bytes"
			return false
		}
	}
	s.found, s.chosen = l, best
	return true
}

// missing is the refusal of what no list has, where all were read, or where no
// version was given and none could be learned.
func (s *search) missing() error {
	what := s.ref.Name
	if s.ref.Version != "" {
		what += " " + s.ref.Version
	}
	whole := len(s.unread) == 0 && !slices.ContainsFunc(s.lists, func(l list) bool { return !l.read() })
	switch {
	case whole && !s.there:
		return purl.Refuse(purl.Missing, "%s has no suite called %q. Name a release, such as distro=%s.", s.of.name, s.ref.Qualifiers["distro"], s.of.newest)
	case whole:
		r := purl.Refuse(purl.Missing, "The lists of %s's %s hold no package %s for %s. Check name, version, release and architecture. Versions that were replaced are not kept in them.%s", s.of.name, s.asked(), what, s.arch, registry.Hearsay(s.documents()...))
		for _, version := range slices.Compact(s.others) {
			other := s.ref
			other.Version = version
			r.Offer(other, "a version that they hold")
		}
		return r
	case s.ref.Version == "":
		return purl.Refuse(purl.BadVersion, "Which version of %s is the newest could not be learned: not all lists of %s could be read. Give a version, or try again later.", s.ref.Name, s.of.name)
	}
	return nil
}

// asked are the suites whose lists were read, for people.
func (s *search) asked() string {
	var names []string
	for i := range s.lists {
		if name := s.lists[i].in.of.name; !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return "suites"
	}
	return strings.Join(names, ", ")
}

// documents are the signed indexes and lists that were read.
func (s *search) documents() []fetch.Answer {
	var out []fetch.Answer
	for i := range s.lists {
		out = append(out, s.lists[i].in.answer, s.lists[i].answer)
	}
	return out
}

// chain is the way to the file, or to the first document that could not be used, and
// what its signed index says of its age.
func (s *search) chain() ([]registry.Link, registry.SignedIndex) {
	if s.found != nil {
		return []registry.Link{s.found.in.link(s.found.place, s.of.signs), s.found.link(s.chosen)}, s.found.in.signed(s.heads)
	}
	for _, bad := range []func(l *list) bool{
		func(l *list) bool { return l.other }, // a wrong one is told before one that did not come
		func(l *list) bool { return !l.read() },
	} {
		for i := range s.lists {
			if l := &s.lists[i]; bad(l) {
				return []registry.Link{l.in.link(l.place, s.of.signs), l.link(nil)}, l.in.signed(s.heads)
			}
		}
	}
	for i := range s.unread {
		return []registry.Link{s.unread[i].link(place{}, s.of.signs)}, s.unread[i].signed(s.heads)
	}
	return nil, registry.SignedIndex{}
}

// release translates what was found.
func (r Registry) release(s *search, notes []purl.Note) *registry.Release {
	exact := s.ref
	exact.Tag = ""
	exact.Qualifiers = map[string]string{"arch": s.arch}
	if distro := s.ref.Qualifiers["distro"]; distro != "" {
		exact.Qualifiers["distro"] = distro
	}
	rel := &registry.Release{
		Repository: s.of.name + " archive", Report: s.of.report,
		Installer: registry.Installer{
			Name: "apt", RefusesWrongDigest: true, ChecksSignature: true,
			Caveat: "A source can be marked as trusted, and a package can be installed from a file by dpkg: then nothing is compared.",
			Source: "https://manpages.debian.org/trixie/apt/apt-secure.8.en.html",
		},
	}
	rel.Chain, rel.Index.Signed = s.chain()
	if s.chosen != nil {
		s.describe(rel, &exact)
		if s.ref.Version == "" {
			notes = append(notes, purl.Note{Kind: "moving", Text: fmt.Sprintf("You gave no version. Checked is %s, the newest that %s has.", exact.Version, s.found.in.of.name)})
		}
	}
	rel.Ref, rel.Notes = exact, append(notes, s.passedOver()...)
	i := &inspector{asked: exact, entry: s.chosen}
	rel.File.Format, rel.File.Read, rel.File.Inspector = container.Format, container.Read, i
	return rel
}

// describe says what the lists say of the chosen package.
func (s *search) describe(rel *registry.Release, exact *purl.Ref) {
	fields, in := s.chosen.fields, &s.found.in
	exact.Version = fields["version"]
	exact.Qualifiers["arch"] = fields["architecture"]
	exact.Qualifiers["distro"] = in.of.name
	rel.File.Request = fetch.Request{URL: s.found.address(s.chosen), Step: "package", Limit: archive.DefaultLimits.Archive}
	rel.Index.State = s.found.answer.State
	rel.Source = registry.Source{Asked: s.found.answer.State, Route: s.found.answer.Route, InRecord: true}
	rel.About = registry.About{Description: firstLine(fields["description"]), Homepage: fields["homepage"]}
	file, list := path.Base(s.chosen.file), path.Base(s.found.place.path)
	rel.Commands = []registry.Command{{
		Purpose: "Fetch the signed index.",
		Argv:    []string{"curl", "-sSfO", in.answer.Request.URL},
		Expect:  "curl writes the file InRelease.",
	}, {
		Purpose: "On a machine of this distribution, verify it with its own keyring.",
		Argv:    []string{"gpgv", "--keyring", "/usr/share/keyrings/" + s.of.namespace + "-archive-keyring.gpg", "InRelease"},
		Expect:  "It says that a signature is good, and by which key.",
	}, {
		Purpose: "Fetch the list of packages, whose SHA-256 InRelease states.",
		Argv:    []string{"curl", "-sSfo", list, s.found.answer.Request.URL},
		Expect:  "curl writes the file " + list + ".",
	}, {
		Purpose: "Compute the list's digest.",
		Argv:    []string{"sha256sum", list},
		Expect:  "The output begins with what InRelease states for " + s.found.place.path + ": " + s.found.place.sum + ".",
	}, {
		Purpose: "Read what the list says of the package.",
		Argv:    []string{greps[path.Ext(list)], "-E", "-A", "60", "^Package: " + regexp.QuoteMeta(fields["package"]) + "$", list},
		Expect:  "The entry of version " + fields["version"] + " states the SHA256 " + s.chosen.sum + ".",
	}, {
		Purpose: "Fetch the package, without installing it.",
		Argv:    []string{"curl", "-sSfO", rel.File.Request.URL},
		Expect:  "curl writes the file " + file + ".",
	}, {
		Purpose: "Compute its digest.",
		Argv:    []string{"sha256sum", file},
		Expect:  "The output begins with the value that the list states.",
		Shows:   []registry.Shown{{Label: "sha256sum", Of: registry.OfArtifact, Algorithm: "sha256", Hex: true}},
	}}
}

// greps find lines in a list, by how it is packed.
var greps = map[string]string{".xz": "xzgrep", ".gz": "zgrep", ".zst": "zstdgrep"}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}
