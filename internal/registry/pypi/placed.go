package pypi

import (
	"path"
	"slices"
	"strings"

	"touchstone/internal/purl"
	"touchstone/internal/registry"
)

// Named are the files by which an installed distribution says what it is
// (packaging.python.org/specifications/recording-installed-packages).
func (Registry) Named() []string { return []string{"METADATA", "RECORD", "WHEEL", "PKG-INFO"} }

// Find lists the distributions of a folder of installed packages: each folder
// NAME-VERSION.dist-info in it. Its files are those of its RECORD, and what
// stands beside them in folders that are its own.
func (Registry) Find(f registry.Folder) []registry.Placed {
	var found []registry.Placed
	if text := f.Texts["PKG-INFO"]; text != nil {
		return sourceArchive(f.Root, readMetadata(text))
	}
	for _, p := range f.Paths {
		info, ok := strings.CutSuffix(p, "/METADATA")
		if !ok || !strings.HasSuffix(info, ".dist-info") || f.Texts[p] == nil {
			continue
		}
		m := readMetadata(f.Texts[p])
		ref, err := purl.Exact(purl.PyPI, canonical(m.text("name")), m.text("version"))
		if err != nil {
			continue
		}
		dir := path.Dir(info)
		if dir == "." {
			dir = ""
		}
		if ref.File = wheelOf(path.Base(info), f.Texts[info+"/WHEEL"]); ref.File != "" {
			ref.Pasted = ref.String()
		}
		found = append(found, registry.Placed{Reference: ref.String(), Folder: dir, Marker: info})
	}
	slices.SortFunc(found, func(a, b registry.Placed) int { return strings.Compare(a.Marker, b.Marker) })
	for i, p := range found {
		found[i].Files = []string{}
		for _, listed := range installedRecord(f.Texts[p.Marker+"/RECORD"]) {
			if at := path.Join(p.Folder, listed); !strings.HasPrefix(at, "..") {
				found[i].Files = append(found[i].Files, at)
			}
		}
	}
	strays := owned(found, f)
	return registry.WithStrays(found, strays)
}

// sourceArchive is what an unpacked source archive says that it is: its folder is
// called as its file is, NAME-VERSION
// (packaging.python.org/specifications/source-distribution-format).
func sourceArchive(root string, m metadata) []registry.Placed {
	ref, err := purl.Exact(purl.PyPI, canonical(m.text("name")), m.text("version"))
	if err != nil {
		return nil
	}
	if _, ok := parseFilename(path.Base(root)+".tar.gz", ref.Name); ok {
		ref.File = path.Base(root) + ".tar.gz"
	}
	return []registry.Placed{{Reference: ref.String()}}
}

// installedRecord are the paths of an installed list of files, also of one in
// which something else cannot be read.
func installedRecord(doc []byte) []string {
	var out []string
	for _, l := range must(readRecord(doc)) {
		out = append(out, l.Path)
	}
	return out
}

func must(files []registry.Listed, err error) []registry.Listed {
	if err != nil {
		return nil
	}
	return files
}

// owned gives each file that no list names to the distribution whose folder it
// stands in: its information, or a folder of which it alone lists files. So what
// was put there afterwards is told. A cache that no list names is of whose list names
// its source. Strays are what is of nobody, and what Python would import or run from
// there.
func owned(found []registry.Placed, f registry.Folder) (strays []string) {
	const several = -1
	owners, listed, listers := map[string]int{}, map[string]bool{}, map[string]int{}
	for i, p := range found {
		owners[p.Marker] = i
		for _, at := range p.Files {
			listed[at], listers[at] = true, i
			rest := strings.TrimPrefix(strings.TrimPrefix(at, p.Folder), "/")
			top, _, deeper := strings.Cut(rest, "/")
			folder := path.Join(p.Folder, top)
			if !deeper || top == "__pycache__" {
				continue
			}
			if owner, taken := owners[folder]; taken && owner != i {
				owners[folder] = several
				continue
			}
			owners[folder] = i
		}
	}
	out := f.LeadsOut()
	for _, p := range f.Paths {
		if listed[p] {
			continue
		}
		if i, known := listers[cached(p)]; known {
			found[i].Files = append(found[i].Files, p)
			continue
		}
		stray := imported(p) || out[p]
		for dir := path.Dir(p); dir != "."; dir = path.Dir(dir) {
			if i, taken := owners[dir]; taken {
				if i != several {
					found[i].Files, stray = append(found[i].Files, p), false
				}
				break
			}
		}
		if stray {
			strays = append(strays, p)
		}
	}
	return strays
}

// imported tells whether Python would import or run a file that stands in a
// folder of installed packages, or a program be told by it what to run
// (packaging.python.org/specifications/entry-points); caches are made from sources.
func imported(p string) bool {
	return path.Base(path.Dir(p)) != "__pycache__" && (path.Base(p) == "entry_points.txt" || slices.Contains([]string{".py", ".pyw", ".pth", ".pyc", ".so", ".pyd"}, path.Ext(p)))
}

// wheelOf is the name of the wheel that was installed, by the tags in its WHEEL
// (packaging.python.org/specifications/binary-distribution-format): each kind of
// tag once, in their order. Empty where that is none.
func wheelOf(info string, wheel []byte) string {
	kinds := make([][]string, 3)
	build := ""
	for line := range strings.Lines(string(wheel)) {
		key, value, _ := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		switch key {
		case "Build":
			build = "-" + value
		case "Tag":
			parts := strings.Split(value, "-")
			if len(parts) != 3 {
				return ""
			}
			for i, part := range parts {
				if !slices.Contains(kinds[i], part) {
					kinds[i] = append(kinds[i], part)
				}
			}
		}
	}
	if len(kinds[0]) == 0 {
		return ""
	}
	name := strings.TrimSuffix(info, ".dist-info") + build
	for _, kind := range kinds {
		name += "-" + strings.Join(kind, ".")
	}
	name += ".whl"
	if strings.ContainsAny(name, "/\\") {
		return ""
	}
	if _, ok := parseFilename(name, strings.Split(info, "-")[0]); !ok {
		return ""
	}
	return name
}

// Known is what installers write (recording-installed-packages; PEP 376, 610,
// 627), and what Python does when it first imports.
func (Registry) Known(p string, published, _ []byte) string {
	_, name, inInfo := infoOf(p)
	switch {
	case published != nil && inInfo && name == "RECORD":
		return "Installers write the list of files anew, with those that they add."
	case published != nil:
		return ""
	case inInfo && name == "INSTALLER":
		return "It names the program that installed the package."
	case inInfo && name == "REQUESTED":
		return "It tells that the package was asked for, and not pulled by another."
	case inInfo && name == "direct_url.json":
		return "It tells from which address the package was installed."
	}
	return ""
}

// Uncompared is a compiled cache of a published source file (PEP 3147): Python runs
// it in the source's place where time and size of the source are those written in
// it, or, made with an unchecked hash, always (PEP 552). A cache without a source
// beside it is not looked for by Python, and made by nobody.
func (Registry) Uncompared(p string, published func(string) bool) string {
	source := cached(p)
	if source == "" || !published(source) {
		return ""
	}
	return "Python runs it in the place of " + shown(path.Base(source)) + ", and nobody publishes it, so it was not compared. Delete it, and Python makes it anew."
}

// cached is the source of which a file is the compiled cache by its name; empty for
// what is none.
func cached(p string) string {
	dir, name := path.Split(p)
	name, compiled := strings.CutSuffix(name, ".pyc")
	if !compiled || path.Base(dir) != "__pycache__" {
		return ""
	}
	if i := strings.LastIndex(name, ".opt-"); i > 0 {
		name = name[:i]
	}
	tag := strings.LastIndexByte(name, '.')
	if tag <= 0 {
		return ""
	}
	return path.Join(path.Dir(path.Clean(dir)), name[:tag]+".py")
}

// Elsewhere says where installers put what a wheel holds for other folders.
func (Registry) Elsewhere(p string) string {
	if parts := strings.SplitN(p, "/", 3); len(parts) == 3 && strings.HasSuffix(parts[0], ".data") {
		return "Installers put it outside this folder (" + shown(parts[1]) + "); there it was not compared."
	}
	return ""
}
