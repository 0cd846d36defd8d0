//go:build js && wasm

package main

import (
	"context"
	"encoding/json"
	"errors"
	"syscall/js"

	"touchstone/internal/selftest"
	"touchstone/internal/trust"
)

// A trial is how one step of the self-test ended.
type trial struct {
	// Wrong says which answer was another than the known one; empty for none.
	Wrong string `json:"wrong"`
	// More tells that there is a step after this one.
	More bool `json:"more"`
}

// startSelftest takes the number of a step, from 0, and the known answers as
// Uint8Array, and gives a trial as JSON. A step at a time: what a visitor asks
// goes first.
func startSelftest(_ context.Context, args []js.Value) (any, error) {
	if len(args) < 2 || args[0].Type() != js.TypeNumber {
		return nil, errors.New("calling selftest: it takes a step and the known answers")
	}
	known, _ := bytesOf(args[1])
	i := args[0].Int()
	if i < 0 || i >= len(selftest.Steps) {
		return nil, errors.New("calling selftest: there is no such step")
	}
	t := trial{More: i+1 < len(selftest.Steps)}
	if err := selftest.Steps[i].Run(known, trust.Embedded()); err != nil {
		t.Wrong = err.Error()
	}
	raw, err := json.Marshal(t)
	return string(raw), err
}
