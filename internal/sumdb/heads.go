package sumdb

import (
	"errors"
	"fmt"
	"sync"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// A signer is whose signature makes a head one of the log.
type signer struct {
	key string // in the form that [Verify] takes
	note.Verifier
}

func signerOf(key string) (signer, error) {
	verifier, err := note.NewVerifier(key)
	return signer{key, verifier}, err
}

// openHeads verifies the signed notes and parses the trees in them. The
// lookup's own comes first; latest and known may be nil.
func openHeads(by signer, own, latest, known []byte) ([]Head, error) {
	var heads []Head
	for _, in := range []struct {
		from Source
		note []byte
	}{{FromLookup, own}, {FromLatest, latest}, {FromKnown, known}} {
		if in.note == nil && in.from != FromLookup {
			continue
		}
		tree, err := by.open(in.from, in.note)
		if err != nil {
			return nil, err
		}
		heads = append(heads, Head{Tree: tree, From: in.from, Note: in.note})
	}
	return heads, nil
}

// An openedHead is what is known of a head that was opened: the key, and all its bytes.
type openedHead struct{ key, note string }

// Bounds of what is remembered: the answers about a thousand records carry a few dozen
// heads of some hundred bytes.
const (
	mostOpened  = 256
	largestKept = 4 << 10
)

// opened are the trees of heads whose signature was verified here, so that this is
// done once for the same bytes and the same key.
var opened = struct {
	sync.Mutex
	trees map[openedHead]tlog.Tree
}{trees: map[openedHead]tlog.Tree{}}

// open verifies one signed note. Signatures by other keys are allowed
// (witnesses add them) and ignored.
func (by signer) open(from Source, data []byte) (tlog.Tree, error) {
	what := "the signed head from " + string(from)
	if len(data) > MaxAnswer {
		return tlog.Tree{}, &MalformedError{what, fmt.Sprintf("it has %d bytes, more than the %d allowed", len(data), MaxAnswer)}
	}
	same := openedHead{by.key, string(data)}
	opened.Lock()
	tree, found := opened.trees[same]
	opened.Unlock()
	if found {
		return tree, nil
	}
	tree, err := by.verify(from, what, data)
	if err == nil && len(data) <= largestKept {
		opened.Lock()
		defer opened.Unlock()
		if len(opened.trees) >= mostOpened {
			clear(opened.trees)
		}
		opened.trees[same] = tree
	}
	return tree, err
}

func (by signer) verify(from Source, what string, data []byte) (tlog.Tree, error) {
	signed, err := note.Open(data, note.VerifierList(by))
	var unsigned *note.UnverifiedNoteError
	var invalid *note.InvalidSignatureError
	switch {
	case errors.As(err, &unsigned), errors.As(err, &invalid):
		return tlog.Tree{}, &SignatureError{Head: from, Key: fmt.Sprintf("%s+%08x", by.Name(), by.KeyHash()), Err: err}
	case err != nil:
		return tlog.Tree{}, &MalformedError{what, "it is not a signed note"}
	}
	tree, err := tlog.ParseTree([]byte(signed.Text))
	if err != nil {
		return tlog.Tree{}, &MalformedError{what, "the signed text is not a tree head"}
	}
	if tree.N > MaxSize {
		return tlog.Tree{}, &MalformedError{what, fmt.Sprintf("it claims %d records, more than the %d allowed", tree.N, int64(MaxSize))}
	}
	// The empty tree has but one hash, the SHA-256 of nothing (RFC 6962 section
	// 2.1), which TreeHash gives without reading.
	if empty, err := tlog.TreeHash(0, nil); tree.N == 0 && (err != nil || tree.Hash != empty) {
		return tlog.Tree{}, &MalformedError{what, "it claims no records, but its hash is not that of the empty tree"}
	}
	return tree, nil
}

// IsHead tells whether a note is a head that a log's key signed; the key is in
// the form that [Verify] takes.
func IsHead(key string, head []byte) bool {
	by, err := signerOf(key)
	if err != nil {
		return false
	}
	_, err = by.open(FromKnown, head)
	return err == nil
}
