package sumdb

import (
	"fmt"
	"slices"
	"strconv"

	"golang.org/x/mod/sumdb/tlog"
)

// A plan is the tiles of one tree that hold some of its hashes, and those that prove
// them, parents before children. It proves what [tlog.TileHashReader] proves, which
// hashes every tile anew for each reading: thousands of records share most tiles.
type plan struct {
	tree  tlog.Tree
	parts []part
	at    map[place]int // indexes of parts
}

// A place is where a tile is: its level, and its number there.
type place struct {
	level  int
	number int64
}

// A part is one tile of a plan.
type part struct {
	tlog.Tile
	path string
	data []byte // of exactly its length, not verified
	once Once   // of bytes that begin with data; nil for none
}

// planned says which tiles are needed to read hashes of a tree, by their stored
// indexes: which those are depends on sizes only. An index beyond the tree is an error.
//
//  1. The tiles of the hashes that make up the tree itself. Each level's partial tile
//     is among them, with all that it holds.
//  2. The tiles of the indexes.
//  3. The parents of each, up to one of the first.
func planned(tree tlog.Tree, indexes []int64) (*plan, error) {
	p := &plan{tree: tree, at: map[place]int{}}
	for _, index := range prefixIndexes(tree.N) { // 1.
		p.add(placeOf(index))
	}
	for _, index := range indexes { // 2.
		if !within(tree, index) {
			return nil, fmt.Errorf("reading hashes of a tree: hash %d is beyond its %d records", index, tree.N)
		}
		p.add(placeOf(index))
	}
	return p, nil
}

// within tells whether a tree is large enough to have a stored hash.
func within(tree tlog.Tree, index int64) bool {
	level, n := tlog.SplitStoredHashIndex(index)
	return (n+1)<<level <= tree.N
}

// placeOf is the tile that holds a stored hash, or the hashes that it is made of.
func placeOf(index int64) place {
	level, n := tlog.SplitStoredHashIndex(index)
	return place{level / TileHeight, n << (level % TileHeight) >> TileHeight}
}

// add adds a tile, behind its parents. Only a full tile has one: its hash is an entry
// of the tile above.
func (p *plan) add(at place) {
	if _, found := p.at[at]; found {
		return
	}
	width := min(p.tree.N>>(TileHeight*at.level)-at.number<<TileHeight, 1<<TileHeight)
	if width == 1<<TileHeight { // 3.
		p.add(at.above())
	}
	tile := tlog.Tile{H: TileHeight, L: at.level, N: at.number, W: int(width)}
	p.at[at] = len(p.parts)
	p.parts = append(p.parts, part{Tile: tile, path: tile.Path()})
}

func (at place) above() place { return place{at.level + 1, at.number >> TileHeight} }

// holds tells whether hashes can be read of the planned tiles.
func (p *plan) holds(indexes []int64) bool {
	return !slices.ContainsFunc(indexes, func(index int64) bool {
		_, found := p.at[placeOf(index)]
		return !found || !within(p.tree, index)
	})
}

func (p *plan) paths() []string {
	var out []string
	for _, part := range p.parts {
		out = append(out, part.path)
	}
	return out
}

// prove checks all tiles against the tree's hash; the error is a [TileError].
//
//  1. The hashes that make up the tree, computed from the tiles, give its hash.
//  2. Each full tile has the hash that its parent holds of it.
func (p *plan) prove() error {
	wrong := func() error {
		return &TileError{Head: p.tree, Paths: p.paths(), Detail: "the tiles do not hash to the signed head"}
	}
	if hash, err := tlog.TreeHash(p.tree.N, p); err != nil || hash != p.tree.Hash { // 1.
		return wrong()
	}
	for _, t := range p.parts { // 2.
		if partial(t.Tile) {
			continue
		}
		above := p.parts[p.at[place{t.L, t.N}.above()]]
		entry := int(t.N & (1<<TileHeight - 1))
		if t.hash(0, t.W) != above.hash(entry, entry+1) {
			return wrong()
		}
	}
	return nil
}

// ReadHashes reads hashes of tiles that were planned, by their stored indexes. They are
// as good as the tiles.
func (p *plan) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		t := p.parts[p.at[placeOf(index)]]
		level, n := tlog.SplitStoredHashIndex(index)
		size := 1 << (level % TileHeight)
		from := int(n*int64(size) - t.N<<TileHeight)
		out[i] = t.hash(from, from+size)
	}
	return out, nil
}

// hash is that of the tree over some entries, as many as a power of two.
func (t part) hash(from, to int) tlog.Hash {
	entries := t.data[from*tlog.HashSize : to*tlog.HashSize]
	if t.once == nil || to-from == 1 {
		return hashOf(entries)
	}
	return t.once("hash of the entries "+strconv.Itoa(from)+"-"+strconv.Itoa(to), func() any { return hashOf(entries) }).(tlog.Hash)
}

// hashOf is the hash of a tree over entries (RFC 6962, section 2.1).
func hashOf(entries []byte) tlog.Hash {
	if len(entries) == tlog.HashSize {
		return tlog.Hash(entries)
	}
	half := len(entries) / 2
	return tlog.NodeHash(hashOf(entries[:half]), hashOf(entries[half:]))
}
