package golang

import (
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/fetch"
	"touchstone/internal/registry"
)

// TestInfoIsReadInOneWay: other readers would take the other of two keys, or a
// key in another case.
func TestInfoIsReadInOneWay(t *testing.T) {
	const origin = `"Origin":{"URL":"https://example.com/r","Hash":"0123"}`
	for body, stated := range map[string]bool{
		`{"Version":"v1.0.0",` + origin + `}`:                                 true,
		`{"Version":"v1.0.0","version":"v9.9.9",` + origin + `}`:              true, // another key
		`{"version":"v1.0.0",` + origin + `}`:                                 false,
		`{"Version":"v9.9.9","Version":"v1.0.0",` + origin + `}`:              false,
		`{"Version":"v1.0.0",` + origin + `,"Origin":{"URL":"https://x"}}`:    false,
		`{"Version":"v1.0.0","Origin":{"URL":"https://x","URL":"https://y"}}`: false,
		`{"Version":"v1.0.0","origin":{"URL":"https://x"}}`:                   false,
		`<html>`: false,
	} {
		rel := &registry.Release{}
		describe(rel, fetch.Answer{State: fetch.Found, Body: []byte(body)}, located{Path: "example.com/r", Version: "v1.0.0"})
		require.Equal(t, stated, rel.Source.Repository == "https://example.com/r", body)
		require.Equal(t, stated, rel.Source.Revision == "0123", body)
		require.True(t, stated || rel.Source.Repository == "", body)
	}
}
