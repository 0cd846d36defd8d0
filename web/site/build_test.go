package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/audit"
	"touchstone/web/policy"
)

func TestTheListOfFilesIsThatOfTheFiles(t *testing.T) {
	_, files := built(t, "wasm")
	var b build
	require.NoError(t, json.Unmarshal([]byte(files[buildURL]), &b))
	want := map[string]string{}
	for path, body := range files {
		if path != buildURL && !strings.HasSuffix(path, ".br") {
			sum := sha256.Sum256([]byte(body))
			want[path] = hex.EncodeToString(sum[:])
		}
	}
	assert.Equal(t, want, b.Files)
	assert.Contains(t, files["/build/index.html"], want["/touchstone.tgz"], "the page says the packed program's sum")
	assert.Regexp(t, `^go1\.\d+\.\d+$`, b.Toolchain)
	for _, m := range b.Modules {
		assert.Regexp(t, `^h1:.{44}$`, m.Sum, m.Path)
	}
	assert.Greater(t, len(b.Modules), 10)
}

func TestTheManifestListsAllThatRuns(t *testing.T) {
	_, files := built(t, "wasm")
	var w webcat
	require.NoError(t, json.Unmarshal([]byte(files[webcatURL]), &w))
	var programs []string
	for _, body := range []string{"wasm", "all of wasm"} {
		sum := sha256.Sum256([]byte(body))
		programs = append(programs, hex.EncodeToString(sum[:]))
		assert.Contains(t, files["/about/index.html"], programs[len(programs)-1])
	}
	slices.Sort(programs)
	assert.Equal(t, programs, w.Manifest.Wasm)
	assert.Equal(t, policy.ContentSecurity(audit.Hosts()), w.Manifest.DefaultCSP)
	assert.Empty(t, w.Manifest.ExtraCSP, "one policy for all")
	assert.NotContains(t, w.Manifest.DefaultCSP, "unsafe-inline")
	for path := range files {
		for _, kind := range []string{".html", ".js", ".css"} {
			if strings.HasSuffix(path, kind) {
				assert.Contains(t, w.Manifest.Files, path)
			}
		}
	}
	assert.Empty(t, w.Signatures)
}
