//go:build js && wasm && !touchstone_whole

package fetch

import (
	"context"
	"syscall/js"
)

// asker is undefined: only the whole program runs where there is one.
func asker() js.Value { return js.Undefined() }

func (t global) asks(_ context.Context, r *Request) (*Response, error) {
	return nil, &Error{Unreachable, r.URL, "there is no other way out than fetch"}
}
