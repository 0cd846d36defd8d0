package rpm

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/url"
	"path"
	"strings"

	"touchstone/internal/archive"
	format "touchstone/internal/archive/rpm"
	"touchstone/internal/fetch"
	"touchstone/internal/registry"
)

// headerName is what people call the document.
const headerName = "header"

// sealed finds the signed header. Where the header states digests of the payload,
// the signatures over it count; in a package of before rpm 4.14, which states none,
// also those over header and payload.
func sealed(body []byte, of release) *registry.Sealed {
	p, err := format.Open(body)
	if err != nil {
		return nil
	}
	s := &registry.Sealed{Part: p.Payload, Parted: "payload", Missing: len(p.Payload) == 0, Lists: lists(p)}
	s.Name, s.Answer, s.SignsAll = headerName, fetch.Answer{Body: p.Signed}, of.manual
	for _, d := range p.PayloadDigests() {
		s.States = append(s.States, registry.Stated{Of: registry.OfPart, Algorithm: d.Algorithm, Value: d.Value})
	}
	for _, b := range p.HeaderSignatures() {
		s.Signatures = append(s.Signatures, translated(b, of, nil, nil)...)
	}
	if len(s.States) > 0 {
		return s
	}
	whole := p.WholeSignatures()
	if len(whole) > 0 && !s.Missing {
		sum := sha256.Sum256(p.Payload)
		s.Bare = true
		s.States = []registry.Stated{{Of: registry.OfPart, Algorithm: "sha256", Value: hex.EncodeToString(sum[:])}}
		for _, b := range whole {
			s.Signatures = append(s.Signatures, translated(b, of, p.Whole(), s.States)...)
		}
	}
	return s
}

// lists tells whether the header states a SHA-256 of every file.
func lists(p *format.Package) bool {
	files, err := p.Files()
	if err != nil {
		return false
	}
	for _, f := range files {
		if f.Regular() && !f.Ghost && f.Algorithm != "sha256" {
			return false
		}
	}
	return true
}

// inspector reads the header.
type inspector struct {
	asked     wanted
	namespace string
	header    *format.Package
}

// read reads the container, and keeps the header for Inside.
func (i *inspector) read(body []byte, how archive.Options) (*archive.Contents, error) {
	i.header, _ = format.Open(body)
	return format.Read(body, how)
}

// Open wants no file: the header says all.
func (*inspector) Open(string, int64) io.Writer { return nil }

// Inside tells what the header says.
func (i *inspector) Inside(ctx context.Context, files []archive.File) registry.Inside {
	p := i.header
	if p == nil || ctx.Err() != nil {
		return registry.Inside{Unread: "Its header was not read."}
	}
	in := registry.Inside{Read: true, Names: i.names(p), Runs: runs(p), List: list(p)}
	if in.List.Broken != "" {
		in.Read, in.Unread = false, "Its header's list of files cannot be read."
	}
	i.ingredients(p, &in)
	for _, f := range files {
		if strings.EqualFold(path.Base(f.Path), "SECURITY.md") {
			in.Contact = append(in.Contact, f.Path)
		}
	}
	if about := p.About(); strings.HasPrefix(about.VCS, "https://") {
		in.Repository, in.Revision, _ = strings.Cut(about.VCS, "#")
	}
	return in
}

// names compares name, version, release and architecture with what was asked for.
func (i *inspector) names(p *format.Package) []registry.NameInside {
	has := p.NEVRA()
	out := []registry.NameInside{{Document: "The header", Field: "name", Stated: has.Name, Asked: i.asked.name}}
	if i.asked.version != "" {
		out = append(out, registry.NameInside{Document: "The header", Field: "version and release", Stated: has.Version + "-" + has.Release, Asked: i.asked.version + "-" + i.asked.release})
	}
	if i.asked.epoch != "" {
		out = append(out, registry.NameInside{Document: "The header", Field: "epoch", Stated: has.Epoch, Asked: i.asked.epoch})
	}
	if i.asked.arch != "" && has.Arch != "noarch" {
		out = append(out, registry.NameInside{Document: "The header", Field: "architecture", Stated: has.Arch, Asked: i.asked.arch})
	}
	return out
}

// runs are the scripts that rpm runs, with their first lines.
func runs(p *format.Package) []registry.Run {
	var out []registry.Run
	for _, s := range p.Scripts() {
		what := strings.ToUpper(s.When[:1]) + s.When[1:] + ", rpm runs a script of the package."
		about := []string{s.Program}
		if len(s.On) > 0 {
			about = append(about, "waits for "+strings.Join(s.On, ", "))
		}
		out = append(out, registry.Run{When: "install", What: what, Stop: "rpm installs without scripts when told to (--noscripts, --notriggers); what they set up is then missing."}.Showing(s.Text, about...))
	}
	return out
}

// list is the header's list of files.
func list(p *format.Package) *registry.FileList {
	out := &registry.FileList{Path: headerName}
	files, err := p.Files()
	if err != nil {
		out.Broken = err.Error()
	}
	for _, f := range files {
		if f.Regular() && !f.Ghost {
			out.Files = append(out.Files, registry.Listed{Path: f.Path, Size: f.Size, Algorithm: f.Algorithm, Value: f.Digest})
		}
	}
	return out
}

// ingredients are the packages that this one names. What it asks for otherwise, as
// files, libraries and other capabilities, any package may provide.
func (i *inspector) ingredients(p *format.Package, in *registry.Inside) {
	others := 0
	for _, n := range p.Needs() {
		if n.OfRPM {
			continue
		}
		if !n.Literal {
			others++
			continue
		}
		kind := "requires"
		if n.Wanted {
			kind = "optional"
		}
		in.Ingredients = append(in.Ingredients, registry.Ingredient{Ref: "pkg:rpm/" + i.namespace + "/" + url.PathEscape(n.Name), Kind: kind, Asked: n.Asked})
	}
	if others > 0 {
		in.Undeclared = fmt.Sprintf("It asks for %d files, libraries or other capabilities, and whichever packages provide them are installed with it.", others)
	}
}
