package deb

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/archive/packed"
	"touchstone/internal/fetch"
)

const scanned = "Package: iron\nVersion: 1\n\nPackage: gold\nVersion: 1\n\nPackage: gold\nVersion: 2\n\n"

func packedList(t testing.TB, text string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return b.Bytes()
}

// pieces gives a list to a scan, so many bytes at a time.
func pieces(s *scan, list []byte, size int) {
	for at := 0; at < len(list); at += size {
		s.arrive(int64(at), list[at:min(at+size, len(list))])
	}
}

// TestScan: what is found while a list arrives is what is found in it whole, in pieces
// of whatever size; and nothing is, where not all of it came.
func TestScan(t *testing.T) {
	list := packedList(t, scanned)
	for size := 1; size <= len(list); size++ {
		s := &scan{name: "gold", most: int64(len(scanned))}
		pieces(s, list, size)
		found, err, all := s.end(int64(len(list)))
		require.True(t, all)
		require.NoError(t, err)
		require.Len(t, found, 2)
		assert.Equal(t, "2", found[1]["version"])
	}
	for name, c := range map[string]struct {
		do   func(s *scan)
		all  bool
		says string
	}{
		"another try": {func(s *scan) {
			pieces(s, packedList(t, "Package: gold\nVersion: 9\n\n")[:20], 7)
			pieces(s, list, 7)
		}, true, ""},
		"nothing":            {func(*scan) {}, false, ""},
		"not all":            {func(s *scan) { pieces(s, list[:20], 7) }, false, ""},
		"more":               {func(s *scan) { pieces(s, append(bytes.Clone(list), "more"...), 7) }, false, ""},
		"a piece is missing": {func(s *scan) { s.arrive(0, list[:10]); s.arrive(20, list[20:]) }, false, ""},
		"stopped":            {func(s *scan) { pieces(s, list, 7); s.stop() }, false, ""},
		"stopped early":      {func(s *scan) { s.arrive(0, list[:10]); s.stop(); s.arrive(10, list[10:]) }, false, ""},
		"no list at all":     {func(s *scan) { pieces(s, bytes.Repeat([]byte("x"), len(list)), 7) }, true, "does not begin with its package's name"},
		"damaged":            {func(s *scan) { b := bytes.Clone(list); b[len(b)-5] ^= 1; pieces(s, b, 7) }, true, "checksum"},
		"more comes out":     {func(s *scan) { s.most--; pieces(s, list, 7) }, true, "inflates to more than"},
	} {
		s := &scan{name: "gold", most: int64(len(scanned))}
		c.do(s)
		found, err, all := s.end(int64(len(list)))
		assert.Equal(t, c.all, all, name)
		switch {
		case c.says != "":
			assert.ErrorContains(t, err, c.says, name)
		case c.all:
			assert.NoError(t, err, name)
			assert.Len(t, found, 2, name)
		}
		s.stop()
	}
}

// TestScanThatPanics: what breaks over bytes that are still arriving ends no more than
// the question: it breaks where that waits for them, and only if they were the list.
func TestScanThatPanics(t *testing.T) {
	list := packedList(t, scanned)
	breaks := func(io.Reader) (packed.Kind, io.ReadCloser, error) { panic("broken") }
	s := &scan{name: "gold", most: int64(len(scanned)), undo: breaks}
	pieces(s, list, 7)
	assert.PanicsWithValue(t, "broken", func() { _, _, _ = s.end(int64(len(list))) })
	s.stop()
	s = &scan{name: "gold", most: int64(len(scanned)), undo: breaks}
	pieces(s, list, 7)
	s.stop()
	_, _, whole := s.end(int64(len(list)))
	assert.False(t, whole)
}

// TestListWhileItArrives: a list that comes in pieces, and one that was here already,
// give the same.
func TestListWhileItArrives(t *testing.T) {
	entry := "Package: gold\nVersion: 1\nArchitecture: amd64\nFilename: pool/main/g/gold/gold_1_amd64.deb\nSize: 1\nSHA256: " + strings.Repeat("0", 64) + "\n\n"
	body := packedList(t, entry)
	in := inRelease{of: suite{base: "https://deb.debian.org/debian", name: "trixie"}, lists: map[string]listed{}, fields: stanza{}}
	p := place{path: "main/binary-amd64/Packages.gz", listed: listed{sum: fmt.Sprintf("%x", sha256.Sum256(body)), size: int64(len(body))}}
	client := fetch.New(fetch.Options{Hosts: Registry{}.Hosts(), Transport: slowly(body), Retries: -1})
	s := client.Session(fetch.SessionOptions{})
	defer s.Close()
	first, err := askList(t.Context(), s, in, p, "gold")
	require.NoError(t, err)
	require.True(t, first.read(), first.broken)
	require.Len(t, first.entries, 1)
	again, err := askList(t.Context(), s, in, p, "gold")
	require.NoError(t, err)
	assert.Equal(t, first.entries, again.entries)
	other, err := askList(t.Context(), s, in, place{p.path, listed{sum: fmt.Sprintf("%x", sha256.Sum256(nil)), size: p.size}}, "gold")
	require.NoError(t, err)
	assert.True(t, other.other)
	assert.Empty(t, other.entries)
}

// slowly is a transport that answers a byte at a time.
type slowly []byte

func (b slowly) Do(_ context.Context, r *fetch.Request) (*fetch.Response, error) {
	return &fetch.Response{Status: 200, URL: r.URL, Header: map[string]string{}, Body: io.NopCloser(&single{b})}, nil
}

type single struct{ left []byte }

func (s *single) Read(p []byte) (int, error) {
	if len(s.left) == 0 {
		return 0, io.EOF
	}
	if len(p) == 0 {
		return 0, errors.New("nothing is asked for")
	}
	p[0], s.left = s.left[0], s.left[1:]
	return 1, nil
}
