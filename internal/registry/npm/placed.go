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
	return registry.WithStrays(found, strays(f, found))
}

// strays are the files that Node would load by a name, from below a node_modules,
// that are of none of the packages; also links that lead out of the folder. What
// begins with a dot there no program asks for by a name.
func strays(f registry.Folder, found []registry.Placed) []string {
	leadsOut := f.LeadsOut()
	return slices.DeleteFunc(registry.Outside(f.Paths, found), func(p string) bool {
		whole := "/" + path.Join(path.Base(f.Root), p)
		_, name, below := cutLast(whole, "/node_modules/")
		return !below || strings.HasPrefix(name, ".") || !loads(p) && !leadsOut[p]
	})
}

// loads tells whether Node loads a file of such a name, or is led by it to another
// (nodejs.org/api/modules.html, "All together").
func loads(p string) bool {
	return slices.Contains([]string{".js", ".cjs", ".mjs", ".json", ".node", ".wasm"}, path.Ext(p))
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
			return "npm before version 7 writes where a package came from into its package.json (names that begin with an underscore); nothing else differs."
		}
	}
	return ""
}

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
		if !strings.HasPrefix(key, "_") {
			all[key] = v
		}
	}
	out, err := json.Marshal(all)
	return out, err == nil
}
