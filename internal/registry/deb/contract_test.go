//go:build touchstone_testanchors

package deb_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"touchstone/internal/evidence"
	"touchstone/internal/mint"
	"touchstone/internal/openpgp"
	"touchstone/internal/registry"
	"touchstone/internal/registry/deb"
	"touchstone/internal/registrytest"
	"touchstone/internal/trust"
)

var (
	made = time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)
	now  = time.Date(2026, time.November, 25, 12, 0, 0, 0, time.UTC)
)

func TestContract(t *testing.T) {
	for _, byHash := range []bool{true, false} {
		key := mint.NewArchiveKey("archive", made)
		anchors, err := trust.WithTestAnchors(trust.TestAnchors{Taken: now, Archives: [][]byte{mint.ArchiveKeys("debian-archive", "the archive's keys", key)}})
		require.NoError(t, err)
		w := mint.World{}
		mint.DebSuite{Base: "https://" + deb.DebianHost + "/debian", Name: "trixie", ByHash: byHash}.Serve(w, key, made, mint.NewDeb("other", "1"), mint.NewDeb("gold-leaf", "1.2.3-4"))
		for address := range w {
			if strings.Contains(address, "/other/") {
				delete(w, address)
			}
		}
		registrytest.Run(t, registrytest.Suite{
			Registry: deb.Registry{}, Reference: "pkg:deb/debian/gold-leaf@1.2.3-4?arch=amd64&distro=trixie", World: w, Anchors: anchors, Time: now,
			Mechanisms: map[registry.Form]evidence.Mechanism{registry.OpenPGP: openpgp.Anchored{}},
		})
	}
}
