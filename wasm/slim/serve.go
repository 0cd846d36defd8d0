package main

import (
	"encoding/json"
	"fmt"
	"os"
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
	data, err := b.execFile("wasm_exec.js")
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(filepath.Dir(b.path(filepath.FromSlash(wasm))), "wasm_exec.js"), data)
}

func (b *builder) execFile(name string) ([]byte, error) {
	goroot, err := b.goCommand("env", "GOROOT")
	if err != nil {
		return nil, fmt.Errorf("copying %s: %w", name, err)
	}
	data, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(goroot)), "lib", "wasm", name))
	if err != nil {
		return nil, fmt.Errorf("copying %s: %w", name, err)
	}
	return data, nil
}
