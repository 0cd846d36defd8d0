package deb_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/archive"
	"touchstone/internal/archive/deb"
	"touchstone/internal/corpus"
	"touchstone/internal/mint"
)

func FuzzRead(f *testing.F) {
	f.Add(mint.NewDeb("gold-leaf", "1").Packed())
	f.Add(mint.Ar("debian-binary", []byte("2.0\n"), "control.tar", []byte{}, "data.tar.xz", []byte("\xfd7zXZ\x00")))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := deb.Read(b, archive.Options{Limits: archive.Limits{Total: 1 << 20}})
		require.True(t, (c == nil) != (err == nil))
	})
}

func TestContainers(t *testing.T) {
	whole := mint.NewDeb("gold-leaf", "1").Packed()
	c, err := deb.Read(whole, archive.Options{})
	require.NoError(t, err)
	assert.Empty(t, c.Problems)
	assert.Len(t, c.Files, 4)
	control, data := mint.Tgz(map[string]string{"control": "Package: a\n"}), mint.Tgz(map[string]string{"usr/a": "a"})
	for name, b := range map[string][]byte{
		"cut off":               whole[:len(whole)-3],
		"a member more":         mint.Ar("debian-binary", []byte("2.0\n"), "control.tar.gz", control, "data.tar.gz", data, "data.tar.xz", data),
		"a hidden member":       mint.Ar("debian-binary", []byte("2.0\n"), "_gpgorigin", []byte("x"), "control.tar.gz", control, "data.tar.gz", data),
		"another order":         mint.Ar("debian-binary", []byte("2.0\n"), "data.tar.gz", data, "control.tar.gz", control),
		"another form":          mint.Ar("debian-binary", []byte("3.0\n"), "control.tar.gz", control, "data.tar.gz", data),
		"packed otherwise":      mint.Ar("debian-binary", []byte("2.0\n"), "control.tar.gz", control, "data.tar", data),
		"not packed":            mint.Ar("debian-binary", []byte("2.0\n"), "control.tar.gz", control, "data.tar.xz", make([]byte, 1024)),
		"a path out":            mint.Ar("debian-binary", []byte("2.0\n"), "control.tar.gz", control, "data.tar.gz", mint.Tgz(map[string]string{"../a": "a"})),
		"a control file's name": mint.Ar("debian-binary", []byte("2.0\n"), "control.tar.gz", control, "data.tar.gz", mint.Tgz(map[string]string{"DEBIAN/control": "a"})),
	} {
		c, err := deb.Read(b, archive.Options{})
		require.NoError(t, err, name)
		assert.NotEmpty(t, c.Problems, name)
	}
	_, err = deb.Read([]byte("text"), archive.Options{})
	assert.Error(t, err)
}

// Of the corpus' packages the files are those that dpkg-deb lists.
func TestFilesAreDpkgs(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(corpus.Path(t, "debian", "pool"), "*.deb"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		b, err := os.ReadFile(file)
		require.NoError(t, err)
		c, err := deb.Read(b, archive.Options{})
		require.NoError(t, err)
		require.Empty(t, c.Problems, file)
		out, err := exec.Command("dpkg-deb", "--fsys-tarfile", file).Output()
		if err != nil {
			t.Skip("dpkg-deb is not installed")
		}
		theirs, err := archive.ReadTar(strings.NewReader(string(out)), int64(len(out)), archive.Options{System: true})
		require.NoError(t, err)
		var ours []archive.File
		for _, f := range c.Files {
			if !strings.HasPrefix(f.Path, deb.Control) {
				ours = append(ours, f)
			}
		}
		require.Equal(t, theirs.Files, ours)
	}
}
