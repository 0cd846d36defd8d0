//go:build touchstone_testanchors

package deb_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/fetch"
	"touchstone/internal/mint"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
	"touchstone/internal/registry/deb"
)

// A slow world answers after a time that differs by address and by salt, and notes when
// each was asked for.
type slow struct {
	mint.World
	salt string
	mu   sync.Mutex
	at   map[string]time.Duration
	from time.Time
}

func (s *slow) Do(ctx context.Context, r *fetch.Request) (*fetch.Response, error) {
	s.mu.Lock()
	s.at[r.URL] = time.Since(s.from)
	s.mu.Unlock()
	sum := sha256.Sum256([]byte(s.salt + r.URL))
	time.Sleep(time.Second - time.Duration(sum[0])*time.Millisecond)
	return s.World.Do(ctx, r)
}

// resolve asks a slow world; asked are the documents by the second in which they were
// asked for, recorded is the order in which they stand in the recording.
func resolve(t *testing.T, w mint.World, salt, reference string) (rel *registry.Release, asked [][]string, recorded []string) {
	synctest.Test(t, func(t *testing.T) {
		s := &slow{World: w, salt: salt, at: map[string]time.Duration{}, from: time.Now()}
		record := fetch.NewRecord(nil)
		c := fetch.New(fetch.Options{Hosts: deb.Registry{}.Hosts(), Transport: s, Retries: -1, Now: func() time.Time { return now }}).
			Session(fetch.SessionOptions{Hosts: deb.Registry{}.Hosts(), Record: record})
		defer c.Close()
		ref, err := purl.Parse(reference)
		require.NoError(t, err)
		rel, err = deb.Registry{}.Resolve(t.Context(), c, ref, registry.Visit{FileInHand: true})
		require.NoError(t, err)
		for url, at := range s.at {
			for int((at+time.Second-1)/time.Second) >= len(asked) {
				asked = append(asked, nil)
			}
			i := int((at + time.Second - 1) / time.Second)
			asked[i] = append(asked[i], url)
		}
		for i := range asked {
			slices.Sort(asked[i])
		}
		for _, x := range record.Exchanges() {
			recorded = append(recorded, x.URL)
		}
	})
	return rel, asked, recorded
}

// TestAhead: signed indexes are asked for together, then small lists together, and a
// large list alone, where nothing before it has the version.
func TestAhead(t *testing.T) {
	const main, fixes = "https://" + deb.DebianHost + "/debian", "https://" + deb.SecurityHost + "/debian-security"
	key := mint.NewArchiveKey("archive", made)
	gold, newer, other, bulk := mint.NewDeb("gold-leaf", "1"), mint.NewDeb("gold-leaf", "2"), mint.NewDeb("other", "1"), mint.NewDeb("bulk", "1")
	var entry strings.Builder
	entry.WriteString(bulk.EntryOf(bulk.Packed()))
	for i := range 40_000 { // it hardly compresses
		fmt.Fprintf(&entry, " %x\n", sha256.Sum256([]byte(fmt.Sprint(i))))
	}
	bulk.Entry = entry.String()
	w := mint.World{}
	list := func(s mint.DebSuite, debs ...mint.Deb) string {
		_, at := s.Serve(w, key, made, debs...)
		return at
	}
	security := list(mint.DebSuite{Base: fixes, Name: "trixie-security", ByHash: true}, newer)
	updates := list(mint.DebSuite{Base: main, Name: "trixie-updates", ByHash: true}, other)
	release := list(mint.DebSuite{Base: main, Name: "trixie", ByHash: true}, gold, bulk)
	require.Greater(t, len(w[release].Body), 1<<20)
	indexes := []string{main + "/dists/trixie-updates/InRelease", main + "/dists/trixie/InRelease", fixes + "/dists/trixie-security/InRelease"}
	small := []string{updates, security}
	for reference, want := range map[string][][]string{
		"pkg:deb/debian/gold-leaf@2?arch=amd64&distro=trixie": {indexes, small},
		"pkg:deb/debian/gold-leaf@1?arch=amd64&distro=trixie": {indexes, small, {release}},
	} {
		first, asked, recorded := resolve(t, w, "a", reference)
		assert.Equal(t, want, asked, reference)
		assert.Len(t, recorded, len(slices.Concat(want...)))
		for _, salt := range []string{"b", "c", "d", "e"} {
			again, asked, rerecorded := resolve(t, w, salt, reference)
			assert.Equal(t, want, asked, "%s, when others are slow", reference)
			assert.Equal(t, recorded, rerecorded)
			assert.Equal(t, said(first), said(again))
		}
	}
	// What was asked for ahead, and is not come to, changes no answer.
	const reference = "pkg:deb/debian/gold-leaf@2?arch=amd64&distro=trixie"
	whole, _, _ := resolve(t, w, "a", reference)
	for _, url := range append(indexes[:2:2], updates) {
		for _, p := range []mint.Page{{Status: 500}, {Status: 404}, {Body: []byte("-----BEGIN PGP SIGNED MESSAGE-----\n")}} {
			changed, _, _ := resolve(t, w.But(url, p), "a", reference)
			assert.Equal(t, said(whole), said(changed), url)
		}
	}
	// What is come to, and does not come, is unknown, and nothing is missing for it.
	for _, url := range []string{indexes[2], security} {
		rel, _, _ := resolve(t, w.But(url, mint.Page{Status: 500}), "a", reference)
		assert.Contains(t, said(rel), "unknown", url)
		assert.Empty(t, rel.File.Request.URL, url)
	}
}

// said is what a release says of documents and file.
func said(rel *registry.Release) string {
	var b strings.Builder
	for _, l := range rel.Chain {
		fmt.Fprintln(&b, l.Name, l.Answer.Request.URL, l.Answer.State, l.States)
	}
	fmt.Fprintln(&b, rel.Ref, rel.File.Request.URL, rel.Notes, rel.Index.State)
	return b.String()
}
