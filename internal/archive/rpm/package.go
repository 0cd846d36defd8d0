package rpm

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

const (
	leadLen   = 96
	leadMagic = "\xed\xab\xee\xdb"
)

// The tags of the signature header (rpm's include/rpm/rpmtag.h).
const (
	sigSHA256  Tag = 273  // of the header, in hexadecimal
	sigDSA     Tag = 267  // over the header: ECDSA and EdDSA too
	sigRSA     Tag = 268  // over the header
	sigOpenPGP Tag = 278  // any number over the header, base64; since rpm 6
	sigPGP     Tag = 1002 // over header and payload: RSA
	sigGPG     Tag = 1005 // over header and payload: every other
)

// The tags of the header.
const (
	tagName     Tag = 1000
	tagVersion  Tag = 1001
	tagRelease  Tag = 1002
	tagEpoch    Tag = 1003
	tagArch     Tag = 1022
	tagSource   Tag = 1044 // file name of the source package; a source package has none
	tagSummary  Tag = 1004
	tagURL      Tag = 1020
	tagVCS      Tag = 5034
	tagPayload  Tag = 5092 // digest of the payload as it is packed
	tagDigestOf Tag = 5093 // its algorithm
	tagSHA512   Tag = 5121 // the same, since rpm 6
	tagFormat   Tag = 1124
)

// hashSHA256 is SHA-256 as OpenPGP numbers digests (RFC 9580, section 9.5).
const hashSHA256 = 8

// A Package is one file taken apart.
type Package struct {
	Signatures Header
	Header     Header
	// Signed is the header as it stands in the file: what is signed.
	Signed []byte
	// Payload is what follows the header.
	Payload []byte
	whole   []byte
}

// Whole are header and payload together.
func (p *Package) Whole() []byte { return p.whole }

// errNoPackage is for what does not begin as a package.
var errNoPackage = errors.New("it does not begin as an RPM package")

// Open takes a package apart:
//
//  1. the lead, which says nothing that counts;
//  2. the signature header, and zeros up to a multiple of eight;
//  3. the header;
//  4. the payload is the rest.
func Open(b []byte) (*Package, error) {
	// 1.
	if len(b) < leadLen || !bytes.HasPrefix(b, []byte(leadMagic)) {
		return nil, errNoPackage
	}
	p, rest := new(Package), b[leadLen:]
	// 2.
	h, n, err := readHeader(rest)
	if err != nil {
		return nil, fmt.Errorf("reading the signature header: %w", err)
	}
	end := n + -n&7
	if end > int64(len(rest)) || len(bytes.Trim(rest[n:end], "\x00")) > 0 {
		return nil, errors.New("reading the signature header: what follows is no padding")
	}
	p.Signatures, rest = h, rest[end:]
	// 3.
	h, n, err = readHeader(rest)
	if err != nil {
		return nil, fmt.Errorf("reading the header: %w", err)
	}
	// 4.
	p.Header, p.Signed, p.Payload, p.whole = h, rest[:n:n], rest[n:], rest
	return p, nil
}

// NEVRA are name, epoch, version, release and architecture.
type NEVRA struct{ Name, Epoch, Version, Release, Arch string }

// String writes them as rpm does; an epoch of 0 is left out.
func (n NEVRA) String() string { return n.Name + "-" + n.EVR() + "." + n.Arch }

// EVR is epoch, version and release.
func (n NEVRA) EVR() string {
	evr := n.Version + "-" + n.Release
	if n.Epoch != "" && n.Epoch != "0" {
		evr = n.Epoch + ":" + evr
	}
	return evr
}

// NEVRA reads them from the header. A package of sources has the architecture
// "src", whatever its header says.
func (p *Package) NEVRA() NEVRA {
	n := NEVRA{Name: p.Header.Text(tagName), Epoch: "0", Version: p.Header.Text(tagVersion), Release: p.Header.Text(tagRelease), Arch: p.Header.Text(tagArch)}
	if epoch, ok := p.Header.Number(tagEpoch); ok {
		n.Epoch = fmt.Sprint(epoch)
	}
	if !p.Header.Has(tagSource) {
		n.Arch = "src"
	}
	return n
}

// About is what a package says that it is.
type About struct{ Summary, URL, VCS string }

// About reads it from the header.
func (p *Package) About() About {
	h := p.Header
	return About{Summary: h.Text(tagSummary), URL: h.Text(tagURL), VCS: h.Text(tagVCS)}
}

// A Digest is one that the header states of the payload.
type Digest struct{ Algorithm, Value string }

// PayloadDigests are those that the header states of the payload as it is packed;
// none before rpm 4.14. One of another kind than SHA-256 in the older tag is left
// out: no rpm writes such.
func (p *Package) PayloadDigests() []Digest {
	var out []Digest
	algorithm, stated := p.Header.Number(tagDigestOf)
	if v := p.Header.Text(tagPayload); v != "" && (!stated || algorithm == hashSHA256) {
		out = append(out, Digest{"sha256", strings.ToLower(v)})
	}
	if v := p.Header.Text(tagSHA512); v != "" {
		out = append(out, Digest{"sha512", strings.ToLower(v)})
	}
	return out
}

// HeaderSignatures are the OpenPGP signatures over the header. As rpm does, those
// of its version 6 stand for all where there are any. One that is not base64 is
// given as it stands: it must not verify, and must not vanish.
func (p *Package) HeaderSignatures() [][]byte {
	var out [][]byte
	for _, text := range p.Signatures.Texts(sigOpenPGP) {
		b, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
		if err != nil {
			b = []byte(text)
		}
		out = append(out, b)
	}
	if p.Signatures.Has(sigOpenPGP) {
		return out
	}
	return p.signatures(sigRSA, sigDSA)
}

// WholeSignatures are those over header and payload, which older packages carry.
func (p *Package) WholeSignatures() [][]byte { return p.signatures(sigPGP, sigGPG) }

func (p *Package) signatures(tags ...Tag) [][]byte {
	var out [][]byte
	for _, tag := range tags {
		if p.Signatures.Has(tag) {
			out = append(out, p.Signatures.Bytes(tag))
		}
	}
	return out
}
