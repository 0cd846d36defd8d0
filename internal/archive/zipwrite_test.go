package archive

import (
	stdzip "archive/zip"
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What is written is read back the same by this package, which finds no problem
// in it, and by Go's reader.
func TestWriteZip(t *testing.T) {
	for name, members := range map[string][]Member{
		"nothing":     nil,
		"one":         {{"a.txt", []byte("hello")}},
		"empty":       {{"a/b.txt", nil}, {"a/c", []byte{}}},
		"every byte":  {{"x", bytes.Repeat([]byte{0, 1, 0xff, 'P', 'K', 3, 4}, 5000)}, {"y", []byte(endSig)}},
		"a zip in it": {{"in.zip", zipOf(t, []Member{{"a", []byte("b")}})}, {"z", []byte("z")}},
	} {
		t.Run(name, func(t *testing.T) {
			written := zipOf(t, members)
			assert.Equal(t, written, zipOf(t, members), "the same members give the same bytes")
			c, err := Read(Zip, written, Options{})
			require.NoError(t, err)
			assert.Empty(t, c.Problems)
			assert.True(t, c.Complete)
			other, err := stdzip.NewReader(bytes.NewReader(written), int64(len(written)))
			require.NoError(t, err)
			require.Len(t, c.Files, len(members))
			require.Len(t, other.File, len(members))
			for i, m := range members {
				assert.Equal(t, Describe(m.Path, m.Data), c.Files[i])
				assert.Equal(t, m.Path, other.File[i].Name)
				in, err := other.File[i].Open()
				require.NoError(t, err)
				got, err := io.ReadAll(in)
				require.NoError(t, err)
				assert.Equal(t, string(m.Data), string(got))
			}
		})
	}
	t.Run("too many", func(t *testing.T) {
		require.ErrorContains(t, WriteZip(io.Discard, make([]Member, max16)), "more than 65534")
	})
	t.Run("the disk is full", func(t *testing.T) {
		require.ErrorContains(t, WriteZip(fullDisk{}, []Member{{"a", []byte("b")}}), "the disk is full")
	})
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("the disk is full") }

func zipOf(t *testing.T, members []Member) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, WriteZip(&out, members))
	return out.Bytes()
}
