//go:build touchstone_testanchors

package audit_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/mint"
)

// TestLayersThatTheConfigurationNames: clients refuse to unpack others, and so does an
// audit that reads them (OCI image-spec, config.md, "rootfs").
func TestLayersThatTheConfigurationNames(t *testing.T) {
	z, err := gzip.NewReader(bytes.NewReader(mint.ImageLayer(ghcrImage().Files)))
	require.NoError(t, err)
	archive, err := io.ReadAll(z)
	require.NoError(t, err)
	own, another := mint.Digest(archive), mint.Digest([]byte("another"))
	const sum = "sha256:"
	for name, tt := range map[string]struct {
		named any
		parts bool
		want  any
		said  [2]string
	}{
		"its own":                {[]string{own}, true, both(3, 3, 2, 2), [2]string{"pass", "Every digest was recomputed"}},
		"another":                {[]string{another}, true, both(0, 0, 0, 0), [2]string{"fail", "Layer 1 of 1 is not the one that the configuration names: what arrived has " + own + " decompressed, and \"" + another + "\" is named."}},
		"no digest":              {[]string{sum}, true, both(0, 0, 0, 0), [2]string{"fail", "is not the one that the configuration names"}},
		"two":                    {[]string{own, another}, true, both(0, 0, 0, 0), [2]string{"fail", "The layers that arrived are not those of the configuration: that names 2, and the manifest 1."}},
		"none":                   {[]string{}, true, both(3, 3, 2, 2), [2]string{"pass", ""}},
		"nothing that is a list": {"text", true, both(3, 3, 2, 2), [2]string{"pass", ""}},
		"another, not fetched":   {[]string{another}, false, both(2, 3, 2, 2), [2]string{"pass", ""}},
	} {
		t.Run(name, func(t *testing.T) {
			i := ghcrImage()
			config, err := json.Marshal(map[string]any{"architecture": "amd64", "os": "linux", "config": i.Config, "rootfs": map[string]any{"type": "layers", "diff_ids": tt.named}})
			require.NoError(t, err)
			var doc map[string]any
			require.NoError(t, json.Unmarshal(i.Manifest, &doc))
			doc["config"] = i.Put("application/vnd.oci.image.config.v1+json", config)
			i.Image.Index, err = json.Marshal(doc)
			require.NoError(t, err)
			i.Put("application/vnd.oci.image.manifest.v1+json", i.Image.Index)
			i.Refer(i.Bundle(i.by("example", "ghcr.io/example/thing")))
			o := i.options(t, i.world())
			o.Parts = tt.parts
			r, err := ask(t.Context(), i.pinned(), o)
			require.NoError(t, err)
			has(t, r, "digest-matches", tt.said[0], tt.said[1])
			require.Equal(t, tt.want, levels(r), r.Report.Text(false))
		})
	}
}
