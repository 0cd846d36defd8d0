//go:build !js

package audit_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"touchstone/internal/audit"
	"touchstone/internal/fetch"
	"touchstone/internal/registry/deb"
	"touchstone/internal/trust"
)

// TestKeyringsLive: packages of Debian and Ubuntu, audited in a time when the keys that
// the program carries are too old to count: the archive's own signed lists, asked
// directly, make them count again.
func TestKeyringsLive(t *testing.T) {
	ctx := live(t, 3*time.Minute)
	for reference, says := range map[string]string{
		"pkg:deb/debian/tzdata-legacy?arch=all&distro=trixie-updates": "by debian-archive-keyring ",
		"pkg:deb/ubuntu/tzdata-legacy?arch=all&distro=noble-updates":  "by ubuntu-keyring ",
	} {
		t.Run(reference, func(t *testing.T) {
			a, err := audit.New(audit.Options{Transport: fetch.NewNative(), Anchors: trust.Embedded(), Retries: -1})
			require.NoError(t, err)
			answer, err := a.Audit(ctx, audit.Question{Pasted: reference, Time: time.Date(2027, time.February, 1, 0, 0, 0, 0, time.UTC)})
			if err != nil || answer.Artifact.Size == 0 {
				t.Skipf("no network here, so nothing was audited live: %v", err)
			}
			r := &result{Report: answer}
			require.Equal(t, [2]int{2, 2}, levels(r)["integrity"], r.Report.Text(false))
			has(t, r, "registry-signature", "pass", says)
			require.NotEmpty(t, a.Memory())
		})
	}
}

// TestCommittedKeyringsLive: the keys here are those of the packages that are named as
// their source, bit by bit.
func TestCommittedKeyringsLive(t *testing.T) {
	ctx := live(t, time.Minute)
	for address, c := range map[string]struct {
		sum, file string
		sets      []trust.ID
		also      string // a key of the package that is of no set
	}{
		"https://deb.debian.org/debian/pool/main/d/debian-archive-keyring/debian-archive-keyring-udeb_2025.1_all.udeb": {
			"4bb17fafc0ed8d019310219c7485594bde1523b357a0dbb1534ef686a8b62dec", "usr/share/keyrings/debian-archive-keyring.pgp", []trust.ID{"debian-archive", "debian-security"}, "none"},
		"https://archive.ubuntu.com/ubuntu/pool/main/u/ubuntu-keyring/ubuntu-keyring_2023.11.28.1_all.deb": {
			"36de43b15853ccae0028e9a767613770c704833f82586f28eb262f0311adb8a8", "usr/share/keyrings/ubuntu-archive-keyring.gpg", []trust.ID{"ubuntu-archive"}, "CD Image"},
	} {
		client := fetch.New(fetch.Options{Hosts: audit.Hosts(), Transport: fetch.NewNative(), Retries: -1})
		a, err := client.Session(fetch.SessionOptions{}).Get(context.WithoutCancel(ctx), fetch.Request{URL: address})
		require.NoError(t, err)
		if a.State != fetch.Found {
			t.Skipf("no network here, or the archive has another version now: %s", a.Reason)
		}
		sum := sha256.Sum256(a.Body)
		require.Equal(t, c.sum, hex.EncodeToString(sum[:]))
		keys, err := deb.Keyrings{}.Keys(a.Body, []string{c.file})
		require.NoError(t, err)
		held := map[string]trust.Key{}
		for _, id := range c.sets {
			for _, k := range trust.Embedded().Keys(id, trust.UsageSignatures) {
				held[k.ID] = k
			}
		}
		for _, k := range keys {
			if has, there := held[k.ID]; there {
				require.Equal(t, has.Packet, k.Packet)
				require.Equal(t, has.Details, k.Details)
				require.True(t, has.Start.Equal(k.Start))
				require.Equal(t, has.End, k.End)
				delete(held, k.ID)
			} else {
				require.True(t, strings.Contains(k.Details, c.also), k.Details)
			}
		}
		require.Empty(t, held)
	}
}
