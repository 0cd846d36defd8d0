package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// inspect reads what the linker dumped, lines of the form "A -> B" for A that
// needs B, and fails
//
//  1. if a function calls methods by names that only run time knows
//     (<ReflectMethod>): the linker then keeps every exported method of every
//     type, megabytes of them
//  2. if a function that stands in for a pruned one is linked: then something
//     reaches what was pruned
//  3. if it does not see main.main: then there was nothing to read
func inspect(dump []byte, stubs map[string]bool) error {
	var errs []error
	seen := make(map[string]bool)
	for line := range strings.Lines(string(dump)) {
		from, to, ok := strings.Cut(strings.TrimSpace(line), " -> ")
		if !ok {
			continue
		}
		for _, symbol := range []string{from, to} {
			name, flags, _ := strings.Cut(symbol, " <")
			if seen[symbol] {
				continue
			}
			seen[symbol] = true
			seen[name] = true
			if strings.Contains(flags, "ReflectMethod>") {
				errs = append(errs, fmt.Errorf("inspecting what is linked: %s calls methods by name (needed by %s): the linker drops no method any more", name, from))
			}
			if stubs[name] {
				errs = append(errs, fmt.Errorf("inspecting what is linked: the stand-in %s is (needed by %s): something reaches what was pruned", name, from))
			}
		}
	}
	if !seen["main.main"] {
		errs = append(errs, errors.New("inspecting what is linked: main.main is not among it: the linker did not say"))
	}
	return errors.Join(errs...)
}

// stubFunctions returns the linker's names of all functions and methods that
// stand in for others.
func (b *builder) stubFunctions() (map[string]bool, error) {
	names := make(map[string]bool)
	standIns := make(map[string]bool)
	for _, m := range b.list.Modules {
		for _, f := range m.Files {
			if f.Action == Stub {
				if err := addFunctions(names, path.Join(m.Path, path.Dir(f.Path)), b.stubFile(f)); err != nil {
					return nil, err
				}
			}
			for _, pkg := range f.Imports {
				standIns[pkg] = true
			}
		}
	}
	for pkg := range standIns {
		_, beneath, _ := strings.Cut(pkg, "/") // the root's own name is its first element
		files, err := filepath.Glob(b.path(filepath.FromSlash(beneath), "*.go"))
		if err != nil || len(files) == 0 {
			return nil, fmt.Errorf("reading the stand-in %s: no Go file in %s", pkg, beneath)
		}
		for _, file := range files {
			if err := addFunctions(names, pkg, file); err != nil {
				return nil, err
			}
		}
	}
	return names, nil
}

// addFunctions adds the functions of one file. Instances of generic ones are
// not found: no stub is generic.
func addFunctions(names map[string]bool, pkg, file string) error {
	src, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("reading a stub: %w", err)
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), file, src, parser.SkipObjectResolution|parser.ParseComments)
	if err != nil {
		return fmt.Errorf("reading a stub: %w", err)
	}
	// The linker escapes dots in a path's last element.
	prefix := path.Join(path.Dir(pkg), strings.ReplaceAll(path.Base(pkg), ".", "%2e")) + "."
	for _, d := range parsed.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || harmless(f) {
			continue
		}
		if f.Recv == nil {
			names[prefix+f.Name.Name] = true
			continue
		}
		switch t := f.Recv.List[0].Type.(type) {
		case *ast.Ident:
			names[prefix+t.Name+"."+f.Name.Name] = true
			names[prefix+"(*"+t.Name+")."+f.Name.Name] = true
		case *ast.StarExpr:
			names[fmt.Sprintf("%s(*%s).%s", prefix, t.X, f.Name.Name)] = true
		default:
			return fmt.Errorf("reading a stub: %s: the receiver of %s is not a plain type", file, f.Name.Name)
		}
	}
	return nil
}

// harmless reports whether a stub says of itself that it may be linked: it is
// called when the program starts, and what it makes cannot be used without
// another stub; or it answers as what it stands in for.
func harmless(f *ast.FuncDecl) bool {
	return f.Doc != nil && slices.ContainsFunc(f.Doc.List, func(c *ast.Comment) bool { return c.Text == "//slim:linked" })
}
