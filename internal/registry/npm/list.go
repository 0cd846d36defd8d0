package npm

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/semver"

	"touchstone/internal/digest"
	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
	"touchstone/internal/strictjson"
)

// Bounds of a package's documents, in bytes. The registry's own cap on the full
// one is 100 MB; such a one is not worth a date.
const (
	maxList = 32 << 20
	maxFull = 64 << 20
)

// A listing is what the abbreviated document of a package says of its versions
// (github.com/npm/registry, docs/responses/package-metadata.md).
type listing struct {
	answer fetch.Answer
	// tags are the versions that moving names mean; versions are what each
	// version's dist says of attestations, nil where nothing.
	tags     map[string]string
	versions map[string]strictjson.Object
	// integrity is what each version's dist states, to tell of which version a
	// digest is.
	integrity map[string]string
	// deprecated are the versions that their publisher called so.
	deprecated map[string]bool
	// broken says why an answer that came could not be read, as err does.
	broken string
	err    error
}

func (l *listing) read() bool { return l.answer.State == fetch.Found && l.broken == "" }

// listForm is JSON by its ends alone: what is between them is looked at when it is
// read, and once is enough for megabytes.
var listForm = &fetch.Form{Name: fetch.JSON.Name, Fits: func(body []byte) bool {
	body = bytes.Trim(body, " \t\r\n")
	return bytes.HasPrefix(body, []byte("{")) && bytes.HasSuffix(body, []byte("}")) || bytes.HasPrefix(body, []byte("[")) && bytes.HasSuffix(body, []byte("]"))
}}

func listRequest(name string) fetch.Request {
	return fetch.Request{URL: base + name, Accept: "application/vnd.npm.install-v1+json", Step: "list of versions", Limit: maxList, Form: listForm}
}

// list fetches and reads the abbreviated document. Where the versions are not
// asked for, what it says of them is passed over.
func list(ctx context.Context, c *fetch.Session, name string, versions func(doc []byte) bool) (*listing, error) {
	l := &listing{}
	var err error
	l.answer, err = get(ctx, c, listRequest(name), name)
	if err != nil || l.answer.State != fetch.Found {
		return l, err
	}
	if err := l.parse(l.answer.Body, name, versions(l.answer.Body)); err != nil {
		*l = listing{answer: l.answer, broken: "the list of versions cannot be used: " + err.Error(), err: err}
	}
	return l, nil
}

// every asks for what a list says of its versions, whatever that is.
func every([]byte) bool { return true }

// telling asks for the versions only where they can tell something of a version
// that is known: that one was attested, or that another than this has a digest
// which the reference carries. Lists are megabytes, and most have neither. A word
// that JSON could spell otherwise is looked for in the document itself.
func (f find) telling(wanted []purl.Digest) func(doc []byte) bool {
	own := ""
	if f.record != nil {
		own = f.record.dist.Text("integrity")
	}
	return func(doc []byte) bool {
		if f.record == nil || recoded(doc) || count(doc, `"attestations"`) > 0 {
			return true
		}
		for _, d := range wanted {
			sum, err := hex.DecodeString(d.Value)
			if err != nil {
				continue // it equals nothing
			}
			// Without what is left over, base64 has one spelling.
			word := base64.StdEncoding.EncodeToString(sum[:len(sum)/3*3])
			if count(doc, word) > strings.Count(own, word) {
				return true
			}
		}
		return false
	}
}

// parse keeps what is asked of the document.
func (l *listing) parse(doc []byte, name string, versions bool) error {
	l.tags, l.versions, l.integrity, l.deprecated = map[string]string{}, map[string]strictjson.Object{}, map[string]string{}, map[string]bool{}
	return packument(doc, name, map[string]visit{
		"dist-tags": func(c *strictjson.Cursor) error {
			return c.Members(func(tag string) error {
				if v := c.Text(); exact(v) {
					l.tags[tag] = v
				}
				return nil
			})
		},
		"versions": func(c *strictjson.Cursor) error {
			if !versions && c.Peek() == '{' {
				return c.Skip()
			}
			return c.Members(func(version string) error {
				e, err := readVersion(c)
				if exact(version) {
					l.versions[version], l.integrity[version], l.deprecated[version] = e.announced, e.integrity, e.deprecated
				}
				return err
			})
		},
	})
}

// A visit passes the value at the cursor.
type visit func(c *strictjson.Cursor) error

// packument walks a package's document, which must be about this name, and
// visits the members that are asked for: it may be large, and costs no more
// memory than what is kept of it.
func packument(doc []byte, name string, wanted map[string]visit) error {
	c, err := strictjson.Open(doc)
	if err != nil {
		return err
	}
	stated := ""
	err = c.Members(func(key string) error {
		if key == "name" {
			stated = c.Text()
			return nil
		}
		if visit, ok := wanted[key]; ok {
			return visit(c)
		}
		return c.Skip()
	})
	if err == nil && stated != name {
		return otherPackage(stated, name)
	}
	return err
}

// A versionEntry is what the abbreviated document says of one version.
type versionEntry struct {
	announced  strictjson.Object // attestations; nil for none
	integrity  string
	deprecated bool
}

func readVersion(c *strictjson.Cursor) (versionEntry, error) {
	var e versionEntry
	if c.Peek() != '{' {
		return e, c.Skip()
	}
	err := c.Members(func(key string) error {
		switch key {
		case "deprecated":
			raw := string(c.Raw())
			e.deprecated = raw != "false" && raw != `""` && raw != "null"
		case "dist":
			return e.readDist(c)
		default:
			return c.Skip()
		}
		return nil
	})
	return e, err
}

// readDist takes what is asked of a version's "dist".
func (e *versionEntry) readDist(c *strictjson.Cursor) error {
	if c.Peek() != '{' {
		return c.Skip()
	}
	return c.Members(func(key string) error {
		switch key {
		case "integrity":
			e.integrity = c.Text()
		case "attestations":
			raw := c.Raw()
			if string(raw) == "null" {
				return nil
			}
			if e.announced = strictjson.Fields(raw); e.announced == nil {
				e.announced = strictjson.Object{}
			}
		default:
			return c.Skip()
		}
		return nil
	})
}

func otherPackage(stated, asked string) error {
	if stated == "" {
		return fmt.Errorf("it names no package, and asked for was %q", asked)
	}
	return &registry.Astray{Stated: stated, Asked: asked}
}

// line lists a version's predecessors in its release line, newest first: the
// same major version, below 1.0.0 the same minor; lower; no pre-release unless
// the version is one.
func (l *listing) line(version string) []string {
	v := "v" + version
	var out []string
	for other := range l.versions {
		o := "v" + other
		switch {
		case release(o) != release(v), semver.Compare(o, v) >= 0:
		case semver.Prerelease(o) != "" && semver.Prerelease(v) == "":
		default:
			out = append(out, other)
		}
	}
	slices.SortFunc(out, func(a, b string) int {
		if r := semver.Compare("v"+b, "v"+a); r != 0 {
			return r
		}
		return strings.Compare(a, b)
	})
	return out
}

// release names the release line of a version with leading v.
func release(v string) string {
	if major := semver.Major(v); major != "v0" {
		return major
	}
	return semver.MajorMinor(v)
}

// earlier tells of a version's predecessors, and fetches the attestations of
// the newest that has any, so that its repository and workflow can be compared.
func earlier(ctx context.Context, c *fetch.Session, l *listing, at located) (registry.Earlier, error) {
	e := registry.Earlier{State: l.answer.State, Reason: l.answer.Reason}
	if l.broken != "" {
		e.State, e.Reason = fetch.Unknown, l.broken
	}
	if e.State != fetch.Found {
		return e, nil
	}
	line := l.line(at.version)
	for _, v := range line {
		if l.versions[v] != nil {
			e.Attested = append(e.Attested, v)
		}
	}
	if len(e.Attested) == 0 {
		return e, nil
	}
	newest := e.Attested[0]
	var err error
	e.Previous, err = attestationsOf(ctx, c, located{at.name, newest}, l.versions[newest])
	return e, err
}

// published learns from the package's full document when the registry says that
// a version appeared. It is large, so it is asked only where a date decides.
func published(ctx context.Context, c *fetch.Session, at located, rel *registry.Release) ([]purl.Note, error) {
	answer, err := get(ctx, c, fullRequest(at.name, "date of publication"), at.name)
	if err != nil {
		return nil, err
	}
	unusable := func(why string) ([]purl.Note, error) {
		return []purl.Note{{Kind: "record", Text: "The registry's date of publication is not known: " + why + "."}}, nil
	}
	if answer.State != fetch.Found {
		return unusable(answer.Reason)
	}
	date, err := dateOf(answer.Body, at)
	if err != nil {
		rel.Lost("package's document", err)
		return unusable(err.Error())
	}
	if _, err := time.Parse(time.RFC3339, date); err != nil {
		return unusable("the package's document states none for this version")
	}
	rel.Index.Published, rel.Index.PublishedRoute = date, answer.Route
	return nil, nil
}

func fullRequest(name, step string) fetch.Request {
	return fetch.Request{URL: base + name, Accept: "application/json", Step: step, Limit: maxFull, Form: fetch.JSON}
}

// dateOf finds time[version] in a full document.
func dateOf(doc []byte, at located) (date string, err error) {
	err = packument(doc, at.name, map[string]visit{"time": func(c *strictjson.Cursor) error {
		return c.Members(func(version string) error {
			if text := c.Text(); version == at.version {
				date = text
			}
			return nil
		})
	}})
	return date, err
}

// whose says of which other version a digest is that the reference carries:
// whoever pasted a lock file's entry learns what its line was mixed up with.
func (l *listing) whose(wanted []purl.Digest, at located) []purl.Note {
	var notes []purl.Note
	for _, version := range slices.Sorted(maps.Keys(l.integrity)) {
		stated, err := digest.SRI(l.integrity[version])
		if err != nil || version == at.version {
			continue
		}
		for _, d := range wanted {
			if d.Algorithm == stated.Algorithm && d.Value == stated.Sum {
				notes = append(notes, purl.Note{Kind: "record", Text: fmt.Sprintf("A digest in the reference is the one that the npm registry states of another version, %s.", version)})
			}
		}
	}
	return notes
}
