//go:build touchstone_testanchors

package maven_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"touchstone/internal/mint"
	"touchstone/internal/registry/maven"
	"touchstone/internal/registrytest"
	"touchstone/internal/trust"
)

func TestContract(t *testing.T) {
	at := time.Date(2026, time.November, 1, 12, 0, 0, 0, time.UTC)
	v := mint.NewMavenVersion(mint.NewSigstore("a repository", "rekor.sigstore.dev", at), "com.example", "goldleaf", "1.2.3", "https://github.com/example/goldleaf", "0123456789012345678901234567890123456789")
	w := mint.World{}
	mint.ServeMaven(w, "https://"+maven.Host+"/maven2/", v)
	anchors, err := trust.WithTestAnchors(trust.TestAnchors{SigstoreRoot: v.TrustedRoot(), Taken: at})
	require.NoError(t, err)
	registrytest.Run(t, registrytest.Suite{Registry: maven.Registry{}, Reference: "pkg:maven/com.example/goldleaf@1.2.3", World: w, Anchors: anchors, Time: at.AddDate(0, 0, 1)})
}
