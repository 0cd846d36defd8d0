//go:build js && wasm && touchstone_whole

package fetch

import (
	"context"
	"strconv"
	"strings"
	"syscall/js"
)

// asker is the program's own way out where its surroundings have one beside the global
// fetch (wasm/node/ask.mjs, under Node); undefined elsewhere.
//
// It takes the lines of a question (method, address, Accept, Range, Authorization and
// User-Agent) and a function, and returns another one, which ends the exchange. The
// first is called once, later: with why there is no answer; or with the lines of the
// answer's head (its status, then each field's name in lower case and its value), the
// bytes of the body that came with it, and where that is not all of it a reader of the
// rest, as a ReadableStream has one. Packed bodies are unpacked where they are gzip.
func asker() js.Value { return js.Global().Get("touchstoneAsk") }

// asks asks by [asker]. It is one call each way, where fetch takes sixty: there are
// thousands of requests behind a lock file.
func (t global) asks(ctx context.Context, r *Request) (*Response, error) {
	came := make(chan []js.Value, 1)
	var done js.Func
	done = js.FuncOf(func(_ js.Value, args []js.Value) any {
		done.Release()
		came <- args
		return nil
	})
	question := strings.Join([]string{r.Method, r.URL, r.Accept, r.Range(), r.Authorization(), userAgent}, "\n")
	stop := t.ask.Invoke(question, done)
	abort := func() { stop.Invoke() }
	var args []js.Value
	select {
	case <-ctx.Done():
		abort()
		return nil, ctx.Err()
	case args = <-came:
	}
	if len(args) < 2 {
		return nil, &Error{Unreachable, r.URL, args[0].String()}
	}
	lines := strings.Split(args[0].String(), "\n")
	status, err := strconv.Atoi(lines[0])
	if err != nil {
		abort()
		return nil, &Error{Unreachable, r.URL, "it answers with no status"}
	}
	header := make(map[string]string, len(lines)/2)
	for i := 1; i+1 < len(lines); i += 2 {
		header[lines[i]] = lines[i+1]
	}
	body := &stream{ctx: ctx, abort: abort, chunk: args[1], length: args[1].Get("length").Int(), ended: len(args) < 3}
	if body.stop = func() bool { return true }; !body.ended {
		body.reader = args[2]
		body.stop = context.AfterFunc(ctx, abort)
	}
	encoding := strings.ToLower(header["content-encoding"])
	return &Response{Status: status, URL: r.URL, Header: header, Body: body, Ready: int64(body.length), Decoded: encoding == "gzip" || encoding == "x-gzip"}, nil
}
