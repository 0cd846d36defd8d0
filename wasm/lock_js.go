//go:build js && wasm && touchstone_whole

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"syscall/js"
	"time"

	"touchstone/internal/lockfile"
	"touchstone/internal/pins"
)

// ofLocks are the functions for lock files.
func ofLocks() map[string]any {
	return map[string]any{"lock": js.FuncOf(promised(startLock)), "beside": js.FuncOf(promised(startBeside)), "divisible": js.FuncOf(promised(startDivisible)), "written": js.FuncOf(promised(startWritten))}
}

// A lockRequest asks about a lock file.
type lockRequest struct {
	request
	Depth   pins.Depth     `json:"depth"`
	MinAge  int            `json:"minAge"` // days
	Require map[string]int `json:"require"`
	// Allow is the list of exceptions, as JSON; empty for none.
	Allow string `json:"allow"`
	// Part and Parts are which part ("part", "of") of the packages is audited here, and of how many;
	// Given are lines that others answered as a part of the same, by their place. Joined
	// asks to join them with those of the part that was audited here last.
	Part   int               `json:"part"`
	Parts  int               `json:"of"`
	Given  map[int]pins.Line `json:"given"`
	Joined bool              `json:"joined"`
	// Answered are the lines of an earlier check of the same files in the same
	// way, which was ended before its time.
	Answered []pins.Line `json:"answered"`
}

// checked is the newest lock file's result.
var checked *pins.Result

// joined are the lines that are given, and those that the newest result, of the same
// time, has beside them. [pins.Check] takes each only for the pin that it is of.
func joined(o pins.Options) map[int]pins.Line {
	all := map[int]pins.Line{}
	if checked != nil && checked.Depth == o.Depth && checked.Time == o.Time.UTC().Format(time.RFC3339) {
		for i, l := range checked.Lines {
			if l.State != "" {
				all[i] = l
			}
		}
	}
	maps.Copy(all, o.Given)
	return all
}

// documents are the files that belong together: a list of { name, bytes }.
func documents(v js.Value) []lockfile.Document {
	if v.Type() != js.TypeObject {
		return nil
	}
	var out []lockfile.Document
	for i := range min(v.Length(), lockfile.MostDocuments+1) {
		body, _ := bytesOf(v.Index(i).Get("bytes"))
		out = append(out, lockfile.Document{Name: v.Index(i).Get("name").String(), Text: body})
	}
	return out
}

// A parsed is what was read last: one check of a lock file asks for it several times,
// where it is made in parts.
type parsed struct {
	documents []lockfile.Document
	file      *lockfile.File
}

var latest parsed

// readAll reads documents that belong together, or gives what was read of the same
// before; nothing changes it.
func (p *parsed) readAll(docs []lockfile.Document) (*lockfile.File, error) {
	same := func(a, b lockfile.Document) bool { return a.Name == b.Name && bytes.Equal(a.Text, b.Text) }
	if p.file != nil && slices.EqualFunc(p.documents, docs, same) {
		return p.file, nil
	}
	file, err := lockfile.ReadAll(docs)
	*p = parsed{docs, file}
	return file, err
}

// startBeside takes a document's name and bytes, and gives the paths of those that
// may belong to it.
func startBeside(_ context.Context, args []js.Value) (any, error) {
	if len(args) < 2 {
		return nil, errors.New("calling beside: it takes a name and a document")
	}
	doc, _ := bytesOf(args[1])
	paths := []any{}
	for _, path := range lockfile.Beside(args[0].String(), doc) {
		paths = append(paths, path)
	}
	return paths, nil
}

// startDivisible takes documents that belong together, as startLock does, and gives
// how many packages of theirs may be audited in parts; 0 also where they can't be read.
func startDivisible(_ context.Context, args []js.Value) (any, error) {
	if len(args) < 1 {
		return nil, errors.New("calling divisible: it takes a lock file")
	}
	f, err := latest.readAll(documents(args[0]))
	if err != nil {
		return 0, nil // that is said where it is checked
	}
	return pins.Divisible(f), nil
}

// startLock takes the request as JSON, the lock file with what belongs to it and
// perhaps an older one with its own, each a list of { name, bytes }, and two
// functions. The first gets the result without its lines, as
// JSON, before anybody is asked. The second gets a line as JSON, its place, how
// many there are, and whether it is answered: where there is a first function every
// line as the file alone has it, and then each as soon as it is answered.
func startLock(ctx context.Context, args []js.Value) (any, error) {
	if len(args) < 5 {
		return nil, errors.New("calling lock: it takes a request, a lock file, an older one and two functions")
	}
	var req lockRequest
	if err := json.Unmarshal([]byte(args[0].String()), &req); err != nil {
		return nil, fmt.Errorf("reading the request: %w", err)
	}
	if req.Depth != pins.Records && req.Depth != pins.Bytes {
		return nil, fmt.Errorf("the depth %q is none; choose records or bytes", req.Depth)
	}
	o := pins.Options{Depth: req.Depth, MinAge: req.MinAge, Require: req.Require, Answered: req.Answered, Part: req.Part, Parts: req.Parts, Given: req.Given}
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
	if req.Joined {
		o.Given = joined(o)
	}
	file, err := latest.readAll(documents(args[1]))
	if err != nil {
		return nil, err
	}
	if req.Parts <= 1 {
		latest = parsed{} // it is large, and all is asked
	}
	var base *lockfile.File
	if old := documents(args[2]); len(old) > 0 {
		if base, err = lockfile.ReadAll(old); err != nil {
			return nil, fmt.Errorf("the older file: %w", err)
		}
	}
	auditor, err := auditors.of(req.request)
	if err != nil {
		return nil, err
	}
	line := func(i, of int, l pins.Line) { tell(args[4], l, i, of, l.State != "") }
	if args[3].Type() == js.TypeFunction { // who waits for no beginning needs no thousand lines of it
		o.Begun = func(r *pins.Result) {
			head := *r
			head.Lines = []pins.Line{}
			tell(args[3], head)
			for i, l := range r.Lines {
				line(i, len(r.Lines), l)
			}
		}
	}
	r, err := pins.Check(ctx, auditor, file, base, o, line)
	if err != nil {
		return nil, err
	}
	checked = r
	kept := auditors.keep(auditor)
	heads := map[string]any{}
	for name, head := range kept.Heads {
		heads[name] = head
	}
	head := *r
	head.Lines = []pins.Line{}
	raw, err := json.Marshal(head)
	if err != nil {
		return nil, err
	}
	return map[string]any{"summary": r.Summary(), "fails": r.Fails(), "head": string(raw), "heads": heads, "memory": kept.Memory}, nil
}

// tell calls a function, where it is one, with a value as JSON where it is
// expected: behind the place and the number of lines, or alone.
func tell(f js.Value, v any, more ...any) {
	if f.Type() != js.TypeFunction {
		return
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return
	}
	f.Invoke(append([]any{string(raw)}, more...)...)
}

// startWritten takes the name of a format, a result as JSON, where empty is that
// of the newest lock file, and the address of the site where the pins' reports can
// be asked for, empty for none. A line without a state was not answered. It gives
// the result in that form, and in a few sentences.
func startWritten(_ context.Context, args []js.Value) (any, error) {
	if len(args) < 3 {
		return nil, errors.New("calling written: it takes a format, a result and an address")
	}
	r := checked
	if given := args[1].String(); given != "" {
		r = new(pins.Result)
		if err := json.Unmarshal([]byte(given), r); err != nil {
			return nil, fmt.Errorf("reading the result: %w", err)
		}
		r.End()
	}
	if r == nil {
		return nil, errors.New("there is no result yet: check a lock file first")
	}
	raw, err := r.Write(args[0].String(), args[2].String())
	return map[string]any{"text": string(raw), "summary": r.Summary()}, err
}
