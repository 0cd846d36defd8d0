package golang

import (
	"bytes"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"

	"touchstone/internal/archive"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
)

// inspector reads go.mod and looks into the source for what building runs.
type inspector struct {
	path, version, root string
	goMod               bytes.Buffer
	cgo                 []string
	scanners            []*cgoScanner
}

func newInspector(path, version string) *inspector {
	return &inspector{path: path, version: version, root: path + "@" + version + "/"}
}

// maxGoMod is the go command's own limit (golang.org/x/mod/zip.MaxGoMod).
const maxGoMod = 16 << 20

// Open asks for go.mod and for every Go file that a build could compile.
func (i *inspector) Open(name string, size int64) io.Writer {
	rel := strings.TrimPrefix(name, i.root)
	switch {
	case rel == "go.mod" && size <= maxGoMod:
		return &i.goMod
	case strings.HasSuffix(rel, ".go") && !strings.HasSuffix(rel, "_test.go") && built(rel):
		s := &cgoScanner{file: rel}
		i.scanners = append(i.scanners, s)
		return s
	}
	return nil
}

// built leaves out the folders that "./..." does not reach.
func built(rel string) bool {
	for _, part := range strings.Split(path.Dir(rel), "/") {
		if part == "testdata" || part == "vendor" || strings.HasPrefix(part, "_") || strings.HasPrefix(part, ".") && part != "." {
			return false
		}
	}
	return true
}

// Inside tells what go.mod says and what a build would run or link.
func (i *inspector) Inside(files []archive.File) registry.Inside {
	var in registry.Inside
	var asm, objects []string
	hasMod := false
	for _, f := range files {
		rel := strings.TrimPrefix(f.Path, i.root)
		if rel == f.Path {
			continue
		}
		switch {
		case rel == "go.mod":
			hasMod = true
		case !built(rel):
		case strings.HasSuffix(rel, ".s") || strings.HasSuffix(rel, ".S"):
			asm = append(asm, rel)
		case strings.HasSuffix(rel, ".syso"):
			objects = append(objects, rel)
		}
		if strings.EqualFold(path.Base(rel), "SECURITY.md") && strings.Count(rel, "/") <= 1 {
			in.Contact = append(in.Contact, rel)
		}
	}
	for _, s := range i.scanners {
		if s.found {
			i.cgo = append(i.cgo, s.file)
		}
	}
	in.Names = append(in.Names, registry.NameInside{
		Document: "The folder", Field: "module and version", Stated: i.folder(files), Asked: i.path + "@" + i.version})
	if hasMod {
		i.readGoMod(&in)
	}
	in.Runs = append(in.Runs, runs(i.cgo, asm, objects)...)
	return in
}

// folder is the module@version part that the files' names begin with.
func (i *inspector) folder(files []archive.File) string {
	for _, f := range files {
		if !strings.HasPrefix(f.Path, i.root) {
			return f.Path
		}
	}
	if len(files) == 0 {
		return ""
	}
	return strings.TrimSuffix(i.root, "/")
}

// readGoMod adds what the package's own go.mod states. One that cannot be
// parsed states no name, which is a mismatch.
func (i *inspector) readGoMod(in *registry.Inside) {
	f, err := modfile.ParseLax("go.mod", i.goMod.Bytes(), nil)
	stated := ""
	if err == nil && f.Module != nil {
		stated = f.Module.Mod.Path
	}
	in.Names = append(in.Names, registry.NameInside{Document: "go.mod", Field: "module", Stated: stated, Asked: i.path})
	if err != nil {
		return
	}
	for _, r := range f.Require {
		if r.Indirect {
			continue
		}
		namespace, name := splitPath(r.Mod.Path)
		ref := purl.Ref{Type: "golang", Namespace: namespace, Name: name, Version: r.Mod.Version}
		in.Ingredients = append(in.Ingredients, registry.Ingredient{Ref: ref.String(), Kind: "requires"})
	}
	if name := toolchain(f); name != "" {
		in.Runs = append(in.Runs, registry.Run{When: "build",
			What:  fmt.Sprintf("Its go.mod asks for the toolchain %q, which the go command may download. That counts only when the module is built as the main module, not when it is imported.", name),
			Files: []string{"go.mod"}, Stop: "GOTOOLCHAIN=local"})
	}
}

// toolchain is what a toolchain line names. The lax reading of a go.mod, which
// is right for a dependency, passes over that line.
func toolchain(f *modfile.File) string {
	for _, statement := range f.Syntax.Stmt {
		if line, ok := statement.(*modfile.Line); ok && len(line.Token) == 2 && line.Token[0] == "toolchain" {
			return line.Token[1]
		}
	}
	return ""
}

// maxListed bounds how many files a run names.
const maxListed = 20

func runs(cgo, asm, objects []string) []registry.Run {
	var out []registry.Run
	add := func(when, what, stop string, files []string) {
		if len(files) == 0 {
			return
		}
		slices.Sort(files)
		out = append(out, registry.Run{When: when, What: fmt.Sprintf(what, len(files)), Stop: stop, Files: files[:min(len(files), maxListed)]})
	}
	add("build", "Building it with cgo runs the C compiler on code and flags from %d files.", "CGO_ENABLED=0", cgo)
	add("build", "%d prebuilt object files (.syso) are linked into programs without being compiled: nobody can read them as source.", "", objects)
	add("build", "%d assembly files are assembled into programs.", "", asm)
	return out
}
