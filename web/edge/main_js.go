//go:build js && wasm

// Command edge decides for the edge worker what its relay and its badges do. The
// bytes that are relayed never come here, and nothing is audited here: the
// worker's JavaScript asks, sends, looks and streams.
//
// It reads the declared hosts from globalThis.touchstoneHosts and by what the
// auditor judges from globalThis.touchstoneBasis (both JSON), and sets two
// functions from a question to a step, both JSON: touchstoneRelay (package relay,
// Decide) and touchstoneBadge (package badge, Decide). They are synchronous and
// start nothing that outlives a call, so that one instance serves every request:
// workerd binds timers and streams to the request that made them.
//
// That is why this part is not built on github.com/syumai/workers, as the auditor
// is: behind its http.Handler each request waits once at least.
package main

import (
	"encoding/json"
	"syscall/js"
	"time"

	"touchstone/internal/badge"
	"touchstone/internal/fetch"
	"touchstone/internal/relay"
)

func main() {
	var hosts []fetch.Host
	if err := json.Unmarshal([]byte(js.Global().Get("touchstoneHosts").String()), &hosts); err != nil {
		println("starting the edge: the declared hosts cannot be read: " + err.Error())
		return
	}
	var basis badge.Basis
	if err := json.Unmarshal([]byte(js.Global().Get("touchstoneBasis").String()), &basis); err != nil {
		println("starting the edge: the basis of the verdicts cannot be read: " + err.Error())
		return
	}
	r := relay.Relay{Hosts: hosts}
	d := badge.Desk{Build: basis.Build, Rules: basis.Rules, Now: time.Now}
	js.Global().Set("touchstoneRelay", answering(r.Decide))
	js.Global().Set("touchstoneBadge", answering(func(text string) string {
		var q badge.Question
		if json.Unmarshal([]byte(text), &q) != nil {
			return ""
		}
		raw, err := json.Marshal(d.Decide(q))
		if err != nil {
			return "" // the worker takes no answer for one that broke
		}
		return string(raw)
	}))
	select {}
}

func answering(f func(string) string) js.Func {
	return js.FuncOf(func(_ js.Value, args []js.Value) any {
		if len(args) != 1 {
			return ""
		}
		return f(args[0].String())
	})
}
