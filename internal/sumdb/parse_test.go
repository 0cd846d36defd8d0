package sumdb

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"
)

func TestLines(t *testing.T) {
	var sum [32]byte
	for i := range sum {
		sum[i] = byte(i)
	}
	h1 := "h1:" + base64.StdEncoding.EncodeToString(sum[:])
	tests := []struct {
		name, record string
		want         []Line
		says         string // what the error says; empty for none
	}{
		{"both lines", "a.test/m v1.0.0 " + h1 + "\na.test/m v1.0.0/go.mod " + h1 + "\n",
			[]Line{{"a.test/m", "v1.0.0", false, sum}, {"a.test/m", "v1.0.0", true, sum}}, ""},
		{"nothing", "", nil, ""},
		{"another hash beside", "a.test/m v1.0.0 h2:AA==\na.test/m v1.0.0 " + h1 + "\n", []Line{{"a.test/m", "v1.0.0", false, sum}}, ""},
		{"another hash only", "a.test/m v1.0.0 h2:AA==\n", nil, ""},
		{"incompatible version", "a.test/m v3.2.2+incompatible " + h1 + "\n", []Line{{"a.test/m", "v3.2.2+incompatible", false, sum}}, ""},
		{"no newline", "a.test/m v1.0.0 " + h1, nil, "line 1 has no newline"},
		{"empty line", "\n", nil, "line 1 is not module, version and hash"},
		{"two spaces", "a.test/m  v1.0.0 " + h1 + "\n", nil, "line 1 is not module"},
		{"space at the end", "a.test/m v1.0.0 " + h1 + " \n", nil, "line 1 is not module"},
		{"no module", " v1.0.0 " + h1 + "\n", nil, "line 1 is not module"},
		{"no version", "a.test/m  " + h1 + "\n", nil, "line 1 is not module"},
		{"only the mark", "a.test/m /go.mod " + h1 + "\n", nil, "line 1 has no version"},
		{"no hash name", "a.test/m v1.0.0 " + h1[3:] + "\n", nil, "does not name its algorithm"},
		{"no hash", "a.test/m v1.0.0 h1:\n", nil, "does not name its algorithm"},
		{"short hash", "a.test/m v1.0.0 h1:AAAA\n", nil, "32 bytes"},
		{"long hash", "a.test/m v1.0.0 h1:" + base64.StdEncoding.EncodeToString(make([]byte, 33)) + "\n", nil, "32 bytes"},
		{"bits beyond the hash", "a.test/m v1.0.0 " + strings.TrimSuffix(h1, "8=") + "9=\n", nil, "32 bytes"},
		{"carriage return", "a.test/m v1.0.0 " + h1 + "\r\n", nil, "32 bytes"},
		{"the same twice", "a.test/m v1.0.0 " + h1 + "\nb.test/m v1.0.0 " + h1 + "\na.test/m v1.0.0 " + h1 + "\n", nil, "line 3 is the second"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Lines(tt.record)
			if tt.says == "" {
				require.NoError(t, err)
				assert.Equal(t, tt.want, got)
				return
			}
			require.Equal(t, "malformed", kind(err), "%v", err)
			assert.ErrorContains(t, err, tt.says)
			assert.Nil(t, got)
		})
	}
}

func FuzzLines(f *testing.F) {
	f.Add(record(1, ""))
	f.Add("a b h2:c\n")
	f.Fuzz(func(t *testing.T, text string) {
		lines, err := Lines(text)
		if err != nil {
			require.Equal(t, "malformed", kind(err))
			return
		}
		for _, l := range lines {
			version := l.Version
			if l.GoMod {
				version += manifestSuffix
			}
			line := l.Module + " " + version + " h1:" + base64.StdEncoding.EncodeToString(l.Hash[:]) + "\n"
			require.Contains(t, "\n"+text, "\n"+line)
		}
	})
}

func FuzzLookup(f *testing.F) {
	f.Add(shared().small.lookup(f, 7, 500))
	f.Add([]byte("1\na b h1:c\n\n"))
	f.Add([]byte("-0\n\n\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := parseLookup(data)
		if err != nil {
			require.Equal(t, "malformed", kind(err))
			return
		}
		// What was read, written again, is what was there.
		again, err := tlog.FormatRecord(got.id, []byte(got.record))
		require.NoError(t, err)
		require.Equal(t, data, append(again, got.note...))
		_, err = Verify(shared().key.public, Evidence{Lookup: data})
		require.Contains(t, []string{"malformed", "signature", "missing", "not included"}, kind(err), "%v", err)
	})
}

// FuzzTiles spoils one tile or all: with garbage, or with a pattern over what
// the log serves.
func FuzzTiles(f *testing.F) {
	l := shared().small
	honest, s := evidence(f, l, 7, 500, 600, 300)
	_, err := Verify(l.key, honest)
	require.NoError(f, err)
	paths := s.needed()
	f.Add([]byte{}, 0, true)
	f.Add([]byte{0, 0, 1}, 1, false)
	f.Add(s.given["tile/8/1/000.p/2"], -1, true)
	f.Fuzz(func(t *testing.T, data []byte, which int, garbage bool) {
		e, s := evidence2(honest, l)
		spoil := func(b []byte) []byte {
			if garbage {
				return data
			}
			b = append([]byte(nil), b...)
			for i, x := range data {
				b[i%len(b)] ^= x
			}
			return b
		}
		for i, path := range paths {
			if which < 0 || i == which%len(paths) {
				s.change[path] = spoil
			}
		}
		got, err := Verify(l.key, e)
		switch kind(err) {
		case "tile":
		case "none":
			require.Equal(t, record(7, ""), got.Record)
			require.Equal(t, l.tree(t, 600), got.Head)
		default:
			t.Fatalf("garbage tiles give %v", err)
		}
	})
}

// FuzzSizes signs trees of any size over garbage: only the log's operator can,
// and even so nothing may break.
func FuzzSizes(f *testing.F) {
	f.Add(int64(1), int64(2), int64(0), []byte("x"))
	f.Add(int64(MaxSize), int64(MaxSize-1), int64(MaxSize-2), make([]byte, 32))
	f.Add(int64(65536), int64(65537), int64(255), make([]byte, 32))
	l := shared().small
	f.Fuzz(func(t *testing.T, own, latest, id int64, data []byte) {
		if own < 0 || latest < 0 || id < 0 {
			return
		}
		var hash tlog.Hash
		copy(hash[:], data)
		rec, err := tlog.FormatRecord(id, []byte(record(0, "")))
		require.NoError(t, err)
		e := Evidence{
			Lookup: append(rec, l.sign(t, string(tlog.FormatTree(tlog.Tree{N: own, Hash: hash})))...),
			Latest: l.sign(t, string(tlog.FormatTree(tlog.Tree{N: latest, Hash: hash}))),
		}
		e.Tiles = func(paths []string) []TileAnswer {
			out := make([]TileAnswer, len(paths))
			for i, path := range paths {
				tile, err := tlog.ParseTilePath(path)
				require.NoError(t, err)
				require.Less(t, len(paths), 40)
				out[i].Data = make([]byte, tile.W*tlog.HashSize)
				copy(out[i].Data, data)
			}
			return out
		}
		_, err = Verify(l.key, e)
		require.Contains(t, []string{"malformed", "tile", "fork", "not included"}, kind(err), "%v", err)
	})
}
