//go:build js && wasm && !touchstone_whole

package main

// ofLocks are the functions for lock files: in a program of their own, because
// the readers of their notations weigh more than a page's first visit should.
func ofLocks() map[string]any { return nil }
