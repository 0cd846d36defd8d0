package auditor

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"touchstone/internal/audit"
	"touchstone/internal/badge"
	"touchstone/internal/fetch"
	"touchstone/internal/prove"
	"touchstone/internal/trust"
)

// What an object keeps for itself.
const (
	headsKey  = "log heads"
	memoryKey = "memory of the anchors"
)

// heads are the log heads that this object has seen.
func (a *Auditor) heads() map[string][]byte {
	var heads map[string][]byte
	if raw := a.own(headsKey); raw != nil && json.Unmarshal(raw, &heads) != nil {
		a.Complain(errors.New("the log heads seen before cannot be read: this counts as a first visit"))
	}
	return heads
}

func (a *Auditor) keepHeads(heads map[string][]byte) {
	raw, err := json.Marshal(heads)
	if err != nil {
		a.Complain(fmt.Errorf("keeping the log heads: %w", err))
		return
	}
	a.keepOwn(headsKey, raw)
}

func (a *Auditor) own(key string) []byte {
	raw, err := a.Own.Get(key)
	if err != nil {
		a.Complain(fmt.Errorf("reading what this object keeps: %w", err))
	}
	return raw
}

// keepOwn keeps what changed.
func (a *Auditor) keepOwn(key string, value []byte) {
	if bytes.Equal(a.own(key), value) {
		return
	}
	if err := a.Own.Put(key, value, 0); err != nil {
		a.Complain(fmt.Errorf("keeping what this object has seen: %w", err))
	}
}

// Anchors tell which trust anchors the edge judges by.
type Anchors struct {
	Digest   string         `json:"digest"`        // of their content
	At       time.Time      `json:"at,omitzero"`   // of the last whole refresh; zero for those in the program
	Keys     time.Time      `json:"keys,omitzero"` // of the last refresh of archive keys
	Versions trust.Versions `json:"versions"`      // the highest seen of the repository that they come from
	memory   []byte         // as package trust stores it; nil for those in the program
}

// after tells whether these may take the place of others: no version goes back,
// and a refresh was made since.
func (s Anchors) after(o Anchors) bool {
	v, w := s.Versions, o.Versions
	return v.Root >= w.Root && v.Timestamp >= w.Timestamp && v.Snapshot >= w.Snapshot && v.Targets >= w.Targets && v.Delegation >= w.Delegation &&
		(v != w || s.At.After(o.At) || s.At.Equal(o.At) && s.Keys.After(o.Keys))
}

// recall reads what a refresh left.
func (a *Auditor) recall(memory []byte) (Anchors, error) {
	anchors, m, err := trust.Recall(a.Anchors, memory)
	if err != nil {
		return Anchors{}, err
	}
	archives := prove.Keep(a.Anchors, memory, audit.Keyrings()).Anchors()
	s := Anchors{Digest: anchorsDigest(archives), Keys: m.KeyringsAt(), Versions: m.Versions, memory: memory}
	if anchors, _ := anchors.Anchor(trust.SigstoreRoot); !anchors.RefreshedAt.IsZero() {
		s.At = m.At
	}
	return s, nil
}

// held are the anchors to judge by now.
//
//  1. Those that this object judged by before.
//  2. Those that another one refreshed, unless a version would go back: the store
//     that all share may be late.
func (a *Auditor) held() Anchors {
	a.anchoring.Lock()
	defer a.anchoring.Unlock()
	if a.anchors.Digest == "" { // 1
		a.anchors = Anchors{Digest: anchorsDigest(a.Anchors)}
		if memory := a.own(memoryKey); memory != nil {
			if s, err := a.recall(memory); err != nil {
				a.Complain(err)
			} else {
				a.anchors = s
			}
		}
	}
	var offered Anchors // 2
	raw, err := a.Verdicts.Get(badge.AnchorsKey)
	if err != nil {
		return a.anchors
	}
	if raw == nil || json.Unmarshal(raw, &offered) != nil || a.anchors.after(offered) {
		a.publish()
		return a.anchors
	}
	if !offered.after(a.anchors) {
		return a.anchors
	}
	memory, err := a.Verdicts.Get(memoryKey)
	if err != nil || memory == nil {
		return a.anchors
	}
	if s, err := a.recall(memory); err != nil {
		a.Complain(err)
	} else if s.after(a.anchors) {
		a.anchors = s
		a.keepOwn(memoryKey, memory)
	}
	return a.anchors
}

// hold keeps what a refresh left, for this object and for all.
func (a *Auditor) hold(memory []byte) {
	a.anchoring.Lock()
	defer a.anchoring.Unlock()
	if bytes.Equal(memory, a.anchors.memory) {
		return
	}
	s, err := a.recall(memory)
	if err != nil {
		a.Complain(err)
		return
	}
	if !s.after(a.anchors) {
		return
	}
	a.anchors = s
	a.keepOwn(memoryKey, memory)
	a.publish()
}

// publish shares the anchors in use, and tells the edge which they are.
func (a *Auditor) publish() {
	raw, err := json.Marshal(a.anchors)
	if err == nil && a.anchors.memory != nil {
		err = a.Verdicts.Put(memoryKey, a.anchors.memory, 0)
	}
	if err == nil { // never the one without the other
		err = a.Verdicts.Put(badge.AnchorsKey, raw, 0)
	}
	if err != nil {
		a.Complain(fmt.Errorf("sharing the anchors: %w", err))
	}
}

// Refresh asks for newer anchors now. What could not be had leaves them as they
// were; what is wrong is an error.
func (a *Auditor) Refresh(ctx context.Context) error {
	keeper := prove.Keep(a.Anchors, a.held().memory, nil)
	err := keeper.Refresh(ctx, fetch.New(fetch.Options{Hosts: prove.Hosts(), Transport: a.Transport}).Session(fetch.SessionOptions{}), a.Now())
	a.hold(keeper.Memory())
	return err
}

// anchorsDigest names a set of anchors: those with the same content have the same.
func anchorsDigest(a trust.Anchors) string {
	sum := sha256.New()
	for _, set := range a.Sets() {
		fmt.Fprintf(sum, "%s %d ", set.ID, len(set.Document))
		sum.Write(set.Document)
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}
