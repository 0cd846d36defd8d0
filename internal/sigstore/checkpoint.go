package sigstore

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"touchstone/internal/fault"
)

// A Checkpoint is a log's signed head (C2SP tlog-checkpoint, a signed note). As
// [ParseCheckpoint] returns it nothing is verified; inside a [Proof] it is.
type Checkpoint struct {
	Size     int64 // number of leaves
	RootHash []byte
	// Text is what the log signs: the note without its signature lines, whose
	// names nothing vouches for.
	Text string
}

const (
	maxCheckpoint = 64 << 10 // bytes
	hashSize      = 32       // of a SHA-256 tree
	keyHashSize   = 4        // bytes before a note's signature
)

// ParseCheckpoint reads a checkpoint strictly: origin, size and root hash on a
// line each, extension lines, an empty line, then at least one signature line,
// every line ended.
func ParseCheckpoint(note string) (*Checkpoint, error) {
	malformed := func(reason string) (*Checkpoint, error) {
		return nil, fail(fault.Malformed, StepLog, "the checkpoint: "+reason)
	}
	if len(note) > maxCheckpoint {
		return malformed(fmt.Sprintf("it is longer than %d bytes", maxCheckpoint))
	}
	body, signatures, parted := strings.Cut(note, "\n\n")
	if !parted {
		return malformed("no empty line parts the head from the signatures")
	}
	lines := strings.Split(body, "\n")
	if len(lines) < 3 || lines[0] == "" {
		return malformed("it has no origin, size and root hash")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return malformed("its size is not a number")
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != hashSize {
		return malformed("its root hash is not a SHA-256 in base64")
	}
	if err := checkNoteSignatures(signatures); err != nil {
		return malformed(err.Error())
	}
	return &Checkpoint{Size: size, RootHash: root, Text: body + "\n"}, nil
}

// checkNoteSignatures checks the form of the signature lines: an em dash, a
// name, and base64 of a key hash and a signature.
func checkNoteSignatures(text string) error {
	if !strings.HasSuffix(text, "\n") {
		return errors.New("its last line does not end")
	}
	for _, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		rest, ok := strings.CutPrefix(line, "— ")
		name, encoded, parted := strings.Cut(rest, " ")
		if !ok || !parted || name == "" {
			return errors.New("a signature line is not of the form \"— name base64\"")
		}
		signature, err := base64.StdEncoding.Strict().DecodeString(encoded)
		if err != nil || len(signature) <= keyHashSize {
			return errors.New("a signature is not base64 of a key hash and a signature")
		}
	}
	return nil
}
