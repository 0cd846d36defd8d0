//go:build touchstone_testanchors

package audit_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"touchstone/internal/mint"
	"touchstone/internal/trust"
)

// aged are anchors of one minted archive key, taken some days before the audit.
// keyring names the package that changes the set, and until the key's own end.
func aged(t testing.TB, id, keyring, until string, key *mint.ArchiveKey, days int) trust.Anchors {
	doc := bytes.Replace(mint.ArchiveKeys(id, "the keys of "+id, key), []byte(`"keyring":""`), []byte(`"keyring":"`+keyring+`"`), 1)
	if until != "" {
		doc = bytes.Replace(doc, []byte(`"from":`), []byte(`"until":"`+until+`","from":`), 1)
	}
	a, err := trust.WithTestAnchors(trust.TestAnchors{Taken: at.AddDate(0, 0, -days), Archives: [][]byte{doc}})
	require.NoError(t, err)
	return a
}

// TestAgeOfArchiveKeys: keys that a keyring package may have changed since are open
// after 30 days; those that nothing refreshes count while they are valid, and the
// verdict says as of when and until when.
func TestAgeOfArchiveKeys(t *testing.T) {
	key := mint.NewArchiveKey("archive", debMade)
	debs, rpms := world{}, world{}
	mint.DebSuite{Base: debBase, Name: "trixie", ByHash: true, ValidUntil: at.Add(24 * time.Hour)}.Serve(mint.World(debs), key, debMade, mint.NewDeb("gold-leaf", "1.2.3-4"))
	mint.ServeRPMs(rpms, fedoraBase, nil, goldRPM(key))
	after, before := at.AddDate(1, 0, 0).Format(time.RFC3339), at.AddDate(0, 0, -1).Format(time.RFC3339)
	for name, c := range map[string]struct {
		world          world
		reference, set string
		keyring, until string
		days           int
		integrity      [2]int
		outcome        string
		says           []string
	}{
		"a keyring's, on the last day": {debs, debRef, "debian-archive", "gold-keyring", "", 30, [2]int{2, 2}, "pass", []string{"the signature verifies."}},
		"a keyring's, a day later":     {debs, debRef, "debian-archive", "gold-keyring", "", 31, [2]int{1, 2}, "unknown", []string{"more than 30 days ago", "gold-keyring"}},
		"a release's own": {rpms, fedoraRef, "fedora-43", "", "", 400, [2]int{2, 2}, "pass",
			[]string{"as of " + at.AddDate(0, 0, -400).Format(time.DateOnly), "later revocations are unseen", "The key itself states no end."}},
		"a release's own with an end": {rpms, fedoraRef, "fedora-43", "", after, 400, [2]int{2, 2}, "pass", []string{"The key itself ends on " + after[:10] + "."}},
		"a release's own, ended":      {rpms, fedoraRef, "fedora-43", "", before, 400, [2]int{1, 2}, "unknown", []string{"The key itself ended on " + before[:10] + ".", "retired"}},
	} {
		t.Run(name, func(t *testing.T) {
			o := options(c.world)
			o.Anchors = aged(t, c.set, c.keyring, c.until, key, c.days)
			r, err := ask(t.Context(), c.reference, o)
			require.NoError(t, err)
			require.Equal(t, c.integrity, levels(r)["integrity"], r.Report.Text(false))
			for _, says := range c.says {
				hasOutcome(t, r, "registry-signature", c.outcome, says)
			}
		})
	}
}

// TestAgeOfFingerprints: keys of which only digests are held, FreeBSD's, say their age
// as well.
func TestAgeOfFingerprints(t *testing.T) {
	key, _ := mint.FreeBSDKeys()
	w, taken := world{}, at.AddDate(0, 0, -400)
	mint.ServeFreeBSD(w, freebsdBase, key, mint.NewFreeBSDPackage("gold-leaf", "1.2.3_1"))
	doc := bytes.Replace(mint.FreeBSDKeySet(at.AddDate(-3, 0, 0), key), []byte(`"taken":"2026-11-01"`), []byte(`"taken":"`+taken.Format(time.DateOnly)+`"`), 1)
	a, err := trust.WithTestAnchors(trust.TestAnchors{Taken: taken, Archives: [][]byte{doc}})
	require.NoError(t, err)
	r := tryFreeBSD(t, w, freebsdRef, a)
	require.Equal(t, [2]int{2, 2}, levels(r)["integrity"], r.Report.Text(false))
	for _, says := range []string{"as of " + taken.Format(time.DateOnly), "later revocations are unseen", "The key itself states no end."} {
		hasOutcome(t, r, "registry-signature", "pass", says)
	}
}
