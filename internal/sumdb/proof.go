package sumdb

import (
	"bytes"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// A ProofError tells that a Merkle proof does not prove what it is for.
type ProofError struct {
	What   string // "inclusion" or "consistency"
	Detail string
}

func (e *ProofError) Error() string {
	return fmt.Sprintf("checking the %s proof: %s; do not believe what it is for", e.What, e.Detail)
}

// CheckInclusion checks that the tree of size records with the given root has
// the leaf hash at index (RFC 6962 section 2.1.1). All hashes are SHA-256, 32
// bytes. Trees of more than MaxSize records are refused. The error is a
// [ProofError].
func CheckInclusion(index, size uint64, leaf, root []byte, proof [][]byte) error {
	const what = "inclusion"
	if size > MaxSize {
		return &ProofError{what, fmt.Sprintf("a tree of %d records is larger than the %d allowed", size, uint64(MaxSize))}
	}
	if index >= size {
		return &ProofError{what, fmt.Sprintf("there is no leaf %d in a tree of %d records", index, size)}
	}
	hashes, err := parseHashes(what, append([][]byte{leaf, root}, proof...))
	if err != nil {
		return err
	}
	if tlog.CheckRecord(hashes[2:], int64(size), hashes[1], int64(index), hashes[0]) != nil {
		return &ProofError{what, "the leaf and the proof do not hash to the root"}
	}
	return nil
}

// CheckConsistency checks that the tree of size1 records with root1 is a
// prefix of the tree of size2 records with root2 (RFC 6962 section 2.1.2).
// Trees of one size are consistent if their roots are the same bytes and the
// proof is empty; otherwise all hashes are SHA-256, 32 bytes, and the empty
// tree, being a prefix of everything, proves nothing and is refused. Trees of
// more than MaxSize records are refused. The error is a [ProofError].
func CheckConsistency(size1, size2 uint64, root1, root2 []byte, proof [][]byte) error {
	const what = "consistency"
	switch {
	case size2 > MaxSize:
		return &ProofError{what, fmt.Sprintf("a tree of %d records is larger than the %d allowed", size2, uint64(MaxSize))}
	case size1 > size2:
		return &ProofError{what, fmt.Sprintf("a tree of %d records is no prefix of one of %d", size1, size2)}
	case size1 == size2 && len(proof) > 0:
		return &ProofError{what, "two trees of the same size need no proof, but there is one"}
	case size1 == size2 && !bytes.Equal(root1, root2):
		return &ProofError{what, "two trees of the same size have different roots"}
	case size1 == size2:
		return nil
	case size1 == 0:
		return &ProofError{what, "the empty tree is a prefix of every tree"}
	}
	hashes, err := parseHashes(what, append([][]byte{root1, root2}, proof...))
	if err != nil {
		return err
	}
	if tlog.CheckTree(hashes[2:], int64(size2), hashes[1], int64(size1), hashes[0]) != nil {
		return &ProofError{what, "the proof does not hash to both roots"}
	}
	return nil
}

func parseHashes(what string, raw [][]byte) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(raw))
	for i, b := range raw {
		if len(b) != tlog.HashSize {
			return nil, &ProofError{what, fmt.Sprintf("a hash has %d bytes instead of %d", len(b), tlog.HashSize)}
		}
		hashes[i] = tlog.Hash(b)
	}
	return hashes, nil
}
