package trust

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// A Memory is what refreshes leave for the next visit. It is not trusted: its
// versions can only raise what the next refresh accepts, and its roots are
// verified again from the one that the program carries. The zero Memory
// remembers nothing.
type Memory struct {
	// Versions are the highest seen.
	Versions Versions
	// Roots are the successors of the program's TUF root, by version.
	Roots map[int64][]byte
}

// Bounds of a memory.
const (
	memoryFormat = 1
	maxMemory    = 4 << 20 // bytes of its JSON
	maxVersion   = 1 << 53 // what JSON numbers hold everywhere
)

// memoryJSON is a Memory as it is kept.
type memoryJSON struct {
	Format   int              `json:"format"`
	Versions Versions         `json:"versions"`
	Roots    map[int64][]byte `json:"roots,omitempty"`
}

// MarshalJSON writes the form that [ParseMemory] reads.
func (m Memory) MarshalJSON() ([]byte, error) {
	return json.Marshal(memoryJSON{memoryFormat, m.Versions, m.Roots})
}

// ParseMemory reads a kept memory; no bytes at all are no memory. A damaged one
// gives an error that is [ErrMemory], and no refresh should be made then: what
// was seen before is not known any more.
func ParseMemory(stored []byte) (Memory, error) {
	if len(stored) == 0 {
		return Memory{}, nil
	}
	m, err := parseMemory(stored)
	if err != nil {
		return Memory{}, fmt.Errorf("reading what was kept of earlier refreshes: %w: %w", ErrMemory, err)
	}
	return m, nil
}

func parseMemory(stored []byte) (Memory, error) {
	if len(stored) > maxMemory {
		return Memory{}, fmt.Errorf("it has %d bytes; up to %d are read", len(stored), maxMemory)
	}
	dec := json.NewDecoder(bytes.NewReader(stored))
	dec.DisallowUnknownFields()
	var m *memoryJSON
	if err := dec.Decode(&m); err != nil {
		return Memory{}, fmt.Errorf("parsing JSON: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return Memory{}, errors.New("something follows its JSON")
	}
	if m == nil || m.Format != memoryFormat {
		return Memory{}, fmt.Errorf("it is not of form %d", memoryFormat)
	}
	v := m.Versions
	for _, version := range []int64{v.Root, v.Timestamp, v.Snapshot, v.Targets, v.Delegation} {
		if version < 0 || version > maxVersion {
			return Memory{}, fmt.Errorf("it holds the impossible version %d", version)
		}
	}
	if len(m.Roots) > maxRotations {
		return Memory{}, fmt.Errorf("it holds %d roots; up to %d are read", len(m.Roots), maxRotations)
	}
	for version, root := range m.Roots {
		head, err := readRootHead(root)
		if err != nil || len(root) > maxRoot || head.version != version || version > v.Root {
			return Memory{}, errors.New("one of its roots is not what it is kept as")
		}
	}
	return Memory{Versions: v, Roots: m.Roots}, nil
}
