package main

import (
	"archive/zip"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/dirhash"
)

// zipOf writes a module's zip and returns it and its h1: hash.
func zipOf(t *testing.T, prefix string, files map[string]string) (file, h1 string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "m.zip")
	f, err := os.Create(file)
	require.NoError(t, err)
	z := zip.NewWriter(f)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		w, err := z.Create(prefix + name)
		require.NoError(t, err)
		_, err = w.Write([]byte(files[name]))
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	require.NoError(t, f.Close())
	h1, err = dirhash.HashZip(file, dirhash.Hash1)
	require.NoError(t, err)
	return file, h1
}
