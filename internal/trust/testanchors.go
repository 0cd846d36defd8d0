//go:build touchstone_testanchors

package trust

import "time"

// TestAnchors are anchors that a test made, or that belong to another instance
// of Sigstore. They exist in programs built with the tag
// touchstone_testanchors and in no other.
type TestAnchors struct {
	SigstoreRoot []byte // trusted_root.json
	NPMKeys      []byte // keys.json
	TUFRoot      []byte // root.json
	// LogKeys are keys of checksum databases, in the form of
	// golang.org/x/mod/sumdb/note; the log's name is the key's.
	LogKeys []string
	// Archives are documents of archive keys (anchors/archive).
	Archives [][]byte
	// Taken is the date that stands for the committed one.
	Taken time.Time
	// Seen are versions that a refresh must not go back behind. The root's is
	// read from TUFRoot.
	Seen Versions
}

// WithTestAnchors gives t in the place of the committed anchors. Nil SigstoreRoot,
// NPMKeys, TUFRoot, LogKeys and Archives stand for the committed ones.
func WithTestAnchors(t TestAnchors) (Anchors, error) {
	m := committed()
	m.source = "a test"
	m.taken, m.logKeyTaken = t.Taken, t.Taken
	m.seen = t.Seen
	if t.SigstoreRoot != nil {
		m.sigstoreRoot = string(t.SigstoreRoot)
	}
	if t.NPMKeys != nil {
		m.npmKeys = string(t.NPMKeys)
	}
	if t.TUFRoot != nil {
		m.tufRoot = string(t.TUFRoot)
	}
	if t.LogKeys != nil {
		m.logKeys = t.LogKeys
	}
	if t.Archives != nil {
		m.archives = t.Archives
	}
	a, err := build(m)
	for i := range a.sets {
		a.sets[i].Taken = t.Taken
	}
	return a, err
}
