//go:build js && wasm

// Command auditor is the edge's own audit, in one Durable Object: one instance of
// it serves all requests of that object, which is one I/O context, so that it may
// wait, and wake by one request what another began.
package main

import (
	"fmt"
	"net/http"
	"syscall/js"
	"time"

	"github.com/syumai/workers"
	"github.com/syumai/workers/cloudflare"
	"github.com/syumai/workers/cloudflare/kv"

	"touchstone/internal/auditor"
	"touchstone/internal/fetch"
	"touchstone/internal/trust"
)

func main() {
	verdicts, err := kv.NewNamespace("VERDICTS")
	if err != nil {
		fail("starting the auditor: no store for verdicts: " + err.Error())
		return
	}
	own, err := kv.NewNamespace("OWN") // the object's own storage, which auditor.mjs shows like one
	if err != nil {
		fail("starting the auditor: no store of its own: " + err.Error())
		return
	}
	limit, err := kv.NewNamespace("LIMIT") // the rate limit, in the same shape: what may be is there
	if err != nil {
		fail("starting the auditor: no limit for audits: " + err.Error())
		return
	}
	admit := func(asker string) bool {
		allowed, err := store{limit}.Get(asker)
		return err == nil && allowed != nil
	}
	workers.ServeNonBlock(answered(&auditor.Auditor{
		Verdicts: store{verdicts}, Own: store{own}, Transport: fetch.NewGlobal(), Anchors: trust.Embedded(),
		Build: cloudflare.Getenv("BUILD"), Now: time.Now, Admit: admit,
		Complain: func(err error) { fail(err.Error()) },
	}))
	workers.Ready()
	select {} // workers.Serve ends after the first answer
}

// A store is a namespace of Workers KV.
type store struct{ *kv.Namespace }

// nothing is what the namespace gives where nothing is kept: JavaScript's null,
// as text. No value of ours is like it.
const nothing = "<null>"

func (s store) Get(key string) ([]byte, error) {
	text, err := s.GetString(key, nil)
	if err != nil || text == nothing {
		return nil, err
	}
	return []byte(text), nil
}

// leastLifetime is the shortest that Workers KV keeps anything.
const leastLifetime = time.Minute

func (s store) Put(key string, value []byte, lifetime time.Duration) error {
	var options *kv.PutOptions
	if lifetime > 0 {
		options = &kv.PutOptions{ExpirationTTL: int(max(lifetime, leastLifetime).Seconds())}
	}
	return s.PutString(key, string(value), options)
}

// answered hands over each answer as one text: a body that Go writes piece by
// piece leaves two functions and a buffer behind in JavaScript for each. What
// panics is answered, too: it would end the program, and all that wait for it.
func answered(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		whole := &text{header: w.Header(), status: http.StatusOK}
		defer func() {
			if v := recover(); v != nil {
				fail(fmt.Sprint("the auditor broke: ", v))
				whole.status, whole.body = http.StatusInternalServerError, []byte("the auditor broke\n")
			}
			w.WriteHeader(whole.status)
			w.(interface{ WriteRawJSBody(js.Value) }).WriteRawJSBody(js.ValueOf(string(whole.body)))
		}()
		h.ServeHTTP(whole, r)
	})
}

// A text is an answer that is kept until it is whole.
type text struct {
	header http.Header
	status int
	body   []byte
}

func (t *text) Header() http.Header         { return t.header }
func (t *text) WriteHeader(status int)      { t.status = status }
func (t *text) Write(b []byte) (int, error) { t.body = append(t.body, b...); return len(b), nil }

// fail tells the log of the Worker.
func fail(message string) { js.Global().Get("console").Call("error", message) }
