//go:build js && wasm

// Command edge decides for the edge worker what its relay does. The bytes that
// are relayed never come here: worker.mjs asks, sends and streams.
//
// It reads the declared hosts from globalThis.touchstoneHosts (JSON) and sets
// globalThis.touchstoneRelay, a synchronous function from a question to a step
// (see package relay, Decide). It starts nothing that outlives a call, so that
// one instance serves every request: workerd binds timers and streams to the
// request that made them.
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
