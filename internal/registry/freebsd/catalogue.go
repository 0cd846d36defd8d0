package freebsd

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"touchstone/internal/archive"
	"touchstone/internal/archive/packed"
	"touchstone/internal/bare"
	"touchstone/internal/digest"
	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
	"touchstone/internal/strictjson"
	"touchstone/internal/trust"
)

// The bounds of what is read from a catalogue, in bytes: of the member with the
// packages, and of each signature or key.
const (
	maxMember    = 256 << 20
	maxSignature = 1 << 20
)

// A catalogue is one as it was read.
type catalogue struct {
	answer   fetch.Answer
	document []byte // the member with the packages, which is signed
	// keys and signatures are members by the name before their ending.
	keys, signatures map[string][]byte
	member           string
	// hostile says why it cannot be a catalogue that pkg made; empty where it can.
	hostile  string
	packages []entry
	read     bool
	notes    []purl.Note
}

// An entry is one package as the catalogue lists it.
type entry struct {
	name, version, repopath string
	sum                     registry.Stated
}

// path is the file's place below the repository, escaped for an address.
func (e entry) path() string {
	return strings.NewReplacer(",", "%2C", "~", "%7E", "+", "%2B").Replace(e.repopath)
}

// open reads a catalogue:
//
//  1. the archive: the member with the packages, its signatures and their keys, and
//     nothing that leads out of it;
//  2. in that member, the entries of one package.
func open(a fetch.Answer, member, name string) catalogue {
	c := catalogue{answer: a, member: member, keys: map[string][]byte{}, signatures: map[string][]byte{}}
	if a.State != fetch.Found {
		return c
	}
	// 1.
	if err := c.unpack(a.Body); err != nil {
		c.answer.Unusable("reading the catalogue: " + err.Error())
		return c
	}
	if c.hostile != "" {
		return c
	}
	// 2.
	var err error
	if c.packages, err = find(c.document, member, name); err != nil {
		c.answer.Unusable("reading the catalogue: " + err.Error())
		return c
	}
	c.read = true
	return c
}

// unpack reads the archive.
func (c *catalogue) unpack(body []byte) error {
	_, in, err := packed.Open(body)
	if err != nil {
		return err
	}
	defer in.Close()
	members := map[string]*bytes.Buffer{}
	contents, err := archive.ReadTar(in, int64(len(body)), archive.Options{
		Limits: archive.Limits{Total: maxMember + 64*maxSignature, Entries: 64},
		Inspect: func(path string, size int64) io.Writer {
			most := int64(maxSignature)
			if path == c.member {
				most = maxMember
			}
			if size > most {
				return nil
			}
			members[path] = &bytes.Buffer{}
			return members[path]
		},
	})
	if err != nil {
		return err
	}
	for _, p := range contents.Problems {
		switch p.Kind {
		case archive.NameDotDot, archive.NameAbsolute, archive.Link, archive.Duplicate, archive.FileAndFolder:
			c.hostile = p.Detail
			return nil
		case archive.NoEnd:
		default:
			return errors.New(p.Detail)
		}
	}
	if !contents.Complete {
		return errors.New("it could not be read to its end")
	}
	for _, f := range contents.Files {
		b := members[f.Path]
		if b == nil {
			return fmt.Errorf("its member %.100q is larger than is read", f.Path)
		}
		if f.Path == c.member {
			c.document = b.Bytes()
		}
		if name, ok := strings.CutSuffix(f.Path, ".sig"); ok {
			c.signatures[name] = b.Bytes()
		}
		if name, ok := strings.CutSuffix(f.Path, ".pub"); ok {
			c.keys[name] = b.Bytes()
		}
	}
	if c.document == nil {
		return fmt.Errorf("it has no member %q", c.member)
	}
	return nil
}

// find lists the entries of a package.
func find(document []byte, member, name string) ([]entry, error) {
	var found []entry
	named, err := json.Marshal(name)
	if err != nil {
		return nil, err
	}
	take := func(raw []byte) error {
		if !bytes.Contains(raw, named) {
			return nil
		}
		e, err := readEntry(raw)
		if err == nil && e.name == name {
			found = append(found, e)
		}
		if err != nil && strictjson.Fields(raw).Text("name") == name {
			return fmt.Errorf("the entry of %s: %w", name, err)
		}
		return nil
	}
	if member != "data" { // one object a line
		for line := range bytes.Lines(document) {
			if line = bytes.TrimSpace(line); len(line) > 0 && line[0] != '{' {
				return nil, errors.New("a line of it is no object")
			}
			if err := take(line); err != nil {
				return nil, err
			}
		}
		return found, nil
	}
	in := json.NewDecoder(bytes.NewReader(document))
	if t, err := in.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.New("its data are no object")
	}
	lists := 0
	for in.More() {
		key, err := in.Token()
		if err != nil {
			return nil, err
		}
		if key != "packages" {
			var skipped json.RawMessage
			if err := in.Decode(&skipped); err != nil {
				return nil, err
			}
			continue
		}
		if lists++; lists > 1 {
			return nil, errors.New("its data list the packages twice")
		}
		if t, err := in.Token(); err != nil || t != json.Delim('[') {
			return nil, errors.New("its packages are no list")
		}
		for in.More() {
			var raw json.RawMessage
			if err := in.Decode(&raw); err != nil {
				return nil, err
			}
			if err := take(raw); err != nil {
				return nil, err
			}
		}
		if _, err := in.Token(); err != nil {
			return nil, err
		}
	}
	if _, err := in.Token(); err != nil || lists == 0 {
		return nil, errors.New("its data list no packages, or end before their end")
	}
	return found, nil
}

// inPaths are what addresses of the repository hold beside letters and digits.
const inPaths = "._+,~-"

// readEntry reads one entry.
func readEntry(raw []byte) (entry, error) {
	o, err := strictjson.Parse(raw)
	if err != nil {
		return entry{}, err
	}
	e := entry{name: o.Text("name"), version: o.Text("version"), repopath: o.Text("repopath")}
	if e.repopath == "" {
		e.repopath = o.Text("path")
	}
	if e.version == "" || !registry.Below(e.repopath, inPaths) {
		return entry{}, errors.New("it has no version, or its place is no path below the repository")
	}
	d, err := sum(o.Text("sum"))
	if err != nil {
		return entry{}, err
	}
	e.sum = registry.Stated{Of: registry.OfArtifact, Algorithm: d.Algorithm, Value: d.Sum}
	return e, nil
}

// sum reads a digest as pkg writes it (libpkg/pkg_checksum.c): the SHA-256 in
// hexadecimal, after "1$" or alone, or after "2$" the BLAKE2b-512 in base 32.
func sum(text string) (digest.Digest, error) {
	if rest, ok := strings.CutPrefix(text, "2$"); ok {
		b, err := base32(rest)
		if err != nil {
			return digest.Digest{}, err
		}
		return digest.Hex("blake2b-512", hex.EncodeToString(b))
	}
	return digest.Hex("sha256", strings.TrimPrefix(text, "1$"))
}

// alphabet is that of z-base-32; pkg packs bits from the lowest.
const alphabet = "ybndrfg8ejkmcpqxot1uwisza345h769"

func base32(text string) ([]byte, error) {
	var out []byte
	bits, held := uint(0), uint32(0)
	for _, c := range []byte(text) {
		i := strings.IndexByte(alphabet, c)
		if i < 0 {
			return nil, fmt.Errorf("the digest %.120q is not written in base 32", text)
		}
		held |= uint32(i) << bits
		if bits += 5; bits >= 8 {
			out, held, bits = append(out, byte(held)), held>>8, bits-8
		}
	}
	if held != 0 {
		return nil, fmt.Errorf("the digest %.120q has bits left over", text)
	}
	return out, nil
}

// signer takes off a member what says by which kind of key it is (libpkg's
// private/pkgsign.h): nothing for RSA.
func signer(member []byte) (kind string, rest []byte) {
	if marked, is := bytes.CutPrefix(member, []byte("$PKGSIGN:")); is {
		if name, rest, ends := bytes.Cut(marked, []byte("$")); ends && len(name) <= 16 {
			return string(name), rest
		}
	}
	return "rsa", member
}

// link is the catalogue as a document: the member that is signed, its signatures
// as they stand beside it, and the digest of the package. One whose archive is
// hostile keeps a signature that cannot verify.
func (c catalogue) link() registry.Link {
	l := registry.Link{Name: "catalogue", Answer: c.answer, SignsAll: manual}
	if c.hostile != "" {
		l.Signatures = []registry.Signature{{Form: registry.RSAFingerprint, Anchors: trust.ID("freebsd")}}
		return l
	}
	if c.document == nil {
		return l
	}
	l.Answer.Body = c.document
	for _, e := range c.packages {
		l.States = append(l.States, e.sum)
	}
	made, key := c.signatures[c.member], c.keys[c.member]
	if made == nil && key == nil {
		return l
	}
	kind, made := signer(made)
	other, key := signer(key)
	form := registry.RSAFingerprint
	if kind != "rsa" || other != "rsa" {
		form = registry.ECDSAFingerprint
	}
	l.Signatures = []registry.Signature{{Form: form, Anchors: trust.ID("freebsd"), KeyID: bare.Fingerprint(key), Bytes: bare.WithKey(key, made)}}
	return l
}
