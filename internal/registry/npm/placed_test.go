package npm

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestKnownManifest: npm's own notes are explained, and nothing that a program reads.
func TestKnownManifest(t *testing.T) {
	published := `{"name":"a","version":"1.0.0","_moduleAliases":{"b":"lib/b"}}`
	for installed, known := range map[string]bool{
		`{"version":"1.0.0","name":"a","_moduleAliases":{"b":"lib/b"},"_resolved":"x","_requested":{"raw":"a"},"_id":"a@1.0.0"}`: true,
		`{"name":"a","version":"1.0.0","_moduleAliases":{"b":"/tmp/evil"}}`:                                                      false,
		`{"name":"a","version":"1.0.0","_resolved":"x"}`:                                                                         false,
		`{"name":"a","version":"1.0.0","_moduleAliases":{"b":"lib/b"},"_moduleDirectories":["/tmp"]}`:                            false,
		`{"name":"a","version":"1.0.0","_moduleAliases":{"b":"lib/b"},"__proto__":{"main":"evil.js"}}`:                           false,
		`{"name":"a","version":"1.0.0","_moduleAliases":{"b":"lib/b"},"main":"evil.js"}`:                                         false,
		`{"name":"a","version":"1.0.0","_moduleAliases":{"b":"lib/b"},"_id":"a","_id":"b"}`:                                      false,
	} {
		require.Equal(t, known, Registry{}.Known("package.json", []byte(published), []byte(installed)) != "", installed)
	}
	require.Empty(t, Registry{}.Known("lib/package.json", []byte(published), []byte(published)))
}
