package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// linked are those with which it is linked. -dumpdep changes nothing in the wasm: it
// lists what is linked, and why. -checklinkname=0 lets touchstone/wasm/p256 use Go's own
// additions of points.
const linked = "-ldflags=-s -w -buildid= -dumpdep -checklinkname=0"

// inlined are the packages of a wasm that browsers load in which functions are
// inlined, each with what lies beneath it: most of the time goes there, and without
// that a signature takes four times as long. Elsewhere inlining is off, which makes
// the compressed wasm 13% smaller.
var inlined = []string{
	"crypto/internal/fips140/nistec",
	"crypto/internal/fips140/bigmod",
	"crypto/internal/fips140/sha256",
	"crypto/internal/fips140/sha512",
	"math/bits",
	"internal/byteorder",
}

// alsoInlined are those of the whole program and of what runs on a server beside them:
// so what they share is compiled once. The whole program reads lock files of thousands
// of pins, and most of that is Go's own runtime, JSON, and the signed heads that come
// with each line of a go.sum; and lists of all packages of a distribution, which xz packs
// bit by bit. A server answers HTTP. Inlining there costs 1% of what is fetched.
var alsoInlined = []string{
	"crypto/internal/fips140/edwards25519",
	"runtime",
	"internal/runtime",
	"internal/bytealg",
	"unicode/utf8",
	"touchstone/internal/strictjson",
	"github.com/mikelolasagasti/xz",
	"github.com/syumai/workers",
	"net/http",
	"net/textproto",
	"bufio",
	"strings",
	"bytes",
	"syscall/js",
	"touchstone/internal/relay",
	"touchstone/web",
}

// wholeInlined are those of the whole program.
var wholeInlined = slices.Concat(inlined, alsoInlined)

// inlines are the packages of a wasm in which functions are inlined.
func (b *builder) inlines(pkg, tags string) []string {
	if b.list.Programs[pkg].Fast || slices.Contains(strings.Split(tags, ","), wholeTag) {
		return wholeInlined
	}
	return inlined
}

// compiling are the flags with which a wasm is compiled that inlines functions in
// these packages, and nowhere else.
func compiling(inlines []string) []string {
	flags := []string{"-mod=readonly", "-trimpath", "-buildvcs=false", "-gcflags=all=-l"}
	for _, pkg := range inlines {
		flags = append(flags, "-gcflags="+pkg+"/...=")
	}
	return flags
}

// wholeTag is the build tag of the whole program.
const wholeTag = "touchstone_whole"

// environment lets nothing of the caller's own settings into the wasm.
func (b *builder) environment() []string {
	return []string{"GOOS=js", "GOARCH=wasm", "GOWASM=", "GOFLAGS=", "GOEXPERIMENT=", "GOFIPS140=off", "GOWORK=off", "CGO_ENABLED=0", "GOTOOLCHAIN=" + b.list.Toolchain}
}

// build builds the package into the file wasm, both relative to the root, with
// the modules that generate made. It fails, and leaves the file as it was, if
// the wasm holds what pruning is to keep out.
func (b *builder) build(pkg, tags, wasm string) error {
	if err := b.checkAbsent(pkg, tags); err != nil {
		return fmt.Errorf("building %s: %w", pkg, err)
	}
	file := b.path(filepath.FromSlash(wasm))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return fmt.Errorf("building %s: %w", pkg, err)
	}
	dir, err := os.MkdirTemp(filepath.Dir(file), "building-")
	if err != nil {
		return fmt.Errorf("building %s: %w", pkg, err)
	}
	defer os.RemoveAll(dir)
	built := filepath.Join(dir, filepath.Base(file))
	args := slices.Concat([]string{"build", "-modfile=" + b.modfile(), "-tags=" + tags, "-o", built, linked}, compiling(b.inlines(pkg, tags)))
	_, dump, err := run(b.root, b.environment(), "go", append(args, pkg)...)
	if err != nil {
		return fmt.Errorf("building %s: %w", pkg, err)
	}
	stubs, err := b.stubFunctions()
	if err != nil {
		return err
	}
	if err := inspect(dump, stubs); err != nil {
		return fmt.Errorf("building %s: %w", pkg, err)
	}
	if !b.unpacked {
		if err := packFile(built, b.inlines(pkg, tags)); err != nil {
			return fmt.Errorf("building %s: %w", pkg, err)
		}
	}
	if err := os.Rename(built, file); err != nil {
		return fmt.Errorf("building %s: %w", pkg, err)
	}
	return nil
}

func packFile(file string, inlines []string) error {
	linked, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("packing the wasm: %w", err)
	}
	packed, err := pack(linked, inlines)
	if err != nil {
		return err
	}
	if err := os.WriteFile(file, packed, 0o755); err != nil {
		return fmt.Errorf("packing the wasm: %w", err)
	}
	return nil
}

// checkAbsent fails if the package needs one that the list keeps out.
func (b *builder) checkAbsent(pkg, tags string) error {
	out, _, err := run(b.root, b.environment(), "go", "list", "-mod=readonly", "-modfile="+b.modfile(), "-tags="+tags, "-deps", pkg)
	if err != nil {
		return fmt.Errorf("listing what it needs: %w", err)
	}
	deps := strings.Fields(string(out))
	var errs []error
	for _, p := range b.list.Absent {
		if slices.Contains(deps, p) && !slices.Contains(b.list.Programs[pkg].Allows, p) {
			errs = append(errs, fmt.Errorf("it imports %s: go list -deps says through what; write it without, or prune the one that does", p))
		}
	}
	return errors.Join(errs...)
}
