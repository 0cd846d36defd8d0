//go:build touchstone_testanchors

package audit_test

import (
	"bytes"
	"context"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"touchstone/internal/archive/rpm"
	"touchstone/internal/openpgp"
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
	raw, err := os.ReadFile(filepath.Join(r.dir, "key"))
	require.NoError(t, err)
	certificates, err := openpgp.ReadKeys(raw)
	require.NoError(t, err)
	key := certificates[0].Signing[0]
	doc, err := json.Marshal(map[string]any{"source": "a test", "taken": "2026-11-01", "sets": []any{map[string]any{"id": "opensuse", "name": "a test's key",
		"keys": []any{map[string]any{"fingerprint": key.Fingerprint, "name": "Gold", "from": at.AddDate(-1, 0, 0), "packet": key.Packet}}}}})
	require.NoError(t, err)
	r.keys, err = trust.WithTestAnchors(trust.TestAnchors{Taken: at, Archives: [][]byte{doc}})
	require.NoError(t, err)
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

// TestRPMTools: what the real tools made is level 2 here, and where header or
// payload is damaged neither rpmkeys nor this program accepts the package.
func TestRPMTools(t *testing.T) {
	t.Parallel()
	r := buildRepository(t)
	const reference = "pkg:rpm/opensuse/gold-leaf@1.2.3-4.1?arch=noarch&distro=opensuse-tumbleweed"
	w := r.world(t)
	audit := func(w world) *result {
		o := options(w)
		o.Anchors, o.Time = r.keys, time.Now() // when the tools signed
		got, err := ask(context.Background(), reference, o)
		require.NoError(t, err)
		return got
	}
	got := audit(w)
	require.Equal(t, [2]int{2, 2}, levels(got)["integrity"], got.Report.Text(false))
	require.Equal(t, "signed", got.Report.Finding("files-covered").Facts["list"], got.Report.Text(false))

	ring, err := os.ReadFile(filepath.Join(r.dir, "key"))
	require.NoError(t, err)
	requireCommands(t, got, ring, "gpgv")

	db := filepath.Join(r.dir, "db")
	r.must(t, "gpg", "--batch", "--armor", "--output", filepath.Join(r.dir, "key.asc"), "--export", "Gold")
	r.must(t, "rpmkeys", "--dbpath", db, "--import", filepath.Join(r.dir, "key.asc"))
	theirs := func(b []byte) bool {
		path := filepath.Join(r.dir, "mutant.rpm")
		require.NoError(t, os.WriteFile(path, b, 0o600))
		out, err := r.run(t, "rpmkeys", "--dbpath", db, "--checksig", path)
		return err == nil && strings.Contains(out, "digests signatures OK")
	}
	url := suseBase + r.file
	good := w[url].Body
	require.True(t, theirs(good))
	random, mutants := rand.New(rand.NewPCG(20261126, 2)), 120
	if testing.Short() {
		mutants = 25
	}
	p, err := rpm.Open(good)
	require.NoError(t, err)
	begins, accepted := bytes.Index(good, p.Signed), [2]int{}
	for range mutants {
		b, at := bytes.Clone(good), random.IntN(len(good))
		b[at] ^= byte(1 + random.IntN(255))
		// Without its index, so that the package alone answers.
		o := options(w.But(suseBase+"repodata/repomd.xml", page{Status: 500}))
		o.Anchors, o.File, o.Time = r.keys, b, time.Now()
		got, err := ask(context.Background(), reference, o)
		require.NoError(t, err)
		mine := got.Report.Finding("registry-signature").Outcome == "pass" && got.Report.Finding("digest-matches").Outcome == "pass"
		its := theirs(b)
		if at >= begins { // header and payload
			require.False(t, mine, "byte %d", at)
			require.False(t, its, "byte %d", at)
		}
		if mine {
			accepted[0]++
		}
		if its {
			accepted[1]++
		}
	}
	t.Logf("of %d mutants %d are accepted here, in bytes of lead and signature header that no signature covers; %d by rpmkeys, which compares digests there that can be forged", mutants, accepted[0], accepted[1])
}
