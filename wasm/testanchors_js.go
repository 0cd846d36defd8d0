//go:build touchstone_testanchors

package main

import (
	"syscall/js"
	"time"

	"touchstone/internal/trust"
)

// anchors are those that are in the program, except where a test set
// globalThis.touchstoneTestAnchors: a list of documents of archive keys, as in
// internal/trust/anchors/archive, in the place of all of those; or an object whose
// archives are such a list, whose logKeys are keys of checksum databases, sigstoreRoot
// and npmKeys documents, each in the place of the program's, and taken (RFC 3339) when
// they were. Nothing that is served is built so.
func anchors() (trust.Anchors, error) {
	given := js.Global().Get("touchstoneTestAnchors")
	if given.IsUndefined() {
		return trust.Embedded(), nil
	}
	t := trust.TestAnchors{Taken: time.Now()}
	if js.Global().Get("Array").Call("isArray", given).Bool() {
		t.Archives = anchorTexts(given)
		return trust.WithTestAnchors(t)
	}
	t.Archives, t.SigstoreRoot, t.NPMKeys = anchorTexts(given.Get("archives")), anchorText(given.Get("sigstoreRoot")), anchorText(given.Get("npmKeys"))
	for _, key := range anchorTexts(given.Get("logKeys")) {
		t.LogKeys = append(t.LogKeys, string(key))
	}
	if taken, err := time.Parse(time.RFC3339, given.Get("taken").String()); err == nil {
		t.Taken = taken
	}
	return trust.WithTestAnchors(t)
}

// anchorText is a text's bytes; nil where there is none.
func anchorText(text js.Value) []byte {
	if text.IsUndefined() {
		return nil
	}
	return []byte(text.String())
}

// anchorTexts are those of a list; nil where there is none.
func anchorTexts(list js.Value) (out [][]byte) {
	for i := 0; !list.IsUndefined() && i < list.Length(); i++ {
		out = append(out, anchorText(list.Index(i)))
	}
	return out
}
