//go:build touchstone_testanchors

package freebsd_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"touchstone/internal/bare"
	"touchstone/internal/evidence"
	"touchstone/internal/mint"
	"touchstone/internal/registry"
	"touchstone/internal/registry/freebsd"
	"touchstone/internal/registrytest"
	"touchstone/internal/trust"
)

func TestContract(t *testing.T) {
	now := time.Date(2026, time.November, 25, 12, 0, 0, 0, time.UTC)
	key, _ := mint.FreeBSDKeys()
	anchors, err := trust.WithTestAnchors(trust.TestAnchors{Taken: now, Archives: [][]byte{mint.FreeBSDKeySet(now.AddDate(-1, 0, 0), key)}})
	require.NoError(t, err)
	w := mint.World{}
	mint.ServeFreeBSD(w, "https://pkg.freebsd.org/FreeBSD:14:amd64/quarterly/", key, mint.NewFreeBSDPackage("gold-leaf", "1.2.3_1"))
	registrytest.Run(t, registrytest.Suite{
		Registry: freebsd.Registry{}, Reference: "pkg:freebsd/gold-leaf@1.2.3_1?abi=FreeBSD:14:amd64&branch=quarterly", World: w, Anchors: anchors, Time: now,
		Mechanisms: map[registry.Form]evidence.Mechanism{registry.RSAFingerprint: bare.RSAFingerprint{}},
	})
}
