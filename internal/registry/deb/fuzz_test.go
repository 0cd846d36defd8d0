package deb

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/archive"
	"touchstone/internal/fetch"
	"touchstone/internal/mint"
	"touchstone/internal/purl"
)

var made = time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)

// Whatever a list of packages is, its entries are those of the package sought, and
// each leads to a file in the pool.
func FuzzList(f *testing.F) {
	gold := mint.NewDeb("gold-leaf", "1.2.3-4")
	entry := gold.EntryOf(gold.Packed())
	f.Add([]byte(entry+"\n"+strings.ReplaceAll(entry, "gold-leaf", "other")), "gold-leaf")
	f.Add([]byte("Package: a\n \n"), "a")
	f.Add([]byte("Package: a\n b: c\n"), "a") // found by such a run
	f.Fuzz(func(t *testing.T, list []byte, name string) {
		if _, err := purl.Parse("pkg:deb/debian/" + name); err != nil {
			return
		}
		found, err := find(bytes.NewReader(list), name)
		if err != nil {
			return
		}
		for _, s := range found {
			require.Equal(t, name, s["package"])
			if e, err := readEntry(s); err == nil {
				require.True(t, strings.HasPrefix(e.file, "pool/") && !strings.Contains(e.file, "../") && e.size > 0)
			}
		}
	})
}

// Whatever an index is, it is taken apart or refused, and signatures never vanish.
func FuzzInRelease(f *testing.F) {
	key := mint.NewArchiveKey("archive", made)
	f.Add(key.Clearsign("Codename: trixie\nDate: Sun, 01 Mar 2026 12:00:00 UTC\nSHA256:\n "+strings.Repeat("0", 64)+" 10 main/binary-amd64/Packages.xz\n", made))
	f.Fuzz(func(t *testing.T, doc []byte) {
		in := inRelease{of: distributions[0].suite("trixie"), answer: fetch.Answer{State: fetch.Found, Body: doc}}
		in.read()
		require.NotEmpty(t, in.signatures)
		for _, p := range in.places([]string{"main"}, "amd64") {
			require.Len(t, p.sum, 64)
			_ = in.address(p)
		}
		_ = in.signed(nil)
	})
}

// Whatever stands inside a package, what it says is read, or said not to be.
func FuzzInside(f *testing.F) {
	f.Add("Package: gold-leaf\nVersion: 1\nArchitecture: all\nDepends: a (>= 1) | b, c\n", "#!/bin/sh\nwget http://example.com/\n")
	f.Fuzz(func(t *testing.T, control, script string) {
		i := &inspector{asked: purl.Ref{Type: purl.Deb, Namespace: "debian", Name: "gold-leaf", Version: "1"}}
		for name, text := range map[string]string{"DEBIAN/control": control, "DEBIAN/postinst": script, "DEBIAN/triggers": script} {
			if w := i.Open(name, int64(len(text))); w != nil {
				_, _ = w.Write([]byte(text))
			}
		}
		in := i.Inside(t.Context(), []archive.File{{Path: "DEBIAN/control"}})
		require.Equal(t, in.Read, in.Unread == "")
		if stanza, err := parseStanza(control); err == nil { // written again it is the same
			var again strings.Builder
			for name, value := range stanza {
				again.WriteString(name + ": " + strings.ReplaceAll(value, "\n", "\n ") + "\n")
			}
			if twice, err := parseStanza(again.String()); err == nil { // a value that ends in blank lines cannot be
				require.Len(t, twice, len(stanza))
			}
		}
		require.NotEmpty(t, in.Runs)
		for _, r := range in.Runs {
			require.LessOrEqual(t, len(r.Files), 20)
		}
	})
}

func TestFetching(t *testing.T) {
	for line, want := range map[string]bool{
		"wget -q x": true, "  if ! curl -L \"$URL\"; then": true, "/usr/bin/wget x": true, "x=$(curl -s y)": true, "pip install x": true, "git clone x": true, "npm i x": true, "apt-get -y install x": true,
		"# wget x": false, "echo forget": false, "git config x": false, "pip --version": false, "curl": false, "rm -f /etc/wget.conf": false, "dpkg --configure apt": false,
	} {
		assert.Equal(t, want, fetching(line), line)
	}
	assert.Equal(t, []string{"http://a/b", "https://c"}, addresses("# http://no/\nx 'http://a/b' https://c\n"))
}
