//go:build touchstone_testanchors

package audit_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/fetch/har"
	"touchstone/internal/mint"
)

// TestImageFolderOnTheCommandLine compares a folder in which an image was saved with its
// evidence, piece by piece, though no layer of it was fetched.
func TestImageFolderOnTheCommandLine(t *testing.T) {
	i := mintedImage("docker.io", "registry-1.docker.io")
	live := run(t, i.world(), i.pinned())
	dir := t.TempDir()
	recording, zip, folder := filepath.Join(dir, "audit.har"), filepath.Join(dir, "evidence.zip"), filepath.Join(dir, "saved")
	file, err := os.Create(recording)
	require.NoError(t, err)
	require.NoError(t, har.Write(file, live.Record))
	require.NoError(t, file.Close())
	const when = "2026-11-22T12:00:00Z"
	_, said, code := node(t, i.pinned(), "--replay", recording, "--time", when, "--evidence", zip)
	require.Equal(t, 0, code, said)

	require.NoError(t, os.MkdirAll(filepath.Join(folder, "blobs", "sha256"), 0o755))
	write := func(path string, data []byte) {
		require.NoError(t, os.WriteFile(filepath.Join(folder, filepath.FromSlash(path)), data, 0o600))
	}
	write("oci-layout", []byte(`{"imageLayoutVersion":"1.0.0"}`))
	write("index.json", []byte(`{"schemaVersion":2}`))
	for digest, blob := range i.Blobs {
		write("blobs/sha256/"+strings.TrimPrefix(digest, "sha256:"), blob)
	}
	out, said, code := node(t, "--check", zip, "--time", when, "--folder", folder)
	require.Equal(t, 0, code, out+said)
	require.Contains(t, out, "All 4 files are as published. 2 more differ as installers are known to make them.")

	layer := "blobs/sha256/" + strings.TrimPrefix(mint.Digest(mint.ImageLayer(i.Files)), "sha256:")
	write(layer, mint.ImageLayer(map[string]string{"thing": "another\n"}))
	out, _, code = node(t, "--check", zip, "--time", when, "--folder", folder)
	require.Equal(t, 1, code)
	require.Contains(t, out, "changed: "+layer)
	require.NoError(t, os.Remove(filepath.Join(folder, filepath.FromSlash(layer))))
	out, _, code = node(t, "--check", zip, "--time", when, "--folder", folder)
	require.Equal(t, 1, code)
	require.Contains(t, out, "missing: "+layer)
}
