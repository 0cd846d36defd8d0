//go:build touchstone_testanchors

package npm_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"touchstone/internal/bare"
	"touchstone/internal/evidence"
	"touchstone/internal/mint"
	"touchstone/internal/registry"
	"touchstone/internal/registry/npm"
	"touchstone/internal/registrytest"
	"touchstone/internal/trust"
)

func TestContract(t *testing.T) {
	at := time.Date(2026, time.November, 1, 12, 0, 0, 0, time.UTC)
	p := mint.NewNPMPackage(mint.NewNPM("a registry", at), "@example/thing", "1.2.3", "https://github.com/example/thing", "0123456789012345678901234567890123456789")
	w := mint.World{}
	p.Serve(w, "https://registry.npmjs.org/")
	anchors, err := trust.WithTestAnchors(trust.TestAnchors{SigstoreRoot: p.NPM.TrustedRoot(), NPMKeys: p.NPM.Keys(), Taken: at})
	require.NoError(t, err)
	registrytest.Run(t, registrytest.Suite{
		Registry: npm.Registry{}, Reference: "pkg:npm/%40example/thing@1.2.3", World: w, Anchors: anchors, Time: at.AddDate(0, 0, 1),
		Mechanisms: map[registry.Form]evidence.Mechanism{registry.ECDSAP256: bare.ECDSAP256{}},
	})
}
