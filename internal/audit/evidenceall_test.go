//go:build touchstone_testanchors

package audit_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"touchstone/internal/audit"
	"touchstone/internal/corpus"
	"touchstone/internal/installed"
	"touchstone/internal/mint"
	"touchstone/internal/trust"
)

// An invented is a package of an invented world, and under which circumstances it
// is audited.
type invented struct {
	reference string
	o         func(world) circumstances
	world     world
	folder    map[string]string // its files, where they are not in the package itself
}

// inventedPackages are one of each ecosystem.
func inventedPackages(t *testing.T) map[string]invented {
	p, wheel := package123(t), wheel123(t)
	crates, _ := goldCrate(nil)
	log, modules := newLog(), world{}
	log.publish(modules, hello())
	all := map[string]invented{
		"golang": {"example.com/hello@v1.0.0", func(w world) circumstances {
			o := options(w)
			o.Anchors = log.anchors(t)
			return o
		}, modules, nil},
		"cargo": {goldRef, options, crates, nil},
		"pypi":  {mintedWheelRef, func(w world) circumstances { return wheel.options(w) }, wheel.world(), nil},
		"npm":   {mintedRef, func(w world) circumstances { return p.options(w) }, p.world(), nil},
	}
	thing, jars := jar123("io.github.example"), world{}
	mint.ServeMaven(jars, central, thing.MavenVersion)
	all["maven"] = invented{"io.github.example:thing:1.2.3", func(w world) circumstances { return thing.options(t, w) }, jars, nil}
	key, debs := mint.NewArchiveKey("archive", time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC)), world{}
	mint.DebSuite{Base: "https://deb.debian.org/debian", Name: "trixie", ByHash: true}.Serve(mint.World(debs), key, time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC), mint.NewDeb("gold-leaf", "1.2.3-4"))
	all["deb"] = invented{"pkg:deb/debian/gold-leaf@1.2.3-4?arch=amd64&distro=trixie", func(w world) circumstances { return debCircumstances(t, w, key) }, debs, nil}
	signer, rpms := goldKey("fedora"), world{}
	mint.ServeRPMs(rpms, fedoraBase, nil, goldRPM(signer))
	all["rpm"] = invented{fedoraRef, func(w world) circumstances {
		o := options(w)
		o.Anchors = anchoredTo(t, "fedora-43", signer)
		return o
	}, rpms, nil}
	catalogue, ports := freebsdGold(t)
	all["freebsd"] = invented{"pkg:freebsd/gold-leaf@1.2.3_1?abi=FreeBSD:14:amd64&branch=quarterly", catalogue, ports, nil}
	image := ghcrImage()
	image.Refer(image.Bundle(image.by("example", "ghcr.io/example/thing")))
	all["oci"] = invented{image.pinned(), func(w world) circumstances {
		o := image.options(t, w)
		o.Parts = true
		return o
	}, image.world(), image.Files}
	for _, r := range audit.Registries {
		require.Contains(t, slices.Collect(maps.Keys(all)), r.Type(), "its evidence is tested too")
	}
	return all
}

// TestEvidenceOfEveryEcosystem: an evidence file answers as the recording of the
// same audit, and the installed folder of the same package is as published.
func TestEvidenceOfEveryEcosystem(t *testing.T) {
	all := inventedPackages(t)
	for name, c := range all {
		t.Run(name, func(t *testing.T) {
			live, err := ask(t.Context(), c.reference, c.o(c.world))
			require.NoError(t, err)
			again := func(o circumstances) *result {
				r, err := ask(t.Context(), c.reference, o)
				require.NoError(t, err)
				return r
			}
			plain := c.o(nil)
			plain.Replay = live.Record
			zip := c.o(nil)
			zip.Replay = saved(t, live, true).Record
			require.Equal(t, verdictOf(t, again(plain)), verdictOf(t, again(zip)))

			small := c.o(nil)
			small.Replay = saved(t, live, false).Record
			if c.folder != nil { // its record is kept, and the pieces that hold its files are left out
				require.Contains(t, again(small).Report.Text(true), "left out when this was saved")
				require.Equal(t, both(2, 3, 2, 2), levels(again(small)))
			} else {
				require.Contains(t, again(small).Report.Artifact.Missing, "left out when this was saved")
				small.File = live.Seen.Artifact.Answer.Body
				require.Equal(t, levels(again(plain)), levels(again(small)))
			}

			folder := map[string][]byte{}
			rules := installed.Package{Rules: live.Seen.Release.File.Rules}
			if c.folder == nil {
				for path, data := range unpacked(t, live, "") {
					if place := rules.Written(path); place != "" {
						folder[place] = data
					}
				}
			}
			for path, text := range c.folder {
				folder[path] = []byte(text)
			}
			require.NotEmpty(t, folder)
			require.Empty(t, compareWith(live, folder, "").Differences)
		})
	}
}

// TestEvidenceOfEveryEcosystemMutated bends the evidence files of all ecosystems;
// by default some members of one, TOUCHSTONE_ALL=1 all of each.
func TestEvidenceOfEveryEcosystemMutated(t *testing.T) {
	t.Parallel()
	all := inventedPackages(t)
	names, one := slices.Sorted(maps.Keys(all)), 1
	if !corpus.Whole() {
		one = 8
		name := names[rand.IntN(len(names))]
		t.Logf("one member in 8 of %s, of %v (TOUCHSTONE_ALL=1 takes all)", name, names)
		names = []string{name}
	}
	for _, name := range names {
		c := all[name]
		live, err := ask(t.Context(), c.reference, c.o(c.world))
		require.NoError(t, err)
		t.Run(name, func(t *testing.T) { bendEvidence(t, c.reference, c.o, live, one) })
	}
}

// freebsdGold is a minted package of FreeBSD, and under which anchors it is audited.
func freebsdGold(t *testing.T) (func(world) circumstances, world) {
	key, _ := mint.FreeBSDKeys()
	w := world{}
	mint.ServeFreeBSD(w, "https://pkg.freebsd.org/FreeBSD:14:amd64/quarterly/", key, mint.NewFreeBSDPackage("gold-leaf", "1.2.3_1"))
	return func(w world) circumstances {
		o := options(w)
		var err error
		o.Anchors, err = trust.WithTestAnchors(trust.TestAnchors{Taken: at, Archives: [][]byte{mint.FreeBSDKeySet(at.AddDate(-1, 0, 0), key)}})
		require.NoError(t, err)
		return o
	}, w
}
