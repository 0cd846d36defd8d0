package audit

import (
	"bytes"
	"maps"
	"sync"

	"touchstone/internal/registry"
	"touchstone/internal/sumdb"
	"touchstone/internal/trust"
)

// keptHeads are the signed heads of logs, and the dates of signed indexes: the
// newest that was seen of each. They move forward only by what a live audit proved.
type keptHeads struct {
	mu      sync.Mutex
	byLog   map[string][]byte // an index's under its name, which no log has
	damaged map[string]bool   // put aside, and not said yet
}

// keepHeads takes the stored heads that still verify. What was damaged where it
// was kept accuses nobody.
func keepHeads(anchors trust.Anchors, stored map[string][]byte) *keptHeads {
	h := &keptHeads{byLog: map[string][]byte{}, damaged: map[string]bool{}}
	for log, head := range stored {
		_, dated := registry.KeptIndex(log, head)
		if key, known := anchors.LogKey(log); dated || known && sumdb.IsHead(key, head) {
			h.byLog[log] = head
		} else {
			h.damaged[log] = true
		}
	}
	return h
}

func (h *keptHeads) all() map[string][]byte {
	h.mu.Lock()
	defer h.mu.Unlock()
	return maps.Clone(h.byLog)
}

// damagedOnce tells, once, that a log's head was put aside.
func (h *keptHeads) damagedOnce(log string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	damaged := h.damaged[log]
	delete(h.damaged, log)
	return damaged
}

// forward replaces the head that an audit began with by the one that it proved
// to follow from it. Where another audit was faster its head
// stays: that this one follows from that, nobody proved.
func (h *keptHeads) forward(log string, from, to []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if bytes.Equal(h.byLog[log], from) {
		h.byLog[log] = to
	}
}
