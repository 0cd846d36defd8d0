package principles

import (
	_ "embed"
	"encoding/json"
	"errors"
	"slices"
)

//go:embed schema.json
var schema []byte

// Schema returns the JSON Schema (2020-12) of what JSON writes.
func Schema() []byte { return slices.Clone(schema) }

// JSON writes the whole document as one value, as /principles.json serves it
// and Schema describes it. It needs a document from LoadAll.
func (d *Document) JSON() ([]byte, error) {
	if d.Framing == nil || d.Changelog == nil {
		return nil, errors.New("writing the principles: framing and changelog are missing: load them with LoadAll")
	}
	return json.MarshalIndent(d, "", "  ")
}
