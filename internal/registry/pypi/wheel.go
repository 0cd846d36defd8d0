package pypi

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"touchstone/internal/archive"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
)

// rules are those of wheels; source distributions have none beyond those of every
// archive.
func rules(name filename) archive.Rules {
	if !name.wheel {
		return archive.Rules{}
	}
	return archive.Rules{Written: written}
}

// written is where installers write what a wheel calls p, inside the folder of
// installed packages (packaging.python.org/specifications/
// binary-distribution-format, "The .data directory"): what stands under
// NAME.data/purelib and NAME.data/platlib goes to the root. What goes elsewhere
// keeps its path here.
func written(p string, _ bool) (string, error) {
	parts := strings.SplitN(p, "/", 3)
	if len(parts) > 1 && strings.HasSuffix(parts[0], ".data") && (parts[1] == "purelib" || parts[1] == "platlib") {
		return strings.Join(parts[2:], "/"), nil
	}
	return p, nil
}

// infoOf is the file's name inside the wheel's folder of information; not ok for
// what stands elsewhere.
func infoOf(p string) (folder, name string, ok bool) {
	folder, name, ok = strings.Cut(p, "/")
	return folder, name, ok && strings.HasSuffix(folder, ".dist-info")
}

func wantedOfWheel(p string) int64 {
	_, name, ok := infoOf(p)
	switch {
	case ok && name == "RECORD":
		return maxRecord
	case ok && (name == "METADATA" || name == "entry_points.txt" || strings.HasPrefix(name, "sboms/")), isPth(p):
		return maxMetadata
	}
	return 0
}

// placed is where a file stands in the folder of installed packages. What stands
// under NAME.data/data goes to the root of the whole environment, and so may
// lead there too.
func placed(p string) string {
	if parts := strings.SplitN(p, "/", 3); len(parts) == 3 && strings.HasSuffix(parts[0], ".data") && parts[1] == "data" {
		for _, folder := range []string{"site-packages/", "dist-packages/"} {
			if _, below, ok := strings.Cut(parts[2], folder); ok {
				return below
			}
		}
	}
	at, _ := written(p, false)
	return at
}

// isPth tells whether Python reads a file at each start: those at the root of the
// folder of installed packages (docs.python.org/3/library/site.html).
func isPth(p string) bool {
	at := placed(p)
	return !strings.Contains(at, "/") && strings.HasSuffix(at, ".pth")
}

// isCustom tells whether a file is of a module that Python imports at each start,
// wherever it comes from: sitecustomize and usercustomize.
func isCustom(p string) bool {
	name, rest, isPackage := strings.Cut(placed(p), "/")
	if isPackage {
		name += strings.TrimPrefix(rest, "__init__")
	}
	module, kind, _ := strings.Cut(name, ".")
	return (module == "sitecustomize" || module == "usercustomize") && slices.Contains([]string{"py", "pyc", "so", "pyd"}, kind[strings.LastIndexByte(kind, '.')+1:])
}

// wheel tells what a wheel says of itself.
//
//  1. The folder of information, of which there is to be one, by whose name
//     installers know the package.
//  2. METADATA, and the list of files.
//  3. What runs once it is installed: installing runs nothing.
//  4. The bills of materials (PEP 770).
func (i *inspector) wheel(_ context.Context, files []archive.File) registry.Inside {
	in := registry.Inside{}
	var infos, compiled, starts, boms []string
	known := map[string]bool{} // of infos
	for _, f := range files {
		if folder, name, ok := infoOf(f.Path); ok {
			if !known[folder] {
				known[folder] = true
				infos = append(infos, folder)
			}
			if strings.HasPrefix(name, "sboms/") {
				boms = append(boms, f.Path)
			}
		}
		switch at, _ := written(f.Path, false); {
		case isPth(f.Path):
			if i.docs[f.Path] == nil || executes(i.read(f.Path)) {
				starts = append(starts, f.Path)
			}
		case isCustom(f.Path):
			starts = append(starts, f.Path)
		case isCompiled(at):
			compiled = append(compiled, f.Path)
		}
		if security(f.Path) {
			in.Contact = append(in.Contact, f.Path)
		}
	}
	// 1.
	info := ""
	if len(infos) > 0 {
		info = infos[0]
	}
	in.Names = append(in.Names, i.folder(infos))
	// 2.
	in.Manifest = info + "/METADATA"
	if i.docs[in.Manifest] == nil {
		i.leave("It has no %s that could be read.", in.Manifest)
	}
	i.describe(&in, in.Manifest)
	in.List = i.list(info)
	// 3.
	run(&in, "start", "Each start of Python runs lines of these files, once it is installed.", "python3 -S", starts)
	run(&in, "use", "Installing it makes these commands.", "", scripts(i.read(info+"/entry_points.txt"), files))
	run(&in, "import", fmt.Sprintf("It holds machine code, which runs when it is imported (files: %d).", len(compiled)), "", compiled)
	// 4.
	for _, name := range boms {
		parts, err := readBOM(i.read(name))
		if err != nil {
			i.leave("The bill of materials %s could not be read.", name)
		}
		in.Ingredients = append(in.Ingredients, parts...)
	}
	return in
}

// folder compares the name of the folder of information with what was asked for.
func (i *inspector) folder(infos []string) registry.NameInside {
	asked := i.at.name + "-" + i.at.version + ".dist-info"
	n := registry.NameInside{Document: "The wheel", Field: "folder", Stated: purl.Some(infos), Asked: asked}
	if len(infos) == 1 {
		name, version, _ := strings.Cut(strings.TrimSuffix(infos[0], ".dist-info"), "-")
		if canonical(name) == canonical(i.at.name) && sameVersion(version, i.at.version) {
			n.Stated = asked
		}
	}
	return n
}

// list is the wheel's list of its files. It need not hold itself, nor its own
// signatures of old.
func (i *inspector) list(info string) *registry.FileList {
	l := &registry.FileList{Path: info + "/RECORD", Free: []string{info + "/RECORD", info + "/RECORD.jws", info + "/RECORD.p7s"}}
	if i.docs[l.Path] == nil {
		l.Broken = "it is not there, or larger than is read"
		return l
	}
	var err error
	if l.Files, err = readRecord(i.read(l.Path)); err != nil {
		l.Broken = err.Error()
	}
	return l
}

// executes tells whether a .pth file holds a line that Python runs: one that
// begins with import. Which characters end a line, and whether a mark of byte order
// is read away, differs with Python's versions: any of them may.
func executes(doc []byte) bool {
	for line := range strings.FieldsFuncSeq(string(bytes.TrimPrefix(doc, []byte("\ufeff"))), endsLine) {
		if strings.HasPrefix(line, "import ") || strings.HasPrefix(line, "import\t") {
			return true
		}
	}
	return false
}

// endsLine tells which characters end a line in Python (docs.python.org/3/library/
// stdtypes.html, str.splitlines).
func endsLine(r rune) bool {
	return strings.ContainsRune("\n\r\v\f\x1c\x1d\x1e\u0085\u2028\u2029", r)
}

// isCompiled tells whether a file is machine code by its name.
func isCompiled(p string) bool {
	name := strings.ToLower(path.Base(p))
	for _, ending := range []string{".so", ".pyd", ".dylib", ".dll"} {
		if strings.HasSuffix(name, ending) {
			return true
		}
	}
	return strings.Contains(name, ".so.")
}

// scripts are the commands that installing makes: by the groups console_scripts
// and gui_scripts (packaging.python.org/specifications/entry-points), and the
// files under NAME.data/scripts.
func scripts(points []byte, files []archive.File) []string {
	var out []string
	group := ""
	for line := range bytes.Lines(points) {
		text := strings.TrimSpace(string(line))
		if strings.HasPrefix(text, "[") {
			group = strings.Trim(text, "[] ")
			continue
		}
		name, _, found := strings.Cut(text, "=")
		if found && (group == "console_scripts" || group == "gui_scripts") && !strings.HasPrefix(text, "#") && !strings.HasPrefix(text, ";") {
			out = append(out, shown(strings.TrimSpace(name)))
		}
	}
	for _, f := range files {
		parts := strings.SplitN(f.Path, "/", 3)
		if len(parts) == 3 && strings.HasSuffix(parts[0], ".data") && parts[1] == "scripts" {
			out = append(out, fmt.Sprintf("%s (%s)", shown(parts[2]), shown(f.Path)))
		}
	}
	return out
}
