//go:build touchstone_testanchors

package audit_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"touchstone/internal/audit"
	"touchstone/internal/fetch"
	"touchstone/internal/mint"
	"touchstone/internal/trust"
)

// A ringed archive has a package in one suite and its keyring in another. What the
// program carries of its keys is 31 days old.
type ringed struct {
	t         testing.TB
	old, next *mint.ArchiveKey
	ring      mint.Deb // as it is known here
	anchors   trust.Anchors
	when      time.Time
}

const (
	ringName   = "Gold Archive Key"
	ringFile   = "usr/share/keyrings/gold.gpg"
	ringSuite  = "keys"
	ringIndex  = debBase + "/dists/" + ringSuite + "/"
	ringOldest = 31 // days before the audit
)

// keyringOf is the keyring's package of a version.
func keyringOf(version string, keys ...*mint.ArchiveKey) mint.Deb {
	var ring bytes.Buffer
	for _, k := range keys {
		ring.Write(k.Certificate(ringName))
	}
	return mint.Deb{Name: "gold-keyring", Version: version, Arch: "amd64", Depends: "none", Files: map[string]string{ringFile: ring.String()}}
}

func ringedArchive(t testing.TB) *ringed {
	r := &ringed{t: t, when: at, old: mint.NewArchiveKey("old", debMade), next: mint.NewArchiveKey("next", debMade)}
	r.ring = keyringOf("2", r.old)
	sum := sha256.Sum256(r.ring.Packed())
	var doc map[string]any
	require.NoError(t, json.Unmarshal(mint.ArchiveKeys("debian-archive", "the archive's keys", r.old), &doc))
	doc["keyring"] = "gold-keyring"
	doc["through"] = map[string]any{"package": "gold-keyring", "version": "2", "sha256": map[string]string{"gold-keyring": hex.EncodeToString(sum[:])},
		"by": "debian-archive", "base": debBase, "files": []string{"usr/share/keyrings/none.gpg", ringFile},
		"ways": [][]map[string]any{{{"suite": ringSuite, "list": "main/binary-amd64/Packages", "entry": "gold-keyring"}}}}
	set := doc["sets"].([]any)[0].(map[string]any)
	set["names"] = ringName
	set["keys"].([]any)[0].(map[string]any)["name"] = ringName
	raw, err := json.Marshal(doc)
	require.NoError(t, err)
	r.anchors, err = trust.WithTestAnchors(trust.TestAnchors{Taken: at.AddDate(0, 0, -ringOldest), Archives: [][]byte{raw}})
	require.NoError(t, err)
	return r
}

// A ringList is how the list with the keyring is served.
type ringList struct {
	ring  mint.Deb
	by    *mint.ArchiveKey
	made  time.Time
	until time.Time
}

// world serves a package whose index a key signed, and the list.
func (r *ringed) world(by *mint.ArchiveKey, l ringList) (w world, list string) {
	w = world{}
	mint.DebSuite{Base: debBase, Name: "trixie", ByHash: true}.Serve(mint.World(w), by, at.Add(-time.Hour), mint.NewDeb("gold-leaf", "1.2.3-4"))
	_, list = mint.DebSuite{Base: debBase, Name: ringSuite, ByHash: true, ValidUntil: l.until}.Serve(mint.World(w), l.by, l.made, mint.NewDeb("other", "1"), l.ring)
	return w, list
}

func (r *ringed) ask(w world, relayed bool, memory []byte) (*result, *counting) {
	r.t.Helper()
	o := options(w)
	o.Anchors, o.Memory = r.anchors, memory
	c := counted(w)
	if relayed {
		c, o.Relay = counted(relayedWorld{w}), relay
	}
	o.Transport = c
	a, err := audit.New(o.Options)
	require.NoError(r.t, err)
	got, err := a.Audit(r.t.Context(), audit.Question{Pasted: debRef, Time: r.when, Record: new(fetch.Record)})
	require.NoError(r.t, err)
	require.NoError(r.t, untrue(got))
	return &result{Report: got, Memory: a.Memory()}, c
}

// TestArchiveKeysAreRefreshed: what the archive's signed lists say of the keyring, and
// what the keys are worth then.
func TestArchiveKeysAreRefreshed(t *testing.T) {
	a := ringedArchive(t)
	stranger := mint.NewArchiveKey("stranger", debMade)
	hour, day := time.Hour, 24*time.Hour
	fresh := ringList{ring: a.ring, by: a.old, made: at.Add(-hour), until: at.Add(7 * day)}
	as := func(change func(l *ringList)) ringList {
		l := fresh
		change(&l)
		return l
	}
	more, less := keyringOf("3", a.old, a.next), keyringOf("3", a.next)
	stale := "no newer signed list of it could be had"
	// What the archive's own host must not serve, and what a relay can make of anything.
	changed := func(w world, _ string) {
		w[ringIndex+"InRelease"] = mint.Page{Body: bytes.Replace(w[ringIndex+"InRelease"].Body, []byte("Origin: Test"), []byte("Origin: Best"), 1)}
	}
	wrongly := func(w world, _ string) {
		const begin = "-----BEGIN PGP SIGNATURE-----\n\n"
		text, _, _ := strings.Cut(string(w[ringIndex+"InRelease"].Body), begin)
		packets := func(index []byte) []byte {
			_, armoured, _ := strings.Cut(string(index), begin)
			line, _, _ := strings.Cut(armoured, "\n")
			b, err := base64.StdEncoding.DecodeString(line)
			require.NoError(t, err)
			return b
		}
		both := slices.Concat(packets(w[ringIndex+"InRelease"].Body), packets(a.old.Clearsign("Origin: Best\n", at)))
		w[ringIndex+"InRelease"] = mint.Page{Body: []byte(text + begin + base64.StdEncoding.EncodeToString(both) + "\n-----END PGP SIGNATURE-----\n")}
	}
	another := func(w world, list string) {
		w[list] = mint.Page{Body: mint.DebSuite{}.Packages(keyringOf("9", a.next))}
	}
	repacked := func(w world, _ string) {
		w[debBase+"/"+more.Pool()] = mint.Page{Body: keyringOf("3", a.next, stranger).Packed()}
	}
	for name, c := range map[string]struct {
		list    ringList
		by      *mint.ArchiveKey // of the package's index
		bend    func(w world, list string)
		relayed bool
		level   [2]int
		failed  bool
		outcome string
		says    string
		asks    int // requests for index and list of the keyring, and for its package
	}{
		"the same package": {list: fresh, level: [2]int{2, 2}, outcome: "pass", says: "as of 2026-11-22, by gold-keyring 2 in a list of 2026-11-22, which the key " + a.old.Fingerprint + " signed", asks: 2},
		"an older list, directly and without an end": {list: as(func(l *ringList) { l.made, l.until = at.Add(-40*day), time.Time{} }),
			level: [2]int{2, 2}, outcome: "pass", says: "as of 2026-11-22, by gold-keyring 2 in a list of 2026-10-13", asks: 2},
		"the same by relay": {list: as(func(l *ringList) { l.made = at.Add(-5 * day) }), relayed: true,
			level: [2]int{2, 2}, outcome: "pass", says: "as of 2026-11-17, by gold-keyring 2", asks: 2},
		"an older list by relay": {list: as(func(l *ringList) { l.made, l.until = at.Add(-40*day), time.Time{} }), relayed: true,
			level: [2]int{0, 2}, outcome: "unknown", says: stale, asks: 1},
		"a list by relay that is not quite as old": {list: as(func(l *ringList) { l.made, l.until = at.Add(-30*day-hour), time.Time{} }), relayed: true,
			level: [2]int{0, 2}, outcome: "unknown", says: "as of 2026-10-23", asks: 2},
		"a list that has run out": {list: as(func(l *ringList) { l.made, l.until = at.Add(-20*day), at.Add(-13*day) }),
			level: [2]int{2, 2}, outcome: "pass", says: "as of 2026-11-02", asks: 2},
		"a list that ran out long ago": {list: as(func(l *ringList) { l.made, l.until = at.Add(-35*day), at.Add(-28*day) }),
			level: [2]int{1, 2}, outcome: "unknown", says: stale, asks: 1},
		"a list of days to come": {list: as(func(l *ringList) { l.made = at.Add(2 * day) }), level: [2]int{1, 2}, outcome: "unknown", says: stale, asks: 1},
		"no list": {list: fresh, bend: func(w world, list string) { delete(w, list) },
			level: [2]int{1, 2}, outcome: "unknown", says: stale, asks: 2},
		"no index": {list: fresh, bend: func(w world, _ string) { delete(w, ringIndex+"InRelease") },
			level: [2]int{1, 2}, outcome: "unknown", says: stale, asks: 1},
		"no network there": {list: fresh, bend: func(w world, _ string) { w[ringIndex+"InRelease"] = mint.Page{Err: errors.New("no route")} },
			level: [2]int{1, 2}, outcome: "unknown", says: stale, asks: 1},
		"a stranger's index":                     {list: as(func(l *ringList) { l.by = stranger }), level: [2]int{1, 2}, outcome: "unknown", says: stale, asks: 1},
		"an index that was changed":              {list: fresh, bend: changed, level: [2]int{0, 0}, failed: true, outcome: "fail", says: "does not verify", asks: 1},
		"an index with a wrong signature more":   {list: fresh, bend: wrongly, level: [2]int{0, 0}, failed: true, outcome: "fail", says: "does not verify", asks: 1},
		"another list":                           {list: fresh, bend: another, level: [2]int{0, 0}, failed: true, outcome: "fail", says: "another digest", asks: 2},
		"a changed index by relay":               {list: fresh, bend: changed, relayed: true, level: [2]int{0, 2}, outcome: "unknown", says: stale, asks: 1},
		"a wrong signature more by relay":        {list: fresh, bend: wrongly, relayed: true, level: [2]int{0, 2}, outcome: "unknown", says: stale, asks: 1},
		"another list by relay":                  {list: fresh, bend: another, relayed: true, level: [2]int{0, 2}, outcome: "unknown", says: stale, asks: 2},
		"a package of another digest by relay":   {list: as(func(l *ringList) { l.ring = more }), bend: repacked, relayed: true, level: [2]int{0, 2}, outcome: "unknown", says: stale, asks: 3},
		"another file of that version, by relay": {list: as(func(l *ringList) { l.ring = keyringOf("2", a.old, a.next) }), relayed: true, level: [2]int{0, 0}, failed: true, outcome: "fail", says: "another file as gold-keyring 2", asks: 2},
		"a key more": {list: as(func(l *ringList) { l.ring = more }), by: a.next,
			level: [2]int{2, 2}, outcome: "pass", says: "by gold-keyring 3 in a list", asks: 3},
		"a key less, which signs the package's index": {list: as(func(l *ringList) { l.ring = less }), by: a.old,
			level: [2]int{1, 2}, outcome: "unknown", says: "gold-keyring 3 no longer holds it", asks: 3},
		"a key less, and the other signs": {list: as(func(l *ringList) { l.ring = less }), by: a.next,
			level: [2]int{2, 2}, outcome: "pass", says: "by gold-keyring 3", asks: 3},
		"an older package": {list: as(func(l *ringList) { l.ring = keyringOf("1", a.old, stranger) }),
			level: [2]int{1, 2}, outcome: "unknown", says: stale, asks: 2},
		"an older package with the key that signs": {list: as(func(l *ringList) { l.ring = keyringOf("1", a.old, a.next) }), by: a.next,
			level: [2]int{1, 2}, outcome: "unknown", says: "which this version does not know", asks: 2},
		"another file under the same version": {list: as(func(l *ringList) { l.ring = keyringOf("2", a.old, a.next) }),
			level: [2]int{0, 0}, failed: true, outcome: "fail", says: "another file as gold-keyring 2", asks: 2},
		"a package of another digest": {list: as(func(l *ringList) { l.ring = more }), by: a.next, bend: repacked, level: [2]int{0, 0}, failed: true, outcome: "fail", says: "another digest", asks: 3},
		"a package that does not come": {list: as(func(l *ringList) { l.ring = more }), bend: func(w world, _ string) { delete(w, debBase+"/"+more.Pool()) },
			level: [2]int{1, 2}, outcome: "unknown", says: stale, asks: 3},
		"a package without the keyring": {list: as(func(l *ringList) { l.ring = mint.Deb{Name: "gold-keyring", Version: "3", Arch: "amd64"} }),
			level: [2]int{1, 2}, outcome: "unknown", says: stale, asks: 3},
		"a list without the package": {list: as(func(l *ringList) { l.ring = mint.NewDeb("iron", "1") }),
			level: [2]int{1, 2}, outcome: "unknown", says: stale, asks: 2},
	} {
		t.Run(name, func(t *testing.T) {
			a := *a
			a.t = t
			if c.by == nil {
				c.by = a.old
			}
			w, list := a.world(c.by, c.list)
			if c.bend != nil {
				c.bend(w, list)
			}
			r, asked := a.ask(w, c.relayed, nil)
			require.Equal(t, c.level, levels(r)["integrity"], r.Report.Text(false))
			require.Equal(t, c.failed, r.Report.Verdict.Failed)
			hasOutcome(t, r, "registry-signature", c.outcome, c.says)
			if c.relayed && c.outcome == "pass" {
				hasOutcome(t, r, "source-stated", "absent", "names no source repository") // its signature covers the list, however it came
			}
			prefix := ""
			if c.relayed {
				prefix = relay
			}
			require.Equal(t, c.asks, asked.of(through(prefix, ringIndex))+asked.of(through(prefix, debBase+"/pool/main/g/gold-keyring")), asked.asked)
		})
	}
}

// through is an address as it is asked for by a relay.
func through(relay, address string) string {
	if relay == "" {
		return address
	}
	return relay + "/" + strings.TrimPrefix(address, "https://")
}

// TestKeptArchiveKeys: what a refresh left serves the next visit without a request; a
// version seen never goes back, and a key that was withdrawn vouches for nothing.
func TestKeptArchiveKeys(t *testing.T) {
	a := ringedArchive(t)
	both, without := keyringOf("3", a.old, a.next), keyringOf("4", a.next)
	list := func(ring mint.Deb, by *mint.ArchiveKey, made time.Time) ringList {
		return ringList{ring, by, made, made.AddDate(0, 0, 7)}
	}
	w, _ := a.world(a.next, list(both, a.old, at.Add(-2*time.Hour)))
	first, _ := a.ask(w, false, nil)
	require.Equal(t, [2]int{2, 2}, levels(first)["integrity"], first.Report.Text(false))

	again, asked := a.ask(w, false, first.Memory)
	require.Equal(t, [2]int{2, 2}, levels(again)["integrity"])
	require.Zero(t, asked.of(ringIndex))
	hasOutcome(t, again, "registry-signature", "pass", "as of 2026-11-22, by gold-keyring 3")
	changed := bytes.Replace(first.Memory, []byte(`"version":"3"`), []byte(`"version":"5"`), 1)
	require.NotEqual(t, first.Memory, changed)
	damaged, asked := a.ask(w, false, changed)
	require.Equal(t, [2]int{2, 2}, levels(damaged)["integrity"])
	require.Equal(t, 2, asked.of(ringIndex), "what is damaged is asked for again")

	a.when = at.AddDate(0, 0, 8) // The old key is withdrawn, by a list that the next one signed.
	w, _ = a.world(a.old, list(without, a.next, a.when.Add(-time.Hour)))
	second, asked := a.ask(w, false, first.Memory)
	require.Equal(t, [2]int{1, 2}, levels(second)["integrity"])
	require.Equal(t, 2, asked.of(ringIndex))
	hasOutcome(t, second, "registry-signature", "unknown", "gold-keyring 4 no longer holds it")

	a.when = at.AddDate(0, 0, 16)
	for name, l := range map[string]ringList{
		"an older package":                        list(both, a.next, a.when.Add(-time.Hour)),
		"the withdrawn key brings itself back":    list(keyringOf("5", a.old, a.next), a.old, a.when.Add(-time.Hour)),
		"the withdrawn key says that it is there": list(without, a.old, a.when.Add(-time.Hour)),
	} {
		w, _ := a.world(a.old, l)
		third, asked := a.ask(w, false, second.Memory)
		require.Equal(t, [2]int{1, 2}, levels(third)["integrity"], name)
		require.Contains(t, outcome(t, third, "registry-signature"), "as of 2026-11-30", name)
		require.NotZero(t, asked.of(ringIndex), name)
		w, _ = a.world(a.next, l)
		third, _ = a.ask(w, false, second.Memory)
		require.Equal(t, [2]int{2, 2}, levels(third)["integrity"], name)
	}
	// Whoever lost the memory begins with the program's keys, and is told whose word it is.
	w, _ = a.world(a.old, list(without, a.old, a.when.Add(-time.Hour)))
	lost, _ := a.ask(w, false, nil)
	hasOutcome(t, lost, "registry-signature", "unknown", "gold-keyring 4 no longer holds it")

	// The versions seen stay, whatever became of the steps.
	m := a.memoryOf(second.Memory)
	kept := m.Keyring("gold-keyring")
	kept.Steps = nil
	m, err := m.WithKeyring("gold-keyring", kept)
	require.NoError(t, err)
	raw, err := m.Store()
	require.NoError(t, err)
	w, _ = a.world(a.next, list(both, a.old, a.when.Add(-time.Hour)))
	r, _ := a.ask(w, false, raw)
	require.Equal(t, [2]int{1, 2}, levels(r)["integrity"], "an older version than one seen is not followed")
}

// memoryOf reads what an auditor kept.
func (r *ringed) memoryOf(kept []byte) trust.Memory {
	_, m, err := trust.Recall(r.anchors, kept)
	require.NoError(r.t, err)
	return m
}

// TestRefreshedKeysInEvidence: saved, an audit whose keys were refreshed is judged by the
// program's own keys, as of their date; a key that only the refresh brought is not known
// then.
func TestRefreshedKeysInEvidence(t *testing.T) {
	a := ringedArchive(t)
	for by, level := range map[*mint.ArchiveKey]int{a.old: 2, a.next: 1} {
		w, _ := a.world(by, ringList{keyringOf("3", a.old, a.next), a.old, at.Add(-time.Hour), at.AddDate(0, 0, 7)})
		o := options(w)
		o.Anchors = a.anchors
		live, err := ask(t.Context(), debRef, o)
		require.NoError(t, err)
		require.Equal(t, [2]int{2, 2}, levels(live)["integrity"], live.Report.Text(false))
		o.Transport, o.Replay = nil, live.Record
		again, err := ask(t.Context(), debRef, o)
		require.NoError(t, err)
		require.False(t, again.Report.Verdict.Failed)
		if level == 2 {
			hasOutcome(t, again, "registry-signature", "pass", "later revocations unseen")
		} else {
			hasOutcome(t, again, "registry-signature", "unknown", "does not know")
		}
	}
}
