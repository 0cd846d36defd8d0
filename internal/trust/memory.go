package trust

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// A Memory is what refreshes leave for the next visit. It is not trusted: its
// versions can only raise what the next refresh accepts, and its documents are
// verified again from the root that the program carries. The zero Memory
// remembers nothing.
type Memory struct {
	// Versions are the highest seen.
	Versions Versions `json:"versions"`
	// Roots are the successors of the program's TUF root, by version.
	Roots map[int64][]byte `json:"roots,omitempty"`
	// At is the time of the last refresh that got to its end, and Documents
	// are what it rested on beside the roots, by their path in the repository.
	At        time.Time         `json:"at,omitzero"`
	Documents map[string][]byte `json:"documents,omitempty"`
	// Keyrings are what refreshes of archive keys left, by package.
	Keyrings keptKeyrings `json:"keyrings,omitempty"`
}

// Bounds of a memory.
const (
	memoryFormat = 2
	maxMemory    = 4 << 20 // bytes of its JSON
	maxVersion   = 1 << 53 // what JSON numbers hold everywhere
)

// stored is a Memory as it is kept: with a sum, so that damage is not taken for
// a repository that went back.
type stored struct {
	Format int             `json:"format"`
	SHA256 string          `json:"sha256"` // of Memory's bytes, hexadecimal
	Memory json.RawMessage `json:"memory"`
}

// Store writes the form that [Recall] reads.
func (m Memory) Store() ([]byte, error) {
	raw, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("writing what is kept of refreshes: %w", err)
	}
	sum := sha256.Sum256(raw)
	return json.Marshal(stored{memoryFormat, hex.EncodeToString(sum[:]), raw})
}

// Recall opens what earlier refreshes left behind; no bytes at all are nothing.
//
//  1. The anchors are those of the last refresh that got to its end, dated to
//     it, where its documents still verify from the root that from carries, at
//     that date; else they are from.
//  2. What is damaged gives an error that is [ErrMemory], and is put aside: only
//     the versions that its signed documents still prove are known then. The
//     next refresh begins with from's own root and does not go back behind them.
func Recall(from Anchors, kept []byte) (Anchors, Memory, error) {
	if len(kept) == 0 {
		return from, Memory{}, nil
	}
	m, err := parseMemory(kept)
	again := func() (Refreshed, error) { return Refresh(from, Memory{Roots: m.Roots}, shelved(m.Documents), m.At) }
	if err != nil { // 2
		out, _ := again()
		return from, Memory{Versions: out.Versions}, fmt.Errorf("reading what was kept of earlier refreshes: %w: %w", ErrMemory, err)
	}
	if out, err := again(); err == nil && len(out.Kept) == 0 { // 1
		out.Anchors.seen = out.Anchors.seen.max(m.Versions)
		return out.Anchors, m, nil
	}
	return from, m, nil
}

// parseMemory reads what Store wrote. With an error it is what could be read all
// the same, unchecked.
func parseMemory(kept []byte) (Memory, error) {
	if len(kept) > maxMemory {
		return Memory{}, fmt.Errorf("it has %d bytes; up to %d are read", len(kept), maxMemory)
	}
	var outer stored
	if err := exactly(kept, &outer); err != nil {
		return Memory{}, err
	}
	if outer.Format != memoryFormat {
		return Memory{}, fmt.Errorf("it is not of form %d", memoryFormat)
	}
	var m Memory
	if err := exactly(outer.Memory, &m); err != nil {
		return Memory{}, err
	}
	if sum := sha256.Sum256(outer.Memory); hex.EncodeToString(sum[:]) != outer.SHA256 {
		return m, errors.New("it is not what was stored: its sum differs")
	}
	v := m.Versions
	for _, version := range []int64{v.Root, v.Timestamp, v.Snapshot, v.Targets, v.Delegation} {
		if version < 0 || version > maxVersion {
			return m, fmt.Errorf("it holds the impossible version %d", version)
		}
	}
	if len(m.Roots) > maxRotations {
		return m, fmt.Errorf("it holds %d roots; up to %d are read", len(m.Roots), maxRotations)
	}
	for version, root := range m.Roots {
		head, err := readRootHead(root)
		if err != nil || len(root) > maxRoot || head.version != version || version > v.Root {
			return m, errors.New("one of its roots is not what it is kept as")
		}
	}
	return m, nil
}

// exactly reads one JSON value without unknown members and nothing behind it.
func exactly(raw []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return fmt.Errorf("parsing JSON: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows its JSON")
	}
	return nil
}

// shelved serves a refresh's documents again; what it lacks is not there.
type shelved map[string][]byte

func (s shelved) Get(url string, _ int64) ([]byte, int, error) {
	if doc, ok := s[strings.TrimPrefix(url, repositoryURL+"/")]; ok {
		return doc, 200, nil
	}
	return nil, 404, nil
}
