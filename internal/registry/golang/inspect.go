package golang

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
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
	scanners            []*cgoScanner
	unread              string // what should have been read and was not
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
	case rel == "go.mod" && size > maxGoMod:
		i.unread = "Its go.mod is larger than the go command reads."
	case rel == "go.mod":
		return &i.goMod
	case strings.HasSuffix(rel, ".go") && !strings.HasSuffix(rel, "_test.go") && reached(rel):
		s := &cgoScanner{file: rel}
		i.scanners = append(i.scanners, s)
		return s
	}
	return nil
}

// reached leaves out what no import leads to: folders below vendor. The go
// command skips testdata, _x and .x only where it expands "./...", and imports
// reach them.
func reached(rel string) bool { return !strings.Contains("/"+path.Dir(rel), "/vendor/") }

// Inside tells what go.mod says and what a build would run or link.
func (i *inspector) Inside(ctx context.Context, files []archive.File) registry.Inside {
	var in registry.Inside
	var found compiled
	hasMod := false
	for n, f := range files {
		if n%1024 == 0 && ctx.Err() != nil {
			return registry.Inside{Unread: "Reading it was cancelled."}
		}
		rel := strings.TrimPrefix(f.Path, i.root)
		if rel == f.Path {
			continue
		}
		if rel == "go.mod" {
			hasMod = true
		}
		found.add(rel)
		if strings.EqualFold(path.Base(rel), "SECURITY.md") && strings.Count(rel, "/") <= 1 {
			in.Contact = append(in.Contact, rel)
		}
	}
	for _, s := range i.scanners {
		if s.found {
			found.cgo = append(found.cgo, s.file)
		}
	}
	in.Names = append(in.Names, registry.NameInside{
		Document: "The folder", Field: "module and version", Stated: i.folder(files), Asked: i.path + "@" + i.version})
	if hasMod {
		i.readGoMod(&in)
	} else {
		in.Undeclared = "It has no go.mod, which would name them."
	}
	in.Runs = append(in.Runs, found.runs()...)
	in.Read, in.Unread = i.unread == "", i.unread
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
	if stated == "" {
		i.unread = "Its go.mod cannot be parsed, or names no module."
		return
	}
	for _, r := range f.Require {
		// Nobody checks that mark: what it stands at may be imported all the same.
		kind := "requires"
		if r.Indirect {
			kind = "indirect"
		}
		namespace, name := splitPath(r.Mod.Path)
		ref := purl.Ref{Type: "golang", Namespace: namespace, Name: name, Version: r.Mod.Version}
		in.Ingredients = append(in.Ingredients, registry.Ingredient{Ref: ref.String(), Kind: kind})
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

// compiled are the files of which a build does more than compile Go.
type compiled struct{ cgo, swig, objects, asm []string }

func (c *compiled) add(rel string) {
	if !reached(rel) {
		return
	}
	switch path.Ext(rel) {
	case ".swig", ".swigcxx":
		c.swig = append(c.swig, rel)
	case ".s", ".S", ".sx":
		c.asm = append(c.asm, rel)
	case ".syso":
		c.objects = append(c.objects, rel)
	}
}

func (c *compiled) runs() []registry.Run {
	var out []registry.Run
	add := func(one, many, stop string, files []string) {
		what := many
		switch len(files) {
		case 0:
			return
		case 1:
			what = one
		}
		slices.Sort(files)
		out = append(out, registry.Run{When: "build", What: strings.ReplaceAll(what, "%d", strconv.Itoa(len(files))), Stop: stop}.In(files))
	}
	add("Building it with cgo runs the C compiler on code and flags from one file.", "Building it with cgo runs the C compiler on code and flags from %d files.", "CGO_ENABLED=0", c.cgo)
	add("Building it with cgo runs SWIG and the C compiler on one interface file.", "Building it with cgo runs SWIG and the C compiler on %d interface files.", "CGO_ENABLED=0", c.swig)
	add("A prebuilt object file (.syso) is linked into programs: nobody can read it as source.", "%d prebuilt object files (.syso) are linked into programs: nobody can read them as source.", "", c.objects)
	add("One assembly file is assembled into programs.", "%d assembly files are assembled into programs.", "", c.asm)
	return out
}
