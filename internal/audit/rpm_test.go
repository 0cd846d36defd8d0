//go:build touchstone_testanchors

package audit_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/mint"
	"touchstone/internal/trust"
)

const (
	fedoraBase = "https://dl.fedoraproject.org/pub/fedora/linux/updates/43/Everything/x86_64/"
	fedoraRef  = "pkg:rpm/fedora/gold-leaf@1.2.3-4.fc43?arch=x86_64&distro=fedora-43"
	fedoraFile = fedoraBase + "Packages/g/gold-leaf-1.2.3-4.fc43.x86_64.rpm"
	suseBase   = "https://download.opensuse.org/tumbleweed/repo/oss/"
	suseRef    = "pkg:rpm/opensuse/gold-leaf@1.2.3-4.1?arch=x86_64&distro=opensuse-tumbleweed"
)

// goldKey signs what these tests make; it was made when the others were.
func goldKey(name string) *mint.ArchiveKey {
	return mint.NewArchiveKey(name, at.AddDate(-1, 0, 0))
}

// anchoredTo are anchors that hold these archive keys and no others.
func anchoredTo(t testing.TB, id string, keys ...*mint.ArchiveKey) trust.Anchors {
	t.Helper()
	a, err := trust.WithTestAnchors(trust.TestAnchors{Taken: at, Archives: [][]byte{mint.ArchiveKeys(id, "the keys of "+id, keys...)}})
	require.NoError(t, err)
	return a
}

func goldRPM(key *mint.ArchiveKey) mint.RPM { return mint.NewRPM("gold-leaf", "1.2.3", "4.fc43", key) }

// tryRPM audits under one anchored key.
func tryRPM(t testing.TB, w world, reference, set string, key *mint.ArchiveKey) (*result, error) {
	t.Helper()
	o := options(w)
	o.Anchors = anchoredTo(t, set, key)
	return ask(context.Background(), reference, o)
}

func TestMintedRPM(t *testing.T) {
	key, w := goldKey("fedora"), world{}
	mint.ServeRPMs(w, fedoraBase, nil, goldRPM(key))
	r, err := tryRPM(t, w, fedoraRef, "fedora-43", key)
	require.NoError(t, err)
	require.Equal(t, [2]int{2, 2}, levels(r)["integrity"], r.Report.Text(false))
	text := r.Report.Text(false)
	require.Contains(t, text, "ldconfig")
	require.Contains(t, text, "pkg:rpm/fedora/bash")
	require.Equal(t, "signed", r.Report.Finding("files-covered").Facts["list"])
}

// TestRPMUnread: of a package that did not come nobody knows whether it is signed.
func TestRPMUnread(t *testing.T) {
	key, w := goldKey("fedora"), world{}
	mint.ServeRPMs(w, fedoraBase, nil, goldRPM(key))
	for what, served := range map[string]page{"refused": {Status: 403}, "a web page": ok([]byte("<html>"))} {
		r, err := tryRPM(t, w.But(fedoraFile, served), fedoraRef, "fedora-43", key)
		require.NoError(t, err)
		require.Equal(t, [2]int{0, 2}, levels(r)["integrity"], what)
		hasOutcome(t, r, "signature-served", "unknown", "could not be fetched")
		hasOutcome(t, r, "registry-signature", "unknown", "could not be fetched")
	}
	r, err := tryRPM(t, w.But(fedoraFile, ok([]byte("a text"))), fedoraRef, "fedora-43", key)
	require.NoError(t, err)
	require.True(t, r.Report.Verdict.Failed)
	hasOutcome(t, r, "signature-served", "absent", "no package in which")
}

// TestRPMBent: one link is other than it should be.
func TestRPMBent(t *testing.T) {
	key, other := goldKey("fedora"), goldKey("somebody")
	for name, c := range map[string]struct {
		bend      func(p *mint.RPM)
		serve     func(w world) // after the repository
		failed    bool
		integrity [2]int
		check     string
		says      string
	}{
		"unsigned":                  {bend: func(p *mint.RPM) { p.Key = nil }, integrity: [2]int{1, 1}, check: "signature-served", says: "fail: "},
		"another key":               {bend: func(p *mint.RPM) { p.Key = other }, failed: true, check: "registry-signature", says: "fail: The header inside the package is signed with the key"},
		"another payload":           {bend: func(p *mint.RPM) { p.Payload = mint.Tgz(map[string]string{"x": "y"}) }, failed: true, check: "digest-matches", says: "fail: What follows the signed header is recorded"},
		"another name inside":       {bend: func(p *mint.RPM) { p.Tags = map[uint32]mint.RPMValue{1000: {Type: 6, Texts: []string{"fools-gold"}}} }, integrity: [2]int{1, 1}, check: "name-inside", says: `fail: The header inside the package says name "fools-gold"`},
		"another version inside":    {bend: func(p *mint.RPM) { p.Tags = map[uint32]mint.RPMValue{1001: {Type: 6, Texts: []string{"1.2.2"}}} }, integrity: [2]int{1, 1}, check: "name-inside", says: "fail: The header inside the package says version and release"},
		"another architecture":      {bend: func(p *mint.RPM) { p.Tags = map[uint32]mint.RPMValue{1022: {Type: 6, Texts: []string{"s390x"}}} }, integrity: [2]int{1, 1}, check: "name-inside", says: "fail: The header inside the package says architecture"},
		"a file that is not listed": {bend: func(p *mint.RPM) { p.Tags = map[uint32]mint.RPMValue{1117: {Type: 8, Texts: []string{"a", "b", "c"}}} }, integrity: [2]int{2, 2}, check: "list-inside", says: "fail: "},
		"before rpm 4.14":           {bend: func(p *mint.RPM) { p.Old = true }, integrity: [2]int{2, 2}, check: "registry-signature", says: "pass: "},
		"before rpm 4.14, changed": {bend: func(p *mint.RPM) { p.Old = true }, serve: func(w world) {
			w[fedoraFile] = ok(changedAt(w[fedoraFile].Body, len(w[fedoraFile].Body)-20))
		}, failed: true, check: "registry-signature", says: "fail: "},
		"other bytes of the same name": {serve: func(w world) {
			p := goldRPM(key)
			p.Script = "true\n"
			file, _ := p.Packed()
			w[fedoraFile] = ok(file)
		}, failed: true, check: "digest-matches", says: "fail: The package file is recorded with sha256"},
		"a list that was not announced": {serve: func(w world) {
			for url, p := range w {
				if bytes.HasPrefix(p.Body, []byte{0x1f, 0x8b}) {
					w[url] = ok(append(bytes.Clone(p.Body), mint.Tgz(nil)...))
				}
			}
		}, failed: true, check: "chain-whole", says: "fail: "},
		"no list": {serve: func(w world) {
			for url, p := range w {
				if bytes.HasPrefix(p.Body, []byte{0x1f, 0x8b}) {
					w[url] = page{Status: 500}
				}
			}
		}, integrity: [2]int{0, 2}, check: "digest-matches", says: "unknown: "},
	} {
		t.Run(name, func(t *testing.T) {
			w, p := world{}, goldRPM(key)
			if c.bend != nil {
				c.bend(&p)
			}
			mint.ServeRPMs(w, fedoraBase, nil, p)
			if c.serve != nil {
				c.serve(w)
			}
			r, err := tryRPM(t, w, fedoraRef, "fedora-43", key)
			require.NoError(t, err)
			require.Contains(t, outcome(t, r, c.check), c.says, r.Report.Text(false))
			require.Equal(t, c.failed, r.Report.Verdict.Failed, r.Report.Text(false))
			if !c.failed {
				require.Equal(t, c.integrity, levels(r)["integrity"], r.Report.Text(false))
			}
		})
	}
}

func changedAt(b []byte, at int) []byte {
	b = bytes.Clone(b)
	b[at] ^= 1
	return b
}

// TestRPMHeaderAlone: a file that ends with its header proves record and files, and
// says that the payload was not fetched.
func TestRPMHeaderAlone(t *testing.T) {
	key, w := goldKey("fedora"), world{}
	mint.ServeRPMs(w, fedoraBase, nil, goldRPM(key))
	file, end := goldRPM(key).Packed()
	o := options(w)
	o.Anchors, o.File = anchoredTo(t, "fedora-43", key), file[:end]
	r, err := ask(context.Background(), fedoraRef, o)
	require.NoError(t, err)
	require.False(t, r.Report.Verdict.Failed, r.Report.Text(false))
	require.Equal(t, 0, levels(r)["integrity"][0])
	has(t, r, "registry-signature", "pass", "")
	has(t, r, "name-inside", "pass", "")
	has(t, r, "files-covered", "pass", "the payload was not fetched")
	has(t, r, "digest-matches", "unknown", "its payload was not fetched")
	has(t, r, "archive-sound", "unknown", "its payload was not fetched")
	o.File = file[:end-1]
	r, err = ask(context.Background(), fedoraRef, o)
	require.NoError(t, err)
	require.True(t, r.Report.Verdict.Failed)
}

// TestRPMHeaderFetched fetches the header alone: where no package is asked for, and
// where it is larger than is fetched.
func TestRPMHeaderFetched(t *testing.T) {
	key, w := goldKey("fedora"), world{}
	mint.ServeRPMs(w, fedoraBase, nil, goldRPM(key))
	file, end := goldRPM(key).Packed()
	list := ""
	for url := range w {
		if strings.Contains(url, "primary") {
			list = url
		}
	}
	// ranged is the repository whose list says that the header ends elsewhere.
	ranged := func(at int) world {
		changed, g := world{}, bytes.NewReader(w[list].Body)
		z, err := gzip.NewReader(g)
		require.NoError(t, err)
		text, err := io.ReadAll(z)
		require.NoError(t, err)
		mint.ServeRPMIndex(changed, fedoraBase, nil, bytes.Replace(text, fmt.Appendf(nil, "end=\"%d\"", end), fmt.Appendf(nil, "end=\"%d\"", at), 1))
		changed[fedoraFile] = w[fedoraFile]
		return changed
	}
	other := goldRPM(goldKey("somebody"))
	for name, c := range map[string]struct {
		w         world
		most      int64
		failed    bool
		signature string
		check     string
		says      string
	}{
		"the header alone":              {w, -1, false, "pass: ", "files-covered", "pass: The signed header lists every file with its digest. With it any single file can be checked; the payload was not fetched."},
		"a package that is too large":   {w, int64(end) + 1, false, "pass: ", "files-covered", "pass: "},
		"a header that is too large":    {w, int64(end), false, "unknown: ", "digest-matches", "unknown: "},
		"a range that ends too early":   {ranged(end - 1), -1, false, "unknown: ", "digest-matches", "unknown: "},
		"a range that ends too late":    {ranged(end + 40), -1, false, "pass: ", "files-covered", "pass: "},
		"a range beyond the end":        {ranged(len(file) * 2), -1, false, "pass: ", "files-covered", "pass: "},
		"a range of nothing":            {ranged(0), -1, false, "unknown: ", "digest-matches", "unknown: "},
		"no package there":              {w.But(fedoraFile, page{Status: 404}), -1, false, "absent: ", "digest-matches", "absent: "},
		"no answer":                     {w.But(fedoraFile, page{Status: 500}), -1, false, "unknown: ", "digest-matches", "unknown: "},
		"a changed header":              {w.But(fedoraFile, ok(changedAt(file, end-30))), -1, true, "fail: ", "registry-signature", "fail: "},
		"a header signed by a stranger": {func() world { f, _ := other.Packed(); return w.But(fedoraFile, ok(f)) }(), -1, true, "fail: ", "registry-signature", "fail: "},
	} {
		t.Run(name, func(t *testing.T) {
			o := options(c.w)
			o.Anchors, o.Most = anchoredTo(t, "fedora-43", key), c.most
			r, err := ask(context.Background(), fedoraRef, o)
			require.NoError(t, err)
			text := r.Report.Text(false)
			require.Equal(t, c.failed, r.Report.Verdict.Failed, text)
			require.Contains(t, outcome(t, r, "registry-signature"), c.signature, text)
			require.Contains(t, outcome(t, r, c.check), c.says, text)
			require.Equal(t, 0, levels(r)["integrity"][0], text)
			if c.signature == "pass: " {
				has(t, r, "digest-matches", "unknown", "its payload was not fetched")
				has(t, r, "name-inside", "pass", "")
				require.Contains(t, text, "ldconfig")
			}
		})
	}
	// What was fetched so answers the same, from a record of it.
	recorded := options(w)
	recorded.Anchors, recorded.Most = anchoredTo(t, "fedora-43", key), -1
	live, err := ask(context.Background(), fedoraRef, recorded)
	require.NoError(t, err)
	recorded.Transport, recorded.Most, recorded.Replay = nil, 0, live.Record
	again, err := ask(context.Background(), fedoraRef, recorded)
	require.NoError(t, err)
	for _, check := range []string{"registry-signature", "files-covered", "digest-matches", "name-inside"} {
		require.Equal(t, outcome(t, live, check), outcome(t, again, check))
	}
	require.NotEmpty(t, membersOf(t, zipped(t, live, true)))
	// The pin of a package is compared with the record alone.
	o := options(w)
	o.Anchors, o.Most = anchoredTo(t, "fedora-43", key), -1
	sum := sha256.Sum256(file)
	r, err := ask(context.Background(), fedoraRef+"&checksum=sha256:"+hex.EncodeToString(sum[:]), o)
	require.NoError(t, err)
	require.Contains(t, outcome(t, r, "registry-signature"), "unknown: ", r.Report.Text(false))
}

// TestSignedRPMIndex: a repository that signs its index.
func TestSignedRPMIndex(t *testing.T) {
	key, other := goldKey("suse"), goldKey("somebody")
	gold := func(key *mint.ArchiveKey) mint.RPM { return mint.NewRPM("gold-leaf", "1.2.3", "4.1", key) }
	w := world{}
	mint.ServeRPMs(w, suseBase, key, gold(key))
	r, err := tryRPM(t, w, suseRef, "opensuse", key)
	require.NoError(t, err)
	require.Equal(t, [2]int{2, 2}, levels(r)["integrity"], r.Report.Text(false))
	// A package without a signature is covered by the chain, and that is told.
	w = world{}
	mint.ServeRPMs(w, suseBase, key, gold(nil))
	r, err = tryRPM(t, w, suseRef, "opensuse", key)
	require.NoError(t, err)
	require.Equal(t, [2]int{2, 2}, levels(r)["integrity"], r.Report.Text(false))
	has(t, r, "registry-signature", "pass", "")
	// Somebody else's signature over the index is wrong whatever the package says.
	for name, asc := range map[string][]byte{
		"another key":   other.Armored(w[suseBase+"repodata/repomd.xml"].Body),
		"another index": key.Armored([]byte("another")),
	} {
		w = world{}
		mint.ServeRPMs(w, suseBase, key, gold(key))
		r, err = tryRPM(t, w.But(suseBase+"repodata/repomd.xml.asc", ok(asc)), suseRef, "opensuse", key)
		require.NoError(t, err, name)
		require.True(t, r.Report.Verdict.Failed, name)
		has(t, r, "registry-signature", "fail", "")
	}
	// Without its signature the index is unsigned; the package's own counts.
	r, err = tryRPM(t, w.But(suseBase+"repodata/repomd.xml.asc", page{Status: 404}), suseRef, "opensuse", key)
	require.NoError(t, err)
	require.Equal(t, [2]int{2, 2}, levels(r)["integrity"], r.Report.Text(false))
	require.Contains(t, r.Report.Text(false), "The index is not signed")
	hasOutcome(t, r, "signature-served", "fail", "index (repomd.xml), which leads to this one, carries no signature")
	require.NotEmpty(t, r.Report.Verdict.Alarms, "so an older index is put in its place")
	// That it did not come says not that there is none.
	r, err = tryRPM(t, w.But(suseBase+"repodata/repomd.xml.asc", page{Status: 403}), suseRef, "opensuse", key)
	require.NoError(t, err)
	require.NotContains(t, r.Report.Text(false), "The index is not signed")
	require.Contains(t, r.Report.Text(false), "Whether the index is signed is not known")
	require.Empty(t, r.Report.Verdict.Alarms)
}

// TestRPMTwice: two packages of one name, version and architecture.
func TestRPMTwice(t *testing.T) {
	key, w := goldKey("fedora"), world{}
	second := goldRPM(key)
	second.Script = "true\n"
	mint.ServeRPMs(w, fedoraBase, nil, goldRPM(key), second)
	r, err := tryRPM(t, w, fedoraRef, "fedora-43", key)
	require.NoError(t, err)
	require.True(t, r.Report.Verdict.Failed)
	require.Contains(t, r.Report.Text(false), "two packages of this name, version and architecture with different digests")
}

// TestRPMPassedOver: where no version was asked for, an index that could not be read
// and comes before the one that has the package is told.
func TestRPMPassedOver(t *testing.T) {
	const released = "https://dl.fedoraproject.org/pub/fedora/linux/releases/43/Everything/x86_64/os/"
	key, updates := goldKey("fedora"), world{}
	mint.ServeRPMs(updates, fedoraBase, nil, mint.NewRPM("gold-leaf", "1.2.4", "1.fc43", key))
	const says = "The index below /pub/fedora/linux/updates/43/Everything/x86_64/ could not be read: a newer version may stand there."
	for name, c := range map[string]struct {
		page    page
		version string
		told    bool
	}{
		"read":          {updates[fedoraBase+"repodata/repomd.xml"], "1.2.4-1.fc43", false},
		"not there":     {page{Status: 404}, "1.2.3-4.fc43", false},
		"does not come": {page{Status: 500}, "1.2.3-4.fc43", true},
		"no index":      {ok([]byte("<repomd>")), "1.2.3-4.fc43", true},
	} {
		w := updates.But(fedoraBase+"repodata/repomd.xml", c.page)
		mint.ServeRPMs(w, released, nil, goldRPM(key))
		for reference, told := range map[string]bool{"pkg:rpm/fedora/gold-leaf?arch=x86_64&distro=fedora-43": c.told, fedoraRef: false} {
			r, err := tryRPM(t, w, reference, "fedora-43", key)
			if reference == fedoraRef && name == "read" {
				continue // that version stands in the other index
			}
			require.NoError(t, err, name)
			text := r.Report.Text(false)
			require.Equal(t, told, strings.Contains(text, says), "%s: %s", name, text)
			if reference != fedoraRef {
				require.Contains(t, r.Report.Reference, "@"+c.version+"?", name)
			}
		}
	}
}

// TestRPMMutants damages every link.
func TestRPMMutants(t *testing.T) {
	t.Parallel()
	key, w := goldKey("suse"), world{}
	mint.ServeRPMs(w, suseBase, key, mint.NewRPM("gold-leaf", "1.2.3", "4.1", key))
	a := anchoredTo(t, "opensuse", key)
	var targets []target
	for url := range w {
		targets = append(targets, target{url: url, mutants: 250})
	}
	mutate(t, w, targets, func(w world) (*result, error) {
		o := options(w)
		o.Anchors = a
		return ask(context.Background(), suseRef, o)
	})
}
