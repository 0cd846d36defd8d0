//go:build touchstone_testanchors

package audit_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/corpus"
	"touchstone/internal/mint"
	"touchstone/internal/trust"
)

const (
	freebsdBase = "https://pkg.freebsd.org/FreeBSD:14:amd64/quarterly/"
	freebsdRef  = "pkg:freebsd/gold-leaf@1.2.3_1?abi=FreeBSD:14:amd64&branch=quarterly"
)

// freebsdAnchors hold these fingerprints and no others.
func freebsdAnchors(t testing.TB, fingerprints []byte) trust.Anchors {
	t.Helper()
	a, err := trust.WithTestAnchors(trust.TestAnchors{Taken: at, Archives: [][]byte{fingerprints}})
	require.NoError(t, err)
	return a
}

func tryFreeBSD(t testing.TB, w world, reference string, a trust.Anchors) *result {
	t.Helper()
	o := options(w)
	o.Anchors = a
	r, err := ask(context.Background(), reference, o)
	require.NoError(t, err)
	return r
}

// TestFreeBSD: whole, and with one link other than it should be.
func TestFreeBSD(t *testing.T) {
	key, other := mint.FreeBSDKeys()
	curve := mint.NewFreeBSDCurveKey()
	anchors := freebsdAnchors(t, mint.FreeBSDKeySet(at.AddDate(-1, 0, 0), key, curve))
	gold := mint.NewFreeBSDPackage("gold-leaf", "1.2.3_1")
	document := func(text string) string {
		return `{"packages":[{"name":"gold-leaf","version":"1.2.3_1","repopath":"All/gold-leaf-1.2.3_1.pkg","sum":"` + text + `"}]}`
	}
	sum := sha256.Sum256(gold.Packed())
	right := document(hex.EncodeToString(sum[:]))
	signed := func(members ...mint.TarMember) page { return ok(mint.PackedTar(members...)) }
	for name, c := range map[string]struct {
		bend      func(w world)
		failed    bool
		integrity [2]int
		check     string
		says      string
	}{
		"as it should be": {integrity: [2]int{2, 2}, check: "registry-signature", says: "pass: "},
		"unsigned":        {bend: func(w world) { mint.ServeFreeBSD(w, freebsdBase, nil, gold) }, integrity: [2]int{1, 1}, check: "signature-served", says: "fail: "},
		"another key":     {bend: func(w world) { mint.ServeFreeBSD(w, freebsdBase, other, gold) }, failed: true, check: "registry-signature", says: "fail: The record is signed with the key"},
		"another package": {bend: func(w world) {
			g := mint.NewFreeBSDPackage("gold-leaf", "1.2.3_1")
			g.Files["/usr/local/x"] = "x"
			w[freebsdBase+gold.At()] = ok(g.Packed())
		}, failed: true, check: "digest-matches", says: "fail: "},
		"another name inside": {bend: func(w world) {
			g := gold
			g.Manifest = map[string]any{"name": "fools-gold"}
			mint.ServeFreeBSD(w, freebsdBase, key, g)
		}, integrity: [2]int{1, 1}, check: "name-inside", says: `fail: +MANIFEST inside the package says name "fools-gold"`},
		"another list inside": {bend: func(w world) {
			g := gold
			g.Manifest = map[string]any{"files": map[string]any{"/usr/local/bin/gold-leaf": "1$" + strings.Repeat("00", 32)}}
			mint.ServeFreeBSD(w, freebsdBase, key, g)
		}, integrity: [2]int{2, 2}, check: "list-inside", says: "fail: "},
		"another document under the signature": {bend: func(w world) {
			w[freebsdBase+"data.pkg"] = signed(mint.TarMember{Name: "data.sig", Body: string(key.Sign([]byte(right)))}, mint.TarMember{Name: "data.pub", Body: string(key.Public)}, mint.TarMember{Name: "data", Body: document(strings.Repeat("00", 32))})
		}, failed: true, check: "registry-signature", says: "fail: "},
		"a path out of the catalogue": {bend: func(w world) {
			w[freebsdBase+"data.pkg"] = signed(mint.TarMember{Name: "../../etc/passwd", Body: "x"}, mint.TarMember{Name: "data", Body: right})
		}, failed: true, check: "registry-signature", says: "fail: "},
		"two members of the name": {bend: func(w world) {
			members := []mint.TarMember{{Name: "data.sig", Body: string(key.Sign([]byte(right)))}, {Name: "data.pub", Body: string(key.Public)}, {Name: "data", Body: document(strings.Repeat("00", 32))}, {Name: "data", Body: right}}
			w[freebsdBase+"data.pkg"] = signed(members...)
		}, failed: true, check: "registry-signature", says: "fail: "},
		"two members, one called by another path": {bend: func(w world) {
			w[freebsdBase+"data.pkg"] = signed(mint.TarMember{Name: "data.sig", Body: string(key.Sign([]byte(right)))}, mint.TarMember{Name: "data.pub", Body: string(key.Public)}, mint.TarMember{Name: "data", Body: right}, mint.TarMember{Name: "./data", Body: document(strings.Repeat("00", 32))})
		}, integrity: [2]int{0, 0}, check: "digest-published", says: "cannot be used"},
		"two signatures of one name": {bend: func(w world) {
			w[freebsdBase+"data.pkg"] = signed(mint.TarMember{Name: "data.sig", Body: "x"}, mint.TarMember{Name: "data.sig", Body: string(key.Sign([]byte(right)))}, mint.TarMember{Name: "data.pub", Body: string(key.Public)}, mint.TarMember{Name: "data", Body: right})
		}, failed: true, check: "registry-signature", says: "fail: "},
		"the signature over another member": {bend: func(w world) {
			w[freebsdBase+"data.pkg"] = signed(mint.TarMember{Name: "packagesite.yaml.sig", Body: string(key.Sign([]byte(right)))}, mint.TarMember{Name: "packagesite.yaml.pub", Body: string(key.Public)}, mint.TarMember{Name: "packagesite.yaml", Body: right}, mint.TarMember{Name: "data", Body: document(strings.Repeat("00", 32))})
		}, failed: true, check: "digest-matches", says: "fail: "},
		"two packages of one name": {bend: func(w world) {
			twice := strings.Replace(right, "]}", ","+strings.TrimPrefix(strings.TrimSuffix(document(strings.Repeat("00", 32)), "]}"), `{"packages":[`)+"]}", 1)
			w[freebsdBase+"data.pkg"] = signed(mint.TarMember{Name: "data.sig", Body: string(key.Sign([]byte(twice)))}, mint.TarMember{Name: "data.pub", Body: string(key.Public)}, mint.TarMember{Name: "data", Body: twice})
		}, failed: true, check: "digest-matches", says: "fail: "},
		"no key beside the signature": {bend: func(w world) {
			w[freebsdBase+"data.pkg"] = signed(mint.TarMember{Name: "data.sig", Body: string(key.Sign([]byte(right)))}, mint.TarMember{Name: "data", Body: right})
		}, failed: true, check: "registry-signature", says: "fail: "},
		"by ECDSA": {bend: func(w world) { mint.ServeFreeBSD(w, freebsdBase, curve, gold) }, integrity: [2]int{2, 2}, check: "registry-signature", says: "pass: "},
		"by ECDSA, another document": {bend: func(w world) {
			w[freebsdBase+"data.pkg"] = signed(mint.TarMember{Name: "data.sig", Body: string(curve.Sign([]byte(right)))}, mint.TarMember{Name: "data.pub", Body: curve.Mark + string(curve.Public)}, mint.TarMember{Name: "data", Body: document(strings.Repeat("00", 32))})
		}, failed: true, check: "registry-signature", says: "fail: "},
		"said to be by another kind": {bend: func(w world) {
			w[freebsdBase+"data.pkg"] = signed(mint.TarMember{Name: "data.sig", Body: "$PKGSIGN:eddsa$" + string(key.Sign([]byte(right)))}, mint.TarMember{Name: "data.pub", Body: "$PKGSIGN:eddsa$" + string(key.Public)}, mint.TarMember{Name: "data", Body: right})
		}, integrity: [2]int{1, 1}, check: "registry-signature", says: "not understood: "},
		"by another kind of a stranger": {bend: func(w world) {
			w[freebsdBase+"data.pkg"] = signed(mint.TarMember{Name: "data.sig", Body: "$PKGSIGN:eddsa$" + string(other.Sign([]byte(right)))}, mint.TarMember{Name: "data.pub", Body: "$PKGSIGN:eddsa$" + string(other.Public)}, mint.TarMember{Name: "data", Body: right})
		}, failed: true, check: "registry-signature", says: "fail: "},
		"a description that leads elsewhere": {bend: func(w world) {
			w[freebsdBase+"meta.conf"] = ok([]byte("version = 2; data = \"../../evil\";"))
		}, integrity: [2]int{2, 2}, check: "registry-signature", says: "pass: "},
		"no description": {bend: func(w world) { delete(w, freebsdBase+"meta.conf") }, integrity: [2]int{2, 2}, check: "registry-signature", says: "pass: "},
		"a busy host":    {bend: func(w world) { w[freebsdBase+"data.pkg"] = page{Status: 500} }, integrity: [2]int{0, 2}, check: "digest-published", says: "unknown: "},
		"the older form": {bend: func(w world) {
			delete(w, freebsdBase+"data.pkg")
			line := strings.TrimSuffix(strings.TrimPrefix(right, `{"packages":[`), "]}") + "\n"
			w[freebsdBase+"packagesite.pkg"] = signed(mint.TarMember{Name: "packagesite.yaml.sig", Body: string(key.Sign([]byte(line)))}, mint.TarMember{Name: "packagesite.yaml.pub", Body: string(key.Public)}, mint.TarMember{Name: "packagesite.yaml", Body: line})
		}, integrity: [2]int{2, 2}, check: "registry-signature", says: "pass: "},
	} {
		t.Run(name, func(t *testing.T) {
			w := world{}
			mint.ServeFreeBSD(w, freebsdBase, key, gold)
			if c.bend != nil {
				c.bend(w)
			}
			r := tryFreeBSD(t, w, freebsdRef, anchors)
			require.Contains(t, outcome(t, r, c.check), c.says, r.Report.Text(false))
			require.Equal(t, c.failed, r.Report.Verdict.Failed, r.Report.Text(false))
			if name == "by ECDSA" {
				requireCommands(t, r, nil, "openssl")
			}
			if c.check == "registry-signature" && c.integrity == [2]int{2, 2} {
				require.Contains(t, r.Report.Text(false), "ldconfig", "the script that runs after installing")
				require.Equal(t, "+MANIFEST", r.Report.Finding("files-covered").Facts["list inside"])
			}
			if !c.failed {
				require.Equal(t, c.integrity, levels(r)["integrity"], r.Report.Text(false))
			}
		})
	}
}

// TestFreeBSDMutants damages every link.
func TestFreeBSDMutants(t *testing.T) {
	t.Parallel()
	key, _ := mint.FreeBSDKeys()
	anchors := freebsdAnchors(t, mint.FreeBSDKeySet(at.AddDate(-1, 0, 0), key))
	w := world{}
	mint.ServeFreeBSD(w, freebsdBase, key, mint.NewFreeBSDPackage("gold-leaf", "1.2.3_1"))
	var targets []target
	for url := range w {
		targets = append(targets, target{url: url, mutants: 250})
	}
	mutate(t, w, targets, func(w world) (*result, error) {
		o := options(w)
		o.Anchors = anchors
		return ask(context.Background(), freebsdRef, o)
	})
}

// TestFreeBSDCorpus serves the real catalogues: two of one key that is nobody's
// here, as theirs and as FreeBSD's; a hostile one; and an official package, for
// which nothing vouches without its catalogue.
func TestFreeBSDCorpus(t *testing.T) {
	dir := corpus.Path(t)
	read := func(name string) []byte {
		b, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		require.NoError(t, err)
		return b
	}
	const theirs = "30BE9CC2E7B2B3BA1FF3B2BE1795F3F0719AB9A65322695703DC7B8F004035A8"
	own := freebsdAnchors(t, []byte(`{"source":"a test","taken":"2026-11-01","keyring":"","sets":[{"id":"freebsd","name":"a rebuild's key","fingerprints":true,"keys":[{"fingerprint":"`+theirs+`","name":"theirs","from":"2016-01-01T00:00:00Z"}]}]}`))
	for _, c := range []struct{ folder, name, version string }{
		{"freebsd-pkg/pfsense-2.4.3-core", "pfSense-rc", "2.4.3"}, {"freebsd-pkg/pfsense-2.4.3-core", "pfSense-default-config", "2.4.3"},
		{"eco/freebsd/pfsense-2.3.5-core", "pfSense-rc", "2.3.5_1"}, {"eco/freebsd/pfsense-2.3.5-core", "pfSense-default-config", "2.3.5_1"},
	} {
		const base = "https://pkg.freebsd.org/FreeBSD:11:amd64/latest/"
		file := "All/" + c.name + "-" + c.version + ".txz"
		w := world{base + "packagesite.txz": ok(read(c.folder + "/packagesite.txz")), base + file: ok(read(c.folder + "/" + file))}
		reference := "pkg:freebsd/" + c.name + "@" + c.version + "?abi=FreeBSD:11:amd64&branch=latest"
		r := tryFreeBSD(t, w, reference, own)
		require.Equal(t, [2]int{2, 2}, levels(r)["integrity"], r.Report.Text(false))
		require.Equal(t, theirs, r.Report.Finding("registry-signature").Facts["signing key"])
		r = run(t, w, reference)
		require.True(t, r.Report.Verdict.Failed, "FreeBSD's own fingerprints do not hold this key")
		has(t, r, "registry-signature", "fail", "none of the repository's")
	}
	// A package carries no signature; without the catalogue nothing vouches for it.
	const base = "https://pkg.freebsd.org/FreeBSD:12:amd64/latest/"
	boost := "pkg:freebsd/boost-all@1.72.0?abi=FreeBSD:12:amd64&branch=latest"
	o := options(world{base + "data.pkg": page{Status: 500}})
	o.File = read("eco/freebsd/official-12/boost-all-1.72.0.pkg")
	r, err := ask(context.Background(), boost, o)
	require.NoError(t, err)
	require.False(t, r.Report.Verdict.Failed)
	require.Equal(t, 0, levels(r)["integrity"][0], r.Report.Text(false))
	has(t, r, "name-inside", "pass", "")
	// A catalogue with a path that leaves the root.
	w := world{base + "packagesite.txz": ok(read("eco/freebsd/hostile/packagesite.txz"))}
	r = run(t, w, boost)
	require.True(t, r.Report.Verdict.Failed, r.Report.Text(false))
	has(t, r, "registry-signature", "fail", "")
}

// TestFreeBSDNoCatalogue: where there is none, nothing is known of what it holds.
func TestFreeBSDNoCatalogue(t *testing.T) {
	key, _ := mint.FreeBSDKeys()
	o := options(world{})
	o.Anchors = freebsdAnchors(t, mint.FreeBSDKeySet(at.AddDate(-1, 0, 0), key))
	_, err := ask(context.Background(), freebsdRef, o)
	require.ErrorContains(t, err, "There is no catalogue of packages for FreeBSD:14:amd64 (quarterly)")
}
