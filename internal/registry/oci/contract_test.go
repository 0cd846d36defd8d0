//go:build touchstone_testanchors

package oci_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"touchstone/internal/mint"
	"touchstone/internal/registry/oci"
	"touchstone/internal/registrytest"
	"touchstone/internal/trust"
)

var at = time.Date(2026, time.November, 1, 12, 0, 0, 0, time.UTC)

const commit = "0123456789012345678901234567890123456789"

// signedBy is the identity of a workflow of an owner on GitHub.
func signedBy(owner string) mint.Signing {
	x := mint.GitHubActions("https://github.com/"+owner+"/goldleaf", ".github/workflows/release.yml", "refs/heads/main", commit)
	x.Claims[16] = "https://github.com/" + owner
	return x
}

// image is one of GitHub's registry, with a bundle of its owner's.
func image(name string) *mint.Image {
	i := mint.NewImage(mint.NewSigstore("images", "rekor.sigstore.dev", at), "ghcr.io", "ghcr.io", "example/goldleaf",
		map[string]any{"User": "1000", "Entrypoint": []any{"/goldleaf"}, "ExposedPorts": map[string]any{"80/tcp": map[string]any{}},
			"Labels": map[string]any{"org.opencontainers.image.source": "https://github.com/example/goldleaf", "org.opencontainers.image.revision": commit}},
		map[string]string{"goldleaf": "carat = 24\n", "etc/goldleaf.conf": "thin\n"})
	x := signedBy("example")
	x.Statement = i.Statement(name, "https://sigstore.dev/cosign/sign/v1", map[string]any{})
	i.Refer(i.Bundle(x))
	return i
}

func anchors(t *testing.T, i *mint.Image) trust.Anchors {
	t.Helper()
	a, err := trust.WithTestAnchors(trust.TestAnchors{SigstoreRoot: i.TrustedRoot(), Taken: at})
	require.NoError(t, err)
	return a
}

func reference(i *mint.Image) string {
	return "ghcr.io/example/goldleaf@" + mint.Digest(i.Index)
}

func TestContract(t *testing.T) {
	i, w := image("ghcr.io/example/goldleaf"), mint.World{}
	i.Serve(w)
	registrytest.Run(t, registrytest.Suite{Registry: oci.Registry{}, Reference: reference(i), World: w, Anchors: anchors(t, i), Time: at.AddDate(0, 0, 1)})
}
