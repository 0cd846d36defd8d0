package lockfile

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"touchstone/internal/digest"
	"touchstone/internal/purl"
)

// mostDigests bounds how many digests an entry may list: a version has a few
// hundred files at most, and all of them stand in its reference.
const mostDigests = 800

// ofPackage makes a pin of a version in a public repository. A name or version
// against the grammar, and a digest that is none, leave it not understood: a
// client may read it in a way that is not known here.
func (p Pin) ofPackage(typ string, digests []digest.Digest, err error) Pin {
	if err != nil {
		return p.is(NotRead, "Its digest can't be read: "+sentence(err.Error()))
	}
	if len(digests) > mostDigests {
		return p.is(NotRead, fmt.Sprintf("It lists %d digests, and more than %d are not compared.", len(digests), mostDigests))
	}
	ref, err := purl.Exact(typ, p.Name, p.Version)
	if err != nil {
		return p.is(NotRead, err.Error())
	}
	for _, d := range digests {
		next := purl.Digest{Algorithm: d.Algorithm, Value: d.Sum, Of: "artifact"}
		if !slices.Contains(ref.Digests, next) {
			ref.Digests = append(ref.Digests, next)
		}
	}
	// Written, a byte takes three at most, and what stands beside these is short.
	written := len(p.Name) + len(p.Version)
	for _, d := range ref.Digests {
		written += len(d.Algorithm) + len(d.Value) + 2
	}
	if written > purl.MaxReference/8 && len(ref.String()) > purl.MaxReference {
		return p.is(NotRead, fmt.Sprintf("With its %d digests it is longer than the %d bytes that are compared at once.", len(ref.Digests), purl.MaxReference))
	}
	p.Kind, p.Ref = Package, ref
	return p
}

func (p Pin) is(kind Kind, why string) Pin {
	p.Kind, p.Why, p.Ref = kind, why, purl.Ref{}
	return p
}

// under notes the names under which a pin is installed that are not its own: whoever
// asks for one of them gets this package. Each may have a range behind it, "name@range".
func (p Pin) under(asked []string) Pin {
	others := map[string]bool{}
	for _, one := range asked {
		if name, _ := bunResolved(one); name != p.Name && name != "" {
			others[strconv.Quote(clip(name, 200))] = true
		}
	}
	if len(others) == 0 {
		return p
	}
	return p.note("It is installed under another name, " + purl.Some(slices.Sorted(maps.Keys(others))) + ".")
}

// strong tells whether a strong digest ties the pin to its bytes.
func (p Pin) strong() bool {
	return slices.ContainsFunc(p.Ref.Digests, func(d purl.Digest) bool { return digest.Strong(d.Algorithm) })
}

// at judges the address from which a package is said to come.
//
//  1. An address of the project's own folders, or of git, is no package of a
//     repository.
//  2. The repository's own address must name this package and this version.
//  3. Behind another host a strong digest and the shape of a repository's
//     address tie the bytes to the public package; without them a stranger may
//     have taken its name there.
func (p Pin) at(address string, shaped func(path string) bool) Pin {
	p.Address = address
	if address == "" || p.Kind != Package && p.Kind != NotRead {
		return p
	}
	// 1.
	for prefix, kind := range foreign {
		if strings.HasPrefix(address, prefix) {
			return p.is(kind.kind, kind.why)
		}
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		if !strings.Contains(address, ":") && shaped("/"+address) {
			p.Notes = append(p.Notes, "Its address is relative to a repository that the entry does not name.")
			return p
		}
		return p.is(NotRead, fmt.Sprintf("Its address %.200q can't be read.", address))
	}
	if strings.HasSuffix(u.Path, ".git") {
		return p.is(Git, foreign["git+"].why)
	}
	// 2.
	same, err := purl.Parse(address)
	switch known := err == nil && (same.Type == p.Ref.Type || p.Kind == NotRead); {
	case known && (same.Path() != p.Name || same.Version != p.Version):
		p.Outside = fmt.Sprintf("Its address is that of %s %s, another package than the entry names.", same.Path(), same.Version)
	case u.Scheme != "https":
		p.Outside, p.Unsafe = unencrypted(u.Scheme), true
	case known && purl.IsOrigin(same.Type, u.Host):
	// 3.
	case p.Kind == NotRead:
		p.Outside = fmt.Sprintf("Its address is at %.100q, not at the public repository.", u.Host)
	case p.strong() && (known || shaped(u.Path)):
		p.Outside = fmt.Sprintf("Its address is at %.100q, not at the public repository. Checked is the public package of this name and version.", u.Host)
	default:
		return p.is(Address, fmt.Sprintf("It comes from %.100q, and nothing ties it to the public package of its name, which may be a stranger's.", u.Host))
	}
	return p
}

func unencrypted(scheme string) string {
	return fmt.Sprintf("Its address begins with %.20q: whoever stands on the way can change what arrives.", scheme+":")
}

// foreign are the beginnings of addresses that lead to no repository.
var foreign = map[string]struct {
	kind Kind
	why  string
}{
	"git+":       {Git, "It is a commit of a git repository. No package repository recorded it."},
	"git:":       {Git, "It is a commit of a git repository. No package repository recorded it."},
	"git@":       {Git, "It is a commit of a git repository. No package repository recorded it."},
	"ssh:":       {Git, "It is a commit of a git repository. No package repository recorded it."},
	"github:":    {Git, "It is a commit of a git repository. No package repository recorded it."},
	"gitlab:":    {Git, "It is a commit of a git repository. No package repository recorded it."},
	"bitbucket:": {Git, "It is a commit of a git repository. No package repository recorded it."},
	"gist:":      {Git, "It is a commit of a git repository. No package repository recorded it."},
	"file:":      {Own, ownFolder},
	"link:":      {Own, ownFolder},
	"portal:":    {Own, ownFolder},
	"workspace:": {Own, ownFolder},
	"root:":      {Own, ownFolder},
}

const ownFolder = "It is a folder or file of the project itself."

// integrity reads hashes of W3C Subresource Integrity, separated by spaces.
func integrity(text string) ([]digest.Digest, error) {
	var out []digest.Digest
	for _, word := range strings.Fields(text) {
		d, err := digest.SRI(word)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

// labelled reads "sha256:hex", each.
func labelled(texts []string) ([]digest.Digest, error) {
	var out []digest.Digest
	for _, text := range texts {
		algorithm, sum, _ := strings.Cut(text, ":")
		d, err := digest.Hex(algorithm, sum)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

// sentence closes a text.
func sentence(s string) string {
	if strings.HasSuffix(s, ".") {
		return s
	}
	return s + "."
}
