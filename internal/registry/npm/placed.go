package npm

import (
	"bytes"
	"encoding/json"
	"path"
	"slices"
	"strings"

	"touchstone/internal/purl"
	"touchstone/internal/registry"
	"touchstone/internal/strictjson"
)

// Named are the files that name a package.
func (Registry) Named() []string { return []string{manifestName} }

// Find lists the packages of a folder: itself, where it has a package.json and is
// not a project, and each below a node_modules, by name or by @scope/name. Strays are
// what Node would find there by a name, and is of no package that says what it is.
func (Registry) Find(f registry.Folder) []registry.Placed {
	var found []registry.Placed
	for _, p := range f.Paths {
		dir, base := path.Split(p)
		dir = strings.TrimSuffix(dir, "/")
		text, given := f.Texts[p]
		if base != manifestName || !given || !isPlace(path.Join(path.Base(path.Dir(f.Root)), path.Base(f.Root)), dir) {
			continue
		}
		doc := strictjson.Fields(text)
		ref, err := purl.Exact(purl.NPM, strictjson.Text(doc["name"]), strictjson.Text(doc["version"]))
		if err == nil {
			found = append(found, registry.Placed{Reference: ref.String(), Folder: dir})
		}
	}
	slices.SortFunc(found, func(a, b registry.Placed) int { return strings.Compare(a.Folder, b.Folder) })
	strays, made := strays(f, found)
	all := registry.WithStrays(found, strays)
	if len(found) > 0 && len(made) > 0 {
		all = append(all, registry.Placed{Files: made, Open: "Tools write programs here after packages are installed, and start or load them. Nobody publishes these, so they were not compared."})
	}
	return all
}

// strays are the files that Node would load by a name, from below a node_modules,
// that are of none of the packages; also links that lead out of the folder. Node
// loads a file of any name, and of one that it does not know as JavaScript
// (nodejs.org/api/modules.html, "All together"). made are those in folders where tools
// write what they start or load, as .bin and .prisma.
func strays(f registry.Folder, found []registry.Placed) (strays, made []string) {
	leadsOut, links := f.LeadsOut(), map[string]bool{}
	for _, p := range f.Links {
		links[p] = true
	}
	for _, p := range registry.Outside(f.Paths, found) {
		_, name, below := cutLast("/"+path.Join(path.Base(f.Root), p), "/node_modules/")
		folder, rest, deep := strings.Cut(name, "/")
		switch {
		case !below || links[p]: // what a link leads to stands in the folder, too
		case leadsOut[p] || !strings.HasPrefix(name, "."):
			strays = append(strays, p)
		case !deep: // what a package manager notes of its own work is data
			if runs(p) {
				strays = append(strays, p)
			}
		case folder != ".pnpm" || strings.Contains(rest, "/") || runs(p):
			made = append(made, p)
		}
	}
	return strays, made
}

// runs tells by its name whether a file is a program of Node's.
func runs(p string) bool {
	return slices.Contains([]string{".js", ".cjs", ".mjs", ".node", ".wasm"}, path.Ext(p))
}

func cutLast(s, mark string) (before, after string, found bool) {
	if i := strings.LastIndex(s, mark); i >= 0 {
		return s[:i], s[i+len(mark):], true
	}
	return s, "", false
}

// isPlace tells whether npm puts packages at a folder: below node_modules, which
// may be the chosen one itself or, for the chosen one, the one around it.
func isPlace(root, dir string) bool {
	if dir == "" {
		return path.Base(root) != "node_modules"
	}
	parts := strings.Split(path.Base(root)+"/"+dir, "/")
	n := len(parts)
	if n >= 2 && !strings.HasPrefix(parts[n-1], "@") && parts[n-2] == "node_modules" {
		return true
	}
	return n >= 3 && strings.HasPrefix(parts[n-2], "@") && parts[n-3] == "node_modules"
}

// Known is what npm does after it wrote a package's files.
func (Registry) Known(p string, published, installed []byte) string {
	if p != manifestName || published == nil || installed == nil {
		return ""
	}
	if want, ok := withoutNotes(published); ok {
		if got, ok := withoutNotes(installed); ok && bytes.Equal(want, got) {
			return "npm before version 7 writes where a package came from into its package.json (_from, _resolved and their like); nothing else differs."
		}
	}
	return ""
}

// notes are the names that npm before version 7 adds to an installed package.json.
// Others that begin with an underscore are the package's own, and programs read them:
// module-alias loads by _moduleAliases.
var notes = []string{"_args", "_development", "_from", "_hasShrinkwrap", "_id", "_inBundle", "_inCache", "_installable", "_integrity", "_location",
	"_nodeVersion", "_npmOperationalInternal", "_npmUser", "_npmVersion", "_optional", "_phantomChildren", "_requested", "_requiredBy", "_resolved", "_shasum", "_shrinkwrap", "_spec", "_where"}

// withoutNotes is a package.json without the names that old versions of npm add,
// in one spelling.
func withoutNotes(doc []byte) ([]byte, bool) {
	o, err := strictjson.Parse(doc)
	if err != nil {
		return nil, false
	}
	all := map[string]any{}
	for key, value := range o {
		var v any
		if err := json.Unmarshal(value, &v); err != nil {
			return nil, false
		}
		if !slices.Contains(notes, key) {
			all[key] = v
		}
	}
	out, err := json.Marshal(all)
	return out, err == nil
}
