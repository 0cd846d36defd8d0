//go:build js && wasm

// Command wasm is what the page's Web Worker, the command line under Node and
// the edge load: the audit as functions of one JavaScript object.
//
//	touchstone.audit(request, archive, file, onProgress, signal) → Promise<answer>
//	touchstone.read(text) → Promise<what it means, as JSON>
//	touchstone.versions(request, signal) → Promise<which versions there are, as JSON>
//	touchstone.suggest(request, signal) → Promise<how a text may go on, as JSON>
//	touchstone.selftest(step, known) → Promise<how the step ended, as JSON>
//	touchstone.open(reference, path, sha256) → Promise<Uint8Array>
//	touchstone.find(reference, text, signal) → Promise<hits, as JSON>
//	touchstone.sizes(reference) → Promise<sizes of the evidence file, as JSON>
//	touchstone.evidence(reference, withPackage) → Promise<Uint8Array>
//
// The whole program (tag touchstone_whole) replays archives too, and has
//
//	touchstone.lock(request, file, older, onBegun, onLine, signal) → Promise<how it ended>
//	touchstone.written(format, result, site) → Promise<a lock file's result in it>
//	touchstone.named() → Promise<names of files, as JSON>
//	touchstone.packages(folder) → Promise<packages in it, as JSON>
//	touchstone.identify(file) → Promise<what it says that it is, as JSON>
//	touchstone.differ(reference, path, bytes) → Promise<lines that differ>
//	touchstone.show(report, request) → Promise<a saved report's text and HTML>
//	touchstone.verifyBundle(arguments, readFile) → whether it accepts, see [touchstone/wasm/bundle]
//
// It sets globalThis.touchstone and calls globalThis.touchstoneReady, where
// that is a function. Requests and answers are described at [request] and
// [answer]. A panic ends one audit, never the program.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"sync"
	"syscall/js"
	"time"

	"touchstone/internal/audit"
	"touchstone/internal/evidence"
	"touchstone/internal/fetch"
	"touchstone/internal/report"
	"touchstone/internal/report/page"
	"touchstone/wasm/p256"
)

func main() {
	p256.Withhold()
	functions := map[string]any{
		"audit":    js.FuncOf(promised(startAudit)),
		"read":     js.FuncOf(promised(startRead)),
		"versions": js.FuncOf(promised(startVersions)),
		"suggest":  js.FuncOf(promised(startSuggest)),
		"selftest": js.FuncOf(promised(startSelftest)),
		"open":     js.FuncOf(promised(startOpen)),
		"find":     js.FuncOf(promised(startFind)),
		"sizes":    js.FuncOf(promised(startSizes)),
		"evidence": js.FuncOf(promised(startEvidence)),
	}
	maps.Copy(functions, more())
	js.Global().Set("touchstone", functions)
	if ready := js.Global().Get("touchstoneReady"); ready.Type() == js.TypeFunction {
		ready.Invoke()
	}
	// Who waits for the program hears that it is ready; a moment later, before anything
	// is likely to be asked, it makes what it was not sent. Without that moment the
	// runtime would do it first.
	time.AfterFunc(5*time.Millisecond, complete)
	select {}
}

// complete makes the table of a curve that the program is sent without: once, and
// before anything is asked of it.
var complete = sync.OnceFunc(p256.Fill)

// A request is what JavaScript asks for.
type request struct {
	Reference string `json:"reference"`
	// Time is RFC 3339; empty is now.
	Time string `json:"time"`
	// Relay is the relay's address; empty where there is none.
	Relay string `json:"relay"`
	// PerHost bounds the requests under way at one host; 0 is as browsers do.
	PerHost int `json:"perHost"`
	kept
	// FileName is what the person calls the package file.
	FileName string `json:"fileName"`
	// Parts asks for those pieces of a package, too, that are fetched on demand.
	Parts bool `json:"parts"`
	// Records asks for no package: only what is said of it is audited, and what a
	// package's beginning says of the rest.
	Records bool `json:"records"`
	// ExpectSource and ExpectSigner are from whom the person expects the package:
	// a source repository, and a certificate's subject; empty for nobody.
	ExpectSource string `json:"expectSource"`
	ExpectSigner string `json:"expectSigner"`
	// Linked tells that a link says that, and not the person.
	Linked bool `json:"linked"`
	// Keys are public keys that the person brought, in base64; empty for none.
	Keys []byte `json:"keys"`
	// Colour asks for a coloured text.
	Colour bool `json:"colour"`
	// Record asks for the HTTP Archive of the audit.
	Record bool `json:"record"`
	// Keep asks to look into the audit afterwards, and to save its evidence: as a
	// report that is looked at is kept.
	Keep bool `json:"keep"`
	// Installed is the folder in which the package was installed, to be compared;
	// nil for none.
	Installed json.RawMessage `json:"installed"`
	// Summary asks for the verdict as an in-toto statement.
	Summary bool `json:"summary"`
	// HTML asks for the report as the page shows it.
	HTML bool `json:"html"`

	saved string // when the evidence was saved, by its own word
}

// startAudit takes the request as JSON, then, each possibly undefined: the
// HTTP Archive or evidence file to replay and the package file as Uint8Array,
// and a function that gets every progress report as JSON.
func startAudit(ctx context.Context, args []js.Value) (any, error) {
	if len(args) < 4 {
		return nil, errors.New("calling audit: it takes a request, an archive, a file and a progress function")
	}
	var req request
	if err := json.Unmarshal([]byte(args[0].String()), &req); err != nil {
		return nil, fmt.Errorf("reading the audit request: %w", err)
	}
	q := audit.Question{Pasted: req.Reference, Parts: req.Parts, Expect: evidence.Expectation{Source: req.ExpectSource, Signer: req.ExpectSigner, Linked: req.Linked && req.ExpectSource != ""}, Keys: req.Keys}
	if req.Records {
		q.Most = -1
	}
	if req.Time != "" {
		t, err := time.Parse(time.RFC3339, req.Time)
		if err != nil {
			return nil, fmt.Errorf("reading the audit time: %w; write it like 2026-01-31T12:00:00Z", err)
		}
		q.Time = t
	}
	if archive, ok := bytesOf(args[1]); ok {
		var err error
		if req.saved, err = replay(archive, &q); err != nil {
			return nil, err
		}
	}
	if file, ok := bytesOf(args[2]); ok {
		q.File, q.FileName = file, req.FileName
	}
	if args[3].Type() == js.TypeFunction {
		q.Progress = func(p fetch.Progress) {
			raw, err := json.Marshal(p)
			if err == nil {
				args[3].Invoke(string(raw))
			}
		}
	}
	if req.Record || req.HTML || req.Keep {
		q.Record = new(fetch.Record)
	}
	var seen looked
	if req.HTML || req.Keep {
		last = looked{} // before this one takes its memory
	}
	q.Seen = func(c evidence.Case) { seen.evidence.Seen = c }
	auditor, err := auditors.of(req)
	if err != nil {
		return nil, err
	}
	r, err := auditor.Audit(ctx, q)
	if err != nil {
		return nil, err
	}
	if req.HTML || req.Keep {
		seen.evidence.Pasted, seen.evidence.Report, seen.evidence.Record = q.Pasted, r, q.Record
		last = seen
	}
	return answerOf(auditor, r, seen.evidence.Seen, q.Record, req)
}

// answerOf is the object that JavaScript gets: json of the report, heads and memory
// to keep, the page's HTML and the archive where they were asked for, and what the
// whole program adds.
func answerOf(auditor *audit.Auditor, r *report.Report, seen evidence.Case, record *fetch.Record, req request) (any, error) {
	raw, err := r.JSON()
	if err != nil {
		return nil, err
	}
	kept := auditors.keep(auditor)
	heads := map[string]any{}
	for name, head := range kept.Heads {
		heads[name] = head
	}
	answer := map[string]any{"json": string(raw), "heads": heads, "memory": kept.Memory}
	if req.HTML {
		html, err := page.Render(r)
		if err != nil {
			return nil, err
		}
		answer["html"] = html
	}
	if req.Record {
		archive, err := harOf(record)
		if err != nil {
			return nil, err
		}
		answer["har"] = archive
	}
	return answer, also(answer, r, seen, req)
}
