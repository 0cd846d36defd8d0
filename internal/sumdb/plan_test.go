package sumdb

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"
)

// A tlogReader gives a log's tiles to package tlog's own reader, and notes which.
type tlogReader struct {
	log    *testLog
	change map[string]func([]byte) []byte
	asked  map[string]bool
}

func (tlogReader) Height() int                     { return TileHeight }
func (tlogReader) SaveTiles([]tlog.Tile, [][]byte) {}
func (r tlogReader) ReadTiles(wanted []tlog.Tile) (out [][]byte, err error) {
	for _, t := range wanted {
		data, err := r.log.tile(t.Path())
		if err != nil {
			return nil, err
		}
		if f := r.change[t.Path()]; f != nil {
			data = f(data)
		}
		r.asked[t.Path()] = true
		out = append(out, data)
	}
	return out, nil
}

// TestHashesAreReadAsTlogReadsThem: the same tiles, the same hashes, and the same
// refusals, of trees and indexes at random and where tiles begin and end.
func TestHashesAreReadAsTlogReadsThem(t *testing.T) {
	l, r := large(), rand.New(rand.NewPCG(3, 7))
	sizes := []int64{1, 2, 255, 256, 257, 511, 512, 513, 65535, 65536, 65537, 65536 + 256, 69_999, 70_000}
	refused, read := 0, 0
	for range 700 {
		size := sizes[r.IntN(len(sizes))]
		if r.IntN(2) == 0 {
			size = 1 + r.Int64N(70_000)
		}
		tree := l.tree(t, int(size))
		var indexes []int64
		for range 1 + r.IntN(4) {
			indexes = append(indexes, tlog.StoredHashIndex(0, r.Int64N(size)))
		}
		if r.IntN(2) == 0 {
			indexes = append(indexes, prefixIndexes(1+r.Int64N(size))...)
		}
		theirs, ours := tlogReader{l, map[string]func([]byte) []byte{}, map[string]bool{}}, serve(l)
		if r.IntN(2) == 0 {
			p, err := planned(tree, indexes)
			require.NoError(t, err)
			bad := p.parts[r.IntN(len(p.parts))]
			at := r.IntN(bad.W * tlog.HashSize)
			theirs.change[bad.Path()] = func(b []byte) []byte { return flip(b, at) }
			ours.change = theirs.change
		}
		want, wantErr := tlog.TileHashReader(tree, theirs).ReadHashes(indexes)
		reader := newTiles(ours.tiles)
		if r.IntN(2) == 0 {
			reader.warm(tree, indexes)
		}
		got, err := reader.under(tree).ReadHashes(indexes)
		require.Equal(t, wantErr == nil, err == nil, "%d of %v: %v, %v", size, indexes, wantErr, err)
		require.Equal(t, want, got)
		require.Equal(t, slices.Sorted(maps.Keys(theirs.asked)), ours.needed())
		if err != nil {
			require.Equal(t, "tile", kind(err))
			refused++
		} else {
			read++
		}
	}
	assert.Greater(t, refused, 150)
	assert.Greater(t, read, 150)
	warmed, tree := newTiles(serve(l).tiles), l.tree(t, 300)
	beyond := []int64{tlog.StoredHashIndex(0, 300)}
	_, err := warmed.under(tree).ReadHashes(beyond)
	assert.ErrorContains(t, err, "beyond its 300 records")
	warmed.warm(tree, []int64{tlog.StoredHashIndex(0, 299)})
	_, err = warmed.under(tree).ReadHashes(beyond)
	assert.ErrorContains(t, err, "beyond its 300 records", "of the same tile as one that was proven")
}

// shelf gives each tile of a log as the same bytes to all who ask, with what was
// computed of them, and counts that.
type shelf struct {
	log      *testLog
	change   map[string]func([]byte) []byte
	tiles    map[string]TileAnswer
	computed int
}

func (s *shelf) give(paths []string) []TileAnswer {
	out := make([]TileAnswer, len(paths))
	for i, path := range paths {
		if _, found := s.tiles[path]; !found {
			data, err := s.log.tile(path)
			if f := s.change[path]; f != nil {
				data = f(data)
			}
			of := map[string]any{}
			s.tiles[path] = TileAnswer{Data: data, Err: err, Once: func(what string, make func() any) any {
				if _, known := of[what]; !known {
					s.computed++
					of[what] = make()
				}
				return of[what]
			}}
		}
		out[i] = s.tiles[path]
	}
	return out
}

// TestSharedTilesAreHashedOnce: what one verification computed of a tile no other
// computes, and each is as strict as alone: a tile of other bytes is refused, whatever
// was proven of those at its path before.
func TestSharedTilesAreHashedOnce(t *testing.T) {
	l := large()
	s := &shelf{log: l, tiles: map[string]TileAnswer{}}
	verify := func(id int) error {
		e, _ := evidence(t, l, id, 60_000, 70_000, 50_000)
		e.Tiles = s.give
		_, err := Verify(l.key, e)
		return err
	}
	require.NoError(t, verify(12_345))
	first := s.computed
	require.NoError(t, verify(12_345))
	require.NoError(t, verify(12_346))
	assert.Equal(t, first, s.computed, "a record of the same tile costs no hashing of tiles")
	require.NoError(t, verify(99))
	assert.Equal(t, first+1, s.computed, "one more tile, hashed once")

	for path, good := range s.tiles {
		bad := &shelf{log: l, tiles: maps.Clone(s.tiles), change: map[string]func([]byte) []byte{
			path: func(b []byte) []byte { return flip(b, len(b)/2) }}}
		delete(bad.tiles, path)
		e, _ := evidence(t, l, 12_345, 60_000, 70_000, 50_000)
		e.Tiles = bad.give
		_, err := Verify(l.key, e)
		if _, needed := bad.tiles[path]; needed {
			assert.Equal(t, "tile", kind(err), path)
		} else {
			assert.NoError(t, err, path) // of the other record
		}
		assert.Equal(t, good.Data, s.tiles[path].Data)
	}
}

// TestHeadsAreRememberedByKeyAndBytes: a head of one key is none of another, before and
// after it was opened with its own, and what is remembered is bounded.
func TestHeadsAreRememberedByKeyAndBytes(t *testing.T) {
	l, other := shared().small, newKey(t, "log.test")
	head := l.head(t, 300)
	require.False(t, IsHead(other.public, head))
	require.True(t, IsHead(l.key, head))
	require.True(t, IsHead(l.key, head))
	require.False(t, IsHead(other.public, head))
	for i := range head[:len(head)-4] { // the last base64 characters have bits that stand for nothing
		require.False(t, IsHead(l.key, flip(head, i)), i)
	}
	for size := 1; size <= 2*mostOpened; size++ {
		require.True(t, IsHead(l.key, l.head(t, size)))
		opened.Lock()
		require.LessOrEqual(t, len(opened.trees), mostOpened)
		opened.Unlock()
	}
	long := l.sign(t, string(tlog.FormatTree(l.tree(t, 300)))+strings.Repeat("x", largestKept)+"\n")
	require.True(t, IsHead(l.key, long))
	opened.Lock()
	defer opened.Unlock()
	require.NotContains(t, opened.trees, openedHead{l.key, string(long)}, "what is large is not kept")
}
