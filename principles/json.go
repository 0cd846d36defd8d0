package principles

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

//go:embed schema.json
var schema []byte

// Schema returns the JSON Schema (2020-12) of what JSON writes.
func Schema() []byte { return slices.Clone(schema) }

// RegistrySchema returns the JSON Schema (2020-12) of one repository's
// assessment, as registries/ID.json holds it: the same words as in Schema, in a
// document that stands alone. It fails only if the built-in schema is no JSON.
func RegistrySchema() ([]byte, error) {
	var whole struct {
		Schema string          `json:"$schema"`
		Defs   json.RawMessage `json:"$defs"`
	}
	if err := json.Unmarshal(schema, &whole); err != nil {
		return nil, fmt.Errorf("reading the built-in schema of the principles: %w", err)
	}
	return json.MarshalIndent(struct {
		Schema string          `json:"$schema"`
		Title  string          `json:"title"`
		Ref    string          `json:"$ref"`
		Defs   json.RawMessage `json:"$defs"`
	}{whole.Schema, "One package repository, assessed by the Principles for Package Repository Security", "#/$defs/registry", whole.Defs}, "", "  ")
}

// JSON writes the whole document as one value, as /principles.json serves it
// and Schema describes it. It needs a document from LoadAll.
func (d *Document) JSON() ([]byte, error) {
	if d.Framing == nil || d.Changelog == nil {
		return nil, errors.New("writing the principles: framing and changelog are missing: load them with LoadAll")
	}
	return json.MarshalIndent(d, "", "  ")
}
