package npm

import (
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"touchstone/internal/digest"
	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
	"touchstone/internal/strictjson"
	"touchstone/internal/trust"
)

// Bounds of a version's document.
const (
	maxRecord     = 8 << 20 // bytes
	maxSignatures = 100
)

// A record is a version's document
// (github.com/npm/registry, docs/responses/package-metadata.md).
type record struct {
	fields     strictjson.Object
	dist       strictjson.Object
	signatures []signature
	// abbreviated tells that it lacks scripts and source.
	abbreviated bool
}

type signature struct{ keyID, sig string }

// readRecord reads a version's document. The error says in words why it cannot
// be used; an empty version takes whichever exact version it is about.
//
//  1. It can be read in one way only.
//  2. It is about this name and version.
//  3. What binds the version to its bytes has its form.
func readRecord(doc []byte, name, version string) (*record, error) {
	// 1.
	if err := strictjson.Check(doc); err != nil {
		return nil, err
	}
	r := &record{fields: strictjson.Fields(doc)}
	// 2.
	got := located{r.fields.Text("name"), r.fields.Text("version")}
	if got.name != name || version != "" && got.version != version {
		asked := strings.TrimSuffix(located{name, version}.String(), "@")
		if got.name == "" {
			return nil, fmt.Errorf("it is about %.200q, and asked for was %q", got, asked)
		}
		return nil, &registry.Astray{Stated: got.String(), Asked: asked}
	}
	if !exact(got.version) {
		return nil, fmt.Errorf("its version %.100q is no exact version", got.version)
	}
	// 3.
	if !r.fields.Has("dist") {
		return r, nil
	}
	if r.dist = r.fields.Object("dist"); r.dist == nil {
		return nil, errors.New(`its "dist" is no object`)
	}
	if !r.dist.Has("signatures") {
		return r, nil
	}
	list := r.dist.List("signatures")
	if list == nil || len(list) > maxSignatures {
		return nil, fmt.Errorf(`its "dist.signatures" is no list of at most %d signatures`, maxSignatures)
	}
	for _, raw := range list {
		s := strictjson.Fields(raw)
		if s == nil {
			return nil, errors.New(`its "dist.signatures" holds something that is no signature`)
		}
		r.signatures = append(r.signatures, signature{s.Text("keyid"), s.Text("sig")})
	}
	return r, nil
}

// digests reads the digests that a record states: dist.integrity, which is one
// or more hashes of W3C Subresource Integrity, and dist.shasum, a SHA-1.
func (r *record) digests() (out []registry.Stated, notes []purl.Note) {
	out, notes = integrity(r.dist.Text("integrity"))
	if r.dist.Has("integrity") && r.dist.Text("integrity") == "" {
		notes = append(notes, malformed("integrity", string(r.dist["integrity"])))
	}
	if !r.dist.Has("shasum") {
		return out, notes
	}
	shasum, err := digest.Hex("sha1", r.dist.Text("shasum"))
	if err != nil {
		return out, append(notes, malformed("shasum", string(r.dist["shasum"])))
	}
	return append(out, stated(shasum)), notes
}

// integrity reads "sha512-<base64>", several separated by spaces, each perhaps
// with options behind a question mark (W3C Subresource Integrity, section 3.5).
func integrity(text string) (out []registry.Stated, notes []purl.Note) {
	for _, word := range strings.Fields(text) {
		read, err := digest.SRI(word)
		if err != nil {
			notes = append(notes, malformed("integrity", word))
			continue
		}
		d := stated(read)
		// Any hash of one kind may be the right one (section 3.3.4).
		d.Choice = true
		out = append(out, d)
	}
	return out, notes
}

func stated(d digest.Digest) registry.Stated {
	return registry.Stated{Of: registry.OfArtifact, Algorithm: d.Algorithm, Value: d.Sum}
}

func malformed(field, value string) purl.Note {
	return purl.Note{Kind: "record", Text: fmt.Sprintf("The version record states dist.%s as %.200q, which is no digest that can be read. It was left out.", field, value)}
}

// claims translates the registry's signatures. Each is over
// "<name>@<version>:<integrity>", with the integrity exactly as recorded
// (docs.npmjs.com/about-registry-signatures); old records without one are
// signed over the Subresource Integrity form of their SHA-1, as npm's own
// client has it (github.com/npm/pacote, lib/registry.js). A signature that is
// not base64 is passed on empty: it must not verify, and must not vanish.
func (r *record) claims(at located) []registry.Signature {
	signed := r.dist.Text("integrity")
	binds, _ := integrity(signed)
	if shasum, err := digest.Hex("sha1", r.dist.Text("shasum")); signed == "" && err == nil {
		signed = shasum.SRI()
		binds, _ = integrity(signed)
	}
	var out []registry.Signature
	for _, s := range r.signatures {
		sig, err := base64.StdEncoding.Strict().DecodeString(s.sig)
		if err != nil {
			sig = nil
		}
		out = append(out, registry.Signature{
			Form: registry.ECDSAP256, Anchors: trust.NPMKeys, KeyID: s.keyID,
			Message: []byte(at.String() + ":" + signed), Binds: binds, Bytes: sig,
		})
	}
	return out
}

// place is where the package's bytes are fetched, and a note where the record
// names a place that is not asked: what decides is what the registry's own host
// serves. Old records say http, which npm's clients read as https.
func (r *record) place(at located) (address, note string) {
	own := at.tarball()
	if !r.dist.Has("tarball") {
		return own, fmt.Sprintf("The version record names no address for the package. Audited is what the registry serves at %s.", own)
	}
	stated := r.dist.Text("tarball")
	if rest, ok := strings.CutPrefix(stated, "http://"); ok {
		stated = "https://" + rest
	}
	u, err := url.Parse(stated)
	if err == nil && u.Scheme == "https" && u.RawQuery == "" && !u.ForceQuery && u.User == nil && u.Fragment == "" {
		// An encoded scope is the same address.
		if "https://"+u.Host+u.Path == own {
			return own, ""
		}
		if strings.HasPrefix(stated, base+at.name+"/-/") && fetch.Allowed(Registry{}.Hosts(), u) == nil {
			return stated, ""
		}
	}
	return own, fmt.Sprintf("The version record says that the package is at %.300q, which is not where this registry serves it. Audited is what the registry's own host serves at %s.", r.dist.Text("tarball"), own)
}

// about repeats what the package says that it is. Old ones give their licence
// as an object.
func (r *record) about() registry.About {
	return registry.About{Description: r.fields.Text("description"), Homepage: r.fields.Text("homepage"),
		License: cmp.Or(r.fields.Text("license"), r.fields.Object("license").Text("type"))}
}

// withdrawn repeats a deprecation.
func (r *record) withdrawn() string {
	if !r.fields.Has("deprecated") || string(r.fields["deprecated"]) == "false" {
		return ""
	}
	why := r.fields.Text("deprecated")
	if why == "" {
		if string(r.fields["deprecated"]) != "true" {
			return ""
		}
		return "The publisher has deprecated this version. That word is not signed."
	}
	return fmt.Sprintf("The publisher has deprecated this version: %q. That word is not signed.", registry.Cut(why, 500))
}

// placeholder tells whether npm put this version in the place of a package that
// it took down: such are versions like 0.0.1-security of one repository
// (github.com/npm/security-holder).
func (r *record) placeholder() bool {
	at, ok := hosted(statedSource(r.fields["repository"]))
	return ok && at.Host == "github.com" && at.Path == "npm/security-holder" && strings.Contains(r.fields.Text("version"), "-security")
}
