package rpm

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"touchstone/internal/digest"
	"touchstone/internal/fetch"
	"touchstone/internal/openpgp"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
)

// The bounds of the index, in bytes: of repomd.xml, of the list of packages as it
// is packed, and unpacked.
const (
	maxRepomd   = 1 << 20
	maxPrimary  = 64 << 20
	maxUnpacked = 1 << 30
)

var (
	repomdForm  = &fetch.Form{Name: "an index of a repository (repomd.xml)", Fits: func(b []byte) bool { return bytes.Contains(b, []byte("<repomd")) }}
	primaryForm = &fetch.Form{Name: "a list of packages (primary.xml), compressed", Fits: func(b []byte) bool { return len(b) > 6 && !fetch.IsText(b) && !fetch.IsPage(b) }}
	ascForm     = &fetch.Form{Name: "a signature", Fits: func(b []byte) bool { return bytes.Contains(b, []byte("BEGIN PGP SIGNATURE")) }}
)

// A listing is what one repository's index says of a package.
type listing struct {
	of      release
	folder  string
	repomd  fetch.Answer
	asc     fetch.Answer // the signature over repomd; zero where none is made
	list    pointer      // what repomd says of primary
	primary fetch.Answer
	// packages are the entries of the one that is asked for: of one name, version,
	// release and architecture, more than one only where the index contradicts
	// itself.
	packages []entry
	// all are those of every version that fits what is asked for.
	all []entry
	// read tells that the whole index was read.
	read bool
	// other tells that a list came that is not the one that the index states, and
	// cannot be read.
	other bool
	notes []purl.Note
}

// why says why it was not read.
func (l listing) why() string {
	if l.other {
		return "the list of packages is not the one that the index states"
	}
	for _, a := range []fetch.Answer{l.primary, l.repomd} {
		if a.Reason != "" {
			return a.Reason
		}
	}
	return "its index could not be read"
}

// A pointer is where repomd.xml says that the list of packages is.
type pointer struct {
	href   string
	states []registry.Stated
}

// is tells whether a document has the digest that stands beside its address, as far as
// that can be computed.
func (p pointer) is(b []byte) bool {
	s := p.states[0]
	h := digest.NewHasher(s.Algorithm)
	_, _ = h.Write(b) // a hash never fails
	sum, computed := h.Sums()[digest.Name(s.Algorithm)]
	return !computed || sum == s.Value
}

// ask reads one repository's index:
//
//  1. repomd.xml, and the signature over it where one is made;
//  2. the list of packages at the address that it names;
//  3. in that, the entries of what is asked for.
func ask(ctx context.Context, c *fetch.Session, of release, folder string, w wanted) (listing, error) {
	l := listing{of: of, folder: folder}
	base := of.address(folder)
	var err error
	// 1.
	if l.repomd, err = c.Get(ctx, fetch.Request{URL: base + "repodata/repomd.xml", Step: "index", Limit: maxRepomd, Form: repomdForm}); err != nil {
		return l, err
	}
	if l.repomd.State != fetch.Found {
		l.read = l.repomd.State == fetch.NotThere
		return l, nil
	}
	if of.signsIndex {
		if l.asc, err = c.Get(ctx, fetch.Request{URL: base + "repodata/repomd.xml.asc", Step: "index's signature", Limit: maxRepomd, Form: ascForm}); err != nil {
			return l, err
		}
	}
	if l.list, err = readRepomd(l.repomd.Body); err != nil {
		l.repomd.Unusable(err.Error())
		return l, nil
	}
	// 2.
	if l.primary, err = c.Get(ctx, fetch.Request{URL: base + l.list.href, Step: "list of packages", Limit: maxPrimary, Form: primaryForm}); err != nil {
		return l, err
	}
	if l.primary.State != fetch.Found {
		return l, nil
	}
	// 3.
	found, err := readPrimary(ctx, l.primary.Body, w)
	if ctx.Err() != nil {
		return l, fmt.Errorf("reading the list of packages: %w", ctx.Err())
	}
	if err != nil {
		// Another list than the index states is wrong, whatever it is that came.
		if l.other = !l.list.is(l.primary.Body); !l.other {
			l.primary.Unusable(err.Error())
		}
		return l, nil
	}
	l.read, l.all = true, found
	switch l.asc.State {
	case fetch.Found:
	case fetch.Unknown: // it was asked for
		l.notes = append(l.notes, purl.Note{Kind: "index", Text: "Whether the index is signed is not known: " + l.asc.Reason + ". That this is the newest version, and that none was left out, is somebody's word until then."})
	default:
		l.notes = append(l.notes, purl.Note{Kind: "index", Text: "The index is not signed: that this is the newest version, and that none was left out, is the repository's word alone."})
	}
	l.choose(found, w)
	return l, nil
}

// choose keeps the entries of one package: the newest where no version is asked for.
func (l *listing) choose(found []entry, w wanted) {
	for _, e := range found {
		if len(l.packages) > 0 {
			switch order := compare(e, l.packages[0]); {
			case order < 0:
				continue
			case order > 0:
				l.packages = nil
			}
		}
		if len(l.packages) == 0 || l.packages[0].arch == e.arch {
			l.packages = append(l.packages, e)
		}
	}
	for _, e := range l.packages[min(1, len(l.packages)):] {
		if e.sum != l.packages[0].sum {
			l.notes = append(l.notes, purl.Note{Kind: "record", Text: "The index lists two packages of this name, version and architecture with different digests. Only one can be what was published."})
			break
		}
	}
}

// chain are the documents that lead to the package.
func (l listing) chain() []registry.Link {
	index := registry.Link{Name: "index (repomd.xml)", Answer: l.repomd, States: l.list.states, Signatures: l.signatures()}
	if l.of.signsIndex && l.asc.State == fetch.NotThere {
		index.SignsAll = l.of.manual
	}
	if l.repomd.State != fetch.Found || l.primary.Request.URL == "" {
		return []registry.Link{index}
	}
	list := registry.Link{Name: "list of packages (primary.xml)", Answer: l.primary}
	for _, e := range l.packages {
		if s := (registry.Stated{Of: registry.OfArtifact, Algorithm: e.algorithm, Value: e.sum}); len(list.States) == 0 || list.States[0] != s {
			list.States = append(list.States, s)
		}
	}
	return []registry.Link{index, list}
}

// signatures are those over repomd.xml. What was served in the place of one and
// cannot be read must not verify.
func (l listing) signatures() []registry.Signature {
	if l.asc.State != fetch.Found {
		return nil
	}
	return translated(l.asc.Body, l.of, nil, nil)
}

// translated reads OpenPGP signatures over a document, or over message.
func translated(b []byte, of release, message []byte, binds []registry.Stated) []registry.Signature {
	all, err := openpgp.ReadSignatures(b)
	if err != nil || len(all) == 0 {
		return []registry.Signature{{Form: registry.OpenPGP, Anchors: of.anchors, Message: message, Binds: binds, Bytes: b}}
	}
	var out []registry.Signature
	for _, s := range all {
		out = append(out, registry.Signature{Form: registry.OpenPGP, Anchors: of.anchors, KeyID: s.Issuer(), Message: message, Binds: binds, Bytes: s.Raw})
	}
	return out
}

// readRepomd finds the list of packages in repomd.xml. Of two the document
// contradicts itself.
func readRepomd(b []byte) (pointer, error) {
	var doc struct {
		XMLName xml.Name `xml:"repomd"`
		Data    []struct {
			Type     string     `xml:"type,attr"`
			Checksum []checksum `xml:"checksum"`
			Location []struct {
				Href string `xml:"href,attr"`
				Base string `xml:"base,attr"`
			} `xml:"location"`
		} `xml:"data"`
	}
	if err := plain(b); err != nil {
		return pointer{}, err
	}
	in := xml.NewDecoder(bytes.NewReader(b))
	if err := in.Decode(&doc); err != nil {
		return pointer{}, fmt.Errorf("reading repomd.xml: %w", unreadable(err))
	}
	if t, err := in.Token(); !errors.Is(err, io.EOF) {
		if text, ok := t.(xml.CharData); !ok || strings.TrimSpace(string(text)) != "" {
			return pointer{}, errors.New("reading repomd.xml: something stands behind its end")
		}
	}
	var p pointer
	for _, d := range doc.Data {
		if d.Type != "primary" {
			continue
		}
		if p.href != "" || len(d.Checksum) != 1 || len(d.Location) != 1 || d.Location[0].Base != "" {
			return pointer{}, errors.New("reading repomd.xml: it does not name one list of packages")
		}
		sum, err := digest.Hex(d.Checksum[0].Type, d.Checksum[0].Value)
		if err != nil {
			return pointer{}, fmt.Errorf("reading repomd.xml: the digest of the list of packages: %w", err)
		}
		p.href = d.Location[0].Href
		p.states = []registry.Stated{{Of: registry.OfNext, Algorithm: sum.Algorithm, Value: sum.Sum}}
	}
	if !beside(p.href) {
		return pointer{}, fmt.Errorf("reading repomd.xml: it names no list of packages beside itself, but %.200q", p.href)
	}
	return p, nil
}

// beside tells whether a place is that of a list of packages beside repomd.xml, in the
// form in which createrepo_c names it: behind its digest, or alone.
func beside(href string) bool {
	name, ok := strings.CutPrefix(href, "repodata/")
	if sum, rest, has := strings.Cut(name, "-"); has && (len(sum) == 64 || len(sum) == 128) && strings.Trim(sum, "0123456789abcdef") == "" {
		name = rest
	}
	form, compressed := strings.CutPrefix(name, "primary.xml.")
	return ok && compressed && (form == "gz" || form == "xz" || form == "zst")
}

// unreadable says where XML is no document, without what stands there.
func unreadable(err error) error {
	if wrong := (*xml.SyntaxError)(nil); errors.As(err, &wrong) {
		return fmt.Errorf("it is no document from line %d on", wrong.Line)
	}
	return errors.New("it is no such document")
}

// plain refuses markup that these documents never have, and that two readers might
// take differently.
func plain(b []byte) error {
	for _, m := range []string{"<!", "]]>"} {
		if bytes.Contains(b, []byte(m)) {
			return fmt.Errorf("it holds %q, which such a document never does", m)
		}
	}
	return nil
}

// inPaths are what addresses of these repositories hold beside letters and digits.
const inPaths = "._+~^-"

// A checksum is a digest as these documents write it.
type checksum struct {
	Type  string `xml:"type,attr"`
	Value string `xml:",chardata"`
}
