//go:build js && wasm

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"syscall/js"
)

// startEvidence takes a reference and whether the package is to be in it, and
// gives the evidence file of the newest audit.
func startEvidence(_ context.Context, args []js.Value) (any, error) {
	if len(args) < 2 || args[1].Type() != js.TypeBoolean {
		return nil, errors.New("calling evidence: it takes a reference, and whether the package is to be in it")
	}
	held, err := last.of(args[0].String())
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := held.evidence.Write(&out, args[1].Bool()); err != nil {
		return nil, err
	}
	return uint8Array(out.Bytes()), nil
}

// startSizes takes a reference, and gives how many bytes the evidence file of
// the newest audit has, without the package and with it.
func startSizes(_ context.Context, args []js.Value) (any, error) {
	if len(args) < 1 {
		return nil, errors.New("calling sizes: it takes a reference")
	}
	held, err := last.of(args[0].String())
	if err != nil {
		return nil, err
	}
	without, with, err := held.evidence.Sizes()
	if err != nil {
		return nil, err
	}
	raw, err := json.Marshal(map[string]int64{"without": without, "with": with})
	if err != nil {
		return nil, fmt.Errorf("writing the sizes: %w", err)
	}
	return string(raw), nil
}
