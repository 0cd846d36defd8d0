package layers_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
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

// read reads layers in their order.
func read(parts [][]byte, how archive.Options) (*archive.Contents, error) {
	image := layers.New(how)
	for _, part := range parts {
		layer, err := image.Scan(bytes.NewReader(part))
		if err != nil {
			return nil, err
		}
		image.Add(layer)
	}
	return image.Contents(), nil
}

func file(name, body string) tar.Header { return tar.Header{Name: name, Linkname: body} }

func link(name, to string) tar.Header {
	return tar.Header{Name: name, Linkname: to, Typeflag: tar.TypeSymlink}
}

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
		"one file":              {layers: [][]byte{pack(t, file("a", "one"))}, want: map[string]string{"a": "one"}},
		"from the root":         {layers: [][]byte{pack(t, file("./a", "one"), file("/b", "two"))}, want: map[string]string{"a": "one", "b": "two"}},
		"replaced":              {layers: [][]byte{pack(t, file("a", "one")), pack(t, file("a", "two"))}, want: map[string]string{"a": "two"}},
		"taken away":            {layers: [][]byte{pack(t, file("d/a", "one"), file("d/b", "two")), pack(t, file("d/.wh.a", ""))}, want: map[string]string{"d/b": "two"}},
		"a folder away":         {layers: [][]byte{pack(t, file("d/a", "one"), file("b", "two")), pack(t, file(".wh.d", ""))}, want: map[string]string{"b": "two"}},
		"and come again":        {layers: [][]byte{pack(t, file("d/a", "one")), pack(t, file(".wh.d", ""), file("d/c", "three"))}, want: map[string]string{"d/c": "three"}},
		"come, then away":       {layers: [][]byte{pack(t, file("d/a", "one")), pack(t, file("d/c", "three"), file(".wh.d", ""))}, want: map[string]string{"d/c": "three"}},
		"opaque":                {layers: [][]byte{pack(t, file("d/a", "one"), file("d/e/b", "two")), pack(t, file("d/c", "three"), file("d/.wh..wh..opq", ""))}, want: map[string]string{"d/c": "three"}},
		"opaque root":           {layers: [][]byte{pack(t, file("a", "one")), pack(t, file(".wh..wh..opq", ""), file("b", "two"))}, want: map[string]string{"b": "two"}},
		"away in its layer":     {layers: [][]byte{pack(t, file("a", "one"), file(".wh.a", ""))}, want: map[string]string{"a": "one"}},
		"file for a folder":     {layers: [][]byte{pack(t, file("d/a", "one")), pack(t, file("d", "two"))}, want: map[string]string{"d": "two"}},
		"folder for a file":     {layers: [][]byte{pack(t, file("d", "one")), pack(t, tar.Header{Name: "d/", Typeflag: tar.TypeDir}, file("d/a", "two"))}, want: map[string]string{"d/a": "two"}},
		"link for a file":       {layers: [][]byte{pack(t, file("a", "one")), pack(t, tar.Header{Name: "a", Linkname: "/b", Typeflag: tar.TypeSymlink})}, want: map[string]string{}},
		"hard link":             {layers: [][]byte{pack(t, file("a", "one")), pack(t, tar.Header{Name: "b", Linkname: "a", Typeflag: tar.TypeLink})}, want: map[string]string{"a": "one", "b": "one"}},
		"hard link to none":     {layers: [][]byte{pack(t, tar.Header{Name: "b", Linkname: "a", Typeflag: tar.TypeLink})}, want: map[string]string{}, problems: []archive.ProblemKind{archive.Link}},
		"hard link to root":     {layers: [][]byte{pack(t, tar.Header{Name: "b", Linkname: "/", Typeflag: tar.TypeLink})}, want: map[string]string{}, problems: []archive.ProblemKind{archive.Link}},
		"hard link to a link":   {layers: [][]byte{pack(t, link("s", "a"), tar.Header{Name: "b", Linkname: "s", Typeflag: tar.TypeLink})}, want: map[string]string{}},
		"through a link":        {layers: [][]byte{pack(t, link("lib", "usr/lib"), file("usr/lib/a", "one")), pack(t, file("lib/a", "two"), file("lib/b", "three"))}, want: map[string]string{"usr/lib/a": "two", "usr/lib/b": "three"}},
		"through the root":      {layers: [][]byte{pack(t, link("x/lib", "/usr/../usr/./lib")), pack(t, file("x/lib/a", "two"))}, want: map[string]string{"usr/lib/a": "two"}},
		"through many":          {layers: [][]byte{pack(t, link("a", "b"), link("b", "../c"), file("c/f", "one")), pack(t, file("a/.wh.f", ""))}, want: map[string]string{}},
		"through a ring":        {layers: [][]byte{pack(t, link("a", "b"), link("b", "a"), file("a/f", "one"))}, want: map[string]string{}, problems: []archive.ProblemKind{archive.Link}},
		"hard link through one": {layers: [][]byte{pack(t, link("lib", "usr/lib"), file("usr/lib/a", "one"), tar.Header{Name: "b", Linkname: "lib/a", Typeflag: tar.TypeLink})}, want: map[string]string{"usr/lib/a": "one", "b": "one"}},
		"below a file":          {layers: [][]byte{pack(t, file("a", "one"), file("a/b", "two"))}, want: map[string]string{"a": "one"}, problems: []archive.ProblemKind{archive.FileAndFolder}},
		"below a device":        {layers: [][]byte{pack(t, tar.Header{Name: "a", Typeflag: tar.TypeFifo}, file("a/b", "two"))}, want: map[string]string{}, problems: []archive.ProblemKind{archive.FileAndFolder}},
		"a folder for a link":   {layers: [][]byte{pack(t, link("d", "e"), file("e/a", "one")), pack(t, tar.Header{Name: "d/", Typeflag: tar.TypeDir}, file("d/a", "two"))}, want: map[string]string{"d/a": "two", "e/a": "one"}},
		"out of the root":       {layers: [][]byte{pack(t, file("../a", "one"), file("d/../../b", "two"))}, want: map[string]string{}, problems: []archive.ProblemKind{archive.NameDotDot, archive.NameDotDot}},
		"twice":                 {layers: [][]byte{pack(t, file("a", "one"), file("a", "two"))}, want: map[string]string{"a": "two"}, problems: []archive.ProblemKind{archive.Duplicate}},
		"no tar":                {layers: [][]byte{[]byte("nothing of the kind, and longer than a block is not")}, want: map[string]string{}, problems: []archive.ProblemKind{archive.Corrupt}},
		"half":                  {layers: [][]byte{pack(t, file("a", "one"), file("b", "two"))[:1030]}, want: map[string]string{"a": "one"}, problems: []archive.ProblemKind{archive.Corrupt}},
		"no layer":              {want: map[string]string{}},
		"whiteout of a folder":  {layers: [][]byte{pack(t, file("d/a", "one")), pack(t, file("d/.wh..", ""), file("d/e/.wh...", ""), file(".wh.", ""))}, want: map[string]string{"d/a": "one"}, problems: []archive.ProblemKind{archive.NameDotDot, archive.NameDotDot, archive.NameDotDot}},
		"whiteout of nobody":    {layers: [][]byte{pack(t, file("x/.wh.y", ""), file("q/.wh..wh..opq", ""))}, want: map[string]string{}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, packed := range []func([]byte) []byte{func(b []byte) []byte { return b }, zipped, zstandard} {
				var parts [][]byte
				for _, l := range tt.layers {
					parts = append(parts, packed(l))
				}
				got, err := read(parts, archive.Options{})
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
	got, err := read([][]byte{pack(t, tar.Header{Name: "su", Linkname: "one", Mode: 0o4755}, tar.Header{Name: "no", Linkname: "one", Mode: 0o755})}, archive.Options{})
	require.NoError(t, err)
	require.Len(t, got.Files, 2)
	require.False(t, got.Files[0].Elevated)
	require.True(t, got.Files[1].Elevated && got.Files[1].Executable)
}

// TestNamesAreBounded: an entry that is left out for its name is told of.
func TestNamesAreBounded(t *testing.T) {
	whole := layers.Limits
	t.Cleanup(func() { layers.Limits = whole })
	layers.Limits.Names = 6
	got, err := read([][]byte{pack(t, file("aaa", "one")), pack(t, file("bbb", "one"), file("c", "two"))}, archive.Options{})
	require.NoError(t, err)
	require.False(t, got.Complete)
	require.Equal(t, archive.TooMany, got.Problems[0].Kind)
	require.Equal(t, map[string]string{"aaa": "one", "bbb": "one"}, paths(t, got))
}

// TestOddEntries: an entry of a kind that clients refuse is told of; a header that is for
// all that follow is no entry, whatever its name.
func TestOddEntries(t *testing.T) {
	for kind, problems := range map[byte]int{'Z': 1, 'g': 0} {
		odd := pack(t, file("a", "one"), file("b", ""))
		second := odd[1024:]
		second[156], second[0] = kind, 'a'
		copy(second[148:], "        ")
		sum := 0
		for _, b := range second[:512] {
			sum += int(b)
		}
		copy(second[148:], fmt.Sprintf("%06o\x00", sum))
		got, err := read([][]byte{odd}, archive.Options{})
		require.NoError(t, err)
		require.Equal(t, problems == 0, paths(t, got)["a"] == "one", string(kind))
		for _, p := range got.Problems[:problems] {
			require.Equal(t, archive.Special, p.Kind)
		}
	}
}

// TestCostIsBounded: neither whiteouts nor links let a small layer cost much.
func TestCostIsBounded(t *testing.T) {
	entries := []tar.Header{file("d/x", "one")}
	for n := range 2000 {
		entries = append(entries, file(fmt.Sprintf("d/%d", n), ""))
	}
	for range 20_000 {
		entries = append(entries, file(".wh.d", ""))
	}
	got, err := read([][]byte{pack(t, file("d/gone", "two")), zipped(pack(t, entries...))}, archive.Options{})
	require.NoError(t, err)
	require.Len(t, got.Files, 2001)

	// Each of these is followed through 39 links of 2,000 parts.
	long := strings.Repeat("./", 2000)
	entries = nil
	for n := range 39 {
		entries = append(entries, link(fmt.Sprintf("l%d", n), long+fmt.Sprintf("l%d", n+1)))
	}
	for n := range 300 {
		entries = append(entries, file(fmt.Sprintf("l0/%d", n), ""))
	}
	got, err = read([][]byte{pack(t, entries...)}, archive.Options{})
	require.NoError(t, err)
	require.False(t, got.Complete)
	require.Equal(t, archive.TooMany, got.Problems[0].Kind)
}

// TestOnlyWhatIsAdded: what was read of a layer changes nothing before it is added.
func TestOnlyWhatIsAdded(t *testing.T) {
	image := layers.New(archive.Options{})
	for _, body := range []string{"one", "two"} {
		layer, err := image.Scan(bytes.NewReader(pack(t, file(body, body), file("../out", ""))))
		require.NoError(t, err)
		if body == "two" {
			image.Add(layer)
		}
	}
	require.Equal(t, map[string]string{"two": "two"}, paths(t, image.Contents()))
	require.Len(t, image.Contents().Problems, 1)
}

func TestCancelled(t *testing.T) {
	_, err := read([][]byte{pack(t, file("a", "one"))}, archive.Options{Cancelled: func() bool { return true }})
	require.ErrorIs(t, err, archive.ErrCancelled)
}

// FuzzLayers: no path leads out, none stands twice, whatever the layers hold.
func FuzzLayers(f *testing.F) {
	f.Add(pack(f, file("d/a", "one")), pack(f, file(".wh.d", ""), file("d/c", "two")))
	f.Add(zipped(pack(f, file("a", "one"))), zstandard(pack(f, file("../a", "one"))))
	f.Fuzz(func(t *testing.T, one, two []byte) {
		got, err := read([][]byte{one, two}, archive.Options{})
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

// TestDigestOfAWholeLayer: over all that it decompresses to, also behind its archive;
// there is none of what cannot be read to its end.
func TestDigestOfAWholeLayer(t *testing.T) {
	var plain bytes.Buffer
	w := tar.NewWriter(&plain)
	require.NoError(t, w.WriteHeader(&tar.Header{Name: "a", Size: 1, Typeflag: tar.TypeReg}))
	_, err := w.Write([]byte("a"))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	padded := append(plain.Bytes(), make([]byte, 100_000)...)
	sum := sha256.Sum256(padded)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err = z.Write(padded)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	for name, tt := range map[string]struct {
		layer []byte
		want  string
	}{
		"plain":           {padded, hex.EncodeToString(sum[:])},
		"compressed":      {packed.Bytes(), hex.EncodeToString(sum[:])},
		"cut":             {padded[:512], ""},
		"junk behind it":  {append(packed.Bytes(), "junk"...), ""},
		"its end is lost": {packed.Bytes()[:packed.Len()-4], ""},
	} {
		t.Run(name, func(t *testing.T) {
			image := layers.New(archive.Options{})
			layer, err := image.Scan(bytes.NewReader(tt.layer))
			require.NoError(t, err)
			require.Equal(t, tt.want, layer.SHA256)
			image.Add(layer)
			require.Equal(t, tt.want != "", image.Contents().Complete, "what has no digest has a problem, too")
		})
	}
}
