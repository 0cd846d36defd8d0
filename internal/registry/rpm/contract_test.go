//go:build touchstone_testanchors

package rpm_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"touchstone/internal/evidence"
	"touchstone/internal/mint"
	"touchstone/internal/openpgp"
	"touchstone/internal/registry"
	"touchstone/internal/registry/rpm"
	"touchstone/internal/registrytest"
	"touchstone/internal/trust"
)

var (
	made = time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)
	now  = time.Date(2026, time.November, 25, 12, 0, 0, 0, time.UTC)
)

// anchored are anchors that hold one key for one release.
func anchored(t testing.TB, id string, keys ...*mint.ArchiveKey) trust.Anchors {
	t.Helper()
	a, err := trust.WithTestAnchors(trust.TestAnchors{Taken: now, Archives: [][]byte{mint.ArchiveKeys(id, "the keys of "+id, keys...)}})
	require.NoError(t, err)
	return a
}

var mechanisms = map[registry.Form]evidence.Mechanism{registry.OpenPGP: openpgp.Anchored{}}

func TestContract(t *testing.T) {
	key := mint.NewArchiveKey("fedora", made)
	w := mint.World{}
	mint.ServeRPMs(w, "https://dl.fedoraproject.org/pub/fedora/linux/updates/43/Everything/x86_64/", nil, mint.NewRPM("gold-leaf", "1.2.3", "4.fc43", key))
	registrytest.Run(t, registrytest.Suite{
		Registry: rpm.Registry{}, Reference: "pkg:rpm/fedora/gold-leaf@1.2.3-4.fc43?arch=x86_64&distro=fedora-43", World: w, Anchors: anchored(t, "fedora-43", key), Time: now, Mechanisms: mechanisms,
	})
}
