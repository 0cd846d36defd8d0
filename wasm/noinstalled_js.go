//go:build js && wasm && !touchstone_whole

package main

import (
	"encoding/json"
	"errors"

	"touchstone/internal/evidence"
)

// ofFolders are the functions for installed folders: in the whole program, as
// only the page that checks evidence and the command line need them.
func ofFolders() map[string]any { return nil }

func compared(json.RawMessage, evidence.Case) (string, error) {
	return "", errors.New("comparing a folder: only the whole program does")
}
