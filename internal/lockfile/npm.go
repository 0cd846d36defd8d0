package lockfile

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"touchstone/internal/purl"
)

func looksNPM(doc []byte) bool {
	return isJSON(doc) && has(doc, `"lockfileVersion"`) && !looksBun(doc)
}

func isJSON(doc []byte) bool { return bytes.HasPrefix(bytes.TrimSpace(doc), []byte("{")) }

func has(doc []byte, text string) bool { return bytes.Contains(doc, []byte(text)) }

// readNPM reads package-lock.json and npm-shrinkwrap.json
// (docs.npmjs.com/cli/configuring-npm/package-lock-json). Files of version 2
// hold everything twice, for old clients: what the second part says otherwise
// is a pin of its own.
func readNPM(f *File, doc []byte) error {
	root, err := ofJSON(doc)
	if err != nil {
		return err
	}
	version := root.str("lockfileVersion")
	if version != "1" && version != "2" && version != "3" {
		return fmt.Errorf("it is of version %.20q; 1, 2 and 3 are known", version)
	}
	f.Format = "package-lock.json, version " + version
	packages, dependencies := root.get("packages"), root.get("dependencies")
	f.node = npmProject(packages, dependencies)
	known, ranged, bundles := map[string]bool{}, npmRanged(packages), npmBundles(packages)
	err = packages.members(func(key string, entry *node) error {
		if key == "" {
			return nil // the project itself
		}
		p := npmPackage(key, entry, ranged[key], bundles.hold(key))
		if dependencies != nil { // else nothing is said twice
			known[key+p.same()] = true
		}
		return f.add(p)
	})
	if err != nil {
		return err
	}
	f.place(npmGraph(packages))
	tree := &node{}
	npmFolders(tree, dependencies, "")
	return f.npmTree(dependencies, "", known, npmBundles(tree))
}

// npmFolders puts what "dependencies" holds under the names of its folders, as
// "packages" has it: that is how npm reads it since version 7.
func npmFolders(tree, dependencies *node, within string) {
	_ = dependencies.members(func(name string, entry *node) error {
		key := within + "node_modules/" + name
		if len(key) > longest || tree.at[key] != nil {
			return nil
		}
		one := &node{}
		one.put("dependencies", entry.get("requires"))
		if bundled := entry.get("bundled"); bundled != nil {
			one.put("inBundle", bundled)
		}
		tree.put(key, one)
		npmFolders(tree, entry.get("dependencies"), key+"/")
		return nil
	})
}

// npmProject is what the file says of its project: since version 2 its own words
// stand in the entry of the root.
func npmProject(packages, dependencies *node) *nodeProject {
	root := packages.get("")
	if root == nil {
		return &nodeProject{find: func(name, _ string) string {
			if dependencies.get(name) == nil {
				return ""
			}
			return "dependencies › node_modules/" + name
		}}
	}
	p := &nodeProject{says: true, find: func(name, _ string) string {
		if packages.get("node_modules/"+name) == nil {
			return ""
		}
		return "packages › node_modules/" + name
	}}
	asked := func(entry *node) map[string]string {
		specs := map[string]string{}
		for name, w := range (manifest{root: entry}).wishes() {
			specs[name] = w.spec
		}
		return specs
	}
	p.asked, p.folders = asked(root), map[string]map[string]string{}
	for _, key := range packages.keys {
		if key != "" && !strings.Contains(key, "node_modules/") {
			p.folders[key] = asked(packages.at[key])
		}
	}
	return p
}

// npmGraph is what the project and its workspaces ask for: each is found in the
// nearest node_modules, going outwards. What else the graph says stands as a flag
// beside each entry.
func npmGraph(packages *node) graph {
	var g graph
	_ = packages.members(func(importer string, entry *node) error {
		if strings.Contains(importer, "node_modules/") {
			return nil
		}
		for _, kind := range []string{"dependencies", "devDependencies", "optionalDependencies", "peerDependencies"} {
			for _, name := range entry.get(kind).names() {
				key := nearest(importer, name, func(key string) bool { return packages.get(key) != nil })
				if key != "" { // npm leaves out optional ones that fit no system
					g.used = append(g.used, "packages › "+key)
				}
			}
		}
		return nil
	})
	return g
}

// longest bounds the names of folders that are gone through, in bytes: what is
// longer is nowhere found.
const longest = 4096

// nearest is the key of a package as seen from a folder; empty for none.
func nearest(folder, name string, has func(key string) bool) string {
	if len(folder) > longest {
		return ""
	}
	for {
		if key := strings.TrimPrefix(folder+"/node_modules/"+name, "/"); has(key) {
			return key
		}
		if folder == "" {
			return ""
		}
		folder = folder[:max(strings.LastIndex(folder, "/"), 0)]
	}
}

// npmRanged are the keys of packages for which everybody asks by a range of
// versions: they must come from a repository, at whatever address it is.
func npmRanged(packages *node) map[string]bool {
	ranged := map[string]bool{}
	has := func(key string) bool { return packages.get(key) != nil }
	_ = packages.members(func(from string, entry *node) error {
		for _, kind := range []string{"dependencies", "devDependencies", "optionalDependencies", "peerDependencies"} {
			_ = entry.get(kind).members(func(name string, spec *node) error {
				if key := nearest(from, name, has); key != "" {
					before, found := ranged[key]
					ranged[key] = (before || !found) && isRange(spec.text)
				}
				return nil
			})
		}
		return nil
	})
	return ranged
}

// isRange tells whether npm takes what is asked for from a repository: it is no
// address, folder or short name of a code host.
func isRange(spec string) bool {
	return !strings.ContainsAny(strings.TrimPrefix(spec, "npm:"), ":/") || strings.HasPrefix(spec, "npm:@") && strings.Count(spec, "/") == 1 && strings.Count(spec, ":") == 1
}

// npmPackage is a member of "packages": its key is the folder. Ranged tells that
// all who ask for it do so by a range of versions, inBundle that npm takes it out of
// the archive of another.
func npmPackage(key string, entry *node, ranged, inBundle bool) Pin {
	folder, inside := "", false
	if i := strings.LastIndex(key, "node_modules/"); i >= 0 {
		folder, inside = key[i+len("node_modules/"):], true
	}
	p := Pin{Line: entry.line, Key: "packages › " + key, Name: folder, Version: entry.str("version"), Runs: entry.yes("hasInstallScript")}
	p = p.flag(Development, entry.yes("dev") || entry.yes("devOptional")).flag(Optional, entry.yes("optional") || entry.yes("devOptional"))
	p = p.only(systems(entry))
	if entry.get("hasShrinkwrap") != nil {
		p = p.note("It brings a list of its own (npm-shrinkwrap.json): by that npm installs what it asks for.")
	}
	if name := entry.str("name"); name != "" && inside && name != folder {
		p.Name = name
		p.Notes = append(p.Notes, fmt.Sprintf("It is installed under another name, %.200q.", folder))
	}
	switch {
	case !inside && !entry.yes("link") && strings.Contains(entry.str("resolved"), ":"):
		p.Address = entry.str("resolved")
		return p.is(NotRead, "It is a folder of the project itself, and yet comes from an address.")
	case !inside || entry.yes("link"):
		p.Name = key
		return p.is(Own, ownFolder)
	case inBundle:
		return p.is(Bundled, bundled)
	}
	digests, err := integrity(entry.str("integrity"))
	return p.npmAt(entry.str("resolved"), ranged, func(p Pin) Pin { return p.ofPackage(purl.NPM, digests, err) })
}

// bundles are the keys of packages that npm takes out of the archive of another,
// without those in their folders.
type bundles map[string]bool

// hold tells whether an entry comes out of an archive: itself, or the package in
// whose folder it is.
func (b bundles) hold(key string) bool {
	for len(key) <= longest && key != "" {
		if b[key] {
			return true
		}
		key = above(key)
	}
	return false
}

// above is the package in whose folder one is; empty for the project.
func above(key string) string { return key[:max(strings.LastIndex(key, "/node_modules/"), 0)] }

// asks are where a package says what it needs.
var asks = []string{"dependencies", "optionalDependencies", "peerDependencies"}

// npmBundles finds what npm takes out of archives, whatever else the entries say of
// where they come from (github.com/npm/cli, @npmcli/arborist, lib/arborist/
// load-virtual.js and lib/node.js). What the project itself bundles, npm fetches.
//
//  1. What a package asks for and has in its folder, marked so; and what it lists.
//  2. What those ask for, and find beside them.
func npmBundles(packages *node) bundles {
	found, todo := bundles{}, []string{}
	add := func(key string) {
		if !found[key] {
			found[key], todo = true, append(todo, key)
		}
	}
	// 1.
	_ = packages.members(func(key string, entry *node) error {
		in := packages.get(above(key))
		if len(key) > longest || !strings.Contains(above(key), "node_modules/") || in == nil {
			return nil
		}
		name := key[strings.LastIndex(key, "node_modules/")+len("node_modules/"):]
		asked := slices.ContainsFunc(asks, func(kind string) bool { return in.get(kind, name) != nil })
		if entry.yes("inBundle") && !in.yes("inBundle") && asked || slices.Contains(in.get("bundleDependencies").texts(), name) {
			add(key)
		}
		return nil
	})
	// 2.
	for len(todo) > 0 {
		key := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, kind := range asks {
			for _, name := range packages.get(key, kind).names() {
				if next := nearest(key, name, func(key string) bool { return packages.get(key) != nil }); next != "" && above(next) == above(key) {
					add(next)
				}
			}
		}
	}
	return found
}

// systems are what an entry says of where its package is installed.
func systems(entry *node) []string {
	var out []string
	for _, key := range []string{"os", "cpu", "libc"} {
		out = append(out, entry.get(key).texts()...)
	}
	return out
}

const bundled = "It comes inside the archive of another package. What the repository serves under its name may be other bytes."

// npmAt judges the address first, so that an entry from elsewhere is not said
// to be unreadable, and then the package. Ranged tells that it must come from a
// repository, whatever the address looks like.
func (p Pin) npmAt(address string, ranged bool, make func(Pin) Pin) Pin {
	for prefix, kind := range foreign {
		if strings.HasPrefix(address, prefix) {
			p.Address = address
			return p.is(kind.kind, kind.why)
		}
	}
	p = make(p)
	return p.at(address, func(path string) bool { return ranged || strings.Contains(path, "/"+p.Name+"/-/") })
}

// npmTree reads "dependencies", which nest as the folders do.
func (f *File) npmTree(dependencies *node, within string, known map[string]bool, bundles bundles) error {
	return dependencies.members(func(name string, entry *node) error {
		key := within + "node_modules/" + name
		p := npmDependency(name, key, entry, bundles.hold(key))
		if known[key+p.same()] {
			f.Entries, f.Repeated = f.Entries+1, f.Repeated+1
		} else if err := f.add(p); err != nil {
			return err
		}
		return f.npmTree(entry.get("dependencies"), key+"/", known, bundles)
	})
}

func npmDependency(name, key string, entry *node, inBundle bool) Pin {
	p := Pin{Line: entry.line, Key: "dependencies › " + key, Name: name, Version: entry.str("version")}
	p = p.flag(Development, entry.yes("dev")).flag(Optional, entry.yes("optional"))
	if alias, ok := strings.CutPrefix(p.Version, "npm:"); ok {
		p.Notes = append(p.Notes, fmt.Sprintf("It is installed under another name, %.200q.", name))
		p.Name, p.Version = cutLast(alias, "@")
	}
	address := entry.str("resolved")
	if inBundle {
		return p.is(Bundled, bundled)
	}
	if strings.Contains(p.Version, ":") { // git, a file, an address
		address, p.Version = p.Version, ""
	}
	digests, err := integrity(entry.str("integrity"))
	return p.npmAt(address, p.Version != "", func(p Pin) Pin { // a version stands only for what a repository has
		if p.Version == "" {
			return p.is(Address, fmt.Sprintf("It comes from %.200q, and is pinned by no version of a package.", address))
		}
		return p.ofPackage(purl.NPM, digests, err)
	})
}

// same is what a client would do by the pin, in short.
func (p Pin) same() string {
	if p.Kind == Own || p.Kind == Git {
		return "\n" + string(p.Kind)
	}
	return strings.Join([]string{"", string(p.Kind), p.Ref.String(), p.Address}, "\n")
}

// cutLast cuts around the last mark, but for one that begins the text.
func cutLast(s, mark string) (before, after string) {
	if i := strings.LastIndex(s, mark); i > 0 {
		return s[:i], s[i+len(mark):]
	}
	return s, ""
}
