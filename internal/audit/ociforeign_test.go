//go:build touchstone_testanchors

package audit_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/mint"
)

// TestForeignLayers: a layer that is served elsewhere is named, and asked for nowhere
// but at the registry's own addresses.
func TestForeignLayers(t *testing.T) {
	i := ghcrImage()
	var doc map[string]any
	require.NoError(t, json.Unmarshal(i.Manifest, &doc))
	layer := doc["layers"].([]any)[0].(map[string]any)
	layer["mediaType"], layer["urls"] = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", []any{"https://foreign.example/layer"}
	raw, err := json.Marshal(doc)
	require.NoError(t, err)
	i.Image.Index = raw
	i.Put("application/vnd.oci.image.manifest.v1+json", raw)
	o := i.options(t, i.world())
	o.Parts = true
	r, err := ask(t.Context(), i.pinned(), o)
	require.NoError(t, err)
	require.Contains(t, strings.Join(strings.Fields(r.Report.Text(false)), " "), "is kept outside the registry")
	for _, x := range r.Record.Exchanges() {
		require.NotContains(t, x.URL, "foreign.example")
		require.NotContains(t, x.URL, "blobs/"+mint.Digest(mint.ImageLayer(i.Files)))
	}
	require.Equal(t, both(1, 1, 1, 1), levels(r), r.Report.Text(false))
}
