package sumdb

import (
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// An Once gives what make gives, and asks it once for all who share the same bytes:
// what is hashed for one record is not hashed again for a thousand others. What names
// the computation, which depends on nothing but those bytes.
type Once func(what string, make func() any) any

// tiles gets tiles from the evidence, each path once.
type tiles struct {
	ask    func(paths []string) []TileAnswer
	have   map[string]TileAnswer
	proven *plan // of the tree that was warmed, where all of it is proven; else nil
}

func newTiles(ask func([]string) []TileAnswer) *tiles {
	return &tiles{ask: ask, have: map[string]TileAnswer{}}
}

// under reads hashes of the given tree. Tiles are checked against the tree's
// hash before any hash of them is returned; tiles that fail that give a
// [TileError].
func (t *tiles) under(tree tlog.Tree) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		if p := t.proven; p != nil && p.tree == tree && p.holds(indexes) {
			return p.ReadHashes(indexes)
		}
		p, err := t.plan(tree, indexes)
		if err != nil {
			return nil, err
		}
		return p.ReadHashes(indexes)
	})
}

// plan gets and proves the tiles that are needed to read hashes of a tree.
func (t *tiles) plan(tree tlog.Tree, indexes []int64) (*plan, error) {
	p, err := planned(tree, indexes)
	if err != nil {
		return nil, err
	}
	if err := t.fill(p); err != nil {
		return nil, err
	}
	return p, p.prove()
}

// warm gets what several readings of one tree will need, in one batch, and keeps it
// where all of it is there and right.
func (t *tiles) warm(tree tlog.Tree, indexes []int64) {
	if p, err := t.plan(tree, indexes); err == nil {
		t.proven = p
	}
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

// fill loads a plan's tiles, each of exactly its length. They are not verified yet.
func (t *tiles) fill(p *plan) error {
	if err := t.load(p.paths()); err != nil {
		return err
	}
	// A partial tile may be gone once the full one is there (design 25530,
	// "Checksum Database"): one more batch asks for those.
	var full []string
	for _, part := range p.parts {
		if partial(part.Tile) && missing(t.have[part.path]) != nil {
			full = append(full, complete(part.Tile).Path())
		}
	}
	if err := t.load(full); err != nil {
		return err
	}
	for i := range p.parts {
		if err := t.one(&p.parts[i], p.tree); err != nil {
			return err
		}
	}
	return nil
}

// one gives a part its loaded tile, or the start of the full one in its place.
func (t *tiles) one(p *part, tree tlog.Tree) error {
	answer, served := t.have[p.path], p.Tile
	gone := missing(answer)
	if gone != nil && partial(p.Tile) {
		served = complete(p.Tile)
		if full := t.have[served.Path()]; missing(full) == nil {
			answer, gone = full, nil
		}
	}
	switch {
	case gone != nil:
		return &MissingError{Path: p.path, Err: gone.Err}
	case answer.Err != nil:
		return fmt.Errorf("reading %s: %w", served.Path(), answer.Err)
	case len(answer.Data) != served.W*tlog.HashSize:
		return &TileError{Head: tree, Paths: []string{served.Path()},
			Detail: fmt.Sprintf("the tile has %d bytes instead of %d", len(answer.Data), served.W*tlog.HashSize)}
	}
	p.data, p.once = answer.Data[:p.W*tlog.HashSize], answer.Once
	return nil
}

// missing returns the answer's MissingError, or nil.
func missing(a TileAnswer) *MissingError {
	m, _ := errors.AsType[*MissingError](a.Err)
	return m
}

func partial(t tlog.Tile) bool { return t.W != 1<<t.H }

func complete(t tlog.Tile) tlog.Tile {
	t.W = 1 << t.H
	return t
}
