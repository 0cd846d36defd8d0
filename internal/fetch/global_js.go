//go:build js && wasm

package fetch

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"syscall/js"

	"touchstone/internal/strictjson"
)

// NewGlobal is the transport over the global fetch of browsers, Node and
// workerd (https://fetch.spec.whatwg.org/). It sends no cookies, credentials or
// referrer and bypasses the cache.
//
// Where a redirect can be seen it is not followed. Browsers hide redirects from
// programs, so there the browser follows them (connect-src holds for each), and
// Response.URL says where they ended.
//
// The whole program takes another way out where there is one (see [asker]).
//
// A program calls it from goroutines, never from inside a JavaScript callback.
func NewGlobal() Transport { return global{inBrowser(), asker()} }

type global struct {
	browser bool
	ask     js.Value
}

// inBrowser tells browsers from other programs that have a global fetch: Node
// names its version, workerd alone has WebSocketPair, and its
// WorkerGlobalScope has no importScripts.
func inBrowser() bool {
	g := js.Global()
	if process := g.Get("process"); process.Truthy() {
		if versions := process.Get("versions"); versions.Truthy() && versions.Get("node").Truthy() {
			return false
		}
	}
	if g.Get("WebSocketPair").Truthy() {
		return false
	}
	return g.Get("document").Truthy() || g.Get("importScripts").Truthy()
}

func (t global) Do(ctx context.Context, r *Request) (res *Response, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	defer func() {
		if v := recover(); v != nil {
			res, err = nil, &Error{Unreachable, r.URL, thrown(v)}
		}
	}()
	if t.ask.Type() == js.TypeFunction {
		return t.asks(ctx, r)
	}
	controller := js.Global().Get("AbortController").New()
	abort := func() { controller.Call("abort") }
	got, err := await(ctx, t.fetch(r, t.init(r, controller)))
	if err != nil {
		abort()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, &Error{Unreachable, r.URL, err.Error()}
	}
	kind := got.Get("type").String()
	if kind == "opaqueredirect" || kind == "opaque" || kind == "error" {
		abort()
		return nil, &Error{Unreachable, r.URL, "the answer may not be read here"}
	}
	header := headers(got)
	body := &stream{ctx: ctx, abort: abort}
	if b := got.Get("body"); b.Truthy() {
		body.reader = b.Call("getReader")
	} else {
		body.ended = true
	}
	body.stop = context.AfterFunc(ctx, abort)
	return &Response{
		Status: got.Get("status").Int(), URL: t.url(r.URL, got), Header: header, Body: body,
		// Across origins a browser shows Content-Length but hides
		// Content-Encoding: what the length counts is not known.
		Decoded: header["content-encoding"] != "" || t.browser && kind == "cors",
	}, nil
}

// headers are an answer's, by their names in lower case. They come over as one
// text: each call across costs as much as reading all of it.
func headers(got js.Value) map[string]string {
	header := map[string]string{}
	pairs := js.Global().Get("Array").Call("from", got.Get("headers"))
	for _, raw := range strictjson.List([]byte(js.Global().Get("JSON").Call("stringify", pairs).String())) {
		if pair := strictjson.List(raw); len(pair) == 2 {
			header[strings.ToLower(strictjson.Text(pair[0]))] = strictjson.Text(pair[1])
		}
	}
	return header
}

// fetch asks, or takes what the page keeps of documents whose digest is known.
func (t global) fetch(r *Request, init js.Value) js.Value {
	if kept := js.Global().Get("touchstoneKept"); r.Sum != "" && kept.Type() == js.TypeFunction {
		return kept.Invoke(r.URL, init, r.Sum)
	}
	return js.Global().Call("fetch", r.URL, init)
}

// init is fetch's second argument. workerd throws at options that only mean
// something in browsers, and Node ignores them; User-Agent would make a
// browser ask for permission first (preflight).
func (t global) init(r *Request, controller js.Value) js.Value {
	headers := map[string]any{}
	if r.Accept != "" {
		headers["accept"] = r.Accept
	}
	if part := r.Range(); part != "" { // of this form a browser asks for no permission
		headers["range"] = part
	}
	if a := r.Authorization(); a != "" {
		headers["authorization"] = a
	}
	init := map[string]any{"method": r.Method, "signal": controller.Get("signal"), "headers": headers, "redirect": "manual"}
	if t.browser {
		init["redirect"] = "follow"
		init["mode"] = "cors"
		init["credentials"] = "omit"
		init["cache"] = "no-store"
		init["referrerPolicy"] = "no-referrer"
	} else {
		headers["user-agent"] = userAgent
	}
	return js.ValueOf(init)
}

// url is where the answer came from, if that is elsewhere. Without a redirect
// it is the address asked, whatever spelling the platform gives it.
func (t global) url(asked string, got js.Value) string {
	if !got.Get("redirected").Truthy() {
		return asked
	}
	address, _, _ := strings.Cut(got.Get("url").String(), "#")
	return address
}

// A stream reads a ReadableStream of bytes.
type stream struct {
	ctx    context.Context
	reader js.Value
	abort  func()
	stop   func() bool // unhooks abort from ctx
	chunk  js.Value    // what was read and not yet handed out, from offset on
	offset int
	length int
	ended  bool
	closed sync.Once
}

func (s *stream) Read(p []byte) (n int, err error) {
	defer func() {
		if v := recover(); v != nil {
			n, err = 0, errors.New(thrown(v))
		}
	}()
	if len(p) == 0 {
		return 0, nil
	}
	for s.offset == s.length {
		if err := s.ctx.Err(); err != nil {
			return 0, err
		}
		if s.ended {
			return 0, io.EOF
		}
		next, err := await(s.ctx, s.reader.Call("read"))
		if err != nil {
			return 0, err
		}
		if next.Get("done").Bool() {
			s.ended = true
			continue
		}
		s.chunk, s.offset = next.Get("value"), 0
		s.length = s.chunk.Get("byteLength").Int()
	}
	left := s.chunk
	if s.offset > 0 {
		left = left.Call("subarray", s.offset)
	}
	n = js.CopyBytesToGo(p, left)
	if s.offset += n; s.ended && s.offset == s.length {
		return n, io.EOF // what came together needs no second question
	}
	return n, nil
}

// Close ends the exchange; aborting one that has ended does nothing.
func (s *stream) Close() error {
	s.closed.Do(func() {
		s.stop()
		if !s.ended {
			s.abort()
		}
		s.ended, s.chunk, s.offset, s.length = true, js.Undefined(), 0, 0
	})
	return nil
}

// await waits for a promise, or until ctx ends. The callbacks live as long as
// the promise is pending, which may be longer than await: whichever is called
// releases both.
func await(ctx context.Context, promise js.Value) (js.Value, error) {
	type outcome struct {
		value js.Value
		err   error
	}
	settled := make(chan outcome, 1)
	var resolved, rejected js.Func
	release := func() { resolved.Release(); rejected.Release() }
	resolved = js.FuncOf(func(_ js.Value, args []js.Value) any {
		release()
		settled <- outcome{value: args[0]}
		return nil
	})
	rejected = js.FuncOf(func(_ js.Value, args []js.Value) any {
		release()
		settled <- outcome{err: errors.New(reason(args[0]))}
		return nil
	})
	promise.Call("then", resolved, rejected)
	select {
	case <-ctx.Done():
		return js.Undefined(), ctx.Err()
	case o := <-settled:
		return o.value, o.err
	}
}

// reason is the message of what a promise was rejected with. Node puts the
// real reason one deeper ("fetch failed", cause "connect ECONNREFUSED").
func reason(v js.Value) string {
	if v.Type() != js.TypeObject {
		return "it failed without a reason"
	}
	text := ""
	if message := v.Get("message"); message.Type() == js.TypeString {
		text = message.String()
	}
	if cause := v.Get("cause"); cause.Type() == js.TypeObject {
		if message := cause.Get("message"); message.Type() == js.TypeString && message.String() != "" {
			text += " (" + message.String() + ")"
		}
	}
	return text
}

// thrown is the message of what a call into JavaScript threw. Any other panic
// is a fault of ours and goes on.
func thrown(v any) string {
	switch e := v.(type) {
	case js.Error:
		return reason(e.Value)
	case *js.ValueError:
		return e.Error()
	}
	panic(v)
}
