package lockfile

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"touchstone/internal/purl"
)

// manifestName is the base name of the document in which a project of Node's
// clients says what it asks for (docs.npmjs.com/cli/configuring-npm/package-json).
const manifestName = "package.json"

// A nodeProject is what a lock file of Node's clients says of its project, for
// package.json to be joined to it.
type nodeProject struct {
	// says tells that the file itself says what the project asks for.
	says bool
	// chooses tells that it says, too, what the project puts in others' places.
	chooses bool
	// asked are the project's own words, by name, where the file repeats them.
	asked map[string]string
	// folders are the project's workspaces by their folder, each with its words as the
	// file repeats them; nil where it does not.
	folders map[string]map[string]string
	// find is the key of the pin that answers what the project asks for; empty
	// where none does.
	find func(name, spec string) string
	// needs are what each pin asks for, by key; nil where that is not followed.
	needs map[string][]string
}

// A manifest is one package.json, read.
type manifest struct {
	beside
	root *node
}

// wishKinds are the lists of a package.json by which the project asks: what stands in
// several is as the last of them says.
var wishKinds = []string{"devDependencies", "dependencies", "optionalDependencies"}

// A wish is one dependency that a package.json asks for.
type wish struct {
	spec, kind string
	line       int
}

// wishes are what it asks for, by name. What is optional is that in whatever other
// list it stands.
func (m manifest) wishes() map[string]wish {
	out := map[string]wish{}
	for _, kind := range wishKinds {
		_ = m.root.get(kind).members(func(name string, spec *node) error {
			out[name] = wish{spec.text, kind, spec.line}
			return nil
		})
	}
	return out
}

// joinNode says of the pins what package.json asks for.
//
//  1. Which pins the project itself asks for, where the lock file does not say.
//  2. What is asked for and is not in the lock file, or otherwise there.
//  3. What the project puts in the place of what packages ask for.
func (f *File) joinNode(more []beside) error {
	var all []manifest
	var g graph
	for _, b := range more {
		root, err := ofJSON(b.text)
		if err != nil {
			f.Notes = append(f.Notes, fmt.Sprintf("%.200s could not be read, so what it asks for is not known: %.400s.", b.name, err))
			g.open = true
			continue
		}
		all = append(all, manifest{b, root})
		if patterns := workspaces(root); len(patterns) > 0 {
			g.open = true
			if !f.node.says {
				f.Notes = append(f.Notes, fmt.Sprintf("The project has workspaces (%s). What is asked for in one whose %s was not read with it is not known.", purl.Some(patterns), manifestName))
			}
		}
	}
	own := f.ownManifest(all)
	// 1.
	if !f.node.says {
		for _, m := range all {
			f.askedBy(&g, m)
		}
		g.needs = f.node.needs
		f.place(g)
	}
	if own == nil {
		return nil
	}
	// 2.
	if f.node.asked != nil {
		f.compareWishes(*own)
		f.compareFolders(*own, all)
	}
	if !g.open {
		if err := f.unanswered(*own); err != nil {
			return err
		}
	}
	// 3.
	if !f.node.chooses {
		f.replace(instead(own.root))
	}
	return nil
}

// ownManifest is the one of the lock file's own folder; nil where that is not known.
func (f *File) ownManifest(all []manifest) *manifest {
	folder := func(name string) string { return path.Dir(strings.ReplaceAll(name, `\`, "/")) }
	same := slices.DeleteFunc(slices.Clone(all), func(m manifest) bool { return folder(m.name) != folder(f.Name) })
	if len(same) > 1 { // names without their folders
		same = slices.DeleteFunc(same, func(m manifest) bool { return m.root.get("workspaces") == nil })
	}
	if len(same) != 1 {
		return nil
	}
	return &same[0]
}

// askedBy adds to a graph what one package.json asks for.
func (f *File) askedBy(g *graph, m manifest) {
	lists := map[string]*[]string{"dependencies": &g.used, "optionalDependencies": &g.options, "devDependencies": &g.work}
	for name, w := range m.wishes() {
		if key := f.node.find(name, w.spec); key != "" || f.pins(name) {
			g.ask(lists[w.kind], name, key)
		}
	}
}

// pins tells whether some pin is of this name.
func (f *File) pins(name string) bool {
	return slices.ContainsFunc(f.Pins, func(p Pin) bool { return p.Name == name })
}

// compareWishes tells of pins for which package.json asks in other words than the
// lock file repeats: npm ci refuses such a pair.
func (f *File) compareWishes(m manifest) {
	wishes := m.wishes()
	for i, p := range f.Pins {
		name, isTop := strings.CutPrefix(p.Key, "packages › node_modules/")
		if !isTop || strings.Contains(name, "/node_modules/") {
			continue
		}
		asked, inLock := f.node.asked[name]
		w, inManifest := wishes[name]
		switch {
		case inLock && !inManifest:
			f.Pins[i].Differs = manifestName + " does not ask for it, and the lock file says that it does. npm ci refuses that."
		case inManifest && !inLock:
			f.Pins[i].Differs = fmt.Sprintf("%s asks for it (%.100q), and the lock file does not say so. npm ci refuses that.", manifestName, w.spec)
		case inLock && asked != w.spec:
			f.Pins[i].Differs = fmt.Sprintf("%s asks for %.100q, and the lock file says that it asks for %.100q. npm ci refuses that.", manifestName, w.spec, asked)
		}
	}
}

// compareFolders tells of workspaces whose package.json asks for something else than
// the lock file repeats.
func (f *File) compareFolders(own manifest, all []manifest) {
	for i, p := range f.Pins {
		asked, is := f.node.folders[p.Name]
		if !is {
			continue
		}
		at := slices.IndexFunc(all, func(m manifest) bool { return m.name == besideOf(own.name, p.Name+"/"+manifestName) })
		if at < 0 {
			continue
		}
		wishes := all[at].wishes()
		var otherwise []string
		for name := range asked {
			if wishes[name].spec != asked[name] || wishes[name].kind == "" {
				otherwise = append(otherwise, name)
			}
		}
		for name := range wishes {
			if _, found := asked[name]; !found {
				otherwise = append(otherwise, name)
			}
		}
		if slices.Sort(otherwise); len(otherwise) > 0 {
			f.Pins[i].Differs = fmt.Sprintf("%.200s and the lock file say different things of what it asks for: %s.", all[at].name, purl.Some(otherwise))
		}
	}
}

// workspaces are the patterns by which a package.json names the folders of its
// workspaces, as it has them (docs.npmjs.com/cli/using-npm/workspaces).
func workspaces(root *node) []string {
	if list := root.get("workspaces").texts(); len(list) > 0 {
		return list
	}
	return root.get("workspaces", "packages").texts()
}

// unanswered adds what package.json asks of a repository and the lock file lacks.
func (f *File) unanswered(m manifest) error {
	wishes := m.wishes()
	for _, name := range slices.Sorted(mapKeys(wishes)) {
		w := wishes[name]
		if w.kind == "optionalDependencies" || !isRange(w.spec) || f.node.find == nil || f.node.find(name, w.spec) != "" || f.pins(name) {
			continue
		}
		for i := range f.Pins {
			if f.Pins[i].File == "" {
				f.Pins[i].File = f.Name
			}
		}
		p := Pin{Line: w.line, Key: w.kind + " › " + name, Name: name, File: m.name}
		p = p.flag(Direct, true).is(Impossible, fmt.Sprintf("%s asks for it (%.100q), and the lock file has no entry of it.", manifestName, w.spec))
		if err := f.add(p); err != nil {
			return err
		}
	}
	return nil
}

// instead is what a package.json puts in the place of what packages ask for, by
// name: "overrides" of npm, which nest, and "resolutions" of Yarn, whose keys are
// paths.
func instead(root *node) map[string]string {
	out := map[string]string{}
	put := func(name, spec string) {
		if reference, is := strings.CutPrefix(spec, "$"); is { // what the project itself asks for
			for _, kind := range wishKinds {
				spec = root.get(kind).strOr(reference, spec)
			}
		}
		out[name] = spec
	}
	var nested func(of string, n *node)
	nested = func(of string, n *node) {
		_ = n.members(func(key string, value *node) error {
			name, _ := bunResolved(key)
			if key == "." {
				name = of
			}
			if value.plain {
				put(name, value.text)
			} else {
				nested(name, value)
			}
			return nil
		})
	}
	nested("", root.get("overrides"))
	_ = root.get("resolutions").members(func(key string, value *node) error {
		parts := strings.Split(key, "/")
		name := parts[len(parts)-1]
		if n := len(parts); n > 1 && strings.HasPrefix(parts[n-2], "@") {
			name = parts[n-2] + "/" + name
		}
		name, _ = bunResolved(name)
		put(name, value.text)
		return nil
	})
	return out
}

// strOr is the text of a member; otherwise where there is none.
func (n *node) strOr(key, otherwise string) string {
	if n.get(key) == nil {
		return otherwise
	}
	return n.str(key)
}

// replace marks the pins whose place in the tree the project itself decided. Where
// it names an address, that is where the package is meant to come from, though
// everybody else asks for a version.
func (f *File) replace(by map[string]string) {
	if len(by) == 0 {
		return
	}
	f.Notes = append(f.Notes, fmt.Sprintf(otherVersions, purl.Some(slices.Sorted(mapKeys(by)))))
	for i, p := range f.Pins {
		spec, replaced := by[p.Name]
		if !replaced || p.Kind == Own {
			continue
		}
		p = p.note(fmt.Sprintf("%s decides what is installed under this name, whatever others ask for: %.100q.", manifestName, spec))
		if p.Kind == Package && p.Outside != "" && !isRange(spec) {
			unsafe := p.Unsafe
			p = p.is(Address, fmt.Sprintf("%s puts what stands at %.200q in its place, and no package repository answers for that.", manifestName, spec))
			if !unsafe {
				p.Outside = ""
			}
		}
		f.Pins[i] = p
	}
}
