package archive_test

import (
	"bufio"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/dirhash"

	"touchstone/internal/archive"
	"touchstone/internal/corpus"
	"touchstone/internal/registry/npm"
)

// A reading is what another reader makes of an archive: digests by path.
type reading struct {
	Files  map[string]string
	Error  string
	Warned []string
}

// An otherReader is a program that reads archive after archive.
type otherReader struct {
	in  io.Writer
	out *bufio.Reader
}

// ask hands over an archive; answer waits for what the reader makes of it.
func (o *otherReader) ask(t testing.TB, packed []byte) {
	_, err := o.in.Write(append(binary.LittleEndian.AppendUint32(nil, uint32(len(packed))), packed...))
	require.NoError(t, err)
}

func (o *otherReader) answer(t testing.TB) (r reading) {
	line, err := o.out.ReadBytes('\n')
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(line, &r))
	return r
}

// startReader starts a program of testdata; nil where the machine lacks it.
func startReader(t testing.TB, program string, args ...string) *otherReader {
	t.Helper()
	at, err := exec.LookPath(program)
	if err != nil {
		t.Logf("NOT COMPARED with %s: it is not on this machine", program)
		return nil
	}
	cmd := exec.Command(at, args...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		assert.NoError(t, in.Close())
		assert.NoError(t, cmd.Wait())
	})
	return &otherReader{in, bufio.NewReader(out)}
}

// startNPM starts the tar that npm brings, found beside the npm on PATH.
func startNPM(t testing.TB) *otherReader {
	t.Helper()
	at, err := exec.LookPath("npm")
	if err == nil {
		at, err = filepath.EvalSymlinks(at)
	}
	require.NoError(t, err, "npm is what this compares with; it comes with Node")
	home := filepath.Dir(filepath.Dir(at))
	if _, err := os.Stat(filepath.Join(home, "node_modules", "tar")); err != nil {
		root, err := exec.Command("npm", "root", "-g").Output()
		require.NoError(t, err)
		home = filepath.Join(strings.TrimSpace(string(root)), "npm")
	}
	return startReader(t, "node", filepath.Join("testdata", "npm.mjs"), home, t.TempDir())
}

// gnuTar reads a tarball with the tar on PATH, if that is GNU's.
func gnuTar(t testing.TB, packed []byte) reading {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.Command("tar", "-xzf", "-", "-C", dir, "--no-same-owner", "--no-same-permissions")
	cmd.Stdin = strings.NewReader(string(packed))
	out, err := cmd.CombinedOutput()
	r := reading{Files: map[string]string{}}
	if err != nil {
		r.Error = err.Error() + ": " + string(out)
	}
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		require.NoError(t, os.Chmod(path, 0o600))
		b, err := os.ReadFile(path)
		require.NoError(t, err)
		rel, err := filepath.Rel(dir, path)
		sum := archive.Describe("", b).SHA256
		r.Files[filepath.ToSlash(rel)] = hex.EncodeToString(sum[:])
		return err
	}))
	return r
}

func isGNUTar() bool {
	out, err := exec.Command("tar", "--version").Output()
	return err == nil && strings.Contains(string(out), "GNU tar")
}

// setting is a number from the environment, to run a test longer or again.
func setting(t testing.TB, name string, otherwise uint64) uint64 {
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	require.NoError(t, err, name)
	return n
}

// hexed are files as other readers tell them.
func hexed(files map[string][32]byte) map[string]string {
	out := map[string]string{}
	for path, sum := range files {
		out[path] = hex.EncodeToString(sum[:])
	}
	return out
}

// otherReaders are those that a tarball is compared with.
type otherReaders struct {
	npm, python *otherReader
	gnu         bool
	rules       archive.Rules
}

func startReaders(t testing.TB) *otherReaders {
	return &otherReaders{startNPM(t), startReader(t, "python3", filepath.Join("testdata", "python.py")), isGNUTar(), npm.Rules()}
}

// compare tells whether a tarball is in order by our reading and npm's rules. If
// it is, each other reader must read the same files with the same bytes; GNU tar,
// which is a process each time, only where asked.
func (o *otherReaders) compare(t testing.TB, name string, packed []byte, gnu bool) bool {
	c, err := archive.Read(archive.TarGz, packed, archive.Options{})
	if err != nil || len(c.Problems) > 0 || len(o.rules.Check(c)) > 0 {
		return false
	}
	o.npm.ask(t, packed)
	if o.python != nil {
		o.python.ask(t, packed)
	}
	listed, installed := hexed(namesAndBytes(c)), map[string]string{}
	for _, f := range c.Files {
		path, err := o.rules.Written(f.Path, false)
		require.NoError(t, err)
		installed[path] = listed[f.Path]
	}
	differs := func(who string, want map[string]string, got reading) {
		if !maps.Equal(want, got.Files) {
			t.Errorf("%s: %s reads otherwise:\nwe:   %v\nthey: %v\n%s %q", name, who, want, got.Files, got.Error, got.Warned)
		}
	}
	differs("Go's archive/tar", listed, reading{Files: hexed(standard(t, archive.TarGz, packed))})
	if o.gnu && gnu {
		differs("GNU tar", listed, gnuTar(t, packed))
	}
	if o.python != nil {
		differs("Python's tarfile", listed, o.python.answer(t))
	}
	differs("npm", installed, o.npm.answer(t))
	return true
}

// TestReadersOfTar compares with npm's own tar, Go's, Python's and GNU's: odd
// tarballs made at random (again with SEED, more with TARBALLS), odd ones made
// by hand, and real ones.
func TestReadersOfTar(t *testing.T) {
	others := startReaders(t)
	t.Run("random", func(t *testing.T) {
		count, seed := setting(t, "TARBALLS", 5000), corpus.Seed(t)
		if testing.Short() {
			count = min(count, 300)
		}
		clean := 0
		for n := range count {
			if others.compare(t, fmt.Sprintf("SEED=%d, tarball %d", seed, n), oddTar(rand.New(rand.NewPCG(seed, n))), clean%16 == 0) {
				clean++
			}
		}
		t.Logf("SEED=%d: %d of %d are in order, and all read them alike", seed, clean, count)
		assert.Greater(t, clean, int(count/4), "too few are in order to compare much")
	})
	t.Run("by hand", func(t *testing.T) {
		for name, change := range canonicalForms {
			assert.True(t, others.compare(t, name, changed(change), true), name)
		}
	})
	t.Run("real", func(t *testing.T) {
		root := corpus.Path(t)
		read := 0
		for _, pattern := range []string{"npm-*/tarballs/*.tgz", "reader-differential/tar/tgz/*.tgz"} {
			found, err := filepath.Glob(filepath.Join(root, pattern))
			require.NoError(t, err)
			for _, path := range found {
				packed, err := os.ReadFile(path)
				require.NoError(t, err)
				clean := others.compare(t, filepath.Base(path), packed, true)
				assert.True(t, clean || strings.HasPrefix(pattern, "reader"), path)
				read++
			}
		}
		assert.Greater(t, read, 40)
	})
}

// TestReadersOfZip compares with Go's and Python's: good archives of which some
// bytes that are no file's were changed, put in or taken out at random.
func TestReadersOfZip(t *testing.T) {
	python := startReader(t, "python3", filepath.Join("testdata", "python.py"))
	if python == nil {
		t.Skip("FuzzZip compares with Go's alone")
	}
	count, seed := setting(t, "ZIPS", 5000), corpus.Seed(t)
	r := rand.New(rand.NewPCG(seed, 0))
	file := filepath.Join(t.TempDir(), "m.zip")
	clean := 0
	for n := range count {
		packed := oddZip(r)
		c, err := archive.Read(archive.Zip, packed, archive.Options{})
		if err != nil || len(c.Problems) > 0 {
			continue
		}
		clean++
		python.ask(t, packed)
		listed := hexed(namesAndBytes(c))
		require.Equal(t, listed, hexed(standard(t, archive.Zip, packed)), "SEED=%d, zip %d: Go reads otherwise", seed, n)
		got := python.answer(t)
		require.Equal(t, listed, got.Files, "SEED=%d, zip %d: Python reads otherwise: %s", seed, n, got.Error)
		require.NoError(t, os.WriteFile(file, packed, 0o600))
		want, err := dirhash.HashZip(file, dirhash.Hash1)
		require.NoError(t, err)
		sum, err := archive.Hash1(c.Listed())
		require.NoError(t, err)
		require.Equal(t, want, "h1:"+base64.StdEncoding.EncodeToString(sum[:]))
	}
	t.Logf("SEED=%d: %d of %d are in order, and all read them alike", seed, clean, count)
	assert.Greater(t, clean, int(count/20), "too few are in order to compare much")
}

// oddZip is a good zip with up to three changes.
func oddZip(r *rand.Rand) []byte {
	later := zipFile("p/later", "beta")
	later.describe(r.IntN(2) == 0, r.IntN(2) == 0)
	later.central.extra = unicodePath("p/later", "p/later")
	wide := zipFile("p/wide", "gamma")
	wide.central.size, wide.central.extra = 0xffffffff, extraField(1, u64s(5))
	folder := zipFile("p/", "")
	folder.both(func(h *zipHead) { h.method, h.packed = 0, 0 })
	folder.body = nil
	kinds := []zipItem{zipFile("p/a", "alpha"), zipStored("p/s", "delta"), zipFile("p/é", ""), later, wide, folder, zipFile("q", "omega")}
	spec := zipSpec{}
	for range 1 + r.IntN(4) {
		spec.items = append(spec.items, kinds[r.IntN(len(kinds))])
	}
	if r.IntN(4) == 0 {
		spec.end64 = func(*zipEnd64) {}
	}
	l := spec.build()
	packed, fields := slices.Clone(l.Bytes()), l.field
	for range r.IntN(3) {
		at := r.IntN(len(fields))
		switch r.IntN(12) {
		case 0:
			packed = slices.Insert(packed, min(at, len(packed)), byte(r.IntN(256)))
		case 1:
			packed = slices.Delete(packed, min(at, len(packed)-1), min(at+1, len(packed)))
		default:
			packed[min(at, len(packed)-1)] ^= flips[r.IntN(len(flips))]
		}
	}
	return packed
}
