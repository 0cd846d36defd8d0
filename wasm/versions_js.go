//go:build js && wasm

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"syscall/js"
)

// A versionsRequest asks which versions there are of a package.
type versionsRequest struct {
	request
	// Asked is what another package asks for; empty where nothing is.
	Asked string `json:"asked"`
}

// startVersions takes the request as JSON and gives an audit.Versions as JSON.
func startVersions(ctx context.Context, args []js.Value) (any, error) {
	if len(args) < 1 {
		return nil, errors.New("calling versions: it takes a request")
	}
	var req versionsRequest
	if err := json.Unmarshal([]byte(args[0].String()), &req); err != nil {
		return nil, fmt.Errorf("reading the request: %w", err)
	}
	auditor, err := auditors.of(req.request)
	if err != nil {
		return nil, err
	}
	v, err := auditor.Versions(ctx, req.Reference, req.Asked)
	if err != nil {
		return nil, err
	}
	raw, err := json.Marshal(v)
	return string(raw), err
}
