package pypi

import (
	"context"
	"slices"
	"strings"

	"touchstone/internal/archive"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
	"touchstone/internal/stricttoml"
)

// wantedOfSource asks for the documents at the root of a source distribution, or
// in its first folder: which of the two is the root is known at the end.
func wantedOfSource(p string) int64 {
	_, rest, found := strings.Cut(p, "/")
	if !found {
		rest = p
	}
	switch rest {
	case "PKG-INFO":
		return maxMetadata
	case "pyproject.toml":
		return maxProject
	}
	return 0
}

// source tells what a source distribution says of itself.
//
//  1. Its root is the folder in which everything stands, which installers take
//     off.
//  2. PKG-INFO.
//  3. What building it runs, which is what installing it begins with.
func (i *inspector) source(_ context.Context, files []archive.File) registry.Inside {
	in := registry.Inside{}
	// 1.
	root := rootOf(files)
	setup := false
	for _, f := range files {
		rel := strings.TrimPrefix(f.Path, root)
		setup = setup || rel == "setup.py"
		if security(rel) && strings.Count(rel, "/") <= 1 {
			in.Contact = append(in.Contact, rel)
		}
	}
	// 2.
	if doc := root + "PKG-INFO"; i.docs[doc] != nil {
		m := i.describe(&in, doc)
		if dynamic := strings.ToLower(m.text("dynamic")); strings.Contains(dynamic, "requires-dist") || m["requires-dist"] == nil && older(m) {
			in.Undeclared = "Its build computes that."
		}
	} else {
		i.leave("It has no %s that could be read.", doc)
	}
	// 3.
	in.Runs = append(in.Runs, i.building(root, setup))
	return in
}

// older tells whether metadata is of a version in which a source distribution
// need not say what it requires (before 2.2, PEP 643).
func older(m metadata) bool {
	v, ok := parseVersion(m.text("metadata-version"))
	since, _ := parseVersion("2.2")
	return !ok || v.compare(since) < 0
}

// rootOf is the folder in which every file stands, with its slash; empty for none.
func rootOf(files []archive.File) string {
	root := ""
	for n, f := range files {
		first, _, nested := strings.Cut(f.Path, "/")
		if !nested || n > 0 && first+"/" != root {
			return ""
		}
		root = first + "/"
	}
	return root
}

// A buildSystem is what pyproject.toml says of the build.
type buildSystem struct {
	backend        string
	requires, path []string
}

// readBuildSystem reads the table of that name. Keys count in their exact spelling
// alone, as for installers. It is not ok where they hold what they cannot.
func readBuildSystem(doc []byte) (s buildSystem, ok bool) {
	all, err := stricttoml.Parse(doc)
	if err != nil {
		return s, false
	}
	table, ok := all["build-system"].(map[string]any)
	if all["build-system"] == nil {
		return s, true
	}
	texts := func(key string) (out []string) {
		list, is := table[key].([]any)
		ok = ok && (is || table[key] == nil)
		for _, each := range list {
			text, is := each.(string)
			ok, out = ok && is, append(out, text)
		}
		return out
	}
	backend, is := table["build-backend"].(string)
	ok = ok && (is || table["build-backend"] == nil)
	s = buildSystem{backend, texts("requires"), texts("backend-path")}
	return s, ok
}

// building is what builds it: the backend that pyproject.toml names, with what
// it requires; where it names none, setuptools with the package's own setup.py
// (packaging.python.org/specifications/pyproject-toml, "[build-system]").
func (i *inspector) building(root string, setup bool) registry.Run {
	r := registry.Run{When: "install", Stop: "pip install --only-binary :all:", Files: []string{"pyproject.toml"}}
	name := root + "pyproject.toml"
	s, ok := readBuildSystem(i.read(name))
	switch {
	case !ok:
		i.leave("%s is no TOML that could be read.", name)
		r.What = "Installing it builds it first, by what its pyproject.toml says."
	case s.backend != "":
		r.What = "Installing it builds it first, which runs " + shown(s.backend)
		if len(s.path) > 0 {
			r.What += " out of the package itself"
		}
		r.What += requiring(s.requires) + "."
	default:
		r.What = "Installing it builds it first, which runs setuptools" + requiring(s.requires) + "."
		if i.docs[name] == nil {
			r.Files = nil
		}
	}
	if setup {
		r.What += " That may run its own setup.py."
		r.Files = append(r.Files, "setup.py")
	}
	return r
}

// requiring names what the build pulls first.
func requiring(specs []string) string {
	var names []string
	for _, s := range specs {
		if one := shown(strings.TrimSpace(s)); !slices.Contains(names, one) {
			names = append(names, one)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return ", after pulling " + purl.Some(names)
}
