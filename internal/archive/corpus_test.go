package archive_test

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/dirhash"

	"touchstone/internal/archive"
	"touchstone/internal/corpus"
)

// packages lists the corpus's archives by format, but for those made to be read
// differently.
func packages(t testing.TB, root string) map[string]archive.Format {
	t.Helper()
	found := map[string]archive.Format{}
	require.NoError(t, filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			if d.Name() == "reader-differential" {
				return filepath.SkipDir
			}
			return err
		}
		switch {
		case strings.HasSuffix(path, ".zip"), strings.HasSuffix(path, ".whl"):
			found[path] = archive.Zip
		case strings.HasSuffix(path, ".tgz"), strings.HasSuffix(path, ".tar.gz"), strings.HasSuffix(path, ".crate"):
			found[path] = archive.TarGz
		}
		return nil
	}))
	return found
}

// TestCorpus reads every real package; what is wrong with them is known.
func TestCorpus(t *testing.T) {
	root := corpus.Path(t)
	known := map[string][]archive.ProblemKind{
		"rules_lint-v1.3.1.tar.gz":  {archive.Link},
		"nucleo-f103rb-0.3.0.crate": {archive.Duplicate},
	}
	read := 0
	for path, format := range packages(t, root) {
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		c, err := archive.Read(format, data, archive.Options{})
		require.NoError(t, err, path)
		assert.True(t, c.Complete, path)
		assert.NotEmpty(t, c.Files, path)
		assert.Equal(t, known[filepath.Base(path)], kinds(c), path)
		assert.Equal(t, standard(t, format, data), namesAndBytes(c), path)
		read++
	}
	assert.NotZero(t, read)
}

// TestHash1Corpus compares with the go command's own hash.
func TestHash1Corpus(t *testing.T) {
	root := filepath.Join(corpus.Path(t), "go-sumdb", "snapshot", "proxy")
	zips := packages(t, root)
	require.NotEmpty(t, zips)
	for path := range zips {
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		c, err := archive.Read(archive.Zip, data, archive.Options{})
		require.NoError(t, err)
		sum, err := archive.Hash1(c.Listed())
		require.NoError(t, err)
		want, err := dirhash.HashZip(path, dirhash.Hash1)
		require.NoError(t, err)
		assert.Equal(t, want, "h1:"+base64.StdEncoding.EncodeToString(sum[:]), path)

		rel, err := filepath.Rel(root, path)
		require.NoError(t, err)
		escaped, version, _ := strings.Cut(strings.TrimSuffix(filepath.ToSlash(rel), ".zip"), "/@v/")
		name, err := module.UnescapePath(escaped)
		require.NoError(t, err)
		assert.Empty(t, moduleRules(name+"@"+version+"/").Check(c), path)
		assert.NotEmpty(t, moduleRules(name+"@"+version+"x/").Check(c), path)
	}
}

// TestCorpusReaderDifferential reads packages of which npm installs other files
// than an ordinary reader lists. Those named here npm reads as we do, or only its
// own rules tell.
func TestCorpusReaderDifferential(t *testing.T) {
	alike := []string{
		"00-control", "03-checksum-seven-space", "13-gitignore-renamed", "15-no-folder", "16-bundled-scripts",
		"17-path-all-digits", "18-mode-negative", "21-devmajor-bad-base256", "30-not-bundled",
	}
	found, err := filepath.Glob(filepath.Join(corpus.Path(t), "reader-differential", "tar", "tgz", "*.tgz"))
	require.NoError(t, err)
	require.NotEmpty(t, found)
	for _, path := range found {
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		c, err := archive.Read(archive.TarGz, data, archive.Options{})
		require.NoError(t, err)
		name := strings.TrimSuffix(filepath.Base(path), ".tgz")
		assert.Equal(t, slices.Contains(alike, name), len(c.Problems) == 0, "%s: %v", name, c.Problems)
	}
}
