package audit_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/evidencefile"
	"touchstone/internal/fetch/har"
)

// TestEvidenceOnTheCommandLine saves evidence, checks it, and compares a folder.
func TestEvidenceOnTheCommandLine(t *testing.T) {
	live := run(t, snapshot(t), errorsRef)
	dir := t.TempDir()
	recording, zip := filepath.Join(dir, "audit.har"), filepath.Join(dir, "evidence.zip")
	file, err := os.Create(recording)
	require.NoError(t, err)
	require.NoError(t, har.Write(file, live.Record))
	require.NoError(t, file.Close())
	const when = "2026-11-22T12:00:00Z"

	_, said, code := node(t, errorsRef, "--replay", recording, "--time", when, "--evidence", zip)
	require.Equal(t, 0, code, said)
	require.Contains(t, said, "with the package (--with-package)")
	small, err := os.ReadFile(zip)
	require.NoError(t, err)
	_, err = evidencefile.Read(small)
	require.NoError(t, err)
	out, said, code := node(t, "--check", zip, "--time", when, "--require", "integrity=2")
	require.Equal(t, 1, code, said)
	require.Contains(t, out, "Integrity 0 of 3")

	_, said, code = node(t, errorsRef, "--replay", recording, "--time", when, "--evidence", zip, "--with-package")
	require.Equal(t, 0, code, said)
	out, said, code = node(t, "--check", zip, "--time", when, "--require", "integrity=2")
	require.Equal(t, 0, code, out+said)

	folder := filepath.Join(dir, "errors@v0.9.1")
	for path, data := range unpacked(t, live, "github.com/pkg/errors@v0.9.1/") {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(folder, path)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(folder, path), data, 0o644))
	}
	out, said, code = node(t, "--check", zip, "--time", when, "--folder", folder)
	require.Equal(t, 0, code, out+said)
	require.Contains(t, out, "files are as published.")
	require.NotContains(t, out, "By its own word")
	require.NoError(t, os.WriteFile(filepath.Join(folder, "evil.go"), []byte("package errors"), 0o644))
	require.NoError(t, os.Remove(filepath.Join(folder, "go113.go")))
	out, _, code = node(t, "--check", zip, "--time", when, "--folder", folder)
	require.Equal(t, 1, code)
	require.Contains(t, out, "extra: evil.go")
	require.Contains(t, out, "missing: go113.go")

	// A folder that says to be another version is told of, and compared all the same.
	other := filepath.Join(dir, "pkg", "mod", "github.com", "pkg", "errors@v0.9.0")
	require.NoError(t, os.MkdirAll(filepath.Dir(other), 0o755))
	require.NoError(t, os.Rename(folder, other))
	out, said, code = node(t, "--check", zip, "--time", when, "--folder", other)
	require.Equal(t, 1, code, out+said)
	require.Contains(t, out, "By its own word the folder holds pkg:golang/github.com/pkg/errors@v0.9.0.")
	require.NoError(t, os.Rename(other, folder))

	require.NoError(t, os.WriteFile(zip, small[:len(small)/2], 0o644))
	for _, refused := range [][]string{
		{"--check", zip}, {"--check", filepath.Join(dir, "none.zip")}, {"--check", zip, errorsRef},
		{"--folder", t.TempDir()}, {errorsRef, "--with-package"}, {"--folder", folder, "--file", zip},
	} {
		out, said, code = node(t, refused...)
		require.Equal(t, 2, code, strings.Join(refused, " "))
		require.Empty(t, out)
		require.NotEmpty(t, said)
	}
}
