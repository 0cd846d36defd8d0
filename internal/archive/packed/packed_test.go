package packed

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// "a text\n" as xz and bzip2 write it.
const (
	textXZ    = "/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAGYSB0ZXh0CgAA39IGX2SUWhMAAR8HFi64cx+2830BAAAAAARZWg=="
	textBzip2 = "QlpoOTFBWSZTWX3CeLEAAAFRgAAQQAAiAARAIAAhgAwCxvXcXckU4UJB9wnixA=="
)

// every is one text in every compression.
func every(t *testing.T, text []byte) map[Kind][]byte {
	t.Helper()
	var gz bytes.Buffer
	g := gzip.NewWriter(&gz)
	_, err := g.Write(text)
	require.NoError(t, err)
	require.NoError(t, g.Close())
	z, err := zstd.NewWriter(nil)
	require.NoError(t, err)
	return map[Kind][]byte{None: text, Gzip: gz.Bytes(), Zstd: z.EncodeAll(text, nil)}
}

func fixed(t *testing.T) map[Kind][]byte {
	t.Helper()
	out := every(t, []byte("a text\n"))
	for kind, text := range map[Kind]string{XZ: textXZ, Bzip2: textBzip2} {
		b, err := base64.StdEncoding.DecodeString(text)
		require.NoError(t, err)
		out[kind] = b
	}
	return out
}

func TestInflate(t *testing.T) {
	for kind, b := range fixed(t) {
		assert.Equal(t, kind, Sniff(b))
		out, err := inflate(b, 7)
		require.NoError(t, err, kind)
		assert.Equal(t, "a text\n", string(out), kind)
		_, err = inflate(b, 6)
		require.ErrorIs(t, err, errTooMuch, kind)
		if kind == None {
			continue
		}
		_, err = inflate(append(bytes.Clone(b), "behind"...), 100)
		assert.Error(t, err, "%s: something stands behind the end", kind)
		for cut := 6; cut < len(b); cut++ {
			_, err = inflate(b[:cut], 100)
			assert.Error(t, err, "%s: cut after %d bytes", kind, cut)
		}
	}
}

// TestWindow: a stream that wants more memory than is given is refused.
func TestWindow(t *testing.T) {
	// RFC 8878, 3.1.1: a frame header with a window of 2^31 bytes.
	_, err := inflate([]byte{0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 0x01, 0, 0}, 100)
	assert.Error(t, err)
}

// TestBomb: what inflates to far more than was allowed costs no more than that.
func TestBomb(t *testing.T) {
	for kind, b := range every(t, make([]byte, 8<<20)) {
		if kind != None {
			_, err := inflate(b, 1<<10)
			assert.ErrorIs(t, err, errTooMuch, kind)
		}
	}
}

func FuzzInflate(f *testing.F) {
	for _, s := range []string{textXZ, textBzip2} {
		b, err := base64.StdEncoding.DecodeString(s)
		require.NoError(f, err)
		f.Add(b)
	}
	f.Add([]byte{0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x00, 0x39, 0x00, 0x00, 'a', '\n'})
	f.Fuzz(func(t *testing.T, b []byte) {
		out, err := inflate(b, 1<<20)
		require.True(t, err != nil || len(out) <= 1<<20)
	})
}

// errTooMuch is what [inflate] says of more than was allowed.
var errTooMuch = errors.New("it inflates to more than is read")

// inflate undoes the compression of a document of at most most bytes; what is not
// compressed stays as it is.
func inflate(b []byte, most int64) ([]byte, error) {
	kind, in, err := Open(b)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	out, err := io.ReadAll(io.LimitReader(in, most+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("undoing the compression (%s): %w", kind, err)
	case int64(len(out)) > most:
		return nil, fmt.Errorf("undoing the compression (%s): %w (%d bytes)", kind, errTooMuch, most)
	}
	return out, nil
}

func TestAtMost(t *testing.T) {
	for most, whole := range map[int64]bool{0: false, 4: false, 5: true, 6: true} {
		out, err := io.ReadAll(AtMost(strings.NewReader("bytes"), most))
		if whole {
			require.NoError(t, err)
			require.Equal(t, "bytes", string(out))
			continue
		}
		require.ErrorContains(t, err, fmt.Sprintf("more than %d bytes", most))
		require.LessOrEqual(t, int64(len(out)), most)
	}
}
