package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"go/ast"
	"slices"
	"strings"
)

const functionName = 4 // in a function's description: where its name is, among the names

// shortenNames takes out of the initial memory what few ever read of functions'
// names, which is 53 kB of brotli of the page's first program:
//
//   - the types that a generic function is made for: a stack trace shows [...]
//     in their place anyway
//   - which function of a library it is, Go's own among them: a trace then shows the
//     package, as in github.com/sigstore/sigstore-go/pkg/verify.?, between the
//     functions of this module that led there
//
// The runtime goes by the names of some functions (see [named]), and a trace shows
// those of its own that are exported; those stay. A wrapper of a method, called with nil, must be named like
// one, (*TYPE).METHOD, or the runtime gives up where it would panic
// (runtime/error.go, panicwrap): methods of pointers share a name of their own,
// PACKAGE.(*?).?. What is inlined is named in tables of its own, which point
// to the same names: the packages of which anything may be, inlines, keep theirs.
//
//  1. give every function the one name that it shares with others
//  2. zero the names that went, and write those that are shared: each over the
//     first that it stands for, which is longer
func shortenNames(l lines, inlines []string) error {
	went, shared := map[uint32]int{}, map[string]uint32{}
	for i := range l.count {
		at := uint64(binary.LittleEndian.Uint32(l.descriptions[8*i+4:]))
		if at+functionSize > uint64(len(l.descriptions)) {
			return fmt.Errorf("shortening the names of functions: function %d: its description is cut short", i)
		}
		field := l.descriptions[at+functionName:]
		from := binary.LittleEndian.Uint32(field)
		name, err := l.name(from)
		if err != nil {
			return fmt.Errorf("shortening the names of functions: function %d: %w", i, err)
		}
		short := shortName(name, inlines)
		if short == name {
			continue
		}
		// 1.
		if _, ok := shared[short]; !ok {
			shared[short] = from
		}
		went[from] = len(name)
		binary.LittleEndian.PutUint32(field, shared[short])
	}
	// 2.
	for at, size := range went {
		clear(l.functions[at:][:size])
	}
	for short, at := range shared {
		copy(l.functions[at:], short)
	}
	return nil
}

// name is the function's name at an offset, which a zero ends.
func (l lines) name(at uint32) (string, error) {
	if uint64(at) >= uint64(len(l.functions)) {
		return "", fmt.Errorf("its name at %d is behind all names", at)
	}
	name, _, ended := bytes.Cut(l.functions[at:], []byte{0})
	if !ended {
		return "", fmt.Errorf("its name at %d has no end", at)
	}
	return string(name), nil
}

// shortName is the name that a function gets: its own, where none is shorter.
func shortName(name string, inlines []string) string {
	if short := packageOf(elided(name), inlines); len(short) < len(name) {
		return short
	}
	return name
}

// elided is a name without the types that a generic function is made for, as the
// runtime shows it (runtime/symtab.go, funcNameForPrint).
func elided(name string) string {
	if i, j := strings.IndexByte(name, '['), strings.LastIndexByte(name, ']'); i >= 0 && i < j {
		return name[:i] + "[...]" + name[j+1:]
	}
	return name
}

// own is the program: its main package, and its module.
var own = []string{"main", "touchstone"}

// named are the functions by whose names the runtime goes (runtime/stkframe.go,
// argMapInternal; runtime/traceback.go, printFuncName).
var named = []string{"reflect.makeFuncStub", "reflect.methodValueCall", "runtime.gopanic"}

// packageOf stands for all functions of a package of a library, Go's own among
// them, or for all methods of its pointers. The names of the program itself stay,
// those that the runtime goes by, and those of functions that may be inlined.
func packageOf(name string, inlines []string) string {
	path := name
	if made, ok := strings.CutPrefix(name, "type:."); ok { // type:.eq.PACKAGE.TYPE, which the compiler made
		_, path, _ = strings.Cut(made, ".")
	}
	slash := strings.LastIndexByte(path, '/') + 1
	end := slash + strings.IndexByte(path[slash:], '.')
	if end <= slash || strings.ContainsAny(path[:end], "[{*( ") { // what the linker made, or a type without a name
		return name
	}
	stays := func(pkg string) bool { return path[:end] == pkg || strings.HasPrefix(path, pkg+"/") }
	if slices.ContainsFunc(own, stays) || slices.ContainsFunc(inlines, stays) || slices.Contains(named, name) || isExported(path) {
		return name
	}
	kind := ".?"
	if strings.HasPrefix(path[end:], ".(*") {
		kind = ".(*?).?"
	}
	return name[:len(name)-len(path)+end] + kind
}

// isExported tells whether a trace shows a function as one of the runtime's own that
// programs call (runtime/traceback.go, isExportedRuntime).
func isExported(name string) bool {
	name, ok := strings.CutPrefix(name, "runtime.")
	return ok && ast.IsExported(strings.TrimLeft(name, "(*"))
}
