//go:build touchstone_testanchors

package main

import (
	"syscall/js"
	"time"

	"touchstone/internal/trust"
)

// anchors are those that are in the program, except where a test set
// globalThis.touchstoneTestAnchors: documents of archive keys, as in
// internal/trust/anchors/archive, in the place of all of those. Nothing that is
// served is built so.
func anchors() (trust.Anchors, error) {
	documents := js.Global().Get("touchstoneTestAnchors")
	if documents.IsUndefined() {
		return trust.Embedded(), nil
	}
	t := trust.TestAnchors{Taken: time.Now()}
	for i := range documents.Length() {
		t.Archives = append(t.Archives, []byte(documents.Index(i).String()))
	}
	return trust.WithTestAnchors(t)
}
