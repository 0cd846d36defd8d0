//go:build touchstone_testanchors

package audit_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/corpus"
	"touchstone/internal/trust"
)

// The archives' addresses.
const securityBase = "https://security.debian.org/debian-security"

// TestDebCorpus audits the real chains of the corpus, by the committed keys.
func TestDebCorpus(t *testing.T) {
	read := func(path string) []byte {
		b, err := os.ReadFile(corpus.Path(t, path))
		require.NoError(t, err)
		return b
	}
	const trixie, contrib, firmware = "debian/dists/trixie.InRelease", "contrib/binary-amd64", "non-free-firmware/binary-amd64"
	swapped := "eco/debian/pool/contrib/l/linux-entra-sso/linux-entra-sso_1.11.0-1~bpo13+1_all.deb"
	cases := map[string]struct {
		reference, base, suite string
		index, list, folder    string // files, and where the list belongs
		pool, file             string // where the package belongs, and its file
		level                  int
		failed                 bool
	}{
		"deb-openh264": {"pkg:deb/debian/libopenh264-cisco7@2.3.1%2Bdfsg-3%2Bdeb12u1?arch=amd64&distro=bookworm-security", securityBase, "bookworm-security",
			"eco/debian/dists/bookworm-security/InRelease", "eco/debian/dists/bookworm-security/contrib/binary-amd64/Packages.xz", contrib,
			"pool/updates/contrib/o/openh264/libopenh264-cisco7_2.3.1+dfsg-3+deb12u1_amd64.deb", "eco/debian/pool/updates/contrib/o/openh264/libopenh264-cisco7_2.3.1+dfsg-3+deb12u1_amd64.deb", 2, false},
		"deb-swapped-deb": {"pkg:deb/debian/libopenh264-cisco7@2.3.1%2Bdfsg-3%2Bdeb12u1?arch=amd64&distro=bookworm-security", securityBase, "bookworm-security",
			"eco/debian/dists/bookworm-security/InRelease", "eco/debian/dists/bookworm-security/contrib/binary-amd64/Packages.xz", contrib,
			"pool/updates/contrib/o/openh264/libopenh264-cisco7_2.3.1+dfsg-3+deb12u1_amd64.deb", swapped, 0, true},
		"deb-samba-ad-dc": {"pkg:deb/debian/samba-ad-dc@2:4.17.12%2Bdfsg-0%2Bdeb12u2?arch=all&distro=bookworm", debBase, "bookworm-updates",
			"eco/debian/dists/bookworm-updates/InRelease", "eco/debian/dists/bookworm-updates/main/binary-amd64/Packages.xz", "main/binary-amd64",
			"pool/main/s/samba/samba-ad-dc_4.17.12+dfsg-0+deb12u2_all.deb", "eco/debian/pool/main/s/samba/samba-ad-dc_4.17.12+dfsg-0+deb12u2_all.deb", 2, false},
		"deb-samba-ad-dc, by its file's name": {"samba-ad-dc_4.17.12+dfsg-0+deb12u2_all.deb", debBase, "trixie", // the epoch is not in it
			"eco/debian/dists/bookworm-updates/InRelease", "eco/debian/dists/bookworm-updates/main/binary-amd64/Packages.xz", "main/binary-amd64",
			"pool/main/s/samba/samba-ad-dc_4.17.12+dfsg-0+deb12u2_all.deb", "eco/debian/pool/main/s/samba/samba-ad-dc_4.17.12+dfsg-0+deb12u2_all.deb", 0, false}, // another suite's index
		"deb-live-task": {"pkg:deb/debian/live-task-non-free-firmware-server@12.0.1?arch=all&distro=trixie", debBase, "trixie",
			"eco/debian/dists/trixie/InRelease", "eco/debian/dists/trixie/non-free-firmware/binary-amd64/Packages.xz", firmware,
			"pool/non-free-firmware/l/live-tasks-non-free-firmware/live-task-non-free-firmware-server_12.0.1_all.deb", "debian/pool/live-task-non-free-firmware-server_12.0.1_all.deb", 2, false},
		"deb-tzdata-record": {"pkg:deb/debian/tzdata-legacy@2026f-0%2Bdeb13u1?arch=all&distro=trixie", debBase, "trixie-updates",
			"eco/debian/dists/trixie-updates/InRelease", "eco/debian/dists/trixie-updates/main/binary-amd64/Packages.xz", "main/binary-amd64", "", "", 0, false},
		"deb-inrelease-flipped": {"pkg:deb/debian/tzdata-legacy@2026f-0%2Bdeb13u1?arch=all&distro=trixie", debBase, "trixie-updates",
			"eco/debian/derived/trixie-updates.flipped-digest.InRelease", "eco/debian/dists/trixie-updates/main/binary-amd64/Packages.xz", "main/binary-amd64", "", "", 0, true},
		"deb-inrelease-text-after": {"pkg:deb/debian/tzdata-legacy@2026f-0%2Bdeb13u1?arch=all&distro=trixie", debBase, "trixie-updates",
			"eco/debian/derived/trixie-updates.text-after.InRelease", "eco/debian/dists/trixie-updates/main/binary-amd64/Packages.xz", "main/binary-amd64", "", "", 0, true},
		"deb-pkg-astrometry-data-2mass-00": {"pkg:deb/debian/astrometry-data-2mass-00@1.2?arch=all&distro=trixie", debBase, "trixie",
			trixie, "debian/dists/trixie/contrib/binary-amd64/Packages.xz", contrib, "pool/contrib/a/astrometry-data-2mass/astrometry-data-2mass-00_1.2_all.deb", "debian/pool/astrometry-data-2mass-00_1.2_all.deb", 2, false},
		"deb-pkg-astrometry-data-2mass": {"pkg:deb/debian/astrometry-data-2mass@1.2?arch=all&distro=trixie", debBase, "trixie",
			trixie, "debian/dists/trixie/contrib/binary-amd64/Packages.xz", contrib, "pool/contrib/a/astrometry-data-2mass/astrometry-data-2mass_1.2_all.deb", "debian/pool/astrometry-data-2mass_1.2_all.deb", 2, false},
		"deb-pkg-hashcat-nvidia": {"pkg:deb/debian/hashcat-nvidia@20210201?arch=all&distro=trixie", debBase, "trixie",
			trixie, "debian/dists/trixie/contrib/binary-amd64/Packages.xz", contrib, "pool/contrib/h/hashcat-meta/hashcat-nvidia_20210201_all.deb", "debian/pool/hashcat-nvidia_20210201_all.deb", 2, false},
		"deb-pkg-firmware-ast": {"pkg:deb/debian/firmware-ast@20140808-10?arch=all&distro=trixie", debBase, "trixie",
			trixie, "debian/dists/trixie/non-free-firmware/binary-amd64/Packages.xz", firmware, "pool/non-free-firmware/f/firmware-ast/firmware-ast_20140808-10_all.deb", "debian/pool/firmware-ast_20140808-10_all.deb", 2, false},
		"deb-pkg-live-task-non-free-firmware-server": {"pkg:deb/debian/live-task-non-free-firmware-server@12.0.1?arch=all&distro=trixie", debBase, "trixie",
			trixie, "debian/dists/trixie/non-free-firmware/binary-amd64/Packages.xz", firmware, "pool/non-free-firmware/l/live-tasks-non-free-firmware/live-task-non-free-firmware-server_12.0.1_all.deb", "debian/pool/live-task-non-free-firmware-server_12.0.1_all.deb", 2, false},
		"deb-pkg-live-task-non-free-firmware-pc": {"pkg:deb/debian/live-task-non-free-firmware-pc@12.0.1?arch=all&distro=trixie", debBase, "trixie",
			trixie, "debian/dists/trixie/non-free-firmware/binary-amd64/Packages.xz", firmware, "pool/non-free-firmware/l/live-tasks-non-free-firmware/live-task-non-free-firmware-pc_12.0.1_all.deb", "debian/pool/live-task-non-free-firmware-pc_12.0.1_all.deb", 2, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			list := read(c.list)
			folder := c.base + "/dists/" + c.suite + "/"
			w := world{
				folder + "InRelease": ok(read(c.index)),
				fmt.Sprintf("%s%s/by-hash/SHA256/%x", folder, c.folder, sha256.Sum256(list)): ok(list),
			}
			if bytes.Contains(read(c.index), []byte("Codename: "+c.suite)) && c.file != "" {
				w[c.base+"/"+c.pool] = ok(read(c.file))
			}
			o := options(w)
			o.Anchors, o.Time = trust.Embedded(), time.Date(2026, time.November, 26, 12, 0, 0, 0, time.UTC)
			r, err := ask(t.Context(), c.reference, o)
			require.NoError(t, err)
			assert.Equal(t, c.failed, r.Report.Verdict.Failed)
			assert.Equal(t, c.level, r.Report.Verdict.Tracks[0].Level)
			if name == "deb-openh264" {
				text := ""
				for _, topic := range r.Report.Topics {
					text += topic.Text + strings.Join(topic.Items, "\n")
				}
				assert.Contains(t, text, `postinst: if ! wget -T 60 -O "$TMPFL" "$URL"; then`)
				assert.Contains(t, text, "http://ciscobinary.openh264.org/", "what its script fetches is told")
			}
		})
	}
	// No case is left out: others are of an index alone, in package openpgp and below.
	alone := []string{"deb-trixie-inrelease", "deb-trixie-release-gpg", "deb-trixie-updates", "deb-trixie-security", "deb-bullseye", "deb-security-with-archive-only-key", "deb-packages-contrib", "deb-stale"}
	for _, file := range []string{"CASES.jsonl", "eco/CASES.jsonl"} {
		for line := range bytes.Lines(read(file)) {
			var c struct{ ID, Mechanism string }
			require.NoError(t, json.Unmarshal(line, &c))
			_, here := cases[c.ID]
			assert.True(t, here || c.Mechanism != "Debian archive" || slices.Contains(alone, c.ID), c.ID)
		}
	}
}

// TestDebStale (deb-stale): a genuine index, read after the day until which it says
// that it is the newest.
func TestDebStale(t *testing.T) {
	index, err := os.ReadFile(corpus.Path(t, "eco/debian/dists/trixie-backports/InRelease"))
	require.NoError(t, err)
	for day, outcome := range map[int]string{0: "pass", 2: "fail"} {
		o := options(world{debBase + "/dists/trixie-backports/InRelease": ok(index)})
		o.Anchors, o.Time = trust.Embedded(), time.Date(2026, time.December, day, 12, 0, 0, 0, time.UTC)
		r, err := ask(t.Context(), "pkg:deb/debian/bash@5?arch=amd64&distro=trixie-backports", o)
		require.NoError(t, err)
		has(t, r, "index-current", outcome, "")
		assert.Equal(t, outcome == "fail", len(r.Report.Verdict.Alarms) > 0)
	}
}

// TestNativeAndWasmAgreeOnDebian is the same for a package of the security archive, and
// for that with a link that another stands in the place of.
func TestNativeAndWasmAgreeOnDebian(t *testing.T) {
	const reference = "pkg:deb/debian/libopenh264-cisco7@2.3.1%2Bdfsg-3%2Bdeb12u1?arch=amd64&distro=bookworm-security"
	read := func(path string) []byte {
		b, err := os.ReadFile(corpus.Path(t, "eco/debian/"+path))
		require.NoError(t, err)
		return b
	}
	const folder = securityBase + "/dists/bookworm-security/"
	list := read("dists/bookworm-security/contrib/binary-amd64/Packages.xz")
	by := fmt.Sprintf("%scontrib/binary-amd64/by-hash/SHA256/%x", folder, sha256.Sum256(list))
	w := world{
		folder + "InRelease": ok(read("dists/bookworm-security/InRelease")), by: ok(list),
		securityBase + "/pool/updates/contrib/o/openh264/libopenh264-cisco7_2.3.1+dfsg-3+deb12u1_amd64.deb": ok(read("pool/updates/contrib/o/openh264/libopenh264-cisco7_2.3.1+dfsg-3+deb12u1_amd64.deb")),
	}
	changed := bytes.Clone(w[folder+"InRelease"].Body)
	changed[len(changed)/2] ^= 1
	for name, bent := range map[string]world{"good": w, "another list": w.But(by, ok(append(bytes.Clone(list), 'x'))), "another index": w.But(folder+"InRelease", ok(changed))} {
		t.Run(name, func(t *testing.T) { agree(t, bent, reference) })
	}
}
