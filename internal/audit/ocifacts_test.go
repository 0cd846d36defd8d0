//go:build touchstone_testanchors

package audit_test

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/mint"
)

// TestImageFacts: as whom and what a container runs, where it listens, which files run
// with another's rights, and on what it was built, are told as facts.
func TestImageFacts(t *testing.T) {
	var layer bytes.Buffer
	w := tar.NewWriter(&layer)
	for _, h := range []tar.Header{
		{Name: "bin/su", Mode: 0o4755}, {Name: "bin/wall", Mode: 0o2755}, {Name: "bin/ls", Mode: 0o755}, {Name: "etc/notes", Mode: 0o4644}, {Name: "SECURITY.md", Mode: 0o644},
	} {
		h.Typeflag = tar.TypeReg
		require.NoError(t, w.WriteHeader(&h))
	}
	require.NoError(t, w.Close())
	base := "sha256:" + strings.Repeat("a", 64)
	labels := map[string]any{"org.opencontainers.image.base.name": "docker.io/library/alpine:3.20", "org.opencontainers.image.base.digest": base}
	for name, c := range map[string]struct {
		config map[string]any
		says   []string
		not    []string
	}{
		"as a user": {map[string]any{"User": "app:app", "Entrypoint": []any{"/thing"}, "Cmd": []any{"--serve"}, "ExposedPorts": map[string]any{"8080/tcp": map[string]any{}, "53/udp": map[string]any{}}, "Labels": labels},
			[]string{`Starting it runs "/thing --serve", as the user "app:app".`, `It states that it listens at "53/udp, 8080/tcp".`, "bin/su", "bin/wall", "pkg:oci/alpine@" + base + "?repository_url=docker.io%2Flibrary%2Falpine&tag=3.20", "SECURITY.md"}, []string{"as root", "bin/ls", "etc/notes"}},
		"as root by silence":   {map[string]any{"Cmd": []any{"sh"}}, []string{`Starting it runs "sh", as root.`}, []string{"listens at", "pkg:oci/alpine"}},
		"as root by number":    {map[string]any{"Cmd": []any{"sh"}, "User": "0:5"}, []string{`Starting it runs "sh", as root.`}, nil},
		"as root by name":      {map[string]any{"Cmd": []any{"sh"}, "User": "root:app"}, []string{`Starting it runs "sh", as root.`}, nil},
		"of nothing to start":  {map[string]any{"User": "7"}, []string{`It names no command to start; what is started runs as the user "7".`}, []string{"as root"}},
		"of a base by no form": {map[string]any{"Labels": map[string]any{"org.opencontainers.image.base.name": "../../etc"}}, nil, []string{"etc@"}},
	} {
		t.Run(name, func(t *testing.T) {
			i := shipped{mint.NewImage(mint.NewSigstore("images", "rekor.sigstore.dev", mintedAt), "ghcr.io", "ghcr.io", "example/thing", c.config, nil)}
			var doc map[string]any
			require.NoError(t, json.Unmarshal(i.Manifest, &doc))
			doc["layers"] = []any{i.Put("application/vnd.oci.image.layer.v1.tar", layer.Bytes())}
			raw, err := json.Marshal(doc)
			require.NoError(t, err)
			i.Image.Index = raw
			i.Put("application/vnd.oci.image.manifest.v1+json", raw)
			o := i.options(t, i.world())
			o.Parts = true
			r, err := ask(t.Context(), i.pinned(), o)
			require.NoError(t, err)
			var topics bytes.Buffer
			e := json.NewEncoder(&topics)
			e.SetEscapeHTML(false)
			require.NoError(t, e.Encode(r.Report.Topics))
			text := strings.ReplaceAll(topics.String(), `\"`, `"`)
			for _, want := range c.says {
				require.Contains(t, text, want)
			}
			for _, not := range c.not {
				require.NotContains(t, text, not)
			}
		})
	}
}
