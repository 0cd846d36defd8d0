//go:build js && wasm

package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"syscall/js"

	"touchstone/internal/archive"
)

// What can be looked into, in bytes: of a larger package nothing is kept, and
// of a file no more is shown.
const (
	largestKept = 64 << 20
	largestFile = 2 << 20
)

// mostHits is how many lines are found at most.
const mostHits = 500

// looked is the package of one audit, to look into afterwards.
type looked struct {
	reference string
	format    archive.Format
	bytes     []byte
}

func (l *looked) keep(format archive.Format, bytes []byte) {
	if len(bytes) <= largestKept {
		l.format, l.bytes = format, bytes
	}
}

// last is that of the newest audit whose report is looked at; those before it
// are not kept.
var last looked

// of returns it where it is the one that is asked about.
func (l *looked) of(reference string) (*looked, error) {
	if l.reference != reference || l.bytes == nil {
		return nil, errors.New("looking into a package: it is no longer at hand, or larger than 64 MiB; check it again")
	}
	return l, nil
}

// startOpen takes a reference, a path and the SHA-256 of the file in
// hexadecimal, and gives its bytes, at most 2 MiB of them.
func startOpen(_ context.Context, args []js.Value) (any, error) {
	if len(args) < 3 {
		return nil, errors.New("calling open: it takes a reference, a path and a digest")
	}
	held, err := last.of(args[0].String())
	if err != nil {
		return nil, err
	}
	file := archive.File{Path: args[1].String()}
	if n, err := hex.Decode(file.SHA256[:], []byte(args[2].String())); err != nil || n != len(file.SHA256) {
		return nil, fmt.Errorf("opening a file: %q is no SHA-256 in hexadecimal", args[2].String())
	}
	bytes, err := archive.Open(held.format, held.bytes, file, largestFile)
	if err != nil {
		return nil, err
	}
	array := js.Global().Get("Uint8Array").New(len(bytes))
	js.CopyBytesToJS(array, bytes)
	return array, nil
}

// startFind takes a reference and a text, and gives the lines of the package's
// files that hold it.
func startFind(ctx context.Context, args []js.Value) (any, error) {
	if len(args) < 2 {
		return nil, errors.New("calling find: it takes a reference and a text")
	}
	held, err := last.of(args[0].String())
	if err != nil {
		return nil, err
	}
	hits, whole, err := archive.Find(held.format, held.bytes, args[1].String(), mostHits, func() bool { return ctx.Err() != nil })
	if err != nil {
		return nil, err
	}
	raw, err := json.Marshal(struct {
		Hits  []archive.Hit `json:"hits"`
		Whole bool          `json:"whole"`
	}{hits, whole})
	if err != nil {
		return nil, fmt.Errorf("writing what was found: %w", err)
	}
	return string(raw), nil
}
