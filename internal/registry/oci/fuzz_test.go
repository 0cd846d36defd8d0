package oci

import (
	"encoding/json"
	"testing"
)

// FuzzManifest: what is read of a manifest is within its bounds, and every
// descriptor has a digest; what is translated stays JSON.
func FuzzManifest(f *testing.F) {
	f.Add([]byte(`{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","size":1,"platform":{"os":"linux","architecture":"arm","variant":"v7"}}]}`))
	f.Add([]byte(`{"schemaVersion":2,"config":{"mediaType":"x","digest":"sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","size":1,"data":"e30="},"layers":[]}`))
	f.Add([]byte(`{"critical":{"identity":{"docker-reference":"x"},"image":{"docker-manifest-digest":"sha256:a"},"type":"cosign container image signature"}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if m, err := readManifest(body); err == nil {
			m.chosen("")
			m.chosen("arm/v7")
			for _, d := range append(append(m.list, m.layers...), m.config) {
				if m.isIndex && d.algorithm == "" {
					continue // an index has no configuration
				}
				if d.sum == "" || d.size < 0 {
					t.Fatalf("%+v", d)
				}
			}
		}
		for _, kind := range []string{typeSimpleSigning, typeEnvelope} {
			for _, a := range translate(descriptor{mediaType: kind}, body) {
				if !json.Valid(a.Bundle) {
					t.Fatalf("%s", a.Bundle)
				}
			}
		}
	})
}
