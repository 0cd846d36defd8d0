package pypi

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"

	"touchstone/internal/digest"
	"touchstone/internal/fetch"
	"touchstone/internal/registry"
	"touchstone/internal/strictjson"
)

// maxIndex bounds a project's index, in bytes.
const maxIndex = 64 << 20

// A project is what the index says of one: all its files
// (packaging.python.org/specifications/simple-repository-api, JSON).
type project struct {
	answer   fetch.Answer
	versions []string
	files    []entry
	// unread are the files that are neither wheels nor source distributions.
	unread []entry
	// status is "quarantined", "archived", "deprecated" or "active"; reason is
	// why. Both may be empty.
	status, reason string
	err            error // why the document could not be read

	once   sync.Once
	latest string // see newest
	named  sync.Once
	names  map[string]string // see versionOf
}

// An entry is one file of a project.
type entry struct {
	file     string // its name
	name     filename
	fields   strictjson.Object
	withdrew string // why it was yanked, where it was
	yanked   bool
	// Read once for all audits of the project: of its version (see keyOf), and see states.
	key    string
	stated func() (out []registry.Stated, broken []string)
}

func indexRequest(name string) fetch.Request {
	return fetch.Request{URL: base + "simple/" + name + "/", Accept: "application/vnd.pypi.simple.v1+json", Step: "index", Limit: maxIndex, Form: indexForm}
}

// indexOf asks for a project's index. A document that cannot be used leaves the
// answer Unknown.
func indexOf(ctx context.Context, c *fetch.Session, name string) (*project, error) {
	p := &project{}
	var err error
	if p.answer, err = c.Get(ctx, indexRequest(name)); err != nil || p.answer.State != fetch.Found {
		return p, err
	}
	return p.answer.Once("index of "+name, func() any {
		if readErr := p.read(name); readErr != nil {
			*p = project{answer: p.answer, err: readErr}
			p.answer.Unusable("what came as the index cannot be used: " + readErr.Error())
		}
		return p
	}).(*project), nil
}

// read reads a project's document whole, or not at all. The major version of the
// interface is 1; what later minor ones add is left alone.
func (p *project) read(name string) error {
	doc, err := strictjson.Parse(p.answer.Body)
	if err != nil {
		return err
	}
	api := doc.Object("meta").Text("api-version")
	switch {
	case doc.Text("name") == "":
		return errors.New("it names no project")
	case canonical(doc.Text("name")) != name:
		return &registry.Astray{Stated: doc.Text("name"), Asked: name}
	case api != "" && api != "1" && !strings.HasPrefix(api, "1."):
		return fmt.Errorf("its form is of version %.20q, which is not known", api)
	case doc.List("files") == nil:
		return errors.New("it holds no list of files")
	}
	for _, v := range doc.List("versions") {
		p.versions = append(p.versions, strictjson.Text(v))
	}
	status := doc.Object("project-status")
	p.status, p.reason = status.Text("status"), status.Text("reason")
	seen := map[string]bool{}
	for i, raw := range doc.List("files") {
		e := entry{fields: strictjson.Fields(raw)}
		e.file = e.fields.Text("filename")
		switch {
		case e.file == "":
			return fmt.Errorf("its file %d has no name", i+1)
		case seen[e.file]:
			return fmt.Errorf("it lists %.100q twice", e.file)
		}
		seen[e.file] = true
		var ok bool
		if e.name, ok = parseFilename(e.file, name); !ok {
			e.stated = sync.OnceValues(e.states)
			p.unread = append(p.unread, e)
			continue
		}
		e.withdrew = e.fields.Text("yanked")
		e.yanked = e.withdrew != "" || string(e.fields["yanked"]) == "true"
		e.key, e.stated = keyOf(e.name.version), sync.OnceValues(e.states)
		p.files = append(p.files, e)
	}
	return nil
}

// versionOf is the project's own spelling of a file's version.
func (p *project) versionOf(e entry) string {
	p.named.Do(func() {
		p.names = make(map[string]string, len(p.versions))
		for _, v := range slices.Backward(p.versions) { // of several the first
			p.names[keyOf(v)] = v
		}
	})
	if v, named := p.names[keyOf(e.name.version)]; named {
		return v
	}
	return e.name.version
}

// place is where PyPI serves the file, by the address that the index states;
// empty where that is none of PyPI's own.
func (e entry) place() string { return ownPlace(e.fields.Text("url"), e.file) }

// ownPlace is an address of a file on PyPI's own host; empty where it is another.
func ownPlace(address, file string) string {
	address, _, _ = strings.Cut(address, "#")
	u, err := url.Parse(address)
	if err != nil || fetch.Allowed(Registry{}.Hosts(), u) != nil || u.Host != Files || u.RawQuery != "" {
		return ""
	}
	if i := strings.LastIndexByte(u.Path, '/'); u.Path[i+1:] != file {
		return ""
	}
	return u.String()
}

// states are the digests that the index states of a file: its own; the
// BLAKE2b-256 that its address consists of (github.com/pypi/warehouse,
// docs/user/api); and that of the metadata beside it.
func (e entry) states() (out []registry.Stated, broken []string) {
	add := func(of registry.Subject, algorithm, value string) {
		d, err := digest.Hex(algorithm, value)
		if err != nil {
			broken = append(broken, fmt.Sprintf("The index states a digest that cannot be read: %v. It was left out.", err))
			return
		}
		out = append(out, registry.Stated{Of: of, Algorithm: d.Algorithm, Value: d.Sum})
	}
	hashes := e.fields.Object("hashes")
	for _, algorithm := range hashAlgorithms(hashes) {
		add(registry.OfArtifact, algorithm, hashes.Text(algorithm))
	}
	if u, err := url.Parse(e.place()); err == nil {
		if s := strings.Split(u.Path, "/"); len(s) == 6 && len(s[2]+s[3]+s[4]) == 64 {
			add(registry.OfArtifact, "blake2b-256", s[2]+s[3]+s[4])
		}
	}
	metadata, _ := e.metadata()
	for _, algorithm := range hashAlgorithms(metadata) {
		add(registry.OfManifest, algorithm, metadata.Text(algorithm))
	}
	return slices.Clip(out), broken // who adds to it takes a copy
}

// hashAlgorithms are those of a dictionary of hashes that are known here, in
// one order; others say nothing.
func hashAlgorithms(hashes strictjson.Object) []string {
	var known []string
	for _, algorithm := range []string{"sha256", "sha384", "sha512"} {
		if hashes.Has(algorithm) {
			known = append(known, algorithm)
		}
	}
	return known
}

// metadata is what the index says of the metadata served beside a file: its
// hashes, and whether it is to be asked for. Where the index says nothing it may
// be there (PEP 658 and 714).
func (e entry) metadata() (hashes strictjson.Object, ask bool) {
	for _, key := range []string{"core-metadata", "data-dist-info-metadata"} {
		if raw, said := e.fields[key]; said {
			return e.fields.Object(key), string(raw) != "false" && string(raw) != "null"
		}
	}
	return nil, e.name.wheel
}

// announces is what the index says of a file's provenance (PEP 740): said is
// false where it has no word of it.
func (e entry) announces() (address string, said bool) {
	_, said = e.fields["provenance"]
	return e.fields.Text("provenance"), said
}
