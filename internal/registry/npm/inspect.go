package npm

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"golang.org/x/mod/semver"

	"touchstone/internal/archive"
	"touchstone/internal/registry"
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
}

// A document is one package.json.
type document struct {
	path string // in the archive
	bytes.Buffer
}

func newInspector(at located, rec *record) *inspector {
	return &inspector{at: at, record: rec, left: maxManifestsBytes}
}

// written is where npm writes what an archive calls p, inside the package's
// folder; "" where it writes nothing (npm/node-tar's strip, its
// strip-absolute-path, npm/pacote's extraction):
//
//  1. the first folder goes, whatever it is called; what stands beside it is
//     not written;
//  2. then roots and drives go, as often as there is one;
//  3. a file .gitignore is renamed.
//
// An error says how that differs from what is listed, but for the first folder.
func written(p string, folder bool) (string, error) {
	// 1.
	_, listed, _ := strings.Cut(p, "/")
	if listed == "" && !folder {
		return "", errors.New("npm writes nothing that stands beside the first folder")
	}
	// 2.
	rel := withoutRoots(listed)
	// 3.
	if dir, base := path.Split(rel); base == ".gitignore" && !folder {
		rel = dir + ".npmignore"
	}
	if rel != listed {
		return rel, fmt.Errorf("npm writes it as %q", rel)
	}
	return rel, nil
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
	if path.Base(rel) != manifestName || size > maxManifest || size > i.left || len(i.docs) == maxManifests {
		return nil
	}
	if rel != manifestName && bundledAt(path.Dir(rel)) == "" {
		return nil
	}
	i.left -= size
	d := &document{path: name}
	i.docs = append(i.docs, d)
	return d
}

const manifestName = "package.json"

// bundledAt is the name of the package that a folder inside the package holds
// ("node_modules/a/node_modules/@s/b" holds "@s/b"); empty where it holds none.
func bundledAt(dir string) string {
	i := strings.LastIndex("/"+dir, "/node_modules/")
	if i < 0 {
		return ""
	}
	name := dir[i+len("node_modules/"):]
	scoped := strings.HasPrefix(name, "@")
	if slashes := strings.Count(name, "/"); name == "" || scoped && slashes != 1 || !scoped && slashes != 0 || strings.HasPrefix(name, ".") {
		return ""
	}
	return name
}

// Inside tells what package.json says, and what installing runs and pulls.
func (i *inspector) Inside(files []archive.File) registry.Inside {
	var in registry.Inside
	present := map[string]bool{} // by path in the archive
	gyp := false
	bundled := map[string]string{} // version by name and place
	for _, f := range files {
		present[f.Path] = true
		rel := inside(f.Path)
		gyp = gyp || rel == "binding.gyp"
		if strings.EqualFold(path.Base(rel), "SECURITY.md") && strings.Count(rel, "/") <= 1 {
			in.Contact = append(in.Contact, rel)
		}
		for dir := path.Dir(rel); dir != "." && dir != "/"; dir = path.Dir(dir) {
			if bundledAt(dir) != "" {
				bundled[dir] = ""
				break
			}
		}
	}
	roots := i.rootManifests(present)
	if len(roots) == 0 && len(files) > 0 {
		in.Names = append(in.Names, registry.NameInside{Document: manifestName, Field: "name", Asked: i.at.name})
	}
	for n, d := range roots {
		f := parseFields(bytes.TrimPrefix(d.Bytes(), []byte("\uFEFF")))
		where := manifestName
		if len(roots) > 1 {
			where = d.path
		}
		in.Names = append(in.Names, i.names(where, f, gyp)...)
		if n == len(roots)-1 { // of several, the last stays on the disk
			i.describe(&in, f, gyp, bundled)
		}
	}
	in.Ingredients = append(in.Ingredients, i.bundles(bundled, present)...)
	return in
}

// rootManifests are those package.json files that npm would write to the root:
// more than one where the archive has several first folders.
func (i *inspector) rootManifests(present map[string]bool) []*document {
	var roots []*document
	for _, d := range i.docs {
		if inside(d.path) == manifestName && present[d.path] {
			roots = append(roots, d)
		}
	}
	return roots
}

// names compares what a package.json says with what was asked for, and what
// installing it runs and pulls with the version's document (manifest
// confusion). A document that is no JSON object states nothing, and differs.
func (i *inspector) names(where string, f fields, gyp bool) []registry.NameInside {
	out := []registry.NameInside{
		{Document: where, Field: "name", Stated: strings.TrimSpace(f.text("name")), Asked: i.at.name},
		{Document: where, Field: "version", Stated: cleanVersion(f.text("version"), i.at.version), Asked: i.at.version},
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

// describe adds what installing the package runs and pulls, and what it says of
// its source and of reporting a vulnerability.
func (i *inspector) describe(in *registry.Inside, f fields, gyp bool, bundled map[string]string) {
	scripts := installScripts(f, gyp)
	for _, name := range lifecycle {
		command, ok := scripts[name]
		if !ok {
			continue
		}
		run := registry.Run{When: "install", Files: []string{manifestName}, Stop: "npm install --ignore-scripts",
			What: fmt.Sprintf("Installing it runs its script %q: %s", name, shown(command))}
		if f.object("scripts").text(name) == "" {
			run.What = "Installing it runs node-gyp, which compiles native code by the instructions in binding.gyp."
			run.Files = []string{"binding.gyp"}
		}
		in.Runs = append(in.Runs, run)
	}
	pulled := readDependencies(f).pulled(f)
	for _, name := range slices.Sorted(maps.Keys(pulled)) {
		if _, carried := bundled["node_modules/"+name]; !carried && name != "" {
			in.Ingredients = append(in.Ingredients, registry.Ingredient{Ref: dependencyRef(name, pulled[name]), Kind: "requires"})
		}
	}
	in.Repository = statedSource(f["repository"])
	bugs := f.object("bugs")
	for _, place := range []string{f.text("bugs"), bugs.text("url"), bugs.text("email")} {
		if place != "" {
			in.Contact = append(in.Contact, "bugs in "+manifestName+": "+place)
		}
	}
}

// shown is a command from outside, inside a sentence.
func shown(command string) string {
	const longest = 2000
	if len(command) > longest {
		return fmt.Sprintf("%q, cut after %d of its %d bytes.", strings.ToValidUTF8(command[:longest], ""), longest, len(command))
	}
	return fmt.Sprintf("%q.", command)
}

// bundles are the packages of which the package carries copies, by the name and
// version that each states, or else by its folder.
func (i *inspector) bundles(bundled map[string]string, present map[string]bool) []registry.Ingredient {
	refs := map[string]bool{}
	stated := map[string]fields{}
	for _, d := range i.docs {
		if present[d.path] {
			stated[path.Dir(inside(d.path))] = parseFields(d.Bytes())
		}
	}
	for dir := range bundled {
		name := stated[dir].text("name")
		if name == "" {
			name = bundledAt(dir)
		}
		refs[packageRef(name, stated[dir].text("version"))] = true
	}
	var out []registry.Ingredient
	for _, ref := range slices.Sorted(maps.Keys(refs)) {
		out = append(out, registry.Ingredient{Ref: ref, Kind: "bundles"})
	}
	return out
}
