//go:build js && wasm

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"syscall/js"
	"time"

	"touchstone/internal/audit"
	"touchstone/internal/evidencefile"
	"touchstone/internal/fetch/har"
)

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
		q.Pasted = saved.Reference
	}
	return saved.Time.UTC().Format(time.RFC3339), nil
}

// startEvidence takes a reference and whether the package is to be in it, and
// gives the evidence file of the newest audit.
func startEvidence(_ context.Context, args []js.Value) (any, error) {
	if len(args) < 2 || args[1].Type() != js.TypeBoolean {
		return nil, errors.New("calling evidence: it takes a reference, and whether the package is to be in it")
	}
	held, err := last.of(args[0].String())
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := held.evidence.Write(&out, args[1].Bool()); err != nil {
		return nil, err
	}
	array := js.Global().Get("Uint8Array").New(out.Len())
	js.CopyBytesToJS(array, out.Bytes())
	return array, nil
}

// startSizes takes a reference, and gives how many bytes the evidence file of
// the newest audit has, without the package and with it.
func startSizes(_ context.Context, args []js.Value) (any, error) {
	if len(args) < 1 {
		return nil, errors.New("calling sizes: it takes a reference")
	}
	held, err := last.of(args[0].String())
	if err != nil {
		return nil, err
	}
	without, with, err := held.evidence.Sizes()
	if err != nil {
		return nil, err
	}
	raw, err := json.Marshal(map[string]int64{"without": without, "with": with})
	if err != nil {
		return nil, fmt.Errorf("writing the sizes: %w", err)
	}
	return string(raw), nil
}
