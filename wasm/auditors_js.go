//go:build js && wasm

package main

import (
	"crypto/sha256"
	"encoding/json"
	"sync"

	"touchstone/internal/audit"
	"touchstone/internal/fetch"
)

// kept is what a page, or nobody, keeps between two audits.
type kept struct {
	// Heads are the signed log heads kept from earlier visits, by log.
	Heads map[string]string `json:"heads"`
	// Memory is what trust kept from earlier visits; empty for none.
	Memory string `json:"memory"`
}

func (k kept) sum() [sha256.Size]byte {
	raw, err := json.Marshal(k) // a map's keys are sorted
	if err != nil {
		panic(err) // strings can be written
	}
	return sha256.Sum256(raw)
}

// auditors is the one auditor that answers question after question, as long as
// what is kept outside is what it began with or handed out. Where somebody else
// changed that (another tab, a person who cleared it), a new one takes its place.
var auditors shared

type shared struct {
	mu      sync.Mutex
	current *audit.Auditor
	relay   string
	known   map[[sha256.Size]byte]bool
}

func (s *shared) of(req request) (*audit.Auditor, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sum := req.kept.sum()
	if s.current != nil && s.relay == req.Relay && s.known[sum] {
		return s.current, nil
	}
	pinned, err := anchors()
	if err != nil {
		return nil, err
	}
	o := audit.Options{Transport: fetch.NewGlobal(), P256: verifyP256, Relay: req.Relay, PerHost: req.PerHost, Anchors: pinned, Heads: map[string][]byte{}, Memory: []byte(req.Memory)}
	for name, head := range req.Heads {
		o.Heads[name] = []byte(head)
	}
	auditor, err := audit.New(o)
	if err != nil {
		return nil, err
	}
	s.current, s.relay, s.known = auditor, req.Relay, map[[sha256.Size]byte]bool{sum: true}
	return auditor, nil
}

// keep is what to keep of an auditor now.
func (s *shared) keep(a *audit.Auditor) kept {
	k := kept{Heads: map[string]string{}, Memory: string(a.Memory())}
	for name, head := range a.Heads() {
		k.Heads[name] = string(head)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if a == s.current {
		s.known[k.sum()] = true
	}
	return k
}
