//go:build touchstone_testanchors

package audit_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/mint"
)

// TestDebSuitesPassedOver: what no version was asked for, and what stands in the way of
// the newest, is told; what was asked for by its version needs no word of it.
func TestDebSuitesPassedOver(t *testing.T) {
	key, security := mint.NewArchiveKey("archive", debMade), mint.NewArchiveKey("security", debMade)
	main := mint.DebSuite{Base: debBase, Name: "trixie", ByHash: true, ValidUntil: at.Add(24 * time.Hour)}
	fixes := mint.DebSuite{Base: securityBase, Name: "trixie-security", ByHash: true, ValidUntil: at.Add(24 * time.Hour)}
	gold, newer, silver := mint.NewDeb("gold-leaf", "1.2.3-4"), mint.NewDeb("gold-leaf", "1.2.3-4+deb13u1"), mint.NewDeb("silver-leaf", "1")
	index := securityBase + "/dists/trixie-security/InRelease"
	other := newer
	other.Files = map[string]string{"usr/bin/gold-leaf": "other"}
	for name, c := range map[string]struct {
		world   func(w world)
		says    string // where no version is asked for
		named   string // where one is; empty for no word of it
		version string
	}{
		"the newest is in the small suite": {world: func(w world) { fixes.Serve(mint.World(w), security, debMade, newer) }, version: newer.Version},
		"the small suite lacks it": {world: func(w world) { fixes.Serve(mint.World(w), security, debMade, silver) },
			says: "No version of it stands in trixie-security. The signatures there were not verified", version: gold.Version},
		"a stranger's small suite": {world: func(w world) { fixes.Serve(mint.World(w), key, debMade, silver) },
			says: "No version of it stands in trixie-security. The signatures there were not verified", version: gold.Version},
		"the small suite does not come": {world: func(w world) { w[index] = mint.Page{Status: 500} },
			says: "The signed index of trixie-security could not be had: a newer version may stand there.", version: gold.Version},
		"the small suite cannot be read": {world: func(w world) { w[index] = mint.Page{Body: []byte("-----BEGIN PGP SIGNED MESSAGE-----\n")} },
			says: "The signed index of trixie-security cannot be read", named: "The signed index of trixie-security cannot be read", version: gold.Version},
		"its list does not come": {world: func(w world) {
			_, list := fixes.Serve(mint.World(w), security, debMade, newer)
			w[list] = mint.Page{Status: 500}
		}, says: "A list of packages of trixie-security could not be had: a newer version may stand there.", version: gold.Version},
		"its list is another": {world: func(w world) {
			_, list := fixes.Serve(mint.World(w), security, debMade, newer)
			w[list] = mint.Page{Body: fixes.Packages(silver)}
		}, says: "A list of packages of trixie-security is not the one that its signed index states. It was passed over.", named: "is not the one that its signed index states", version: gold.Version},
		"its list states two of one version": {world: func(w world) { fixes.Serve(mint.World(w), security, debMade, newer, other) },
			says: "with different bytes", version: gold.Version},
	} {
		t.Run(name, func(t *testing.T) {
			w := world{}
			main.Serve(mint.World(w), key, debMade, gold)
			c.world(w)
			r, err := ask(t.Context(), "pkg:deb/debian/gold-leaf", debCircumstances(t, w, key))
			require.NoError(t, err)
			text := r.Report.Text(false)
			require.Contains(t, r.Report.Reference, "@"+strings.ReplaceAll(c.version, "+", "%2B")+"?", text)
			assert.Contains(t, text, c.says)
			require.Equal(t, 2, levels(r)["integrity"][0], text)
			if c.version != gold.Version {
				return
			}
			r, err = ask(t.Context(), debRef, debCircumstances(t, w, key))
			require.NoError(t, err)
			text = r.Report.Text(false)
			if c.named != "" {
				assert.Contains(t, text, c.named)
				return
			}
			assert.NotContains(t, text, "could not be had")
			assert.NotContains(t, text, "not verified: only those")
		})
	}
}
