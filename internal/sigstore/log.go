package sigstore

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"time"

	"touchstone/internal/fault"

	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore-go/pkg/tlog"
	"github.com/sigstore/sigstore-go/pkg/verify"
)

// A LogEntry is a verified entry of a transparency log: it is about this
// signature, this signer and this content. At least one of Proof and Promise is
// there.
type LogEntry struct {
	Log     Log
	Kind    string // "hashedrekord", "dsse", "intoto"
	Version string
	// Proof tells that the entry is in the log: nil where it is only promised.
	Proof *Proof
	// Promise is the log's signed word that it will be included: nil for none.
	Promise *Promise
}

// A Proof is a verified inclusion proof: whoever has the log's checkpoint finds
// the entry in it.
type Proof struct {
	Index      int64 // in the tree of the checkpoint
	Checkpoint Checkpoint
}

// A Promise is a verified signed entry timestamp.
type Promise struct {
	Index int64     // over all trees of the log
	Time  time.Time // when the log took the entry in, UTC
}

// Proven tells whether the entry was proven to be in the log, and not only
// promised.
func (e *LogEntry) Proven() bool { return e.Proof != nil }

// checkLog verifies every entry of a log that the root knows, each by itself,
// so that a wrong one does not hide behind a good one. Entries of other logs
// are passed over. Gated tells that sigstore-go has verified the only entry.
func checkLog(b *read, m *material, gated bool, ignored *[]string) ([]LogEntry, error) {
	var verified []LogEntry
	for i, entry := range b.entries {
		id := entry.TransparencyLogEntry().GetLogId().GetKeyId()
		log, known := m.log(id)
		if !known {
			*ignored = append(*ignored, fmt.Sprintf("log entry %d: the log %x is not among the anchors", i+1, id))
			continue
		}
		var err error
		switch {
		case plainHead(entry):
			err = checkPlain(entry, b, m, log)
		case !gated:
			if _, err = verify.VerifyTlogEntry(b.entity.only(entry), m, 1, true); err != nil {
				err = entryError(entry, m, err)
			}
		}
		var fact LogEntry
		if err == nil {
			fact, err = readEntry(entry, log)
		}
		if err != nil {
			return nil, fail(fault.Wrong, StepLog, fmt.Sprintf("entry %d of %s: %v", i+1, log.BaseURL, err))
		}
		verified = append(verified, fact)
	}
	return verified, nil
}

// entryError finds the reason that sigstore-go keeps to itself when a promise
// does not verify.
func entryError(entry *tlog.Entry, m *material, err error) error {
	if entry.HasInclusionPromise() {
		if set := tlog.VerifySET(entry, m.RekorLogs()); set != nil {
			return set
		}
	}
	return err
}

// readEntry collects what a verified entry proves. Two things remain to be
// compared, because sigstore-go verifies around them: the size that the proof
// states with the size that the log signed, and, where the leaf is computed
// from the bundle, the body with that leaf.
func readEntry(entry *tlog.Entry, log *root.TransparencyLog) (LogEntry, error) {
	e := entry.TransparencyLogEntry()
	fact := LogEntry{
		Log:     Log{Name: log.BaseURL, ID: hex.EncodeToString(e.GetLogId().GetKeyId())},
		Kind:    e.GetKindVersion().GetKind(),
		Version: e.GetKindVersion().GetVersion(),
	}
	if entry.HasInclusionPromise() {
		fact.Promise = &Promise{Index: e.GetLogIndex(), Time: time.Unix(e.GetIntegratedTime(), 0).UTC()}
	}
	if !entry.HasInclusionProof() {
		return fact, nil
	}
	proof := e.GetInclusionProof()
	checkpoint, err := ParseCheckpoint(proof.GetCheckpoint().GetEnvelope())
	if err != nil {
		return LogEntry{}, err
	}
	if proof.GetTreeSize() != checkpoint.Size || !bytes.Equal(proof.GetRootHash(), checkpoint.RootHash) {
		return LogEntry{}, fmt.Errorf("the proof is for another head than the checkpoint's")
	}
	if entry.IsRekorV2() {
		if err := checkLeaf(entry, log); err != nil {
			return LogEntry{}, err
		}
	}
	fact.Proof = &Proof{Index: proof.GetLogIndex(), Checkpoint: *checkpoint}
	return fact, nil
}
