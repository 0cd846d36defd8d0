//go:build js && wasm

// Command conformance is what the public conformance suite for Sigstore is asked
// with, a program of its own: no page loads it. It sets touchstone.verifyBundle,
// see [bundle.Verify], and calls globalThis.touchstoneReady, where that is a
// function.
package main

import (
	"syscall/js"

	"touchstone/wasm/bundle"
)

func main() {
	js.Global().Set("touchstone", map[string]any{"verifyBundle": js.FuncOf(bundle.Verify)})
	if ready := js.Global().Get("touchstoneReady"); ready.Type() == js.TypeFunction {
		ready.Invoke()
	}
	select {}
}
