//go:build js && wasm && touchstone_whole

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"syscall/js"

	"touchstone/internal/report"
	"touchstone/internal/report/page"
)

// startShow takes a report that was saved as JSON, and the request as JSON: it
// gives the report's text again, and the page's HTML where that is asked for.
// Nothing is checked: a saved report is what somebody was told.
func startShow(_ context.Context, args []js.Value) (any, error) {
	if len(args) < 2 {
		return nil, errors.New("calling show: it takes a saved report and a request")
	}
	saved, ok := bytesOf(args[0])
	if !ok {
		return nil, errors.New("calling show: the saved report is no Uint8Array")
	}
	var req request
	if err := json.Unmarshal([]byte(args[1].String()), &req); err != nil {
		return nil, fmt.Errorf("reading the request to show: %w", err)
	}
	r, err := report.Read(saved)
	if err != nil {
		return nil, err
	}
	shown := map[string]any{"text": r.Text(req.Colour), "reference": r.Reference, "time": r.Time}
	if req.HTML {
		html, err := page.Render(r)
		if err != nil {
			return nil, err
		}
		shown["html"] = html
	}
	return shown, nil
}
