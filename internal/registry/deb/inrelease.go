package deb

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"touchstone/internal/digest"
	"touchstone/internal/fetch"
	"touchstone/internal/openpgp"
	"touchstone/internal/registry"
	"touchstone/internal/trust"
)

// maxInRelease bounds a signed index, in bytes; the largest are a quarter of a
// megabyte.
const maxInRelease = trust.MaxSuiteIndex

var inReleaseForm = &fetch.Form{Name: "a signed text", Fits: func(body []byte) bool {
	return bytes.Contains(body, []byte("-----BEGIN PGP SIGNED MESSAGE-----"))
}}

// A signed index of one suite, read.
type inRelease struct {
	of     suite
	answer fetch.Answer
	fields stanza
	// lists are the documents that it states by SHA-256, by path below the suite.
	lists      map[string]listed
	signatures []registry.Signature
	text       []byte
	broken     string // why it could not be read; empty where it could
}

// A listed document.
type listed struct {
	sum  string
	size int64
}

func askInRelease(ctx context.Context, c *fetch.Session, of suite) (inRelease, error) {
	a, err := c.Get(ctx, fetch.Request{URL: of.folder() + "InRelease", Step: "signed index of " + of.name, Limit: maxInRelease, Form: inReleaseForm})
	in := inRelease{of: of, answer: a}
	if err == nil && a.State == fetch.Found {
		in.read()
	}
	return in, err
}

// read takes the index apart; nothing of it is verified here. What cannot be read
// stands in the place of a signature, so that it must not vanish.
func (in *inRelease) read() {
	signed, err := openpgp.ReadClearsigned(in.answer.Body)
	if err != nil {
		in.broken = err.Error()
		in.signatures = []registry.Signature{{Form: registry.OpenPGP, Anchors: in.of.keys, KeyID: "unreadable", Message: []byte{}, Bytes: []byte{}}}
		return
	}
	in.text = signed.Text
	for _, s := range signed.Signatures {
		in.signatures = append(in.signatures, registry.Signature{Form: registry.OpenPGP, Anchors: in.of.keys, KeyID: s.Issuer(), Message: signed.Text, Whole: true, Bytes: s.Raw})
	}
	if in.fields, err = parseStanza(string(signed.Text)); err != nil {
		in.broken = err.Error()
		return
	}
	// A suite's folder is called by its codename, or by one that moves.
	if name := in.fields["codename"]; name != in.of.name && in.fields["suite"] != in.of.name {
		in.broken = fmt.Sprintf("it is the index of %.60q and not of %s", name, in.of.name)
		return
	}
	for _, field := range []string{"date", "valid-until"} {
		if in.fields[field] != "" && in.date(field).IsZero() {
			in.broken = fmt.Sprintf("its field %s is no time: %.60q", field, in.fields[field])
			return
		}
	}
	in.lists = map[string]listed{}
	for line := range strings.Lines(in.fields["sha256"]) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		if len(words) != 3 {
			in.broken = "a line of its list has not three parts"
			return
		}
		sum, err := digest.Hex("sha256", words[0])
		size, sizeErr := strconv.ParseInt(words[1], 10, 64)
		before, twice := in.lists[words[2]]
		if err != nil || sizeErr != nil || size < 0 || twice && before != (listed{sum.Sum, size}) {
			in.broken = fmt.Sprintf("its line about %.80q cannot be read", words[2])
			return
		}
		in.lists[words[2]] = listed{sum.Sum, size}
	}
	if len(in.lists) == 0 {
		in.broken = "it states no list of packages by its SHA-256"
	}
}

// packings are the forms of a list of packages, smallest first.
var packings = []string{".xz", ".zst", ".gz"}

// A place is one list of packages that an index names.
type place struct {
	path string // below the suite
	listed
}

// unusual is a list for an architecture of which it states no form that is read here;
// empty where there is none: then what stands in it is not known.
func (in *inRelease) unusual(components []string, arch string) string {
	for _, component := range components {
		path := component + "/binary-" + arch + "/Packages"
		stated := false
		for other := range in.lists {
			stated = stated || other == path || strings.HasPrefix(other, path+".")
		}
		if stated && !slices.ContainsFunc(packings, func(packing string) bool { _, has := in.lists[path+packing]; return has }) {
			return path
		}
	}
	return ""
}

// places are its lists of the packages for an architecture, small ones first. For
// packages of every architecture there may be a list of its own, which is half.
func (in *inRelease) places(components []string, arch string) []place {
	var out []place
	for _, component := range components {
		for _, packing := range packings {
			path := component + "/binary-" + arch + "/Packages" + packing
			if l, ok := in.lists[path]; ok {
				out = append(out, place{path, l})
				break
			}
		}
	}
	slices.SortStableFunc(out, func(a, b place) int { return int(min(max(a.size-b.size, -1), 1)) })
	return out
}

// byHash tells whether the archive keeps lists by their digests.
func (in *inRelease) byHash() bool { return in.fields["acquire-by-hash"] == "yes" }

// address is where a list stands: by its digest, where the archive keeps lists so
// (Acquire-By-Hash): then it cannot change while it is asked for.
func (in *inRelease) address(p place) string {
	if !in.byHash() {
		return in.of.folder() + p.path
	}
	return in.of.folder() + p.path[:strings.LastIndexByte(p.path, '/')] + "/by-hash/SHA256/" + p.sum
}

// link is the document of the chain, which leads to a list.
func (in *inRelease) link(next place, signs string) registry.Link {
	l := registry.Link{Name: "InRelease of " + in.of.name, Answer: in.answer, SignsAll: signs, Signatures: slices.Clone(in.signatures)}
	if next.sum != "" {
		l.States = []registry.Stated{{Of: registry.OfNext, Algorithm: "sha256", Value: next.sum}}
		for i := range l.Signatures {
			l.Signatures[i].Binds = l.States
		}
	}
	return l
}

// signed is what it says of its age.
func (in *inRelease) signed(heads map[string][]byte) registry.SignedIndex {
	made := in.date("date")
	if made.IsZero() {
		return registry.SignedIndex{}
	}
	name := registry.IndexName + strings.TrimPrefix(in.of.base, "https://") + " " + in.of.name
	return registry.SignedIndex{Name: name, Made: made, ValidUntil: in.date("valid-until"), Known: heads[name]}
}

// date reads one of its times (RFC 5322, in universal time as the form asks, in whichever
// of its spellings); zero where there is none, or another zone.
func (in *inRelease) date(field string) time.Time {
	t, err := time.Parse("Mon, 2 Jan 2006 15:04:05 MST", in.fields[field])
	if zone, _ := t.Zone(); err != nil || !slices.Contains([]string{"UTC", "GMT", "+0000"}, zone) {
		return time.Time{}
	}
	return t.UTC()
}
