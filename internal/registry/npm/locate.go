package npm

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/mod/semver"

	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
)

// A located package is one name ("@scope/name") and one exact version.
type located struct{ name, version string }

const base = "https://" + Host + "/"

// recordURL is the address of a version's document, by version or tag.
func recordURL(name, versionOrTag string) string { return base + name + "/" + versionOrTag }

// tarball is where the registry serves this version's package.
func (at located) tarball() string {
	short := at.name[strings.LastIndexByte(at.name, '/')+1:]
	return base + at.name + "/-/" + short + "-" + at.version + ".tgz"
}

// attestations is where the registry serves this version's attestations.
func (at located) attestations() string {
	return base + "-/npm/v1/attestations/" + strings.Replace(at.name, "/", "%2f", 1) + "@" + at.version
}

// packed is the file name that "npm pack" chooses.
func (at located) packed() string {
	return strings.Replace(strings.TrimPrefix(at.name, "@"), "/", "-", 1) + "-" + at.version + ".tgz"
}

func (at located) String() string { return at.name + "@" + at.version }

// purls are the spellings by which statements name this version. The package
// URL specification encodes the @ of a scope; npm's own description of its
// publish attestation (github.com/npm/attestation, specs/publish/v0.1) does not.
func (at located) purls() []string {
	ref := purl.Ref{Type: "npm", Version: at.version}
	ref.Namespace, ref.Name = splitName(at.name)
	plain := "pkg:npm/" + at.String()
	if encoded := ref.String(); encoded != plain {
		return []string{encoded, plain}
	}
	return []string{plain}
}

// splitName takes the scope off a name.
func splitName(name string) (scope, short string) {
	if i := strings.IndexByte(name, '/'); i > 0 && name[0] == '@' {
		return name[:i], name[i+1:]
	}
	return "", name
}

// exact tells whether s is a full semantic version without leading v, which is
// what the registry's versions are.
func exact(s string) bool {
	v := "v" + s
	return semver.IsValid(v) && semver.Canonical(v)+semver.Build(v) == v
}

// A find is what locating a version learned.
type find struct {
	at     located
	answer fetch.Answer // the version's document
	record *record      // nil where the document could not be had or read
	notes  []purl.Note
	lost   []lost
	// nowhere tells that nobody has the name, nor the version, as far as answered.
	nowhere bool
}

// A lost document is one that could not be read.
type lost struct {
	document string
	err      error
}

// locate learns the exact version and reads its document.
//
//  1. Ask for the document of the version, or of the tag ("latest" for none).
//  2. Where that cannot be had or read, the list of versions says whether there
//     is such a version, or which one the tag means: browsers may not see a 404
//     of this host, so a missing document alone says nothing.
func locate(ctx context.Context, c *fetch.Session, ref purl.Ref) (find, error) {
	f := find{at: located{ref.Path(), ref.Version}}
	tag := ref.Tag
	if tag == "" {
		tag = "latest"
	}
	asked := ref.Version
	if asked == "" {
		asked = tag
	}
	if err := f.read(ctx, c, asked); err != nil { // 1
		return f, err
	}
	if f.record == nil { // 2
		l, err := list(ctx, c, f.at.name, every)
		if err != nil {
			return f, err
		}
		if ref.Version != "" {
			if note, ok := registry.Misspelled("the npm registry", f.at.String(), f.answer, l.answer); ok {
				f.notes, f.nowhere = append(f.notes, note), true
			}
			return f, f.missing(ref, l)
		}
		if f.at.version = l.tags[tag]; f.at.version == "" {
			return f, noTag(ref, tag, f.answer, l)
		}
		if err := f.read(ctx, c, f.at.version); err != nil {
			return f, err
		}
	}
	switch {
	case ref.Version != "":
	case ref.Tag == "":
		f.note("moving", "You gave no version. This checks %s, which the npm registry names as the newest. That answer is not signed.", f.at.version)
	default:
		f.note("moving", "%s is a moving name. This checks %s, which it means at the npm registry now. That answer is not signed.", ref.Tag, f.at.version)
	}
	if f.record != nil && f.record.placeholder() {
		f.note("record", "This is a placeholder that npm itself published: it took down what was published under the name %s. Nothing of it should be installed.", f.at.name)
	}
	return f, nil
}

// read asks for one version's document and reads it, if it can be. An archive
// may hold the package's document instead, which holds those of all versions.
func (f *find) read(ctx context.Context, c *fetch.Session, asked string) (err error) {
	f.answer, err = get(ctx, c, fetch.Request{URL: recordURL(f.at.name, asked), Accept: "application/json", Step: "version record", Limit: maxRecord, Form: recordForm}, f.at.name)
	if err != nil {
		return err
	}
	doc, whole := f.answer.Body, true
	if notRecorded(f.answer) && f.at.version != "" {
		if doc, whole, err = f.fromPackage(ctx, c); err != nil {
			return err
		}
	}
	if f.answer.State != fetch.Found {
		return nil
	}
	rec, readErr := readRecord(doc, f.at.name, f.at.version)
	if readErr != nil {
		f.answer.Unusable("what came as the version record cannot be used: " + readErr.Error())
		f.lost = append(f.lost, lost{"version record", readErr})
		f.note("record", "The version record could not be used: %s. It was not read further.", readErr)
		return nil
	}
	rec.abbreviated = !whole
	f.record, f.at.version = rec, rec.fields.Text("version")
	return nil
}

// fromPackage takes the version's document out of the package's; whole is false
// where that is the abbreviated one. Where there is none, the answer stays.
func (f *find) fromPackage(ctx context.Context, c *fetch.Session) (doc []byte, whole bool, err error) {
	answer, err := get(ctx, c, fullRequest(f.at.name, "version record"), f.at.name)
	if err == nil && notRecorded(answer) {
		answer, err = get(ctx, c, listRequest(f.at.name), f.at.name)
	}
	if err != nil || answer.State != fetch.Found {
		return nil, false, err
	}
	doc, whole, readErr := entryOf(answer.Body, f.at)
	switch {
	case readErr != nil:
		f.lost = append(f.lost, lost{"package's document", readErr})
		f.note("record", "The package's document could not be used: %s. It was not read further.", readErr)
	case doc == nil:
		f.note("record", "The package's document lists no version %s.", f.at.version)
	default:
		f.answer = answer
	}
	return doc, whole, nil
}

func (f *find) note(kind, format string, args ...any) {
	f.notes = append(f.notes, purl.Note{Kind: kind, Text: fmt.Sprintf(format, args...)})
}

// missing is the error for a version that the registry itself says it does not
// have; nil where that is not known.
func (f *find) missing(ref purl.Ref, l *listing) error {
	_, listed := l.versions[f.at.version]
	switch direct := l.read() && l.answer.Route == fetch.Direct; {
	case l.answer.State == fetch.NotThere:
		return noPackage(ref)
	case listed, f.answer.State != fetch.NotThere && !direct:
		return nil
	}
	refused := purl.Refuse(purl.Missing, "The npm registry has no %s. It may have been unpublished, or never published.", f.at)
	offer := func(version, why, sentence string) {
		other := ref.Bare()
		other.Version = version
		refused.Offer(other, why)
		refused.Detail += " " + fmt.Sprintf(sentence, version)
	}
	if build := semver.Build("v" + f.at.version); build != "" {
		offer(strings.TrimSuffix(f.at.version, build), "without what follows the plus sign", "npm drops what follows a plus sign when publishing: try %s.")
	}
	if latest := l.tags["latest"]; latest != "" {
		offer(latest, "the newest version", "The newest version is %s.")
	}
	if near := l.line(f.at.version); len(near) > 0 {
		offer(near[0], "the nearest before it", "The nearest before it is %s.")
	}
	return unknownVersion{refused}
}

// noTag is the error for a tag whose version could not be learned.
func noTag(ref purl.Ref, tag string, answer fetch.Answer, l *listing) error {
	if l.answer.State == fetch.NotThere {
		return noPackage(ref)
	}
	var tags []string
	for t := range l.tags {
		tags = append(tags, t)
	}
	slices.Sort(tags)
	if len(tags) == 0 {
		refused, missing := registry.Unlearned("the npm registry", ref.Path(), "which version "+ref.Path()+"@"+tag+" is", answer, l.answer)
		if missing {
			return unknownName{refused}
		}
		return refused
	}
	refused := purl.Refuse(purl.Missing, "The npm registry knows no tag %q of %s. Its tags are %s. Give one of them, or an exact version.", tag, ref.Path(), purl.Some(tags))
	for _, t := range tags {
		tagged := ref.Bare()
		tagged.Version = l.tags[t]
		refused.Offer(tagged, t)
	}
	return refused
}

func noPackage(ref purl.Ref) error {
	refused := purl.Refuse(purl.Missing, "The npm registry has no package %s. Check the spelling (upper and lower case count) and the scope. Private packages are not visible from outside, and unpublished ones are gone.", ref.Path())
	lower := ref.Bare()
	lower.Namespace, lower.Name = strings.ToLower(ref.Namespace), strings.ToLower(ref.Name)
	if lower.Path() != ref.Path() {
		refused.Offer(lower, "in lower case")
	}
	return unknownName{refused}
}
