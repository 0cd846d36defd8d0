//go:build touchstone_testanchors

package pypi_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"touchstone/internal/mint"
	"touchstone/internal/registry/pypi"
	"touchstone/internal/registrytest"
	"touchstone/internal/trust"
)

func TestContract(t *testing.T) {
	at := time.Date(2026, time.November, 1, 12, 0, 0, 0, time.UTC)
	made := mint.Wheel{Name: "goldleaf", Version: "1.2.3", Files: map[string]string{"goldleaf/__init__.py": "carat = 24\n"},
		Metadata: "Project-URL: Source, https://github.com/example/goldleaf\nRequires-Dist: metal>=1\n"}
	p := mint.NewPyPIFile(mint.NewSigstore("an index", "rekor.sigstore.dev", at), made, "example/goldleaf", "0123456789012345678901234567890123456789")
	w := mint.World{}
	mint.ServePyPI(w, "https://"+pypi.Host+"/", "https://"+pypi.Files+"/", p)
	anchors, err := trust.WithTestAnchors(trust.TestAnchors{SigstoreRoot: p.Sigstore.TrustedRoot(), Taken: at})
	require.NoError(t, err)
	registrytest.Run(t, registrytest.Suite{Registry: pypi.Registry{}, Reference: "pkg:pypi/goldleaf@1.2.3?file_name=" + p.File, World: w, Anchors: anchors, Time: at.AddDate(0, 0, 1)})
}
