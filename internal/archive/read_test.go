package archive_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/archive"
)

// namesAndBytes are the files as a set of "path: digest".
func namesAndBytes(c *archive.Contents) map[string][32]byte {
	out := map[string][32]byte{}
	for _, f := range c.Files {
		out[f.Path] = f.SHA256
	}
	return out
}

// standard reads the same with Go's own packages; nil where archive/tar refuses
// a header, which it does for owners and times that are no numbers too.
func standard(t testing.TB, format archive.Format, data []byte) map[string][32]byte {
	t.Helper()
	out := map[string][32]byte{}
	add := func(name string, r io.Reader) {
		b, err := io.ReadAll(r)
		require.NoError(t, err)
		out[name] = archive.Describe(name, b).SHA256
	}
	if format == archive.Zip {
		z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		require.NoError(t, err)
		for _, f := range z.File {
			r, err := f.Open()
			require.NoError(t, err)
			if f.Mode().IsRegular() {
				add(f.Name, r)
			}
		}
		return out
	}
	g, err := gzip.NewReader(bytes.NewReader(data))
	require.NoError(t, err)
	for r := tar.NewReader(g); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if errors.Is(err, tar.ErrHeader) {
			return nil
		}
		require.NoError(t, err)
		if h.Typeflag == tar.TypeReg {
			add(h.Name, r)
		}
	}
	_, err = io.Copy(io.Discard, g)
	require.NoError(t, err)
	return out
}

// pack makes an archive with Go's own packages: name by name, random bytes of
// the sizes.
func pack(t testing.TB, format archive.Format, names []string, size int, compressible bool) []byte {
	t.Helper()
	content := make([]byte, size)
	r := rand.NewChaCha8([32]byte{1})
	_, err := r.Read(content)
	require.NoError(t, err)
	if compressible {
		for i := range content {
			content[i] = "etaoin shrdlu{}()\n"[content[i]%18]
		}
	}
	var b bytes.Buffer
	if format == archive.Zip {
		w := zip.NewWriter(&b)
		for _, n := range names {
			f, err := w.Create(n)
			require.NoError(t, err)
			_, err = f.Write(content)
			require.NoError(t, err)
		}
		require.NoError(t, w.Close())
		return b.Bytes()
	}
	g := gzip.NewWriter(&b)
	w := tar.NewWriter(g)
	for _, n := range names {
		require.NoError(t, w.WriteHeader(&tar.Header{Name: n, Mode: 0o644, Size: int64(size)}))
		_, err := w.Write(content)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	require.NoError(t, g.Close())
	return b.Bytes()
}

var formats = []archive.Format{archive.Zip, archive.TarGz}

func TestReal(t *testing.T) {
	for _, format := range formats {
		data := pack(t, format, []string{"p/a", "p/" + strings.Repeat("long/", 60) + "é", "q/c"}, 300_000, true)
		c, err := archive.Read(format, data, archive.Options{})
		require.NoError(t, err)
		assert.Empty(t, c.Problems)
		assert.True(t, c.Complete)
		assert.Len(t, c.Files, 3)
		assert.Equal(t, standard(t, format, data), namesAndBytes(c))
	}
}

// stubborn takes some bytes and fails then.
type stubborn struct{ bytes.Buffer }

func (s *stubborn) Write(p []byte) (int, error) {
	if s.Len() > 0 {
		return 0, errors.New("enough")
	}
	return s.Buffer.Write(p[:1])
}

func TestInspect(t *testing.T) {
	for _, format := range formats {
		data := pack(t, format, []string{"p/a", "p/b", "p/c"}, 200_000, false)
		var whole bytes.Buffer
		var broken stubborn
		asked := map[string]int64{}
		c, err := archive.Read(format, data, archive.Options{Inspect: func(path string, size int64) io.Writer {
			asked[path] = size
			switch path {
			case "p/a":
				return &whole
			case "p/b":
				return &broken
			}
			return nil
		}})
		require.NoError(t, err)
		assert.Equal(t, map[string]int64{"p/a": 200_000, "p/b": 200_000, "p/c": 200_000}, asked)
		assert.Equal(t, c.Files[0], archive.Describe("p/a", whole.Bytes()))
		assert.Equal(t, 1, broken.Len(), "a writer that failed is not asked again")
		assert.Equal(t, c.Files[0].SHA256, c.Files[1].SHA256)
		assert.True(t, c.Complete)
	}
}

func TestProgressAndCancel(t *testing.T) {
	for _, format := range formats {
		data := pack(t, format, []string{"p/a"}, 2<<20, true)
		var told []int64
		_, err := archive.Read(format, data, archive.Options{Progress: func(n int64) { told = append(told, n) }})
		require.NoError(t, err)
		require.Greater(t, len(told), 6)
		assert.IsIncreasing(t, told[:len(told)-1])
		assert.GreaterOrEqual(t, told[len(told)-1], int64(2<<20))

		for stop := range 6 {
			asked := 0
			c, err := archive.Read(format, data, archive.Options{Cancelled: func() bool { asked++; return asked > stop }})
			assert.ErrorIs(t, err, archive.ErrCancelled)
			assert.Nil(t, c)
			assert.Equal(t, stop+1, asked, "nothing goes on after that")
		}
	}
}

// TestMemory reads 32 MB: what is allocated besides does not grow with it.
func TestMemory(t *testing.T) {
	size := 16 << 20
	if testing.Short() { // the race detector reads 16 MB of each format for a minute
		size = 2 << 20
	}
	for _, format := range formats {
		data := pack(t, format, []string{"p/a", "p/b"}, size, true)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		c, err := archive.Read(format, data, archive.Options{})
		runtime.ReadMemStats(&after)
		require.NoError(t, err)
		require.Len(t, c.Files, 2)
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20), "bytes allocated for %s", format)
	}
}

// TestRatio inflates 64 MB of zeros from 64 KB.
func TestRatio(t *testing.T) {
	var b bytes.Buffer
	g := gzip.NewWriter(&b)
	w := tar.NewWriter(g)
	require.NoError(t, w.WriteHeader(&tar.Header{Name: "p/zeros", Size: 64 << 20}))
	_, err := w.Write(make([]byte, 64<<20))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.NoError(t, g.Close())
	c, err := archive.Read(archive.TarGz, b.Bytes(), archive.Options{Limits: archive.Limits{Ratio: 500}})
	require.NoError(t, err)
	assert.Equal(t, of(archive.TooDense), kinds(c))
	assert.False(t, c.Complete)
	assert.Empty(t, c.Files)
}

// TestEveryKindHasACase keeps the kinds and the tests in step: each must be
// asked for by name, and have a text of its own.
func TestEveryKindHasACase(t *testing.T) {
	tests, err := filepath.Glob("*_test.go")
	require.NoError(t, err)
	var all []byte
	for _, name := range tests {
		b, err := os.ReadFile(name)
		require.NoError(t, err)
		all = append(all, b...)
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), "problem.go", nil, 0)
	require.NoError(t, err)
	texts := map[string]string{}
	ast.Inspect(parsed, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		name, text := spec.Names[0].Name, spec.Values[0].(*ast.BasicLit).Value
		assert.Regexp(t, regexp.MustCompile(`(of\([^)]*|Kind, |kinds\(c\), )(archive\.|\b)`+name+`\b|`+name+`, c\.Problems`), string(all))
		assert.Empty(t, texts[text], "%s and %s have one text", name, texts[text])
		texts[text] = name
		return true
	})
	assert.Greater(t, len(texts), 50)
}
