//go:build js && wasm

package bundle

import (
	"errors"
	"fmt"
	"syscall/js"

	"touchstone/internal/sigstore"
	"touchstone/internal/trust"
)

// Verify is
//
//	verifyBundle(line, readFile) → {accepted, reason, as}
//
// where as says as what the file was read that is no bundle itself. The line is a
// JSON array of arguments that begins with "verify-bundle". readFile takes a path
// and returns a Uint8Array, or a string that says why there is none. Verify
// refuses, rather than ends, when a bundle makes the verifier panic.
func Verify(_ js.Value, args []js.Value) (answer any) {
	answered := func(accepted bool, reason, as string) any {
		said := map[string]any{"accepted": accepted, "reason": reason}
		if as != "" {
			said["as"] = as
		}
		return said
	}
	defer func() {
		if r := recover(); r != nil {
			answer = answered(false, fmt.Sprintf("the verifier stopped on a fault of its own: %v", r), "")
		}
	}()
	return answered(sigstore.Batch([]byte(args[0].String()), func(path string) ([]byte, error) {
		got := args[1].Invoke(path)
		if got.Type() == js.TypeString {
			return nil, errors.New(path + ": " + got.String())
		}
		b := make([]byte, got.Get("length").Int())
		js.CopyBytesToGo(b, got)
		return b, nil
	}, trust.Embedded().Set(trust.SigstoreRoot).Document))
}
