package sumdb

import (
	"bytes"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// A visit is one verification: the heads, newest first, and what has been
// proven about them so far. Indexes below are into heads.
type visit struct {
	heads  []Head
	tiles  *tiles
	proven map[[2]int]bool   // [newer, older]: older is a prefix of newer
	open   map[[2]int]string // [newer, older]: what could not be had
}

// warm asks for every tile that the newest tree needs, in one batch: which
// those are depends on sizes only. Where all came and are right, the steps read of
// them; else each step judges what it needs itself.
func (v *visit) warm(id int64) {
	indexes := []int64{tlog.StoredHashIndex(0, id)}
	for _, h := range v.heads[1:] {
		indexes = append(indexes, prefixIndexes(h.N)...)
	}
	v.tiles.warm(v.heads[0].Tree, indexes)
}

// prefixIndexes are the stored hashes that make up the tree of n records.
func prefixIndexes(n int64) (indexes []int64) {
	collect := tlog.HashReaderFunc(func(want []int64) ([]tlog.Hash, error) {
		indexes = want
		return make([]tlog.Hash, len(want)), nil
	})
	// It computes a meaningless hash and cannot fail: collect does not.
	_, _ = tlog.TreeHash(n, collect)
	return indexes
}

// compare asks of every two heads whether the older is a prefix of the newer.
// Two that are prefixes of the same third need no tiles of their own.
func (v *visit) compare() error {
	v.proven, v.open = map[[2]int]bool{}, map[[2]int]string{}
	for i := range v.heads {
		for j := i + 1; j < len(v.heads); j++ {
			pair := [2]int{i, j}
			if v.common(i, j) {
				v.proven[pair] = true
				continue
			}
			err := v.isPrefix(v.heads[j], v.heads[i])
			var missing *MissingError
			switch {
			case err == nil:
				v.proven[pair] = true
			case errors.As(err, &missing):
				v.open[pair] = err.Error()
			default:
				return err
			}
		}
	}
	return nil
}

// common tells whether a third head is proven to continue both i and j.
func (v *visit) common(i, j int) bool {
	for k := range i {
		if v.proven[[2]int{k, i}] && v.proven[[2]int{k, j}] {
			return true
		}
	}
	return false
}

// isPrefix proves that older is a prefix of newer: the tree of older's size,
// computed from newer's hashes, has older's hash.
func (v *visit) isPrefix(older, newer Head) error {
	if older.N == newer.N {
		if older.Hash == newer.Hash {
			return nil
		}
		return &ForkError{Older: older.Note, Newer: newer.Note, Size: older.N, Signed: older.Hash, Computed: newer.Hash}
	}
	computed, err := tlog.TreeHash(older.N, v.tiles.under(newer.Tree))
	if err != nil {
		return fmt.Errorf("proving that the tree of %d records is a prefix of the tree of %d records: %w", older.N, newer.N, err)
	}
	if computed == older.Hash {
		return nil
	}
	return &ForkError{Older: older.Note, Newer: newer.Note, Size: older.N, Signed: older.Hash, Computed: computed}
}

// include proves the record under the newest head whose tiles can be had.
func (v *visit) include(id int64, record tlog.Hash) (at int, err error) {
	var first error
	for i, h := range v.heads {
		if id >= h.N {
			continue
		}
		logged, err := v.tiles.under(h.Tree).ReadHashes([]int64{tlog.StoredHashIndex(0, id)})
		var missing *MissingError
		switch {
		case err == nil && logged[0] == record:
			return i, nil
		case err == nil:
			return 0, &NotIncludedError{ID: id, Head: h.Tree, Logged: logged[0], Claimed: record}
		case !errors.As(err, &missing):
			return 0, fmt.Errorf("proving that record %d is in the tree of %d records: %w", id, h.N, err)
		case first == nil:
			first = fmt.Errorf("proving that record %d is in the tree of %d records: %w", id, h.N, err)
		}
	}
	return 0, first
}

// mark notes on every head how it stands to the head at. No newer head can be
// proven to continue it: the tiles for that would have proven the record too.
func (v *visit) mark(at int) {
	for i := range v.heads {
		h := &v.heads[i]
		h.Note = bytes.Clone(h.Note)
		h.Consistent = i == at || v.proven[[2]int{at, i}]
		if !h.Consistent {
			h.Reason = v.open[[2]int{min(i, at), max(i, at)}]
		}
	}
}
