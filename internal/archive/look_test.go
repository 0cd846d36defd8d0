package archive

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// looked is a zip of these files, in this order.
func looked(t *testing.T, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		f, err := w.Create(files[i])
		require.NoError(t, err)
		_, err = f.Write([]byte(files[i+1]))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}

func TestOpen(t *testing.T) {
	data := looked(t, "a/one.txt", "first", "a/two.txt", "second", "a/one.txt", "again")
	for _, tt := range []struct {
		path, holds, want string
		most              int64
	}{
		{"a/one.txt", "first", "first", 100},
		{"a/one.txt", "again", "again", 100}, // a name twice: the one that is meant
		{"a/two.txt", "second", "sec", 3},
		{"a/two.txt", "first", "", 100}, // another file's bytes
		{"a/none.txt", "first", "", 100},
	} {
		t.Run(tt.path+" "+tt.holds, func(t *testing.T) {
			got, err := Open(Zip.Read, data, File{Path: tt.path, SHA256: sha256.Sum256([]byte(tt.holds))}, tt.most)
			if tt.want == "" {
				require.ErrorContains(t, err, "no such file")
				return
			}
			require.NoError(t, err)
			assert.Equal(t, tt.want, string(got))
		})
	}
}

func TestFind(t *testing.T) {
	long := strings.Repeat("ä", 300) + " Eval"
	data := looked(t, "a.js", "x\r\nEVAL(y)\nz\n", "b.bin", "eval\x00eval", "c.js", long, "d.js", "no\neval\neval", "e.js", "\xff eval")
	hits, whole, err := Find(Zip.Read, data, "eval", 100, nil)
	require.NoError(t, err)
	assert.True(t, whole)
	assert.Equal(t, []Hit{{"a.js", 2, "EVAL(y)"}, {"c.js", 1, strings.Repeat("ä", 200)}, {"d.js", 2, "eval"}, {"d.js", 3, "eval"}}, hits)

	hits, whole, err = Find(Zip.Read, data, "eval", 2, nil)
	require.NoError(t, err)
	assert.False(t, whole, "there are more")
	assert.Len(t, hits, 2)

	hits, whole, err = Find(Zip.Read, data, "nowhere", 2, nil)
	require.NoError(t, err)
	assert.True(t, whole)
	assert.Empty(t, hits)

	_, whole, err = Find(Zip.Read, looked(t, "big.txt", strings.Repeat(" ", searched)+"eval"), "eval", 2, nil)
	require.NoError(t, err)
	assert.False(t, whole, "the end of a long file was not looked at")

	_, _, err = Find(Zip.Read, data, "eval", 2, func() bool { return true })
	require.ErrorIs(t, err, ErrCancelled)
}
