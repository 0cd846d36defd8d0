package sumdb

import (
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// Included verifies that a record stands in its place in the tree whose head the
// log's key signed, by a proof that is at hand whole (RFC 6962, section 2.1.1);
// [Verify] takes tiles. The key is in the form that Verify takes.
//
//  1. The head's signature is the key's.
//  2. The proof leads from the record's hash to the tree's.
func Included(key string, head []byte, id int64, record []byte, proof [][]byte) error {
	by, err := signerOf(key)
	if err != nil {
		return fmt.Errorf("reading the log's key: %w", err)
	}
	tree, err := by.open(FromKnown, head) // 1
	if err != nil {
		return err
	}
	hashes := make(tlog.RecordProof, len(proof))
	for i, hash := range proof {
		if copy(hashes[i][:], hash) != len(hash) || len(hash) != tlog.HashSize {
			return errors.New("reading a proof: a hash is not 32 bytes long")
		}
	}
	if err := tlog.CheckRecord(hashes, tree.N, tree.Hash, id, tlog.RecordHash(record)); err != nil { // 2
		return fmt.Errorf("following a proof: %w", err)
	}
	return nil
}
