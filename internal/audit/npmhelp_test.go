package audit_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"path"
	"testing"

	"github.com/stretchr/testify/require"
)

// manifestOf is the package.json of a package.
func manifestOf(t testing.TB, tgz []byte) map[string]any {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(tgz))
	require.NoError(t, err)
	for files := tar.NewReader(z); ; {
		h, err := files.Next()
		require.NoError(t, err)
		if path.Base(h.Name) != "package.json" || path.Dir(path.Dir(h.Name)) != "." {
			continue
		}
		raw, err := io.ReadAll(files)
		require.NoError(t, err)
		var doc map[string]any
		require.NoError(t, json.Unmarshal(raw, &doc))
		return doc
	}
}
