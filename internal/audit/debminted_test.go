//go:build touchstone_testanchors

package audit_test

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/corpus"
	"touchstone/internal/evidence"
	"touchstone/internal/mint"
	"touchstone/internal/trust"
)

const (
	debBase = "https://deb.debian.org/debian"
	debRef  = "pkg:deb/debian/gold-leaf@1.2.3-4?arch=amd64&distro=trixie"
)

var debMade = time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC)

func debCircumstances(t testing.TB, w world, key *mint.ArchiveKey) circumstances {
	o := options(w)
	var err error
	o.Anchors, err = trust.WithTestAnchors(trust.TestAnchors{Taken: at, Archives: [][]byte{mint.ArchiveKeys("debian-archive", "the archive's keys", key), mint.ArchiveKeys("debian-security", "the security archive's keys", mint.NewArchiveKey("security", debMade))}})
	require.NoError(t, err)
	return o
}

// TestMintedDebs bends one link after the other. bend changes the world, of which it
// is told where index, list and package are.
func TestMintedDebs(t *testing.T) {
	key, stranger := mint.NewArchiveKey("archive", debMade), mint.NewArchiveKey("stranger", debMade)
	suite := mint.DebSuite{Base: debBase, Name: "trixie", ByHash: true, ValidUntil: at.Add(24 * time.Hour)}
	gold := mint.NewDeb("gold-leaf", "1.2.3-4")
	pool := debBase + "/" + gold.Pool()
	serve := func(w world, s mint.DebSuite, by *mint.ArchiveKey, debs ...mint.Deb) {
		s.Serve(mint.World(w), by, debMade, debs...)
	}
	bent := func(change func(*mint.Deb)) mint.Deb {
		d := mint.NewDeb("gold-leaf", "1.2.3-4")
		change(&d)
		return d
	}
	// lie serves one package under what the list says of gold.
	lie := func(w world, inside mint.Deb) {
		d := gold
		d.Entry = gold.EntryOf(inside.Packed())
		serve(w, suite, key, d)
		w[pool] = mint.Page{Body: inside.Packed()}
	}
	for name, c := range map[string]struct {
		world  func(w world)
		level  int
		failed bool
		check  string // whose answer
		says   string
	}{
		"as it should be": {func(w world) { serve(w, suite, key, gold) }, 2, false, "registry-signature", "signed this name"},
		"not by digest": {func(w world) {
			s := suite
			s.ByHash = false
			serve(w, s, key, gold)
		}, 2, false, "chain-whole", "Each document"},
		"a stranger's signature": {func(w world) { serve(w, suite, stranger, gold) }, 0, true, "registry-signature", "which is none of the repository's"},
		"another package's bytes": {func(w world) {
			serve(w, suite, key, gold)
			w[pool] = mint.Page{Body: mint.NewDeb("other", "1").Packed()}
		}, 0, true, "digest-matches", ""},
		"another list": {func(w world) {
			_, list := suite.Serve(mint.World(w), key, debMade, gold)
			w[list] = mint.Page{Body: suite.Packages(bent(func(d *mint.Deb) { d.Files["usr/bin/more"] = "x" }))}
		}, 0, true, "chain-whole", "states its list of packages"},
		"another list, beside one that does not come": {func(w world) {
			_, list := suite.Serve(mint.World(w), key, debMade, gold)
			w[list] = mint.Page{Body: suite.Packages(bent(func(d *mint.Deb) { d.Files["usr/bin/more"] = "x" }))}
			other := mint.DebSuite{Base: debBase, Name: "trixie-updates", ByHash: true}
			_, missing := other.Serve(mint.World(w), key, debMade, mint.NewDeb("other", "1"))
			w[missing] = mint.Page{Status: 500}
		}, 0, true, "chain-whole", "states its list of packages"},
		"text outside of what is signed": {func(w world) {
			index, _ := suite.Serve(mint.World(w), key, debMade, gold)
			w[index] = mint.Page{Body: append(w[index].Body, "Origin: other\n"...)}
		}, 0, true, "registry-signature", "does not verify"},
		"another name inside": {func(w world) {
			d := gold
			packed := mint.NewDeb("iron-leaf", "1.2.3-4").Packed()
			d.Entry = gold.EntryOf(packed)
			serve(w, suite, key, d)
			w[pool] = mint.Page{Body: packed}
		}, 0, true, "name-enforced", "iron-leaf"},
		"another dependency inside": {func(w world) {
			d := gold
			packed := bent(func(d *mint.Deb) { d.Depends = "evil" }).Packed()
			d.Entry = gold.EntryOf(packed)
			serve(w, suite, key, d)
			w[pool] = mint.Page{Body: packed}
		}, 0, true, "name-enforced", "Depends"},
		"another version inside":      {func(w world) { lie(w, mint.NewDeb("gold-leaf", "1.2.3-5")) }, 0, true, "name-enforced", "1.2.3-5"},
		"another architecture inside": {func(w world) { lie(w, bent(func(d *mint.Deb) { d.Arch = "arm64" })) }, 0, true, "name-enforced", "arm64"},
		"a field of its own inside": {func(w world) {
			lie(w, bent(func(d *mint.Deb) { d.Depends += "\nEssential: yes" }))
		}, 0, true, "name-enforced", "Essential"},
		"folded in another way": {func(w world) {
			lie(w, bent(func(d *mint.Deb) { d.Depends = "libc6 (>= 2.36),\n metal | acid" }))
		}, 2, false, "name-enforced", "demands"},
		"two paragraphs inside": {func(w world) {
			lie(w, bent(func(d *mint.Deb) { d.Depends += "\n\nPackage: other" }))
		}, 1, false, "name-inside", "more than one paragraph"},
		"the archive's key in the place of the security team's": {func(w world) {
			mint.DebSuite{Base: securityBase, Name: "trixie-security", ByHash: true}.Serve(mint.World(w), key, debMade, gold)
		}, 0, true, "registry-signature", "which is none of the repository's"},
		"a path out of the pool": {func(w world) {
			d := gold
			d.Entry = strings.Replace(gold.EntryOf(gold.Packed()), "pool/", "pool/../../", 1)
			serve(w, suite, key, d)
		}, 0, false, "digest-published", "does not stay in the pool"},
	} {
		t.Run(name, func(t *testing.T) {
			w := world{}
			c.world(w)
			r, err := ask(t.Context(), debRef, debCircumstances(t, w, key))
			require.NoError(t, err)
			assert.Equal(t, c.failed, r.Report.Verdict.Failed)
			assert.Equal(t, c.level, r.Report.Verdict.Tracks[0].Level)
			for _, f := range r.Report.Findings {
				if f.Check == c.check {
					assert.Contains(t, f.Reason, c.says)
				}
			}
		})
	}
	t.Run("a stale index", func(t *testing.T) {
		w := world{}
		s := suite
		s.ValidUntil = at.Add(-time.Hour)
		serve(w, s, key, gold)
		r, err := ask(t.Context(), debRef, debCircumstances(t, w, key))
		require.NoError(t, err)
		has(t, r, "index-current", "fail", "ran out on "+s.ValidUntil.Format("2006-01-02 15:04"))
		require.Len(t, r.Report.Verdict.Alarms, 1)
		// In a recording it says only what it was.
		o := debCircumstances(t, nil, key)
		o.Replay = r.Record
		r, err = ask(t.Context(), debRef, o)
		require.NoError(t, err)
		require.Empty(t, r.Report.Verdict.Alarms)
		require.True(t, slices.ContainsFunc(r.Report.Topics, func(topic evidence.Topic) bool { return topic.ID == "stale" }))
	})
	t.Run("an index that goes back", func(t *testing.T) {
		suite := suite
		suite.ValidUntil = time.Time{}
		made := func(days int) world {
			w := world{}
			suite.Serve(mint.World(w), key, debMade.AddDate(0, 0, days), gold)
			return w
		}
		visit := func(w world, heads map[string][]byte) *result {
			o := debCircumstances(t, w, key)
			o.Heads = heads
			r, err := ask(t.Context(), debRef, o)
			require.NoError(t, err)
			return r
		}
		first := visit(made(5), nil)
		has(t, first, "index-current", "pass", "will notice an older one")
		require.Len(t, first.Heads, 1)
		has(t, visit(made(5), first.Heads), "index-current", "pass", "not older than")
		newer := visit(made(6), first.Heads)
		require.NotEqual(t, first.Heads, newer.Heads)
		older := visit(made(5), newer.Heads)
		has(t, older, "index-current", "fail", "This device saw one of 2026-03-07 00:00 UTC before")
		require.Len(t, older.Report.Verdict.Alarms, 1)
		require.Equal(t, newer.Heads, older.Heads, "what was seen stays")
		// What is not signed, or of days to come, is not kept; what is damaged accuses nobody.
		w := world{}
		suite.Serve(mint.World(w), stranger, debMade.AddDate(0, 0, 9), gold)
		require.Equal(t, newer.Heads, visit(w, newer.Heads).Heads)
		future := world{}
		suite.Serve(mint.World(future), key, at.AddDate(0, 0, 2), gold)
		require.Empty(t, visit(future, nil).Heads)
		damaged := maps.Clone(newer.Heads)
		for name, head := range damaged {
			damaged[name] = bytes.Replace(head, []byte("2026"), []byte("2036"), 1)
		}
		got := visit(made(5), damaged)
		require.Empty(t, got.Report.Verdict.Alarms)
		require.Contains(t, got.Report.Text(false), "is damaged. It was put aside")
		require.Equal(t, first.Heads, got.Heads)
	})
	t.Run("every link flipped", func(t *testing.T) {
		w := world{}
		index, list := suite.Serve(mint.World(w), key, debMade, gold)
		for _, address := range []string{index, list, pool} {
			body := w[address].Body
			step := max(len(body)/15, 1)
			if corpus.Whole() {
				step = 1
			}
			for i := 0; i < len(body); i += step {
				mutant := bytes.Clone(body)
				mutant[i] ^= 1 << (i % 8)
				r, err := ask(t.Context(), debRef, debCircumstances(t, world(mint.World(w).But(address, mint.Page{Body: mutant})), key))
				if err != nil {
					continue // nothing was audited
				}
				// The header before the signed text says nothing.
				if address != index || i > bytes.Index(body, []byte("\n\n")) {
					require.Less(t, r.Report.Verdict.Tracks[0].Level, 2, "byte %d of %s", i, address)
				}
			}
		}
	})
}
