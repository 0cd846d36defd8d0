package archive

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A cpioPart is one entry to write.
type cpioPart struct {
	name, body string
	mode       int64
	inode      int
	links      int
}

// cpioOf writes entries and the trailer, in the new ASCII form.
func cpioOf(parts ...cpioPart) []byte {
	var b bytes.Buffer
	pad := func() { b.Write(make([]byte, -b.Len()&3)) }
	for i, p := range append(parts, cpioPart{name: cpioTrailer, links: 1}) {
		if p.inode == 0 {
			p.inode = i + 100
		}
		fmt.Fprintf(&b, "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x", p.inode, p.mode, 0, 0, max(p.links, 1), 0, len(p.body), 8, 1, 0, 0, len(p.name)+1, 0)
		b.WriteString(p.name + "\x00")
		pad()
		b.WriteString(p.body)
		pad()
	}
	return b.Bytes()
}

const file644, file755 = 0o100644, 0o100755

func TestCPIO(t *testing.T) {
	b := cpioOf(
		cpioPart{name: ".", mode: modeFolder}, cpioPart{name: "./usr", mode: modeFolder},
		cpioPart{name: "./usr/a", body: "text", mode: file755},
		cpioPart{name: "/usr/l", body: "../etc/x", mode: modeLink},
		cpioPart{name: "./usr/h1", mode: file644, inode: 7, links: 2}, cpioPart{name: "./usr/h2", body: "both", mode: file644, inode: 7, links: 2},
		cpioPart{name: "./usr/e1", mode: file644, inode: 8, links: 2}, cpioPart{name: "./usr/e2", mode: file644, inode: 8, links: 2},
	)
	var copied bytes.Buffer
	c, err := ReadCPIO(bytes.NewReader(b), int64(len(b)), nil, Options{System: true, Inspect: func(path string, _ int64) io.Writer {
		if path == "usr/a" {
			return &copied
		}
		return nil
	}})
	require.NoError(t, err)
	assert.Empty(t, c.Problems)
	assert.True(t, c.Complete)
	assert.Equal(t, "text", copied.String())
	assert.Equal(t, []Linked{{Path: "usr/l", Target: "../etc/x"}}, c.Links)
	assert.Equal(t, []string{"usr/"}, c.Folders)
	var got []string
	for _, f := range c.Files {
		got = append(got, f.Path)
	}
	assert.Equal(t, []string{"usr/a", "usr/h1", "usr/h2", "usr/e1", "usr/e2"}, got)
	assert.True(t, c.Files[0].Executable)
	assert.Equal(t, sha256.Sum256([]byte("both")), c.Files[1].SHA256)
	assert.Equal(t, sha256.Sum256(nil), c.Files[4].SHA256)
	for cut := range b {
		c, err := ReadCPIO(bytes.NewReader(b[:cut]), int64(cut), nil, Options{System: true})
		require.True(t, err != nil || !c.Complete, "cut after %d bytes", cut)
	}
}

// TestStreamProblems: what is wrong in a stream of each kind, where links and
// paths from the root belong, and where they do not.
func TestStreamProblems(t *testing.T) {
	good := cpioOf(cpioPart{name: "a", body: "x", mode: file644})
	for name, c := range map[string]struct {
		b      []byte
		system bool
		want   []ProblemKind
	}{
		"a path out":              {cpioOf(cpioPart{name: "../a", body: "x", mode: file644}), true, []ProblemKind{NameDotDot}},
		"through a link":          {cpioOf(cpioPart{name: "a", body: "/etc", mode: modeLink}, cpioPart{name: "a/b", body: "x", mode: file644}), true, []ProblemKind{FileAndFolder}},
		"twice":                   {cpioOf(cpioPart{name: "a", body: "x", mode: file644}, cpioPart{name: "./a", body: "y", mode: file644}), true, []ProblemKind{Duplicate}},
		"a device":                {cpioOf(cpioPart{name: "a", mode: 0o020644}), true, []ProblemKind{Special}},
		"case counts":             {cpioOf(cpioPart{name: "a", mode: file644}, cpioPart{name: "A", mode: file644}), true, nil},
		"case does not count":     {cpioOf(cpioPart{name: "a", mode: file644}, cpioPart{name: "A", mode: file644}), false, []ProblemKind{CaseFold}},
		"a link elsewhere":        {cpioOf(cpioPart{name: "a", body: "b", mode: modeLink}), false, []ProblemKind{Link}},
		"a root elsewhere":        {cpioOf(cpioPart{name: "/a", mode: file644}), false, []ProblemKind{NameAbsolute}},
		"a backslash":             {cpioOf(cpioPart{name: `a\x2db`, mode: file644}), true, nil},
		"bytes behind":            {append(bytes.Clone(good), "behind"...), true, []ProblemKind{Trailing}},
		"zeros behind":            {append(bytes.Clone(good), make([]byte, 512)...), true, nil},
		"a folder with bytes":     {cpioOf(cpioPart{name: "a", body: "x", mode: modeFolder}), true, []ProblemKind{FolderData}},
		"a number that is none":   {bytes.Replace(good, []byte("00000001"), []byte("0000000z"), 1), true, []ProblemKind{Corrupt}},
		"a name without its end":  {bytes.Replace(good, []byte("a\x00"), []byte("ab"), 1), true, []ProblemKind{NameControl}},
		"a long name":             {cpioOf(cpioPart{name: strings.Repeat("a", 2000), mode: file644}), true, []ProblemKind{NameLong}},
		"not empty between":       {bytes.Replace(good, []byte("x\x00\x00\x00"), []byte("x\x00y\x00"), 1), true, []ProblemKind{Hidden}},
		"no second header at all": {append(bytes.Clone(good[:len(good)-124]), bytes.Repeat([]byte("x"), 124)...), true, []ProblemKind{Corrupt}},
	} {
		got, err := ReadCPIO(bytes.NewReader(c.b), int64(len(c.b)), nil, Options{System: c.system})
		require.NoError(t, err, name)
		var kinds []ProblemKind
		for _, p := range got.Problems {
			kinds = append(kinds, p.Kind)
		}
		assert.Equal(t, c.want, kinds, name)
	}
	_, err := ReadCPIO(strings.NewReader(strings.Repeat("text", 100)), 400, nil, Options{})
	var format *FormatError
	require.ErrorAs(t, err, &format)
}

// TestTarOfASystem: a tar that is unpacked over the root.
func TestTarOfASystem(t *testing.T) {
	b := tarWritten(t,
		tar.Header{Name: "./", Typeflag: tar.TypeDir}, tar.Header{Name: "/usr/a", Size: 1}, tar.Header{Name: "./usr/l", Typeflag: tar.TypeSymlink, Linkname: "/etc/x"}, tar.Header{Name: "./usr/h", Typeflag: tar.TypeLink, Linkname: "./usr/a"})
	c, err := ReadTar(bytes.NewReader(b), int64(len(b)), Options{System: true})
	require.NoError(t, err)
	assert.Empty(t, c.Problems)
	assert.Equal(t, []Linked{{"usr/l", "/etc/x", false}, {"usr/h", "usr/a", true}}, c.Links)
	require.Len(t, c.Files, 1)
	assert.Equal(t, "usr/a", c.Files[0].Path)
	assert.Equal(t, Tar, c.Format)
	c, err = ReadTar(io.MultiReader(bytes.NewReader(b[:700]), broken{}), int64(len(b)), Options{System: true})
	require.NoError(t, err)
	assert.False(t, c.Complete)
	assert.Equal(t, Corrupt, c.Problems[0].Kind)
	dense := tarWritten(t, tar.Header{Name: "a", Size: 3 << 20})
	c, err = ReadTar(bytes.NewReader(dense), 100, Options{System: true})
	require.NoError(t, err)
	assert.Equal(t, TooDense, c.Problems[0].Kind)
}

// tarWritten writes entries, files with zeros, as Go's own writer does.
func tarWritten(t *testing.T, entries ...tar.Header) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range entries {
		h.Mode = 0o644
		require.NoError(t, w.WriteHeader(&h))
		_, err := w.Write(make([]byte, h.Size))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("a checksum differs") }

func FuzzCPIO(f *testing.F) {
	f.Add(cpioOf(cpioPart{name: "./a", body: "x", mode: file644}, cpioPart{name: "b", body: "a", mode: modeLink}))
	f.Add(cpioOf(cpioPart{name: "h", mode: file644, inode: 3, links: 3}, cpioPart{name: "i", body: "z", mode: file644, inode: 3, links: 3}))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, system := range []bool{true, false} {
			c, err := ReadCPIO(bytes.NewReader(b), int64(len(b)), nil, Options{System: system, Limits: Limits{Total: 1 << 20, Entries: 100}})
			if err != nil {
				continue
			}
			require.LessOrEqual(t, len(c.Files), 200)
			for _, file := range c.Files {
				require.LessOrEqual(t, file.Size, int64(1<<20))
			}
			require.True(t, c.Complete || len(c.Problems) > 0)
		}
	})
}
