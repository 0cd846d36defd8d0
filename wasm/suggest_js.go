//go:build js && wasm

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"syscall/js"
)

// startSuggest takes a request, whose reference is what somebody is writing, and
// gives an audit.Suggestions as JSON.
func startSuggest(ctx context.Context, args []js.Value) (any, error) {
	if len(args) < 1 {
		return nil, errors.New("calling suggest: it takes a request")
	}
	var req request
	if err := json.Unmarshal([]byte(args[0].String()), &req); err != nil {
		return nil, fmt.Errorf("reading the request: %w", err)
	}
	auditor, err := auditors.of(req)
	if err != nil {
		return nil, err
	}
	s, err := auditor.Suggest(ctx, req.Reference)
	if err != nil {
		return nil, err
	}
	raw, err := json.Marshal(s)
	return string(raw), err
}
