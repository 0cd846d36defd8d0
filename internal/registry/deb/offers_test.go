package deb_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/fetch"
	"touchstone/internal/mint"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
	"touchstone/internal/registry/deb"
)

func TestOffers(t *testing.T) {
	key, when := mint.NewArchiveKey("archive", time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC)), time.Date(2026, time.March, 2, 0, 0, 0, 0, time.UTC)
	w := mint.World{}
	const base = "https://" + deb.DebianHost + "/debian"
	for name, version := range map[string]string{"trixie": "1.2-3", "trixie-updates": "1.2-3+deb13u1", "trixie-backports": "2.0-1~bpo13+1"} {
		mint.DebSuite{Base: base, Name: name, ByHash: true}.Serve(w, key, when, mint.NewDeb("gold-leaf", version), mint.NewDeb("other", "9"))
	}
	offers := func(w mint.World) registry.Offers {
		c := fetch.New(fetch.Options{Hosts: deb.Registry{}.Hosts(), Transport: w, Retries: -1}).Session(fetch.SessionOptions{Hosts: deb.Registry{}.Hosts()})
		defer c.Close()
		ref, err := purl.Parse("pkg:deb/debian/gold-leaf?distro=trixie-updates")
		require.NoError(t, err)
		o, err := deb.Registry{}.Offers(t.Context(), c, ref)
		require.NoError(t, err)
		o.Sort(deb.Registry{}.CompareVersions)
		return o
	}
	o := offers(w)
	assert.Equal(t, fetch.Found, o.Answer.State)
	assert.Equal(t, []registry.Offer{{Version: "2.0-1~bpo13+1"}, {Version: "1.2-3+deb13u1"}, {Version: "1.2-3"}}, o.All)
	assert.Equal(t, "1.2-3+deb13u1", o.Newest)
	for address := range w {
		if address != base+"/dists/trixie/InRelease" {
			continue
		}
		assert.Equal(t, fetch.Unknown, offers(w.But(address, mint.Page{Status: 500})).Answer.State)
		assert.Equal(t, fetch.Unknown, offers(w.But(address, mint.Page{Body: []byte("-----BEGIN PGP SIGNED MESSAGE-----\n")})).Answer.State)
	}
}

func TestFits(t *testing.T) {
	for asked, want := range map[string][3]bool{ // 1.0~rc1, 1.0, 1.0-1
		">= 1.0": {false, true, true}, ">> 1.0": {false, false, true}, "<< 1.0": {true, false, false}, "<= 1.0": {true, true, false}, "= 1.0": {false, true, false},
		">= 1.0 or acid": {false, true, true},
	} {
		fits := deb.Registry{}.Fits(asked)
		require.NotNil(t, fits, asked)
		assert.Equal(t, want, [3]bool{fits("1.0~rc1"), fits("1.0"), fits("1.0-1")}, asked)
	}
	for _, asked := range []string{"", "or acid", "1.0", "~ 1.0", ">=", "> 1.0"} {
		assert.Nil(t, deb.Registry{}.Fits(asked), asked)
	}
}
