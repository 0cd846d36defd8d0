package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/modfile"
)

// A builder makes the pruned modules and builds with them.
type builder struct {
	root string // the folder of go.mod
	out  string // the build folder, relative to root
	list *List

	unpacked bool // see pack
}

func (b *builder) path(elem ...string) string {
	return filepath.Join(append([]string{b.root}, elem...)...)
}

// folder is where a module's pruned copy is, relative to the root.
func (b *builder) folder(m Module) string {
	return path.Join(filepath.ToSlash(b.out), "mod", m.Path+"@"+m.Version)
}

func (b *builder) listFile() string { return b.path("wasm", "slim", "list.json") }
func (b *builder) modfile() string  { return b.path(b.out, "slim.mod") }

// plainModfile is go.mod as it is: with it the go command can be asked without
// go.mod or go.sum changing.
func (b *builder) plainModfile() string { return b.path(b.out, "plain.mod") }

// newBuilder finds the module's root and reads the list. out is relative to
// the root, and beneath it: the go command writes the replacements' folders
// into the binary, so an absolute one would make it depend on the machine.
func newBuilder(out string) (*builder, error) {
	if !filepath.IsLocal(out) || out == "." {
		return nil, fmt.Errorf("choosing the build folder: %q is not a folder inside the module: name one like build/slim", out)
	}
	gomod, _, err := run("", nil, "go", "env", "GOMOD")
	if err != nil {
		return nil, fmt.Errorf("finding go.mod: %w", err)
	}
	b := &builder{root: filepath.Dir(strings.TrimSpace(string(gomod))), out: filepath.Clean(out)}
	b.list, err = readList(b.listFile())
	return b, err
}

// generate fills the build folder:
//
//  1. copy go.mod and go.sum
//  2. check that go.mod selects the versions that the list was reviewed for
//  3. download the listed modules, and prove each equal to its line in go.sum
//  4. check every listed file's hash
//  5. copy the modules, without what is dropped, with the stubs
//  6. write slim.mod, which is go.mod with the replacements, and the flags with which
//     the whole program is compiled: who vets with them finds it in Go's cache
//
// A build folder that is right already is not touched, so that generating
// again does not disturb a build.
func (b *builder) generate() error {
	// 1.
	goMod, goSum, err := b.copyGoMod()
	if err != nil {
		return err
	}
	// 2.
	if err := b.checkVersions(); err != nil {
		return err
	}
	// 3.
	zips, err := b.download()
	if err != nil {
		return err
	}
	h1 := sums(goSum)
	kept := make(map[string]bool)
	for _, m := range b.list.Modules {
		files, err := readModule(m, zips[m.Path], h1[m.Path+" "+m.Version])
		if err != nil {
			return err
		}
		// 4.
		pruned, err := b.prune(m, files)
		if err != nil {
			return err
		}
		// 5.
		for _, name := range slices.Sorted(maps.Keys(pruned)) {
			file := b.path(filepath.FromSlash(b.folder(m)), filepath.FromSlash(name))
			kept[file] = true
			if err := writeFile(file, pruned[name]); err != nil {
				return err
			}
		}
	}
	if err := removeOthers(b.path(b.out, "mod"), kept); err != nil {
		return err
	}
	// 6.
	if err := writeFile(b.path(b.out, "flags"), []byte(strings.Join(compiling(wholeInlined), "\n")+"\n")); err != nil {
		return err
	}
	return b.writeModfile(goMod, goSum)
}

// copyGoMod writes plain.mod and plain.sum, and returns what they hold.
func (b *builder) copyGoMod() (goMod, goSum []byte, err error) {
	if goMod, err = os.ReadFile(b.path("go.mod")); err != nil {
		return nil, nil, fmt.Errorf("copying go.mod: %w", err)
	}
	if goSum, err = os.ReadFile(b.path("go.sum")); err != nil {
		return nil, nil, fmt.Errorf("copying go.sum: %w", err)
	}
	if err := writeFile(b.plainModfile(), goMod); err != nil {
		return nil, nil, err
	}
	return goMod, goSum, writeFile(b.path(b.out, "plain.sum"), goSum)
}

// writeModfile writes slim.mod and slim.sum.
func (b *builder) writeModfile(goMod, goSum []byte) error {
	slim, err := modfile.Parse("go.mod", goMod, nil)
	if err != nil {
		return fmt.Errorf("writing slim.mod: %w", err)
	}
	for _, m := range b.list.Modules {
		if err := slim.AddReplace(m.Path, m.Version, "./"+b.folder(m), ""); err != nil {
			return fmt.Errorf("writing slim.mod: replacing %s: %w", m.Path, err)
		}
	}
	text, err := slim.Format()
	if err != nil {
		return fmt.Errorf("writing slim.mod: %w", err)
	}
	if err := writeFile(b.path(b.out, "slim.sum"), goSum); err != nil {
		return err
	}
	return writeFile(b.modfile(), text)
}

// prune returns the files that the build sees. It fails if a listed file is
// not there or not the one that was reviewed, naming all of them.
func (b *builder) prune(m Module, files map[string][]byte) (map[string][]byte, error) {
	pruned := make(map[string][]byte)
	for name, data := range files {
		if builds(name) {
			pruned[name] = data
		}
	}
	var errs []error
	for _, f := range m.Files {
		data, ok := files[f.Path]
		if !ok {
			errs = append(errs, fmt.Errorf("pruning %s@%s: %s is listed and not there: a version bump is a review", m.Path, m.Version, f.Path))
			continue
		}
		if got := hash(data); got != f.SHA256 {
			errs = append(errs, fmt.Errorf("pruning %s@%s: %s hashes to %s, the list says %s: a version bump is a review", m.Path, m.Version, f.Path, got, f.SHA256))
			continue
		}
		var err error
		switch f.Action {
		case Drop:
			delete(pruned, f.Path)
		case Stub:
			pruned[f.Path], err = os.ReadFile(b.stubFile(f))
		case Imports:
			pruned[f.Path], err = redirect(f.Path, data, f.Imports)
		case Without:
			pruned[f.Path], err = disable(f.Path, data, f.Without)
		case Faster:
			err = b.hasten(f, data, pruned)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("pruning %s@%s: %w", m.Path, m.Version, err))
		}
	}
	return pruned, errors.Join(errs...)
}

func (b *builder) stubFile(f File) string {
	return b.path("wasm", "slim", "stubs", filepath.FromSlash(f.Stub))
}

// builds reports whether a build of packages could look at the file.
func builds(name string) bool {
	return !strings.HasSuffix(name, "_test.go") && !slices.Contains(strings.Split(path.Dir(name), "/"), "testdata")
}

// redirect changes the paths of imports and nothing else. Each must be there,
// without a name: the package that stands in has the same name.
func redirect(name string, src []byte, imports map[string]string) ([]byte, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, src, parser.ImportsOnly)
	if err != nil {
		return nil, fmt.Errorf("reading the imports of %s: %w", name, err)
	}
	out := bytes.Clone(src)
	done := 0
	// From the last to the first, so that offsets stay right.
	for _, spec := range slices.Backward(file.Imports) {
		from, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, fmt.Errorf("reading the imports of %s: %w", name, err)
		}
		to, ok := imports[from]
		if !ok {
			continue
		}
		if spec.Name != nil || path.Base(to) != path.Base(from) {
			return nil, fmt.Errorf("redirecting %q in %s: only an import without a name, by one that ends alike, can be", from, name)
		}
		at := fset.Position(spec.Path.Pos()).Offset
		out = slices.Replace(out, at, at+len(spec.Path.Value), []byte(strconv.Quote(to))...)
		done++
	}
	if done != len(imports) {
		return nil, fmt.Errorf("redirecting imports of %s: %d of %d found", name, done, len(imports))
	}
	return out, nil
}

// hasten takes functions out of a file, and puts the file of ours that has them
// beside it.
func (b *builder) hasten(f File, src []byte, pruned map[string][]byte) error {
	beside := path.Join(path.Dir(f.Path), strings.TrimSuffix(path.Base(f.Stub), ".txt"))
	if _, taken := pruned[beside]; taken {
		return fmt.Errorf("putting %s beside %s: the module has a file of that name", beside, f.Path)
	}
	ours, err := os.ReadFile(b.stubFile(f))
	if err != nil {
		return err
	}
	pruned[beside] = ours
	pruned[f.Path], err = edit(f.Path, src, f.Without, func(out []byte, d *ast.FuncDecl, at func(token.Pos) int) []byte {
		return slices.Delete(out, at(d.Pos()), at(d.End()))
	})
	return err
}

// disable lets functions panic before all that they do, which the compiler then
// leaves out, and changes nothing else.
func disable(name string, src []byte, functions []string) ([]byte, error) {
	return edit(name, src, functions, func(out []byte, d *ast.FuncDecl, at func(token.Pos) int) []byte {
		return slices.Insert(out, at(d.Body.Lbrace)+1, fmt.Appendf(nil, " panic(%q);", d.Name.Name+" is left out: see wasm/slim/list.json")...)
	})
}

// edit changes functions of a file and nothing else. Each must be there, and no
// method. by is given what the file is by then, a function, and where in the file
// something of it stands.
func edit(name string, src []byte, functions []string, by func(out []byte, d *ast.FuncDecl, at func(token.Pos) int) []byte) ([]byte, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, src, parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("reading the functions of %s: %w", name, err)
	}
	out := bytes.Clone(src)
	done := 0
	// From the last to the first, so that offsets stay right.
	for _, d := range slices.Backward(file.Decls) {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Recv != nil || f.Body == nil || !slices.Contains(functions, f.Name.Name) {
			continue
		}
		out = by(out, f, func(p token.Pos) int { return fset.Position(p).Offset })
		done++
	}
	if done != len(functions) {
		return nil, fmt.Errorf("changing functions of %s: %d of %d found", name, done, len(functions))
	}
	return out, nil
}

func hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// writeFile leaves a file that is right already alone.
func writeFile(file string, data []byte) error {
	if old, err := os.ReadFile(file); err == nil && bytes.Equal(old, data) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return fmt.Errorf("writing the build folder: %w", err)
	}
	if err := os.WriteFile(file, data, 0o644); err != nil {
		return fmt.Errorf("writing the build folder: %w", err)
	}
	return nil
}

// removeOthers removes what an earlier list left behind: a file that should be
// gone would be built.
func removeOthers(folder string, kept map[string]bool) error {
	return filepath.WalkDir(folder, func(file string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || kept[file] {
			return err
		}
		if err := os.Remove(file); err != nil {
			return fmt.Errorf("cleaning the build folder: %w", err)
		}
		return nil
	})
}
