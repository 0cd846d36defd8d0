//go:build touchstone_testanchors

package audit_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"touchstone/internal/archive/rpm"
	"touchstone/internal/corpus"
	"touchstone/internal/trust"
)

// tools builds a signed package and a signed repository of it with rpmbuild,
// rpmsign, createrepo_c and gpg, where those are installed.
type tools struct {
	dir  string
	file string // the package
	keys trust.Anchors
}

func (r tools) run(t testing.TB, args ...string) (string, error) {
	t.Helper()
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = r.dir
	cmd.Env = append(os.Environ(), "GNUPGHOME="+filepath.Join(r.dir, "gpg"), "HOME="+r.dir)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (r tools) must(t testing.TB, args ...string) {
	t.Helper()
	out, err := r.run(t, args...)
	require.NoError(t, err, "%s: %s", strings.Join(args, " "), out)
}

const spec = `Name: gold-leaf
Version: 1.2.3
Release: 4.1
Summary: An invented package
License: MIT
BuildArch: noarch
Requires: bash
%description
Gold.
%install
mkdir -p %{buildroot}/usr/share/gold
echo gold > %{buildroot}/usr/share/gold/leaf
ln -s leaf %{buildroot}/usr/share/gold/link
%files
/usr/share/gold
%post
true
`

// needs leaves a test out where a tool is not installed, and says what that means.
func needs(t testing.TB, without string, tools ...string) {
	t.Helper()
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed: %s", tool, without)
		}
	}
}

func buildRepository(t testing.TB) tools {
	t.Helper()
	needs(t, "a repository of the real tools is not made", "rpmbuild", "rpmsign", "rpmkeys", "createrepo_c", "gpg")
	gpg, err := exec.LookPath("gpg")
	require.NoError(t, err)
	r := tools{dir: t.TempDir()}
	require.NoError(t, os.Mkdir(filepath.Join(r.dir, "gpg"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(r.dir, "gold.spec"), []byte(spec), 0o600))
	r.must(t, "gpg", "--batch", "--passphrase", "", "--quick-gen-key", "Gold <gold@example.com>", "rsa2048", "sign", "never")
	r.must(t, "rpmbuild", "-bb", "--define", "_topdir "+r.dir+"/build", "--define", "_build_id_links none", "gold.spec")
	repo := filepath.Join(r.dir, "repo")
	require.NoError(t, os.Mkdir(repo, 0o700))
	r.file = "gold-leaf-1.2.3-4.1.noarch.rpm"
	require.NoError(t, os.Rename(filepath.Join(r.dir, "build", "RPMS", "noarch", r.file), filepath.Join(repo, r.file)))
	r.must(t, "rpmsign", "--define", "_gpg_name Gold", "--define", "__gpg "+gpg, "--addsign", filepath.Join(repo, r.file))
	r.must(t, "createrepo_c", "--quiet", repo)
	r.must(t, "gpg", "--batch", "--armor", "--detach-sign", filepath.Join(repo, "repodata", "repomd.xml"))
	r.must(t, "gpg", "--batch", "--output", filepath.Join(r.dir, "key"), "--export", "Gold")
	r.keys = anchored(t, filepath.Join(r.dir, "key"), "opensuse")
	return r
}

// world serves the repository's folder.
func (r tools) world(t testing.TB) world {
	t.Helper()
	w, repo := world{}, filepath.Join(r.dir, "repo")
	require.NoError(t, filepath.WalkDir(repo, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		below, _ := filepath.Rel(repo, path)
		w[suseBase+filepath.ToSlash(below)] = ok(b)
		return err
	}))
	return w
}

const toolsRef = "pkg:rpm/opensuse/gold-leaf@1.2.3-4.1?arch=noarch&distro=opensuse-tumbleweed"

// TestRPMMirror audits what the real tools made, over a server on this machine: whole,
// by its header alone, and tampered with at every link.
func TestRPMMirror(t *testing.T) {
	t.Parallel()
	r := buildRepository(t)
	w := r.world(t)
	audit := func(w world, most int64) *result {
		o := options(nil)
		o.Transport, o.Anchors, o.Time, o.Most = serve(t, w), r.keys, time.Now(), most // when the tools signed
		got, err := ask(t.Context(), toolsRef, o)
		require.NoError(t, err)
		return got
	}
	got := audit(w, 0)
	require.Equal(t, [2]int{2, 2}, levels(got)["integrity"], got.Report.Text(false))
	require.Equal(t, "signed", got.Report.Finding("files-covered").Facts["list"], got.Report.Text(false))
	require.NotContains(t, got.Report.Text(false), "The index is not signed")
	ring, err := os.ReadFile(filepath.Join(r.dir, "key"))
	require.NoError(t, err)
	requireCommands(t, got, ring, "gpgv")
	got = audit(w, -1)
	has(t, got, "registry-signature", "pass", "")
	has(t, got, "files-covered", "pass", "the payload was not fetched")

	chain := []string{suseBase + "repodata/repomd.xml", suseBase + "repodata/repomd.xml.asc", "", suseBase + r.file}
	for url := range w {
		if strings.Contains(url, "-primary.xml") {
			chain[2] = url
		}
	}
	for _, list := range [][]byte{bytes.Repeat([]byte{0x1f, 0x8b}, 100), append(bytes.Clone(w[chain[2]].Body), 0)} {
		got := audit(w.But(chain[2], ok(list)), 0)
		require.True(t, got.Report.Verdict.Failed, "another list, which cannot be read: %s", got.Report.Text(false))
	}
	mutants := 10
	if corpus.Whole() {
		mutants = 400
	}
	better := 0
	for _, url := range chain {
		body := w[url].Body
		for i := range mutants {
			mutant, at := bytes.Clone(body), i*len(body)/mutants
			mutant[at] ^= 1 << (i % 8)
			got := audit(w.But(url, ok(mutant)), 0)
			require.LessOrEqual(t, levels(got)["integrity"][0], 2, "byte %d of %s", at, url)
			if levels(got)["integrity"][0] < 2 {
				continue
			}
			better++ // the armour's own words, and an index that is not signed beside a package that is
			require.True(t, strings.HasSuffix(url, ".asc"), "byte %d of %s: %s", at, url, got.Report.Text(false))
		}
	}
	t.Logf("%d of %d mutants are level 2 all the same: in the armour around the index's signature", better, len(chain)*mutants)
	r.againstRPMKeys(t, w[suseBase+r.file].Body)
}

// uncovered are the places before the header that no signature covers, and that
// nothing here rests on: the lead, and in the signature header the region's mark
// (62), sizes (1000, 1007, 1008), and digests that can be forged (SHA-1, 269; MD5,
// 1004). rpm compares them all the same. Of the SHA-256 (273) only the entry: a
// package that lost it states none.
var uncovered = regexp.MustCompile(`\A(lead|(entry|value) of tag (62|269|1000|1004|1007|1008)|entry of tag 273)\z`)

// againstRPMKeys compares, mutant by mutant, what of a package's file is accepted
// here and by rpmkeys. Where the two differ, the byte is in the signature header, in
// what no signature covers.
func (r tools) againstRPMKeys(t *testing.T, good []byte) {
	db := filepath.Join(r.dir, "db")
	r.must(t, "gpg", "--batch", "--armor", "--output", filepath.Join(r.dir, "key.asc"), "--export", "Gold")
	r.must(t, "rpmkeys", "--dbpath", db, "--import", filepath.Join(r.dir, "key.asc"))
	places := rpmPlaces(t, good)
	mutants := 60
	if corpus.Whole() {
		mutants = 2000
	}
	random := rand.New(rand.NewPCG(20261126, 2))
	bytesOf := [][]byte{good}
	at := []int{-1}
	begins := len(places) // of header and payload
	for i := range mutants {
		b, place := bytes.Clone(good), random.IntN(len(good))
		if i%3 > 0 {
			place = random.IntN(begins)
		}
		b[place] ^= byte(1 + random.IntN(255))
		bytesOf, at = append(bytesOf, b), append(at, place)
	}
	args := []string{"rpmkeys", "--dbpath", db, "--checksig"}
	for i, b := range bytesOf {
		name := fmt.Sprintf("mutant-%04d.rpm", i)
		require.NoError(t, os.WriteFile(filepath.Join(r.dir, name), b, 0o600))
		args = append(args, name)
	}
	said, _ := r.run(t, args...) // it ends with an error, since most are wrong
	kinds := map[string]int{}
	for i, b := range bytesOf {
		its := strings.Contains(said, fmt.Sprintf("mutant-%04d.rpm: digests signatures OK", i))
		mine := r.accepts(t, b)
		where := "header or payload"
		if at[i] >= 0 && at[i] < begins {
			where = places[at[i]]
		}
		switch {
		case i == 0:
			require.True(t, mine && its, said)
		case mine && !its:
			require.True(t, uncovered.MatchString(where), "byte %d, %s", at[i], where)
			kinds["accepted here alone: "+where]++
		case its && !mine:
			require.Equal(t, "padding, or a value of none", where, "byte %d: where rpmkeys looks at nothing, another could put something", at[i])
			kinds["accepted by rpmkeys alone: "+where]++
		case where == "header or payload":
			require.False(t, mine, "byte %d", at[i])
		}
	}
	for kind, n := range kinds {
		t.Logf("%d × %s", n, kind)
	}
}

// accepts tells whether a file passes without an index that states its digest.
func (r tools) accepts(t *testing.T, b []byte) bool {
	o := options(world{suseBase + "repodata/repomd.xml": page{Status: 500}})
	o.Anchors, o.File, o.Time = r.keys, b, time.Now()
	got, err := ask(context.Background(), toolsRef, o)
	require.NoError(t, err)
	for _, check := range []string{"registry-signature", "digest-matches", "archive-sound"} {
		if got.Report.Finding(check).Outcome != "pass" {
			return false
		}
	}
	return true
}

// rpmPlaces says of each byte before the header of a package what it is part of.
func rpmPlaces(t *testing.T, b []byte) []string {
	p, err := rpm.Open(b)
	require.NoError(t, err)
	places := make([]string, bytes.Index(b, p.Signed))
	for i := range places {
		places[i] = "padding, or a value of none"
	}
	put := func(from, to int, what string) {
		for i := from; i < to; i++ {
			places[i] = what
		}
	}
	number := func(at int) int { return int(binary.BigEndian.Uint32(b[at:])) }
	put(0, 96, "lead")
	put(96, 112, "signature header's intro")
	entries := number(96 + 8)
	store := 112 + 16*entries
	ends := map[int]int{}
	for i := range entries {
		ends[i] = number(96 + 12)
		for j := range entries {
			if o := number(112 + 16*j + 8); o > number(112+16*i+8) {
				ends[i] = min(ends[i], o)
			}
		}
	}
	for i := range entries {
		e := 112 + 16*i
		put(e, e+16, fmt.Sprintf("entry of tag %d", number(e)))
		put(store+number(e+8), store+ends[i], fmt.Sprintf("value of tag %d", number(e)))
	}
	return places
}
