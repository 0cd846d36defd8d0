//go:build js && wasm && touchstone_whole

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"syscall/js"
	"time"

	"touchstone/internal/lockfile"
	"touchstone/internal/pins"
)

// ofLocks are the functions for lock files.
func ofLocks() map[string]any {
	return map[string]any{"lock": js.FuncOf(promised(startLock)), "written": js.FuncOf(promised(startWritten))}
}

// A lockRequest asks about a lock file.
type lockRequest struct {
	request
	// Name and BaseName are what the files are called; empty where that is not
	// known.
	Name     string         `json:"name"`
	BaseName string         `json:"baseName"`
	Depth    pins.Depth     `json:"depth"`
	MinAge   int            `json:"minAge"` // days
	Require  map[string]int `json:"require"`
	// Allow is the list of exceptions, as JSON; empty for none.
	Allow string `json:"allow"`
}

// checked is the newest lock file's result, to be written in other forms.
var checked *pins.Result

// startLock takes the request as JSON, the lock file and perhaps an older one as
// Uint8Array, and a function that gets each line as soon as it is answered: its
// place, how many there are, and the line as JSON.
func startLock(ctx context.Context, args []js.Value) (any, error) {
	if len(args) < 4 {
		return nil, errors.New("calling lock: it takes a request, a lock file, an older one and a function")
	}
	var req lockRequest
	if err := json.Unmarshal([]byte(args[0].String()), &req); err != nil {
		return nil, fmt.Errorf("reading the request: %w", err)
	}
	if req.Depth != pins.Records && req.Depth != pins.Bytes {
		return nil, fmt.Errorf("the depth %q is none; choose records or bytes", req.Depth)
	}
	o := pins.Options{Depth: req.Depth, MinAge: req.MinAge, Require: req.Require}
	var err error
	if req.Allow != "" {
		if o.Allow, err = pins.ReadAllow([]byte(req.Allow)); err != nil {
			return nil, err
		}
	}
	if req.Time != "" {
		if o.Time, err = time.Parse(time.RFC3339, req.Time); err != nil {
			return nil, fmt.Errorf("reading the audit time: %w; write it like 2026-01-31T12:00:00Z", err)
		}
	}
	doc, _ := bytesOf(args[1])
	file, err := lockfile.Read(req.Name, doc)
	if err != nil {
		return nil, err
	}
	var base *lockfile.File
	if old, given := bytesOf(args[2]); given {
		if base, err = lockfile.Read(req.BaseName, old); err != nil {
			return nil, fmt.Errorf("the older file: %w", err)
		}
	}
	auditor, err := auditors.of(req.request)
	if err != nil {
		return nil, err
	}
	r, err := pins.Check(ctx, auditor, req.Name, file, base, o, func(i, of int, l pins.Line) {
		if raw, err := json.Marshal(l); err == nil && args[3].Type() == js.TypeFunction {
			args[3].Invoke(i, of, string(raw))
		}
	})
	if err != nil {
		return nil, err
	}
	checked = r
	kept := auditors.keep(auditor)
	heads := map[string]any{}
	for name, head := range kept.Heads {
		heads[name] = head
	}
	return map[string]any{"summary": r.Summary(), "fails": r.Fails(), "heads": heads, "memory": kept.Memory}, nil
}

// startWritten takes the name of a format, and gives the newest lock file's
// result in it.
func startWritten(_ context.Context, args []js.Value) (any, error) {
	if len(args) < 1 || checked == nil {
		return nil, errors.New("calling written: it takes a format, after a lock file was checked")
	}
	raw, err := checked.Write(args[0].String())
	return string(raw), err
}
