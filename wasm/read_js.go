//go:build js && wasm

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"syscall/js"

	"touchstone/internal/audit"
	"touchstone/internal/purl"
)

// An understanding is what a pasted text means, before anybody is asked.
type understanding struct {
	// Reference is the canonical form of the question.
	Reference string `json:"reference"`
	// Repository is what people call the place that would be asked.
	Repository string `json:"repository"`
	Name       string `json:"name"`
	// Version is exact; empty where the text gives none.
	Version string `json:"version"`
	// Tag is the moving name given in place of a version.
	Tag string `json:"tag"`
	// Digests is how many digests the text carries.
	Digests int `json:"digests"`
	// Notes say how the text was read, where that was a guess.
	Notes []string `json:"notes"`
	// Whole tells that only the whole program audits it, and this is not it.
	Whole bool `json:"whole"`
}

// startRead takes a text and gives an understanding of it as JSON. It fails as
// an audit of that text would before it asks anybody.
func startRead(_ context.Context, args []js.Value) (any, error) {
	if len(args) < 1 || args[0].Type() != js.TypeString {
		return nil, errors.New("calling read: it takes a text")
	}
	ref, err := audit.Read(args[0].String())
	if err != nil {
		return nil, err
	}
	u := understanding{Reference: ref.String(), Repository: purl.NameOf(ref.Type), Name: ref.Path(), Version: ref.Version, Tag: ref.Tag, Digests: len(ref.Digests), Notes: []string{}, Whole: !audit.Here(ref.Type)}
	for _, n := range ref.Notes {
		u.Notes = append(u.Notes, n.Text)
	}
	raw, err := json.Marshal(u)
	if err != nil {
		return nil, fmt.Errorf("writing what was understood: %w", err)
	}
	return string(raw), nil
}
