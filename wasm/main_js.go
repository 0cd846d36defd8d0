//go:build js && wasm

// Command wasm is what the page's Web Worker, the command line under Node and
// the edge load: the audit as functions of one JavaScript object.
//
//	touchstone.audit(request, archive, file, onProgress, signal) → Promise<answer>
//	touchstone.read(text) → Promise<what it means, as JSON>
//	touchstone.verifyBundle(line, readFile) → Promise<{accepted, reason}>
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
	"syscall/js"
	"time"

	"touchstone/internal/audit"
	"touchstone/internal/fetch"
	"touchstone/internal/report/page"
	"touchstone/internal/trust"
)

func main() {
	js.Global().Set("touchstone", map[string]any{
		"audit":        js.FuncOf(promised(startAudit)),
		"read":         js.FuncOf(promised(startRead)),
		"verifyBundle": js.FuncOf(promised(startVerifyBundle)),
	})
	if ready := js.Global().Get("touchstoneReady"); ready.Type() == js.TypeFunction {
		ready.Invoke()
	}
	select {}
}

// A request is what JavaScript asks for.
type request struct {
	Reference string `json:"reference"`
	// Time is RFC 3339; empty is now.
	Time string `json:"time"`
	// Relay is the relay's address; empty where there is none.
	Relay string `json:"relay"`
	// Heads are the signed log heads kept from earlier visits, by log.
	Heads map[string]string `json:"heads"`
	// Colour asks for a coloured text.
	Colour bool `json:"colour"`
	// Record asks for the HTTP Archive of the audit.
	Record bool `json:"record"`
	// HTML asks for the report as the page shows it.
	HTML bool `json:"html"`
	// Memory is what trust kept from earlier visits; empty for none.
	Memory string `json:"memory"`
}

// startAudit takes the request as JSON, then, each possibly undefined: the
// archive to replay and the package file as Uint8Array, and a function that
// gets every progress report as JSON.
func startAudit(ctx context.Context, args []js.Value) (any, error) {
	if len(args) < 4 {
		return nil, errors.New("calling audit: it takes a request, an archive, a file and a progress function")
	}
	var req request
	if err := json.Unmarshal([]byte(args[0].String()), &req); err != nil {
		return nil, fmt.Errorf("reading the audit request: %w", err)
	}
	o := audit.Options{Relay: req.Relay, Anchors: trust.Embedded(), Transport: fetch.NewGlobal(), Time: time.Now(), Heads: map[string][]byte{}}
	for name, head := range req.Heads {
		o.Heads[name] = []byte(head)
	}
	if req.Memory != "" {
		o.Memory = []byte(req.Memory)
	}
	if req.Time != "" {
		t, err := time.Parse(time.RFC3339, req.Time)
		if err != nil {
			return nil, fmt.Errorf("reading the audit time: %w; write it like 2026-01-31T12:00:00Z", err)
		}
		o.Time = t
	}
	if har, ok := bytesOf(args[1]); ok {
		record, err := fetch.ReadHAR(har)
		if err != nil {
			return nil, err
		}
		o.Replay = record
	}
	if file, ok := bytesOf(args[2]); ok {
		o.File = file
	}
	if args[3].Type() == js.TypeFunction {
		o.Progress = func(p fetch.Progress) {
			raw, err := json.Marshal(p)
			if err == nil {
				args[3].Invoke(string(raw))
			}
		}
	}
	result, err := audit.Run(ctx, req.Reference, o)
	if err != nil {
		return nil, err
	}
	return answerOf(result, req)
}

// answerOf is the object that JavaScript gets: json and text of the report,
// heads and memory to keep, and the page's HTML and the archive where they
// were asked for.
func answerOf(result *audit.Result, req request) (any, error) {
	raw, err := result.Report.JSON()
	if err != nil {
		return nil, err
	}
	heads := map[string]any{}
	for name, head := range result.Heads {
		heads[name] = string(head)
	}
	answer := map[string]any{"json": string(raw), "text": result.Report.Text(req.Colour), "heads": heads, "memory": string(result.Memory)}
	if req.HTML {
		html, err := page.Render(result.Report)
		if err != nil {
			return nil, err
		}
		answer["html"] = html
	}
	if req.Record {
		har, err := harOf(result.Record)
		if err != nil {
			return nil, err
		}
		answer["har"] = har
	}
	return answer, nil
}
