package sumdb

import (
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// tiles gets tiles from the evidence, each path once.
type tiles struct {
	ask  func(paths []string) []TileAnswer
	have map[string]TileAnswer
}

func newTiles(ask func([]string) []TileAnswer) *tiles {
	return &tiles{ask: ask, have: map[string]TileAnswer{}}
}

// under reads hashes of the given tree. Tiles are checked against the tree's
// hash by tlog before any hash of them is returned; tiles that fail that give
// a [TileError].
func (t *tiles) under(tree tlog.Tree) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		reader := &tileReader{tiles: t, tree: tree}
		hashes, err := tlog.TileHashReader(tree, reader).ReadHashes(indexes)
		switch {
		case err == nil:
			return hashes, nil
		case reader.err != nil:
			return nil, reader.err
		}
		return nil, &TileError{Head: tree, Paths: reader.paths, Detail: "the tiles do not hash to the signed head"}
	})
}

// load asks for those of the paths that were not asked for before.
func (t *tiles) load(paths []string) error {
	var want []string
	asked := map[string]bool{}
	for _, path := range paths {
		if _, ok := t.have[path]; !ok && !asked[path] {
			asked[path] = true
			want = append(want, path)
		}
	}
	if len(want) == 0 {
		return nil
	}
	if t.ask == nil {
		for _, path := range want {
			t.have[path] = TileAnswer{Err: &MissingError{Path: path}}
		}
		return nil
	}
	answers := t.ask(want)
	if len(answers) != len(want) {
		return fmt.Errorf("reading tiles: %d were asked for and %d answered; the evidence must answer for each", len(want), len(answers))
	}
	for i, path := range want {
		t.have[path] = answers[i]
	}
	return nil
}

// A tileReader is a tlog.TileReader for one tree and one reading.
type tileReader struct {
	tiles *tiles
	tree  tlog.Tree
	paths []string // the tiles asked for
	err   error    // why ReadTiles failed
}

// Height returns the height of the tiles.
func (r *tileReader) Height() int { return TileHeight }

// SaveTiles does nothing: what is worth keeping is kept by who fetched it.
func (r *tileReader) SaveTiles([]tlog.Tile, [][]byte) {}

// ReadTiles returns the tiles, unverified, each of exactly its length.
func (r *tileReader) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	data, err := r.read(wanted)
	r.err = err
	return data, err
}

func (r *tileReader) read(wanted []tlog.Tile) ([][]byte, error) {
	for _, tile := range wanted {
		r.paths = append(r.paths, tile.Path())
	}
	if err := r.tiles.load(r.paths); err != nil {
		return nil, err
	}
	// A partial tile may be gone once the full one is there (design 25530,
	// "Checksum Database"): one more batch asks for those.
	var full []string
	for i, tile := range wanted {
		if partial(tile) && missing(r.tiles.have[r.paths[i]]) != nil {
			full = append(full, complete(tile).Path())
		}
	}
	if err := r.tiles.load(full); err != nil {
		return nil, err
	}
	data := make([][]byte, len(wanted))
	for i, tile := range wanted {
		var err error
		if data[i], err = r.tile(tile, r.paths[i]); err != nil {
			return nil, err
		}
	}
	return data, nil
}

// tile returns one loaded tile, or the start of the full one in its place.
func (r *tileReader) tile(tile tlog.Tile, path string) ([]byte, error) {
	answer, served := r.tiles.have[path], tile
	gone := missing(answer)
	if gone != nil && partial(tile) {
		served = complete(tile)
		if full := r.tiles.have[served.Path()]; missing(full) == nil {
			answer, gone = full, nil
		}
	}
	switch {
	case gone != nil:
		return nil, &MissingError{Path: path, Err: gone.Err}
	case answer.Err != nil:
		return nil, fmt.Errorf("reading %s: %w", served.Path(), answer.Err)
	case len(answer.Data) != served.W*tlog.HashSize:
		return nil, &TileError{Head: r.tree, Paths: []string{served.Path()},
			Detail: fmt.Sprintf("the tile has %d bytes instead of %d", len(answer.Data), served.W*tlog.HashSize)}
	}
	return answer.Data[:tile.W*tlog.HashSize], nil
}

// A warmer is a tileReader that only loads: the hashing is left to who comes
// for the hashes.
type warmer struct{ tileReader }

var errWarm = errors.New("tiles loaded, not read")

func (w *warmer) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	_, _ = w.read(wanted)
	return nil, errWarm
}

// missing returns the answer's MissingError, or nil.
func missing(a TileAnswer) *MissingError {
	var m *MissingError
	if errors.As(a.Err, &m) {
		return m
	}
	return nil
}

func partial(t tlog.Tile) bool { return t.W != 1<<t.H }

func complete(t tlog.Tile) tlog.Tile {
	t.W = 1 << t.H
	return t
}
