//go:build js && wasm

// Command edge decides for the edge worker what its relay does. The bytes that
// are relayed never come here: worker.mjs asks, sends and streams.
//
// It reads the declared hosts from globalThis.touchstoneHosts (JSON) and sets
// globalThis.touchstoneRelay, a synchronous function from a question to a step
// (see package relay, Decide). It starts nothing that outlives a call, so that
// one instance serves every request: workerd binds timers and streams to the
// request that made them.
//
// That is why it is not built on github.com/syumai/workers, which starts an
// instance of Go for each request and hands the bodies through it: a relayed
// document then took 65 ms in workerd in the median instead of 19, and an audit
// asks for a dozen at a time. Work that takes longer than starting Go does, such
// as computing a verdict, would be at home there.
package main

import (
	"encoding/json"
	"syscall/js"

	"touchstone/internal/fetch"
	"touchstone/internal/relay"
)

func main() {
	var hosts []fetch.Host
	if err := json.Unmarshal([]byte(js.Global().Get("touchstoneHosts").String()), &hosts); err != nil {
		println("starting the relay: the declared hosts cannot be read: " + err.Error())
		return
	}
	r := relay.Relay{Hosts: hosts}
	js.Global().Set("touchstoneRelay", js.FuncOf(func(_ js.Value, args []js.Value) any {
		if len(args) != 1 {
			return ""
		}
		return r.Decide(args[0].String())
	}))
	select {}
}
