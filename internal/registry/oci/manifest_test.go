package oci

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSpellings: clients that are written in Go take a key in any case of its letters.
// What they would find and this program would not is refused.
func TestSpellings(t *testing.T) {
	const sum = `"sha256:0000000000000000000000000000000000000000000000000000000000000000"`
	const one = `{"digest":` + sum + `,"size":1}`
	for doc, want := range map[string]string{
		`"layers":[` + one + `]`:                  "",
		`"layers":[],"x":1`:                       "",
		`"layers":null`:                           "",
		`"Layers":[` + one + `]`:                  `"Layers"`,
		`"layers":[],"LAYERS":[` + one + `]`:      `"LAYERS"`,
		`"layers":[],"layer\u017f":[` + one + `]`: "layer\u017f",
		`"layers":[],"Subject":` + one:            `"Subject"`,
		`"layers":{}`:                             "no list",
		`"layers":"x"`:                            "no list",
		`"layers":[{"digest":` + sum + `,"size":1,"Digest":"x"}]`:                `"Digest"`,
		`"layers":[{"digest":` + sum + `,"size":1,"platform":{"OS":"windows"}}]`: `"OS"`,
	} {
		_, err := readManifest([]byte(`{"schemaVersion":2,"config":` + one + `,` + doc + `}`))
		if want == "" {
			require.NoError(t, err, doc)
		} else {
			require.ErrorContains(t, err, want, doc)
		}
	}
	for doc, read := range map[string]bool{`{"config":{"User":"1000"}}`: true, `{"config":{"User":"1000","user":"root"}}`: false, `{"Config":{"User":"root"}}`: false} {
		i := &inspector{unread: "not yet"}
		i.read([]byte(doc), &manifest{})
		require.Equal(t, read, i.unread == "", doc)
	}
}
