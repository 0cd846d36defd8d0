//go:build js && wasm

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"syscall/js"

	"touchstone/internal/fetch"
	"touchstone/internal/fetch/har"
	"touchstone/internal/purl"
)

// promised wraps a Go function as a JavaScript one that returns a promise. Its
// last argument may be an AbortSignal, which cancels the context. Failures
// reject with an Error whose name tells a question that could not be asked
// ("RefusedError", whose property refused is a [purl.Refused] as JSON where
// there is one), a cancelled one ("AbortError") and a fault of ours
// ("PanicError") apart.
func promised(f func(context.Context, []js.Value) (any, error)) func(js.Value, []js.Value) any {
	return func(_ js.Value, args []js.Value) any {
		ctx, cancel := context.WithCancel(context.Background())
		release := func() {}
		if n := len(args); n > 0 && isSignal(args[n-1]) {
			signal := args[n-1]
			if signal.Get("aborted").Bool() {
				cancel()
			}
			abort := js.FuncOf(func(js.Value, []js.Value) any { cancel(); return nil })
			signal.Call("addEventListener", "abort", abort)
			release = func() {
				signal.Call("removeEventListener", "abort", abort)
				abort.Release()
			}
		}
		var executor js.Func
		executor = js.FuncOf(func(_ js.Value, settle []js.Value) any {
			resolve, reject := settle[0], settle[1]
			go func() {
				defer executor.Release()
				defer cancel()
				defer release()
				value, err := guarded(ctx, f, args)
				if err != nil {
					reject.Invoke(jsError(err))
					return
				}
				resolve.Invoke(value)
			}()
			return nil
		})
		return js.Global().Get("Promise").New(executor)
	}
}

// A panicked error is a fault of ours.
type panicked struct{ what, where string }

func (p *panicked) Error() string { return "the audit stopped on a fault of its own: " + p.what }

func guarded(ctx context.Context, f func(context.Context, []js.Value) (any, error), args []js.Value) (value any, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &panicked{fmt.Sprint(r), string(debug.Stack())}
		}
	}()
	complete()
	return f(ctx, args)
}

func jsError(err error) js.Value {
	e := js.Global().Get("Error").New(err.Error())
	var p *panicked
	var refused *purl.Refused
	switch {
	case errors.As(err, &p):
		e.Set("name", "PanicError")
		e.Set("stack", p.where)
	case errors.Is(err, context.Canceled):
		e.Set("name", "AbortError")
	default:
		e.Set("name", "RefusedError")
	}
	if errors.As(err, &refused) {
		if raw, err := json.Marshal(refused); err == nil {
			e.Set("refused", string(raw))
		}
	}
	return e
}

func isSignal(v js.Value) bool {
	class := js.Global().Get("AbortSignal")
	return v.Type() == js.TypeObject && class.Type() == js.TypeFunction && v.InstanceOf(class)
}

// bytesOf copies a Uint8Array; anything else is not there.
func bytesOf(v js.Value) ([]byte, bool) {
	if v.Type() != js.TypeObject || !v.InstanceOf(js.Global().Get("Uint8Array")) {
		return nil, false
	}
	b := make([]byte, v.Get("length").Int())
	js.CopyBytesToGo(b, v)
	return b, true
}

// uint8Array copies bytes to JavaScript.
func uint8Array(b []byte) js.Value {
	array := js.Global().Get("Uint8Array").New(len(b))
	js.CopyBytesToJS(array, b)
	return array
}

// harOf writes a record as a Uint8Array.
func harOf(record *fetch.Record) (js.Value, error) {
	var buf bytes.Buffer
	if err := har.Write(&buf, record); err != nil {
		return js.Undefined(), err
	}
	return uint8Array(buf.Bytes()), nil
}
