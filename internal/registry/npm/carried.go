package npm

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"touchstone/internal/archive"
	"touchstone/internal/registry"
	"touchstone/internal/strictjson"
)

const (
	gypName = "binding.gyp"
	// maxTold bounds how many scripts of bundled packages are told one by one,
	// and how many files one run names.
	maxTold = 20
)

// carried are the folders inside a package that hold other packages.
type carried struct {
	by  map[string]*folder // by the folder's path
	gyp string             // binding.gyp at the root, as it is spelled
}

// A folder inside a package holds another package.
type folder struct {
	held
	doc *document // its package.json; nil where none was read
	gyp string    // its binding.gyp, by path
}

// held says which folder of another package a file is in.
type held struct {
	folder string // "node_modules/a/node_modules/@s/b"; "" where it is in none
	name   string // "@s/b"
	// nested tells that only such folders lead there from the root, as npm
	// itself nests them.
	nested bool
}

// holder finds the innermost folder of another package that a file is in.
func holder(rel string) held {
	var h held
	end := 0 // where what follows the last folder found starts
	for start := 0; ; {
		length := strings.IndexByte(rel[start:], '/')
		if length < 0 {
			return h
		}
		next := start + length + 1
		if name := packageFolder(rel[next:]); name != "" && isNodeModules(rel[start:next-1]) {
			h = held{folder: rel[:next+len(name)], name: name, nested: start == end && (end == 0 || h.nested)}
			next += len(name) + 1
			end = next
		}
		start = next
	}
}

// packageFolder is the package that a path below node_modules begins with; ""
// where it begins with none.
func packageFolder(below string) string {
	end := strings.IndexByte(below, '/')
	if end > 0 && below[0] == '@' {
		if scoped := strings.IndexByte(below[end+1:], '/'); scoped > 0 {
			return below[:end+1+scoped]
		}
		return ""
	}
	if end <= 0 || below[0] == '.' {
		return ""
	}
	return below[:end]
}

// isNodeModules tells whether some disk takes a name for node_modules.
func isNodeModules(name string) bool {
	return len(name) >= len("node_modules") && (name[0]|0x20 == 'n' || name[0] >= 0x80) && archive.Fold(name) == "node_modules"
}

// add takes note of a file.
func (c *carried) add(rel string) {
	h := holder(rel)
	f := c.by[h.folder]
	if f == nil && h.folder != "" {
		f = &folder{held: h}
		c.by[h.folder] = f
	}
	if archive.Fold(path.Base(rel)) != gypName {
		return
	}
	switch dir := path.Dir(rel); {
	case dir == ".":
		c.gyp = rel
	case f != nil && dir == h.folder:
		f.gyp = rel
	}
}

// sorted are the folders by path.
func (c *carried) sorted() []*folder {
	var out []*folder
	for _, at := range slices.Sorted(maps.Keys(c.by)) {
		out = append(out, c.by[at])
	}
	return out
}

// runs are what npm runs for bundled packages: where any is declared, it builds
// those that the package carries; where none is, "npm rebuild" still does.
func (c *carried) runs(declared bool) []registry.Run {
	var told []registry.Run
	var more []string
	for _, f := range c.sorted() {
		if !f.nested {
			continue
		}
		manifest := f.folder + "/" + manifestName
		var fields strictjson.Object
		if f.doc != nil {
			fields = f.doc.fields
		}
		scripts := installScripts(fields, f.gyp != "")
		for _, name := range lifecycle {
			command, ok := scripts[name]
			if !ok {
				continue
			}
			if len(told) == maxTold {
				more = append(more, manifest)
				continue
			}
			begin := "For the package bundled in " + shownName(f.folder) + ", installing runs"
			if !declared {
				begin = "For the folder " + shownName(f.folder) + ", which is not declared as bundled, npm rebuild runs"
			}
			told = append(told, run(begin, fields, name, command, manifest, f.gyp))
		}
	}
	if len(more) > 0 {
		told = append(told, registry.Run{When: "install", Stop: "npm install --ignore-scripts",
			What: fmt.Sprintf("%d more scripts of packages inside run so.", len(more))}.In(more))
	}
	return told
}

// ingredients are the packages that the folders hold, by their own word: the
// version counts only where the name is the folder's, or the one that the
// package asks for under the folder's name.
func (c *carried) ingredients(pulled map[string]string) []registry.Ingredient {
	refs := map[string]bool{}
	for _, f := range c.by {
		name, version := f.name, ""
		if f.doc != nil {
			stated := f.doc.fields.Text("name")
			alias := pulled[f.name] != "" && dependencyRef(f.name, pulled[f.name]) == packageRef(stated, "")
			if stated == f.name || alias {
				name, version = stated, f.doc.fields.Text("version")
			}
		}
		refs[packageRef(name, version)] = true
	}
	var out []registry.Ingredient
	for _, ref := range slices.Sorted(maps.Keys(refs)) {
		out = append(out, registry.Ingredient{Ref: ref, Kind: "bundles"})
	}
	return out
}

// bundles are the names that package.json or the version's document declares as
// bundled; npm goes by the document.
func bundles(f strictjson.Object, r *record) map[string]bool {
	all := []strictjson.Object{f}
	if r != nil {
		all = append(all, r.fields)
	}
	declared := map[string]bool{}
	for _, f := range all {
		for _, field := range []string{"bundleDependencies", "bundledDependencies"} {
			for _, name := range f.List(field) {
				declared[strictjson.Text(name)] = true
			}
			for name := range f.Object(field) {
				declared[name] = true
			}
			if string(f[field]) == "true" {
				for name := range f.Object("dependencies") {
					declared[name] = true
				}
			}
		}
	}
	delete(declared, "")
	return declared
}
