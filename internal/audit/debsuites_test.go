//go:build touchstone_testanchors

package audit_test

import (
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
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
			says: "No version of gold-leaf stands in trixie-security. The signatures there were not verified", version: gold.Version},
		"a stranger's small suite": {world: func(w world) { fixes.Serve(mint.World(w), key, debMade, silver) },
			says: "No version of gold-leaf stands in trixie-security. The signatures there were not verified", version: gold.Version},
		"the small suite does not come": {world: func(w world) { w[index] = mint.Page{Status: 500} },
			says: "The signed index of trixie-security could not be fetched: a newer version may stand there.", version: gold.Version},
		"the small suite cannot be read": {world: func(w world) { w[index] = mint.Page{Body: []byte("-----BEGIN PGP SIGNED MESSAGE-----\n")} },
			says: "The signed index of trixie-security cannot be read", named: "The signed index of trixie-security cannot be read", version: gold.Version},
		"its list does not come": {world: func(w world) {
			_, list := fixes.Serve(mint.World(w), security, debMade, newer)
			w[list] = mint.Page{Status: 500}
		}, says: "A list of packages of trixie-security could not be fetched: a newer version may stand there.", version: gold.Version},
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
			assert.NotContains(t, text, "could not be fetched")
			assert.NotContains(t, text, "not verified: only those")
		})
	}
}

// TestWhatListsLack: that lists lack a package is the repository's word where its own
// host gave them. What a relay gave nobody verified for that.
func TestWhatListsLack(t *testing.T) {
	key, w := mint.NewArchiveKey("archive", debMade), world{}
	mint.DebSuite{Base: debBase, Name: "trixie", ByHash: true}.Serve(mint.World(w), key, debMade, mint.NewDeb("gold-leaf", "1"))
	for base, suite := range map[string]string{debBase: "trixie-updates", securityBase: "trixie-security"} { // a relay's 404 is nobody's word
		mint.DebSuite{Base: base, Name: suite}.Serve(mint.World(w), key, debMade, mint.NewDeb("other", "1"))
	}
	mint.ServeRPMs(w, fedoraBase, nil, goldRPM(goldKey("fedora")))
	mint.ServeRPMs(w, "https://dl.fedoraproject.org/pub/fedora/linux/releases/43/Everything/x86_64/os/", nil, goldRPM(goldKey("fedora")))
	beast, _ := mint.FreeBSDKeys()
	mint.ServeFreeBSD(w, freebsdBase, beast, mint.NewFreeBSDPackage("gold-leaf", "1.2.3_1"))
	const heard = "came through the relay"
	for _, reference := range []string{"pkg:deb/debian/lead-leaf?arch=amd64&distro=trixie", "pkg:rpm/fedora/lead-leaf?arch=x86_64&distro=fedora-43", "pkg:freebsd/lead-leaf", "pkg:freebsd/gold-leaf@9"} {
		o := options(w)
		_, err := ask(t.Context(), reference, o)
		require.Error(t, err, reference)
		require.NotContains(t, err.Error(), heard)
		o.Transport, o.Relay = relayedWorld{w}, relay
		_, err = ask(t.Context(), reference, o)
		require.ErrorContains(t, err, heard, reference)
	}
}

// TestDebCommands: what the page tells to run leads from the signed index to the
// package, and says of the key whose it is, and as of when the keys are held.
func TestDebCommands(t *testing.T) {
	key, w := mint.NewArchiveKey("archive", debMade), world{}
	mint.DebSuite{Base: debBase, Name: "trixie", ByHash: true, ValidUntil: at.Add(time.Hour)}.Serve(mint.World(w), key, debMade, mint.NewDeb("gold-leaf", "1.2.3-4"), mint.NewDeb("gold-leaf++", "1"))
	r, err := ask(t.Context(), "pkg:deb/debian/gold-leaf%2B%2B@1?arch=amd64&distro=trixie", debCircumstances(t, w, key))
	require.NoError(t, err)
	facts := r.Report.Finding("registry-signature").Facts
	assert.Equal(t, "key 1 of the archive's keys", facts["key's name"])
	assert.Equal(t, at.Format(time.DateOnly), facts["keys as of"])
	assert.Equal(t, "EdDSA, Ed25519", facts["key's algorithm"])
	dir := t.TempDir()
	said := map[string]string{}
	for _, c := range r.Seen.Release.Commands {
		for i, tool := range c.Argv {
			if page, there := w[tool]; i > 0 && there { // what curl would have fetched
				name := c.Argv[i-1]
				if name == "-sSfO" {
					name = path.Base(tool)
				}
				require.NoError(t, os.WriteFile(filepath.Join(dir, name), page.Body, 0o600))
			}
		}
		if tool := c.Argv[0]; tool == "sha256sum" || tool == "zgrep" {
			run := exec.CommandContext(t.Context(), tool, c.Argv[1:]...)
			run.Dir = dir
			out, err := run.Output()
			require.NoError(t, err, "%q", c.Argv)
			said[c.Expect] = string(out)
		}
	}
	require.Len(t, said, 3)
	stated := 0
	for expected, out := range said {
		if sum := regexp.MustCompile(`[0-9a-f]{64}`).FindString(expected); sum != "" {
			stated++
			require.Contains(t, out, sum, expected)
		}
	}
	require.Equal(t, 2, stated)
}
