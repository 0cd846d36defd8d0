//go:build js && wasm && touchstone_whole

package main

import (
	"maps"
	"syscall/js"
	"time"

	"touchstone/internal/audit"
	"touchstone/internal/evidence"
	"touchstone/internal/evidencefile"
	"touchstone/internal/fetch/har"
	"touchstone/internal/report"
	"touchstone/wasm/bundle"
	"touchstone/wasm/p256"
)

// more is what the page's first program leaves to the whole one.
func more() map[string]any {
	functions := map[string]any{"show": js.FuncOf(promised(startShow)), "verifyBundle": js.FuncOf(verifyBundle)}
	maps.Copy(functions, ofFolders())
	maps.Copy(functions, ofLocks())
	return functions
}

// verifyBundle is no promise: who asks waits.
func verifyBundle(this js.Value, args []js.Value) any {
	complete()
	return bundle.Verify(this, args)
}

// verifyP256 is quick where one key signed much: who checks a lock file asks of
// thousands of signatures by one.
var verifyP256 = new(p256.Verifier).Verify

// replay puts what was recorded in the place of the network: an HTTP Archive, or
// an evidence file, which may bring the question and a package with it. When it
// was saved is that file's own word; empty for an archive.
func replay(recorded []byte, q *audit.Question) (when string, err error) {
	if !evidencefile.Is(recorded) {
		q.Replay, err = har.Read(recorded)
		return "", err
	}
	saved, err := evidencefile.Read(recorded)
	if err != nil {
		return "", err
	}
	q.Replay, q.File, q.FileName = saved.Record, saved.File, saved.Name
	if q.Pasted == "" {
		q.Pasted, q.Lent = saved.Reference, true
	}
	return saved.Time.UTC().Format(time.RFC3339), nil
}

// also adds to an answer what the page does not show: the report as text, and
// the comparison and the statement where they were asked for.
func also(answer map[string]any, r *report.Report, seen evidence.Case, req request) error {
	answer["text"], answer["saved"] = r.Text(req.Colour), req.saved
	if req.Installed != nil {
		said, err := compared(req.Installed, seen)
		if err != nil {
			return err
		}
		answer["installed"] = said
	}
	if req.Summary {
		said, err := r.Summary(seen.Proofs.Bundles)
		if err != nil {
			return err
		}
		answer["summary"] = string(said)
	}
	return nil
}
