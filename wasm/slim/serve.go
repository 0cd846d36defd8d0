package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"
)

// Sizes are those of one file, in bytes.
type Sizes struct {
	Raw    int `json:"raw"`
	Gzip   int `json:"gzip"`   // at level 9
	Brotli int `json:"brotli"` // at the quality that was asked for
}

func (s Sizes) String() string {
	return fmt.Sprintf("%d bytes, gzip %d, brotli %d", s.Raw, s.Gzip, s.Brotli)
}

// Brotli's qualities: quick takes a second and a fifth more bytes, best half a
// minute.
const quick, best = 5, 11

// precompress writes wasm.br beside the file wasm, relative to the root. Node
// does it: Go's standard library cannot write brotli.
func (b *builder) precompress(wasm string, quality int) (Sizes, error) {
	out, _, err := run(b.root, nil, "node", b.path("wasm", "slim", "brotli.mjs"), b.path(filepath.FromSlash(wasm)), strconv.Itoa(quality))
	if err != nil {
		return Sizes{}, fmt.Errorf("compressing %s: %w", wasm, err)
	}
	var s Sizes
	if err := json.Unmarshal(out, &s); err != nil {
		return Sizes{}, fmt.Errorf("compressing %s: reading the sizes: %w", wasm, err)
	}
	return s, nil
}

// copyExec copies wasm_exec.js, which must be of the same toolchain as the
// wasm that it starts, beside it.
func (b *builder) copyExec(wasm string) error {
	name, err := b.glue("wasm_exec.js")
	if err != nil {
		return err
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return fmt.Errorf("copying the glue of the wasm: %w", err)
	}
	return writeFile(filepath.Join(filepath.Dir(b.path(filepath.FromSlash(wasm))), "wasm_exec.js"), data)
}

// runUnderNode builds a package and runs it in the module's root. What it says
// goes to w, its complaints into the error.
func (b *builder) runUnderNode(pkg, tags string, args []string, w io.Writer) error {
	wasm := path.Join(filepath.ToSlash(b.out), "run", path.Base(pkg)+".wasm")
	if err := b.build(pkg, tags, wasm); err != nil {
		return err
	}
	starter, err := b.glue("wasm_exec_node.js")
	if err != nil {
		return err
	}
	c := exec.Command("node", append([]string{starter, b.path(filepath.FromSlash(wasm))}, args...)...)
	// The glue has room for 8 KiB of arguments and environment together.
	c.Dir, c.Env, c.Stdout = b.root, []string{"PATH=" + os.Getenv("PATH")}, w
	var said bytes.Buffer
	c.Stderr = &said
	if err := c.Run(); err != nil {
		return fmt.Errorf("running %s: %w\n%s", pkg, err, said.Bytes())
	}
	return nil
}

// glue is where a file is that the toolchain brings for programs in WebAssembly.
func (b *builder) glue(name string) (string, error) {
	goroot, err := b.goCommand("env", "GOROOT")
	if err != nil {
		return "", fmt.Errorf("looking for %s: %w", name, err)
	}
	return filepath.Join(strings.TrimSpace(string(goroot)), "lib", "wasm", name), nil
}
