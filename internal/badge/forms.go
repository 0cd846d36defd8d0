package badge

import (
	"context"
	"encoding/json"
	"strings"
	"time"
)

// SVG is the picture, at most 4 KB.
func (w Words) SVG() (string, error) {
	var b strings.Builder
	if err := image(w).Render(context.Background(), &b); err != nil {
		return "", err
	}
	return b.String(), nil
}

// leastCached is what shields.io asks for at least, in seconds.
const leastCached = 300

// Endpoint is the JSON that shields.io draws badges from
// (https://shields.io/badges/endpoint-badge).
func (w Words) Endpoint(life time.Duration) (string, error) {
	raw, err := json.Marshal(struct {
		SchemaVersion int    `json:"schemaVersion"`
		Label         string `json:"label"`
		Message       string `json:"message"`
		Color         string `json:"color"`
		LabelColor    string `json:"labelColor"`
		IsError       bool   `json:"isError"`
		CacheSeconds  int    `json:"cacheSeconds"`
	}{1, w.Label, w.Message, w.Colour, labelColour, w.Bad, max(leastCached, int(life.Seconds()))})
	return string(raw), err
}
