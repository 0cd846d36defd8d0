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
	return json.MarshalIndent(struct {
		Version    string      `json:"version"`
		Title      string      `json:"title"`
		Status     string      `json:"status"`
		Framing    *Framing    `json:"framing"`
		Tracks     []Track     `json:"tracks"`
		Checks     []Check     `json:"checks"`
		Topics     []Topic     `json:"topics"`
		Changelog  *Changelog  `json:"changelog"`
		Registries []Registry  `json:"registries"`
		Attributes []Attribute `json:"attributes"`
		Threats    []Threat    `json:"threats"`
		Frameworks []Framework `json:"frameworks"`
		Discussion *Discussion `json:"discussion"`
		History    []Edition   `json:"history"`
	}{d.Version, d.Title, d.Status, d.Framing, d.Tracks, d.Checks, d.Topics, d.Changelog, d.Registries, d.Attributes, d.Threats, d.Frameworks, d.Discussion, d.History}, "", "  ")
}
