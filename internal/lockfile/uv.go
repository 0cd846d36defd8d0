package lockfile

import (
	"errors"
	"fmt"
	"strings"
)

func looksUV(doc []byte) bool {
	return has(doc, "[[package]]") && (has(doc, "source = { ") || has(doc, "sdist = { ")) && !looksCargo(doc)
}

// readUV reads uv.lock (docs.astral.sh/uv/concepts/projects/layout).
func readUV(f *File, doc []byte) error {
	f.Format = "uv.lock"
	root, err := ofTOML(doc)
	if err != nil {
		return err
	}
	if version := root.str("version"); version != "1" {
		return fmt.Errorf("it is of version %.20q; 1 is known", version)
	}
	for _, table := range []string{"overrides", "constraints"} {
		if list := root.get("manifest", table).elements(); len(list) > 0 {
			f.Notes = append(f.Notes, fmt.Sprintf("The project chooses other versions than the packages ask for (%s): %d.", table, len(list)))
		}
	}
	if root.get("distribution") != nil { // an early name, which uv still takes
		return errors.New(`its packages are called "distribution", as by early versions; lock the project anew`)
	}
	list, err := root.tables("package")
	if err != nil {
		return err
	}
	for i, entry := range list {
		p := Pin{Line: entry.line, Key: fmt.Sprintf("package[%d]", i), Name: entry.str("name"), Version: entry.str("version")}
		if err := f.add(p.uv(entry)); err != nil {
			return err
		}
	}
	f.place(uvGraph(list))
	return f.otherTables(root, "package")
}

func (p Pin) uv(entry *node) Pin {
	source := entry.get("source")
	if p = p.fromOnePlace(source, "registry", "git", "url", "path", "directory", "editable", "virtual"); p.Kind != "" {
		return p
	}
	for _, own := range []string{"editable", "virtual", "directory", "path"} {
		if source.get(own) != nil {
			return p.is(Own, ownFolder)
		}
	}
	if markers := entry.get("resolution-markers").texts(); len(markers) > 0 {
		p = p.marked(strings.Join(markers, " or "))
	}
	switch {
	case source.get("git") != nil:
		p.Address = source.str("git")
		return p.is(Git, foreign["git+"].why)
	case source.get("url") != nil:
		p.Address = source.str("url")
		return p.is(Address, fmt.Sprintf("It comes from %.200q, and not from PyPI.", p.Address))
	case source.get("registry") == nil:
		return p.is(NotRead, "The entry does not say where it comes from.")
	}
	files := append(entry.get("wheels").elements(), one(entry.get("sdist"))...)
	return p.python(source.str("registry"), hashes("hash", files)).pythonFiles("url", files)
}

// mostForks is how many entries of one name are followed.
const mostForks = 64

// uvGraph is what the project's own packages ask for, and what the others do. A
// name may stand for several entries, of which a marker chooses one.
func uvGraph(list []*node) graph {
	var g graph
	keys := map[string][]string{}
	for i, entry := range list {
		keys[entry.str("name")] = append(keys[entry.str("name")], fmt.Sprintf("package[%d]", i))
	}
	named := func(elements []*node) (out []string) {
		for _, one := range elements {
			if found := keys[one.str("name")]; len(found) <= mostForks {
				out = append(out, found...)
			}
		}
		return out
	}
	extras := func(entry *node, table string) (out []string) {
		_ = entry.get(table).members(func(_ string, group *node) error {
			out = append(out, named(group.elements())...)
			return nil
		})
		return out
	}
	for i, entry := range list {
		used, options, work := named(entry.get("dependencies").elements()), extras(entry, "optional-dependencies"), extras(entry, "dev-dependencies")
		source := entry.get("source")
		if source.get("editable") != nil || source.get("virtual") != nil || source.get("directory") != nil {
			g.used, g.options, g.work = append(g.used, used...), append(g.options, options...), append(g.work, work...)
			continue
		}
		// Which of a package's extras are wanted is not followed: all may be.
		for _, key := range append(used, options...) {
			g.need(fmt.Sprintf("package[%d]", i), key)
		}
	}
	return g
}
