package npm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/semver"

	"touchstone/internal/archive"
	"touchstone/internal/registry"
	"touchstone/internal/strictjson"
)

// Bounds of what is read inside a package.
const (
	maxManifest       = 4 << 20  // bytes of one package.json
	maxManifests      = 5000     // package.json files, those of bundled packages too
	maxManifestsBytes = 32 << 20 // bytes of all of them
)

// inspector reads package.json, and those of bundled packages.
type inspector struct {
	at     located
	record *record // nil where none could be read
	docs   []*document
	left   int64
	unread string // the first document that should have been read and was not
}

// A document is one package.json.
type document struct {
	path string // in the archive
	bytes.Buffer
	fields strictjson.Object // nil until parsed, and where it is no object
}

func newInspector(at located, rec *record) *inspector {
	return &inspector{at: at, record: rec, left: maxManifestsBytes}
}

// Rules are those of npm's packages: what npm installs must be what is listed.
func Rules() archive.Rules { return archive.Rules{Written: written} }

// written is where npm writes what an archive calls p, inside the package's
// folder; "" where it writes nothing (npm/node-tar's strip, its
// strip-absolute-path, npm/pacote's extraction):
//
//  1. the first folder goes, whatever it is called; what stands beside it is
//     not written;
//  2. then roots and drives go, as often as there is one;
//  3. a file .gitignore is renamed.
//
// An error says how that differs from what is listed, but for the first folder
// and the new name.
func written(p string, folder bool) (string, error) {
	// 1.
	_, listed, _ := strings.Cut(p, "/")
	if listed == "" && !folder {
		return "", errors.New("npm writes nothing that stands beside the first folder")
	}
	// 2.
	rel := withoutRoots(listed)
	var err error
	if rel != listed {
		err = fmt.Errorf("npm writes it as %q", rel)
	}
	// 3.
	if dir, base := path.Split(rel); base == ".gitignore" && !folder {
		rel = dir + ".npmignore"
	}
	return rel, err
}

// withoutRoots takes off what Windows takes for the start of a whole path.
func withoutRoots(p string) string {
	for {
		switch {
		case strings.HasPrefix(p, "/"), strings.HasPrefix(p, `\`):
			p = p[1:]
		case len(p) > 1 && p[1] == ':' && (p[0]|0x20 >= 'a' && p[0]|0x20 <= 'z'):
			p = p[2:]
		default:
			return p
		}
	}
}

// inside is where npm writes a file.
func inside(p string) string {
	rel, _ := written(p, false)
	return rel
}

// Open asks for the package.json at the root and of bundled packages.
func (i *inspector) Open(name string, size int64) io.Writer {
	rel := inside(name)
	if archive.Fold(path.Base(rel)) != manifestName {
		return nil
	}
	if dir := path.Dir(rel); dir != "." && holder(rel).folder != dir {
		return nil
	}
	if size > maxManifest || size > i.left || len(i.docs) == maxManifests {
		i.leave("Its %s is larger, or one of more, than is read.", rel)
		return nil
	}
	i.left -= size
	d := &document{path: name}
	i.docs = append(i.docs, d)
	return d
}

const manifestName = "package.json"

// leave notes that something was not read.
func (i *inspector) leave(format, name string) {
	if i.unread == "" {
		i.unread = fmt.Sprintf(format, shownName(name))
	}
}

// Inside tells what package.json says, and what installing runs and pulls. Where
// a disk may ignore case and the like, other spellings of a name count as it.
func (i *inspector) Inside(ctx context.Context, files []archive.File) registry.Inside {
	var in registry.Inside
	all := carried{by: map[string]*folder{}}
	present := map[string]bool{} // by path in the archive
	for n, f := range files {
		if n%1024 == 0 && ctx.Err() != nil {
			return registry.Inside{Unread: "Reading it was cancelled."}
		}
		present[f.Path] = true
		rel := inside(f.Path)
		if strings.EqualFold(path.Base(rel), "SECURITY.md") && strings.Count(rel, "/") <= 1 {
			in.Contact = append(in.Contact, rel)
		}
		if !strings.Contains(rel, "/") && archive.Fold(rel) == "npm-shrinkwrap.json" {
			in.Undeclared = "Its npm-shrinkwrap.json lists all that installing pulls; this version does not read it."
		}
		all.add(rel)
	}
	roots := i.documents(&all, present)
	if len(files) > 0 && !slices.ContainsFunc(roots, func(d *document) bool { return inside(d.path) == manifestName }) {
		in.Names = append(in.Names, registry.NameInside{Document: manifestName, Field: "name", Asked: i.at.name})
		i.leave("It has no %s that could be read.", manifestName)
	}
	for n, d := range roots {
		where := manifestName
		if len(roots) > 1 {
			where = shownName(d.path)
		}
		in.Names = append(in.Names, i.names(where, d.fields, all.gyp != "")...)
		if n == len(roots)-1 { // of several, the last stays on the disk
			i.describe(&in, d.fields, &all)
		}
	}
	in.Read, in.Unread = i.unread == "", i.unread
	return in
}

// documents parses what was taken, gives each bundled package its own and
// returns those that npm would write to the root: more than one where the
// archive has several first folders.
func (i *inspector) documents(all *carried, present map[string]bool) []*document {
	var roots []*document
	for _, d := range i.docs {
		if !present[d.path] {
			continue
		}
		rel := inside(d.path)
		if d.fields = strictjson.Fields(bytes.TrimPrefix(d.Bytes(), []byte("\uFEFF"))); d.fields == nil {
			i.leave("Its %s is no JSON object.", rel)
		}
		if f := all.by[path.Dir(rel)]; f != nil {
			f.doc = d
		} else {
			roots = append(roots, d)
		}
	}
	return roots
}

// names compares what a package.json says with what was asked for, and what
// installing it runs and pulls with the version's document (manifest
// confusion). A document that is no JSON object states nothing, and differs.
func (i *inspector) names(where string, f strictjson.Object, gyp bool) []registry.NameInside {
	out := []registry.NameInside{
		{Document: where, Field: "name", Stated: strings.TrimSpace(f.Text("name")), Asked: i.at.name},
		{Document: where, Field: "version", Stated: cleanVersion(f.Text("version"), i.at.version), Asked: i.at.version},
	}
	if i.record == nil {
		return out
	}
	stated, recorded := readDependencies(f), readDependencies(i.record.fields)
	for _, p := range []struct {
		field            string
		stated, recorded map[string]string
	}{
		{"dependencies", stated.required, recorded.required},
		{"optionalDependencies", stated.optional, recorded.optional},
		{"peerDependencies", stated.peer, recorded.peer},
		{"scripts that installing runs", installScripts(f, gyp), installScripts(i.record.fields, gyp)},
	} {
		if i.record.abbreviated && strings.HasPrefix(p.field, "scripts") {
			continue
		}
		if len(p.stated)+len(p.recorded) > 0 {
			out = append(out, registry.NameInside{Document: where, Field: p.field, Stated: canonical(p.stated), Asked: canonical(p.recorded)})
		}
	}
	return out
}

// cleanVersion reads a version as npm does when publishing: without a leading
// "v" or "=" and without build metadata (node-semver's clean).
func cleanVersion(stated, asked string) string {
	v := strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(stated), "=v"))
	if build := semver.Build("v" + v); build != "" && semver.Build("v"+asked) == "" {
		v = strings.TrimSuffix(v, build)
	}
	return v
}

// describe adds what installing the package runs and pulls, what it carries,
// and what it says of its source.
func (i *inspector) describe(in *registry.Inside, f strictjson.Object, all *carried) {
	scripts := installScripts(f, all.gyp != "")
	for _, name := range lifecycle {
		if command, ok := scripts[name]; ok {
			in.Runs = append(in.Runs, run("Installing it runs", f, name, command, manifestName, all.gyp))
		}
	}
	declared := bundles(f, i.record)
	in.Runs = append(in.Runs, all.runs(len(declared) > 0)...)
	needs := readDependencies(f)
	pulled, left := needs.pulled(f), needs.left(f)
	for _, name := range slices.Sorted(maps.Keys(pulled)) {
		if carried := declared[name] && all.by["node_modules/"+name] != nil; !carried && name != "" {
			in.Ingredients = append(in.Ingredients, registry.Ingredient{Ref: dependencyRef(name, pulled[name]), Kind: "requires", Asked: asked(name, pulled[name])})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(left)) {
		if _, also := pulled[name]; !also && name != "" {
			in.Ingredients = append(in.Ingredients, registry.Ingredient{Ref: dependencyRef(name, left[name]), Kind: "left", Asked: asked(name, left[name])})
		}
	}
	in.Ingredients = append(in.Ingredients, all.ingredients(pulled)...)
	in.Repository = statedSource(f["repository"])
}

// run tells what npm runs for a package: its script, or node-gyp where
// binding.gyp (gyp, as spelled) stands and no script says otherwise.
func run(begin string, f strictjson.Object, name, command, manifest, gyp string) registry.Run {
	r := registry.Run{When: "install", Files: []string{manifest}, Stop: "npm install --ignore-scripts",
		What: fmt.Sprintf("%s its script %q: %s", begin, name, shown(command))}
	if f.Object("scripts").Text(name) == "" {
		r.Files = []string{gyp}
		r.What = begin + " node-gyp, which compiles native code by the instructions in " + shownName(path.Base(gyp)) + "."
		if path.Base(gyp) != gypName {
			r.What += " It is found where the disk ignores case."
		}
	}
	return r
}

// shown is a command from outside, inside a sentence.
func shown(command string) string {
	const longest = 2000
	if len(command) > longest {
		return fmt.Sprintf("%q, cut after %d of its %d bytes.", strings.ToValidUTF8(command[:longest], ""), longest, len(command))
	}
	return fmt.Sprintf("%q.", command)
}

// shownName is a path from outside, inside a sentence: quoted where it could be
// taken for more than a name.
func shownName(name string) string {
	name = registry.Cut(name, 200)
	quoted := strconv.Quote(name)
	if quoted != `"`+name+`"` || strings.ContainsRune(name, ' ') || strings.HasSuffix(name, ".") {
		return quoted
	}
	return name
}
