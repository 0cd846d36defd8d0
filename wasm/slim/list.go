package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// A List says what the pruned build leaves out, and what nothing may bring
// back.
type List struct {
	// Toolchain is the Go version that builds the wasm, e.g. "go1.26.8": the
	// same sources give the same bytes only with the same compiler.
	Toolchain string `json:"toolchain"`
	// Absent are packages that the wasm must not depend on.
	Absent []string `json:"absent"`
	// Programs are what is built otherwise than the page's program, by package.
	Programs map[string]Program `json:"programs"`
	// Modules are those to prune, each of exactly the version that go.mod
	// selects.
	Modules []Module `json:"modules"`
}

// A Program is one that does not go to browsers.
type Program struct {
	Why string `json:"why"`
	// Fast inlines as the whole program does: less work, for more bytes.
	Fast bool `json:"fast"`
	// Allows are those of Absent that this program may depend on.
	Allows []string `json:"allows,omitempty"`
}

// A Module is one module to prune. Files that it does not name are kept.
type Module struct {
	Path    string `json:"path"`
	Version string `json:"version"`
	Why     string `json:"why"` // no verification needs what goes
	Files   []File `json:"files"`
}

// A File is one file of a module that a review looked at.
type File struct {
	Path   string `json:"path"`   // slash-separated, beneath the module's root
	SHA256 string `json:"sha256"` // of the original, lower-case hex
	Action Action `json:"action"`
	// Stub names, beneath stubs/, what stands in for a stubbed file, or has the
	// functions that a file whose action is faster is kept without.
	Stub string `json:"stub,omitempty"`
	// Imports maps import paths of a file whose action is imports to the
	// packages of the same name that stand in.
	Imports map[string]string `json:"imports,omitempty"`
	// Without names functions of a file whose action is without or faster.
	Without []string `json:"without,omitempty"`
}

// An Action is what becomes of a file.
type Action string

const (
	Drop    Action = "drop"    // it is left out
	Keep    Action = "keep"    // it is kept where a pattern drops its neighbours
	Stub    Action = "stub"    // a file of ours takes its place
	Imports Action = "imports" // it is kept but for the paths it imports
	Without Action = "without" // it is kept but for functions, which panic: a table of functions may name them
	Faster  Action = "faster"  // it is kept but for functions, which a file of ours beside it has: they answer alike in less time
)

// readList reads and checks the list. It does not look at the modules.
func readList(file string) (*List, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading the list: %w", err)
	}
	l := new(List)
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(l); err != nil {
		return nil, fmt.Errorf("reading the list %s: %w", file, err)
	}
	for _, m := range l.Modules {
		for _, f := range m.Files {
			if err := f.check(); err != nil {
				return nil, fmt.Errorf("reading the list: module %s: file %q: %w", m.Path, f.Path, err)
			}
		}
	}
	return l, nil
}

func (f File) check() error {
	if !filepath.IsLocal(filepath.FromSlash(f.Path)) || path.Clean(f.Path) != f.Path {
		return fmt.Errorf("the path is not a clean one beneath the module's root")
	}
	if (f.Action == Stub || f.Action == Faster) != (f.Stub != "") {
		return fmt.Errorf("action %q and stub %q do not go together", f.Action, f.Stub)
	}
	if (f.Action == Imports) != (len(f.Imports) > 0) {
		return fmt.Errorf("action %q and imports %v do not go together", f.Action, f.Imports)
	}
	if (f.Action == Without || f.Action == Faster) != (len(f.Without) > 0) {
		return fmt.Errorf("action %q and without %v do not go together", f.Action, f.Without)
	}
	switch f.Action {
	case Drop, Keep, Stub, Imports, Without, Faster:
		return nil
	}
	return fmt.Errorf("unknown action %q: use drop, keep, stub, imports, without or faster", f.Action)
}

// write writes the list the way it is checked in.
func (l *List) write(file string) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(l); err != nil {
		return fmt.Errorf("writing the list: %w", err)
	}
	if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
		return fmt.Errorf("writing the list: %w", err)
	}
	return nil
}

// isPattern tells an entry for -relist to expand from a file's own entry.
func (f File) isPattern() bool { return strings.ContainsAny(f.Path, "*?[") }
