package evidence

import (
	"fmt"
	"strconv"

	"touchstone/internal/fault"
	"touchstone/internal/fetch"
	"touchstone/internal/registry"
	"touchstone/internal/sumdb"
)

// logVerdict is what the log's verification gave.
type logVerdict struct {
	result *sumdb.Result
	err    error
}

// verifyLog runs the log's verification over what was recorded. Nothing is
// fetched here: a tile that was not recorded is missing.
func verifyLog(e *exam) logVerdict {
	record := e.Release.Record()
	if record.Log == nil || record.Answer.State != fetch.Found {
		return logVerdict{}
	}
	key, ok := e.Proofs.Anchors.LogKey(record.Log.Log)
	if !ok {
		return logVerdict{err: fmt.Errorf("no key is pinned for the log %s", record.Log.Log)}
	}
	result, err := sumdb.Verify(key, logEvidence(record))
	return logVerdict{result, err}
}

// logEvidence turns a recorded log entry into what the mechanism verifies.
func logEvidence(record registry.Link) sumdb.Evidence {
	entry := record.Log
	e := sumdb.Evidence{Lookup: record.Answer.Body, Known: entry.Known}
	if entry.Latest.State == fetch.Found {
		// Not nil: an answer without bytes is wrong, not missing.
		e.Latest = append([]byte{}, entry.Latest.Body...)
	}
	e.Tiles = func(paths []string) []sumdb.TileAnswer {
		out := make([]sumdb.TileAnswer, len(paths))
		for i, p := range paths {
			a, ok := entry.Tiles[p]
			if !ok || a.State != fetch.Found {
				out[i].Err = &sumdb.MissingError{Path: p}
				continue
			}
			out[i].Data, out[i].Once = a.Body, a.Once
		}
		return out
	}
	return e
}

// keepable tells whether a verified head may take the place of one kept from an
// earlier visit: one that was not connected with it is the only witness of a fork.
func keepable(v logVerdict) bool {
	return v.result != nil && v.err == nil && unconnected(v.result) == ""
}

// logFailure tells apart what is wrong from what could not be fetched, and from
// what is our own lack.
func logFailure(err error) Finding {
	switch fault.Of(err) {
	case fault.Wrong, fault.Malformed:
		return because(Fail, "The log's record does not verify: "+sentence(err.Error()))
	case fault.Missing:
		return because(Unknown, "The proof that the record is in the log could not be completed: "+sentence(err.Error()))
	}
	return because(Unknown, "The log's record could not be verified here: "+sentence(err.Error()))
}

// entries is a log's size in words.
func entries(n int64) string {
	if n == 1 {
		return "1 entry"
	}
	return strconv.FormatInt(n, 10) + " entries"
}
