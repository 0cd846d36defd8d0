// Package sumdb verifies that a record is in a checksum database: a log whose
// operator signs a Merkle tree over all records and serves the tree in tiles.
//
// A lookup answer is the record's number, the record (lines of
// "module version h1:hash") and a signed tree head. Only the head is signed.
// The record counts because its hash is found in the tree that the head names,
// and the head counts because every other head seen is proven to be a prefix
// of it: a log that shows two histories is caught with both signatures in hand.
//
// Nothing is fetched here. [Verify] asks [Evidence] for tiles; what stands
// behind it may be a network, then Verify merely finds out which tiles are
// needed, or a record of one, then the same Verify gives the verdict.
//
// Three outcomes stay apart: evidence that is wrong ([MalformedError],
// [SignatureError], [ForkError], [NotIncludedError], [TileError]), evidence
// that could not be had ([MissingError]), and success.
//
// Specifications: https://golang.org/design/25530-sumdb,
// https://go.dev/ref/mod#checksum-database and RFC 6962 section 2.1.
package sumdb

import (
	"fmt"
	"sort"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	// MaxAnswer is the largest lookup answer or signed head read, in bytes.
	MaxAnswer = 1 << 20
	// MaxSize is the largest tree believed, in records.
	MaxSize = 1 << 48
	// TileHeight is the height of the tiles: a full one holds 1<<TileHeight
	// hashes of 32 bytes.
	TileHeight = 8
)

// Evidence is what was fetched. All of it is unverified.
type Evidence struct {
	// Lookup is the answer to the lookup: record number, record, signed head.
	Lookup []byte
	// Latest is the signed head asked for by itself; nil when it could not be
	// had. (An answer without bytes is not nil, and malformed.)
	Latest []byte
	// Known is the signed head kept from an earlier visit; nil for none. It is
	// verified again.
	Known []byte
	// Tiles answers for many tiles at once, in the order asked, so that they
	// can be fetched side by side. Paths look like "tile/8/0/x228/101" or
	// "tile/8/1/x001/097.p/65". Nil stands for "no tile could be had".
	Tiles func(paths []string) []TileAnswer
}

// A TileAnswer is one tile, or why there is none: an Err that is a
// [MissingError] means that the tile could not be had; any other Err ends the
// verification and is returned from it.
type TileAnswer struct {
	Data []byte
	Err  error
	// Once is shared by all who are given these very bytes; nil where nobody else is.
	Once Once
}

// A Source tells where a head came from, in words.
type Source string

// The sources.
const (
	FromLookup Source = "the lookup answer"
	FromLatest Source = "the request for the latest head"
	FromKnown  Source = "an earlier visit"
)

// A Head is a tree head with a verified signature.
type Head struct {
	tlog.Tree
	From Source
	Note []byte // the signed note as it came
	// Consistent tells that this head is proven to be a prefix of
	// Result.Head, or equal to it.
	Consistent bool
	// Reason says, where Consistent is false, what could not be had.
	Reason string
}

// A Result is what was proven.
type Result struct {
	ID     int64  // number of the record in the log, from 0
	Record string // the record, as logged
	Lines  []Line // the same, parsed
	// Head is the newest verified head that the proof reaches: the record is
	// in its tree. HeadNote is the signed note it came in.
	Head     tlog.Tree
	HeadNote []byte
	// Heads are all verified heads, Head among them, newest first.
	Heads []Head
}

// Verify checks that the lookup's record is in the log which key signs, and
// that all signed heads at hand belong to one history. The key is an encoded
// verifier key, "name+hash+base64" (package note). That the record is about
// what was asked for is the caller's comparison.
//
// The steps are those of the design's client:
//
//  1. Parse the lookup answer.
//  2. Open every signed note with the key.
//  3. Parse the tree heads. The lookup's own tree must be large enough to hold
//     the record.
//  4. Order the heads; the newest speaks for the log.
//  5. Every older head must be a prefix of every newer one (RFC 6962 section
//     2.1.2). This comes before inclusion, because in a forked log a record
//     that is not included is only the symptom.
//  6. The record must be in the newest tree (RFC 6962 section 2.1.1).
//
// Where tiles of the newest tree cannot be had, step 6 tries the next older
// head; Result.Heads then says which heads stay unconnected. Only a record
// that can be proven under no head gives a [MissingError].
func Verify(key string, e Evidence) (*Result, error) {
	by, err := signerOf(key)
	if err != nil {
		return nil, fmt.Errorf("reading the log's verifier key: %w; it must have the form name+hash+base64", err)
	}

	// 1. The lookup answer.
	answer, err := parseLookup(e.Lookup)
	if err != nil {
		return nil, err
	}

	// 2 and 3. The signed heads.
	heads, err := openHeads(by, answer.note, e.Latest, e.Known)
	if err != nil {
		return nil, err
	}
	if own := heads[0]; answer.id >= own.N {
		return nil, &NotIncludedError{ID: answer.id, Head: own.Tree}
	}

	// 4. Newest first.
	sort.SliceStable(heads, func(i, j int) bool { return heads[i].N > heads[j].N })
	v := &visit{heads: heads, tiles: newTiles(e.Tiles)}
	v.warm(answer.id)

	// 5. Consistency.
	if err := v.compare(); err != nil {
		return nil, err
	}

	// 6. Inclusion.
	at, err := v.include(answer.id, tlog.RecordHash([]byte(answer.record)))
	if err != nil {
		return nil, err
	}
	v.mark(at)
	return &Result{
		ID: answer.id, Record: answer.record, Lines: answer.lines,
		Head: heads[at].Tree, HeadNote: heads[at].Note, Heads: heads,
	}, nil
}
