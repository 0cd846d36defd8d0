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
	"touchstone/internal/evidencefile"
)

// What can be looked into, in bytes: of a larger package nothing is kept, and
// of a file no more is shown.
const (
	largestKept = 64 << 20
	largestFile = 2 << 20
)

// mostHits is how many lines are found at most.
const mostHits = 500

// looked is what one audit looked at, to look into afterwards, and to save.
type looked struct {
	evidence evidencefile.Evidence
}

// contents gives the bytes of the package that is asked about, and who reads them.
func (l *looked) contents(reference string) (archive.Reader, []byte, error) {
	if _, err := l.of(reference); err != nil {
		return nil, nil, err
	}
	art := l.evidence.Seen.Artifact
	if art.Contents == nil || len(art.Answer.Body) > largestKept {
		return nil, nil, errors.New("looking into a package: it did not arrive, or is larger than 64 MiB")
	}
	return l.evidence.Seen.Release.File.Contents, art.Answer.Body, nil
}

// last is that of the newest audit whose report is looked at; those before it
// are not kept.
var last looked

// of returns it where it is the one that is asked about.
func (l *looked) of(reference string) (*looked, error) {
	if l.evidence.Report == nil || l.evidence.Report.Reference != reference {
		return nil, errors.New("looking into an audit: it is no longer at hand; check the package again")
	}
	return l, nil
}

// startOpen takes a reference, a path and the SHA-256 of the file in
// hexadecimal, and gives its bytes, at most 2 MiB of them.
func startOpen(_ context.Context, args []js.Value) (any, error) {
	if len(args) < 3 {
		return nil, errors.New("calling open: it takes a reference, a path and a digest")
	}
	read, data, err := last.contents(args[0].String())
	if err != nil {
		return nil, err
	}
	file := archive.File{Path: args[1].String()}
	if n, err := hex.Decode(file.SHA256[:], []byte(args[2].String())); err != nil || n != len(file.SHA256) {
		return nil, fmt.Errorf("opening a file: %q is no SHA-256 in hexadecimal", args[2].String())
	}
	bytes, err := archive.Open(read, data, file, largestFile)
	if err != nil {
		return nil, err
	}
	return uint8Array(bytes), nil
}

// startFind takes a reference and a text, and gives the lines of the package's
// files that hold it.
func startFind(ctx context.Context, args []js.Value) (any, error) {
	if len(args) < 2 {
		return nil, errors.New("calling find: it takes a reference and a text")
	}
	read, data, err := last.contents(args[0].String())
	if err != nil {
		return nil, err
	}
	hits, whole, err := archive.Find(read, data, args[1].String(), mostHits, func() bool { return ctx.Err() != nil })
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
