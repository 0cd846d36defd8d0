package sumdb

import (
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"touchstone/internal/fault"
)

// A MalformedError tells that something does not have the form it must have.
type MalformedError struct {
	What   string // what was read, in words
	Detail string // what was found
}

func (e *MalformedError) Error() string {
	return fmt.Sprintf("reading %s: %s; fetch it again, from the log itself where possible", e.What, e.Detail)
}

// Fault is fault.Malformed.
func (e *MalformedError) Fault() fault.Kind { return fault.Malformed }

// A SignatureError tells that a head is not signed by the log's key.
type SignatureError struct {
	Head Source // which head
	Key  string // name and hash of the key expected, "name+hash"
	// Err is note.UnverifiedNoteError where the key did not sign at all, and
	// note.InvalidSignatureError where its signature is wrong.
	Err error
}

func (e *SignatureError) Error() string {
	return fmt.Sprintf("verifying the signed head from %s with the key %s: %v; do not believe what it says", e.Head, e.Key, e.Err)
}

// Fault is fault.Wrong.
func (e *SignatureError) Fault() fault.Kind { return fault.Wrong }

// Unwrap returns Err.
func (e *SignatureError) Unwrap() error { return e.Err }

// A ForkError tells that the log has signed two trees that contradict each
// other. Older and Newer are the signed notes: whoever has the log's key can
// check both.
type ForkError struct {
	Older, Newer []byte
	Size         int64     // records in the older tree
	Signed       tlog.Hash // hash of that tree as the older note states it
	Computed     tlog.Hash // hash of the newer tree's first Size records
}

func (e *ForkError) Error() string {
	return fmt.Sprintf("comparing two signed heads: for the first %d records one states the hash %v, the other has %v; the log shows different histories, keep both notes as proof", e.Size, e.Signed, e.Computed)
}

// Fault is fault.Wrong.
func (e *ForkError) Fault() fault.Kind { return fault.Wrong }

// A NotIncludedError tells that the record is not in the log's tree at the
// place where the lookup answer says it is.
type NotIncludedError struct {
	ID   int64     // place of the record that the answer claims
	Head tlog.Tree // the tree
	// Logged is the hash of the record that is in that place and Claimed that
	// of the answer's record; both are zero where the tree ends before ID.
	Logged, Claimed tlog.Hash
}

func (e *NotIncludedError) Error() string {
	if e.ID >= e.Head.N {
		return fmt.Sprintf("looking for record %d: the head beside it has %d records only; do not believe the record", e.ID, e.Head.N)
	}
	return fmt.Sprintf("looking for record %d: the log has a record with the hash %v there, the answer's has %v; do not believe the record", e.ID, e.Logged, e.Claimed)
}

// Fault is fault.Wrong.
func (e *NotIncludedError) Fault() fault.Kind { return fault.Wrong }

// A TileError tells that tiles are not those of the tree. Where there are
// several Paths, at least one of them is wrong. A log that forked serves such
// tiles too if the newest head is the one kept from an earlier visit; only two
// heads that contradict each other prove it.
type TileError struct {
	Head   tlog.Tree
	Paths  []string
	Detail string
}

func (e *TileError) Error() string {
	return fmt.Sprintf("checking %s against the tree of %d records: %s; fetch them again, from the log itself where possible",
		strings.Join(e.Paths, ", "), e.Head.N, e.Detail)
}

// Fault is fault.Wrong.
func (e *TileError) Fault() fault.Kind { return fault.Wrong }

// A MissingError tells that a tile could not be had. What it would have proven
// is unknown, not wrong.
type MissingError struct {
	Path string // "tile/8/…"
	Err  error  // why, where known
}

func (e *MissingError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("getting %s: %v; try again when the log can be reached", e.Path, e.Err)
	}
	return fmt.Sprintf("getting %s: it could not be fetched; try again when the log can be reached", e.Path)
}

// Fault is fault.Missing.
func (e *MissingError) Fault() fault.Kind { return fault.Missing }

// Unwrap returns Err.
func (e *MissingError) Unwrap() error { return e.Err }
