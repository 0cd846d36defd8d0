package main

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/corpus"
)

const (
	program = "./wasm"
	probe   = "./wasm/slim/testdata/probe"

	// What is served may weigh this much, in bytes of the best brotli, and of the quick
	// one, which is counted where not all is asked: the best takes half a minute.
	programBudget, quickBudget = 2_130_000, 2_640_000
	// The libraries alone (sigstore-go, go-tuf, the checksum database's client,
	// templ and packageurl-go) may weigh this much, in bytes of gzip, which are
	// quicker to count.
	probeBudget = 2_205_000
	// The whole program, which few visitors load: in bytes of gzip, too. Signatures
	// by ML-DSA and Ed448 are 41,000 of them.
	wholeBudget = 4_300_000
)

// slow skips what builds a wasm.
func slow(t *testing.T) *builder {
	t.Helper()
	if testing.Short() {
		t.Skip("building a wasm takes a minute: run without -short")
	}
	b, err := newBuilder("build/slim")
	require.NoError(t, err)
	watchSources(t, b.root)
	return b
}

// watchSources opens every source folder, so that go test does not answer from
// its cache when one of them changed: what is built is no import of the test.
func watchSources(t *testing.T, root string) {
	t.Helper()
	for _, dir := range []string{"wasm", "internal", "principles"} {
		require.NoError(t, filepath.WalkDir(filepath.Join(root, dir), func(_ string, _ fs.DirEntry, err error) error { return err }))
	}
	for _, file := range []string{"go.mod", "go.sum"} {
		_, err := os.ReadFile(filepath.Join(root, file))
		require.NoError(t, err)
	}
}

// node skips where there is none.
func node(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("compressing and running a wasm takes Node: it is not on the PATH")
	}
}

// Building proves the modules, checks the listed hashes, and inspects what is
// linked: no net/http, no stub, no method called by name.
func TestSlimProgramWithinBudget(t *testing.T) {
	b := slow(t)
	node(t)
	const wasm = "build/budget/touchstone.wasm"
	require.NoError(t, b.generate())
	require.NoError(t, b.build(program, "", wasm))
	quality, budget := quick, quickBudget
	if corpus.Whole() {
		quality, budget = best, programBudget
	}
	sizes, err := b.precompress(wasm, quality)
	require.NoError(t, err)
	t.Log(sizes)
	assert.LessOrEqual(t, sizes.Brotli, budget, "the wasm is over its budget: go tool nm -size -sort size shows of what")
}

func TestSlimLibrariesWithinBudget(t *testing.T) { zipped(t, probe, "", probeBudget) }

func TestSlimWholeWithinBudget(t *testing.T) { zipped(t, program, "touchstone_whole", wholeBudget) }

// zipped holds what is built to a budget in bytes of gzip.
func zipped(t *testing.T, pkg, tags string, budget int) {
	t.Helper()
	b := slow(t)
	require.NoError(t, b.generate())
	file := "build/budget/" + cmp.Or(tags, "probe") + ".wasm"
	require.NoError(t, b.build(pkg, tags, file))
	data, err := os.ReadFile(b.path(file))
	require.NoError(t, err)
	var z bytes.Buffer
	w, err := gzip.NewWriterLevel(&z, gzip.BestCompression)
	require.NoError(t, err)
	_, err = w.Write(data)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	t.Logf("%d bytes, gzip %d", len(data), z.Len())
	assert.LessOrEqual(t, z.Len(), budget)
}

// The same sources give the same bytes in another folder, with nothing built
// before and with settings of the caller's own. That compiles everything anew:
// by default only e2e/reproducible.test.mjs compares two folders.
func TestSlimIsReproducible(t *testing.T) {
	if !corpus.Whole() {
		t.Skip("compiling everything anew is left out: TOUCHSTONE_ALL=1 does it")
	}
	b := slow(t)
	require.NoError(t, b.generate())
	require.NoError(t, b.build(probe, "", "build/probe.wasm"))
	want, err := os.ReadFile(b.path("build", "probe.wasm"))
	require.NoError(t, err)

	root := t.TempDir()
	for _, file := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(b.path(file))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(root, file), data, 0o644))
	}
	require.NoError(t, os.CopyFS(filepath.Join(root, "wasm", "slim"), os.DirFS(b.path("wasm", "slim"))))
	t.Setenv("GOCACHE", t.TempDir())
	t.Setenv("GOFLAGS", "-tags=other -ldflags=-w")
	t.Setenv("GOWASM", "satconv,signext")
	t.Setenv("GOEXPERIMENT", "nogreenteagc")
	other := &builder{root: root, out: b.out, list: b.list}
	require.NoError(t, other.generate())
	require.NoError(t, other.build(probe, "", "build/probe.wasm"))
	got, err := os.ReadFile(other.path("build", "probe.wasm"))
	require.NoError(t, err)
	assert.Equal(t, hash(want), hash(got))
}

// A program that reaches what was pruned, or stops the linker from dropping
// methods, is not built: the guard of the other tests can fail.
func TestSlimRefuses(t *testing.T) {
	b := slow(t)
	require.NoError(t, b.generate())
	for name, want := range map[string]string{
		"reflects": "main.main calls methods by name",
		"reaches":  "the stand-in touchstone/wasm/slim/standin/http.(*Client).Do is (needed by",
		"serves":   "it imports net/http",
	} {
		t.Run(name, func(t *testing.T) {
			dir := "build/refused/" + name
			require.NoError(t, os.RemoveAll(b.path(dir)))
			err := b.build("./wasm/slim/testdata/refused/"+name, "", dir+"/a.wasm")
			assert.ErrorContains(t, err, want)
			left, _ := filepath.Glob(b.path(dir, "*"))
			assert.Empty(t, left)
		})
	}
}
