// Slim builds Touchstone's wasm from pruned modules.
//
//	go run ./wasm/slim                  prune into build/slim
//	go run ./wasm/slim -build ./wasm    prune, build, inspect and compress
//	go run ./wasm/slim -run ./web/site -tags T -- -out build/site
//	                                    prune, build, and run under Node
//	go run ./wasm/slim -relist          after a version bump: see list.json
//
// sigstore-go as it is published does not compile for js/wasm and brings gRPC,
// HTTP clients and servers, and a table of formats that no verification
// reaches: 35 MB, where what is reached takes 15. list.json says file by file
// what is left out or replaced by a stub, which functions are ours because they
// take less time in WebAssembly, and why that may be. From it and the module
// cache, slim makes copies of these modules beneath build/slim, and slim.mod,
// which is go.mod with a replacement for each of them. Only the list and the
// stubs are in the repository; what is kept is, byte for byte but for the listed
// imports and functions, what go.sum names.
//
// It fails, instead of building something else than was reviewed, if
//
//   - go.mod selects another version of a listed module
//   - a module's zip does not have the hash that is in go.sum
//   - a listed file is missing or changed
//   - the program needs a package that the list says is absent
//   - the linker kept a stub, or lost its ability to drop methods
//
// What the linker wrote is then packed: the initial memory is described in
// another way, the lines of stack traces are dropped, and what only counts
// functions is written when the program starts, by a function that is added. The
// functions jump in another way, to the same places, and add up the addresses
// that they write down: see straighten and shareAddresses. No other instruction
// changes. A trace has offsets, and function names: of libraries, Go's own among
// them, their packages'.
// The same build with -unpacked says all names, and the lines too.
//
// Everything else uses the ordinary go.mod: go build, go test and editors see
// the modules as published.
//
// The wasm is the same wherever it is built: the list pins the toolchain, and
// no setting or folder of the machine gets in. The go command itself, given
// build/slim, is
//
//	GOOS=js GOARCH=wasm go build -modfile=build/slim/slim.mod FLAGS ./wasm
//
// with the flags of build.go, before it is packed.
//
// # After a version bump
//
// Run -relist. It writes the new versions and hashes and says which listed
// files are new, changed or gone. Read those changes, and the packages around
// them: does a verification now reach what is left out? Does a dropped file do
// something at its package's initialisation? Then run the tests: they verify
// the corpus natively and in the pruned wasm and compare every word. An entry
// whose path is a pattern (like client/*.go) is written as one entry a file,
// except for files that have their own.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	var c command
	flag.StringVar(&c.out, "out", "build/slim", "the build `folder`, inside the module")
	flag.StringVar(&c.pkg, "build", "", "the `package` to build after pruning")
	flag.StringVar(&c.tool, "run", "", "the `package` to build and run, with the arguments that follow: it shares with the others what is compiled, and sees the pruned modules")
	flag.StringVar(&c.tags, "tags", "", "build `tags`, separated by commas")
	flag.StringVar(&c.wasm, "o", "build/touchstone.wasm", "the `file` to build, inside the module; wasm_exec.js is put beside it")
	flag.IntVar(&c.quality, "brotli", quick, "write FILE.br at this `quality`: 11 for what is deployed, which takes half a minute; 0 for none")
	flag.BoolVar(&c.unpacked, "unpacked", false, "leave what the linker wrote as it is: a fifth larger, and stack traces say lines")
	flag.BoolVar(&c.relist, "relist", false, "rewrite list.json for the versions that go.mod selects, for review")
	flag.Parse()
	if err := c.run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

type command struct {
	out, pkg, tags, wasm string
	tool                 string
	quality              int
	relist, unpacked     bool
}

func (c command) run(w io.Writer) error {
	b, err := newBuilder(c.out)
	if err != nil {
		return err
	}
	b.unpacked = c.unpacked
	if c.relist {
		return b.relist(w)
	}
	if err := b.generate(); err != nil {
		return err
	}
	if c.tool != "" {
		return b.runUnderNode(c.tool, c.tags, flag.Args(), w)
	}
	if c.pkg == "" {
		return nil
	}
	if err := b.build(c.pkg, c.tags, c.wasm); err != nil {
		return err
	}
	if err := b.copyExec(c.wasm); err != nil {
		return err
	}
	if c.quality == 0 {
		return nil
	}
	sizes, err := b.precompress(c.wasm, c.quality)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s: %s\n", c.wasm, sizes)
	return nil
}
