package layers_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"

	"touchstone/internal/archive"
	"touchstone/internal/archive/layers"
)

// pack is a layer of entries, as they come.
func pack(t testing.TB, entries ...tar.Header) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range entries {
		body := h.Linkname
		if h.Typeflag == 0 || h.Typeflag == tar.TypeReg {
			h.Linkname, h.Size, h.Typeflag = "", int64(len(body)), tar.TypeReg
		}
		if h.Mode == 0 {
			h.Mode = 0o644
		}
		require.NoError(t, w.WriteHeader(&h))
		if h.Typeflag == tar.TypeReg {
			_, err := w.Write([]byte(body))
			require.NoError(t, err)
		}
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}

func file(name, body string) tar.Header { return tar.Header{Name: name, Linkname: body} }

// paths are the files with what is in them, by the digests of known bodies.
func paths(t testing.TB, c *archive.Contents) map[string]string {
	known := map[[32]byte]string{}
	for _, body := range []string{"", "one", "two", "three"} {
		known[sha256.Sum256([]byte(body))] = body
	}
	out := map[string]string{}
	for _, f := range c.Files {
		out[f.Path] = known[f.SHA256]
	}
	return out
}

func TestLayers(t *testing.T) {
	for name, tt := range map[string]struct {
		layers   [][]byte
		want     map[string]string
		problems []archive.ProblemKind
	}{
		"one file":           {layers: [][]byte{pack(t, file("a", "one"))}, want: map[string]string{"a": "one"}},
		"from the root":      {layers: [][]byte{pack(t, file("./a", "one"), file("/b", "two"))}, want: map[string]string{"a": "one", "b": "two"}},
		"replaced":           {layers: [][]byte{pack(t, file("a", "one")), pack(t, file("a", "two"))}, want: map[string]string{"a": "two"}},
		"taken away":         {layers: [][]byte{pack(t, file("d/a", "one"), file("d/b", "two")), pack(t, file("d/.wh.a", ""))}, want: map[string]string{"d/b": "two"}},
		"a folder away":      {layers: [][]byte{pack(t, file("d/a", "one"), file("b", "two")), pack(t, file(".wh.d", ""))}, want: map[string]string{"b": "two"}},
		"and come again":     {layers: [][]byte{pack(t, file("d/a", "one")), pack(t, file(".wh.d", ""), file("d/c", "three"))}, want: map[string]string{"d/c": "three"}},
		"come, then away":    {layers: [][]byte{pack(t, file("d/a", "one")), pack(t, file("d/c", "three"), file(".wh.d", ""))}, want: map[string]string{"d/c": "three"}},
		"opaque":             {layers: [][]byte{pack(t, file("d/a", "one"), file("d/e/b", "two")), pack(t, file("d/c", "three"), file("d/.wh..wh..opq", ""))}, want: map[string]string{"d/c": "three"}},
		"opaque root":        {layers: [][]byte{pack(t, file("a", "one")), pack(t, file(".wh..wh..opq", ""), file("b", "two"))}, want: map[string]string{"b": "two"}},
		"away in its layer":  {layers: [][]byte{pack(t, file("a", "one"), file(".wh.a", ""))}, want: map[string]string{"a": "one"}},
		"file for a folder":  {layers: [][]byte{pack(t, file("d/a", "one")), pack(t, file("d", "two"))}, want: map[string]string{"d": "two"}},
		"folder for a file":  {layers: [][]byte{pack(t, file("d", "one")), pack(t, tar.Header{Name: "d/", Typeflag: tar.TypeDir}, file("d/a", "two"))}, want: map[string]string{"d/a": "two"}},
		"link for a file":    {layers: [][]byte{pack(t, file("a", "one")), pack(t, tar.Header{Name: "a", Linkname: "/b", Typeflag: tar.TypeSymlink})}, want: map[string]string{}},
		"hard link":          {layers: [][]byte{pack(t, file("a", "one")), pack(t, tar.Header{Name: "b", Linkname: "a", Typeflag: tar.TypeLink})}, want: map[string]string{"a": "one", "b": "one"}},
		"hard link to none":  {layers: [][]byte{pack(t, tar.Header{Name: "b", Linkname: "a", Typeflag: tar.TypeLink})}, want: map[string]string{}, problems: []archive.ProblemKind{archive.Link}},
		"hard link to root":  {layers: [][]byte{pack(t, tar.Header{Name: "b", Linkname: "/", Typeflag: tar.TypeLink})}, want: map[string]string{}, problems: []archive.ProblemKind{archive.Link}},
		"out of the root":    {layers: [][]byte{pack(t, file("../a", "one"), file("d/../../b", "two"))}, want: map[string]string{}, problems: []archive.ProblemKind{archive.NameDotDot, archive.NameDotDot}},
		"twice":              {layers: [][]byte{pack(t, file("a", "one"), file("a", "two"))}, want: map[string]string{"a": "two"}, problems: []archive.ProblemKind{archive.Duplicate}},
		"no tar":             {layers: [][]byte{[]byte("nothing of the kind, and longer than a block is not")}, want: map[string]string{}, problems: []archive.ProblemKind{archive.Corrupt}},
		"half":               {layers: [][]byte{pack(t, file("a", "one"), file("b", "two"))[:1030]}, want: map[string]string{"a": "one"}, problems: []archive.ProblemKind{archive.Corrupt}},
		"no layer":           {want: map[string]string{}},
		"whiteout of nobody": {layers: [][]byte{pack(t, file("x/.wh.y", ""), file("q/.wh..wh..opq", ""))}, want: map[string]string{}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, packed := range []func([]byte) []byte{func(b []byte) []byte { return b }, zipped, zstandard} {
				var parts [][]byte
				for _, l := range tt.layers {
					parts = append(parts, packed(l))
				}
				got, err := layers.Read(parts, archive.Options{})
				require.NoError(t, err)
				require.Equal(t, tt.want, paths(t, got))
				var kinds []archive.ProblemKind
				for _, p := range got.Problems {
					kinds = append(kinds, p.Kind)
				}
				require.Equal(t, tt.problems, kinds)
			}
		})
	}
}

func zipped(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write(b)
	w.Close()
	return out.Bytes()
}

func zstandard(b []byte) []byte {
	w, _ := zstd.NewWriter(nil)
	return w.EncodeAll(b, nil)
}

// TestElevated: what runs with another's rights is marked.
func TestElevated(t *testing.T) {
	got, err := layers.Read([][]byte{pack(t, tar.Header{Name: "su", Linkname: "one", Mode: 0o4755}, tar.Header{Name: "no", Linkname: "one", Mode: 0o755})}, archive.Options{})
	require.NoError(t, err)
	require.Len(t, got.Files, 2)
	require.False(t, got.Files[0].Elevated)
	require.True(t, got.Files[1].Elevated && got.Files[1].Executable)
}

func TestCancelled(t *testing.T) {
	_, err := layers.Read([][]byte{pack(t, file("a", "one"))}, archive.Options{Cancelled: func() bool { return true }})
	require.ErrorIs(t, err, archive.ErrCancelled)
}

// FuzzLayers: no path leads out, none stands twice, whatever the layers hold.
func FuzzLayers(f *testing.F) {
	f.Add(pack(f, file("d/a", "one")), pack(f, file(".wh.d", ""), file("d/c", "two")))
	f.Add(zipped(pack(f, file("a", "one"))), zstandard(pack(f, file("../a", "one"))))
	f.Fuzz(func(t *testing.T, one, two []byte) {
		got, err := layers.Read([][]byte{one, two}, archive.Options{})
		require.NoError(t, err)
		seen := map[string]bool{}
		for _, f := range got.Files {
			require.False(t, seen[f.Path], f.Path)
			seen[f.Path] = true
			require.NotContains(t, "/"+f.Path+"/", "/../")
			require.NotEqual(t, "/", f.Path[:1])
		}
	})
}
