//go:build js && wasm

package main

import (
	"context"
	"errors"
	"fmt"
	"syscall/js"

	"touchstone/internal/sigstore"
	"touchstone/internal/trust"
)

// startVerifyBundle runs one line of the conformance suite's client protocol:
//
//	touchstone.verifyBundle(line, readFile) → Promise<{accepted, reason}>
//
// The line is a JSON array of arguments that begins with "verify-bundle".
// readFile takes a path and returns a Uint8Array, or a string that says why
// there is none.
func startVerifyBundle(_ context.Context, args []js.Value) (any, error) {
	if len(args) < 2 || args[0].Type() != js.TypeString || args[1].Type() != js.TypeFunction {
		return nil, errors.New("calling verifyBundle: it takes a line and a function that reads files")
	}
	readFile := func(path string) ([]byte, error) {
		got := args[1].Invoke(path)
		if b, ok := bytesOf(got); ok {
			return b, nil
		}
		return nil, fmt.Errorf("%s: %s", path, got.String())
	}
	accepted, reason := batch(args[0].String(), readFile)
	return map[string]any{"accepted": accepted, "reason": reason}, nil
}

// batch refuses, rather than ends, when a bundle makes the verifier panic.
func batch(line string, readFile func(string) ([]byte, error)) (accepted bool, reason string) {
	defer func() {
		if r := recover(); r != nil {
			accepted, reason = false, fmt.Sprintf("the verifier stopped on a fault of its own: %v", r)
		}
	}()
	return sigstore.Batch([]byte(line), readFile, trust.Embedded().SigstoreRoot())
}
