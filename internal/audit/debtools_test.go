//go:build touchstone_testanchors

package audit_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/corpus"
	"touchstone/internal/fetch"
	"touchstone/internal/openpgp"
	"touchstone/internal/trust"
)

// aptFile is what one of the packages is built from, below the mirror's folder.
var aptFiles = map[string]string{
	"gold/DEBIAN/control":       "Package: gold-leaf\nVersion: 1.2.3-4\nArchitecture: amd64\nMaintainer: Somebody <somebody@example.com>\nDepends: libc6 (>= 2.36),\n metal | acid\nMulti-Arch: foreign\nDescription: an invented package\n of two lines\n",
	"gold/DEBIAN/postinst":      "#!/bin/sh\nset -e\nwget http://example.com/more.bin\n",
	"gold/DEBIAN/triggers":      "interest-noawait /usr/share/gold\n",
	"gold/usr/bin/gold-leaf":    "#!/bin/sh\necho gold\n",
	"silver/DEBIAN/control":     "Package: silver-leaf\nSource: silver (3)\nVersion: 2:3.1+dfsg-1~deb13u1\nArchitecture: all\nMaintainer: Somebody <somebody@example.com>\nDescription: another\n",
	"silver/usr/share/silver":   "silver\n",
	"another/DEBIAN/control":    "Package: gold-leaf\nVersion: 1.2.3-4\nArchitecture: amd64\nMaintainer: Somebody <somebody@example.com>\nDepends: evil\nDescription: an invented package\n",
	"another/usr/bin/gold-leaf": "#!/bin/sh\necho lead\n",
}

// A mirror is an archive that dpkg-deb, apt-ftparchive and gpg made, as files by
// address, and the keys that sign it.
type mirror struct {
	tools
	files world
	keys  trust.Anchors
}

const (
	goldPool   = "pool/main/g/gold-leaf/gold-leaf_1.2.3-4_amd64.deb"
	silverPool = "pool/main/s/silver/silver-leaf_3.1+dfsg-1~deb13u1_all.deb"
	aptList    = "dists/trixie/main/binary-amd64/Packages"
	silverRef  = "pkg:deb/debian/silver-leaf@2:3.1%2Bdfsg-1~deb13u1?arch=all&distro=trixie"
)

// buildMirror makes it:
//
//  1. packages, packed in three ways;
//  2. the list of them, and the index, which states the list;
//  3. a signature by each of two keys.
func buildMirror(t testing.TB) mirror {
	t.Helper()
	needs(t, "an archive of the real tools is not made", "dpkg-deb", "apt-ftparchive", "xz", "gpg")
	m := mirror{tools: tools{dir: t.TempDir()}}
	write := func(name, text string, mode fs.FileMode) {
		path := filepath.Join(m.dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), mode))
	}
	// 1.
	for name, text := range aptFiles {
		write(name, text, 0o755)
	}
	archive := filepath.Join(m.dir, "archive")
	for _, b := range [][3]string{{"gold", "zstd", goldPool}, {"silver", "xz", silverPool}} {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(archive, b[2])), 0o755))
		m.must(t, "dpkg-deb", "--root-owner-group", "-Z"+b[1], "--build", b[0], filepath.Join(archive, b[2]))
	}
	m.must(t, "dpkg-deb", "--root-owner-group", "-Zgzip", "--build", "another", "another.deb")
	// 2.
	m.must(t, "sh", "-c", `cd archive && mkdir -p dists/trixie/main/binary-amd64 && apt-ftparchive packages pool > `+aptList+` && xz -k `+aptList)
	m.must(t, "sh", "-c", `cd archive && apt-ftparchive -o APT::FTPArchive::Release::Codename=trixie -o APT::FTPArchive::Release::Components=main -o APT::FTPArchive::Release::Architectures=amd64 -o APT::FTPArchive::DoByHash=true release dists/trixie > Release && mv Release dists/trixie`)
	// 3.
	require.NoError(t, os.Mkdir(filepath.Join(m.dir, "gpg"), 0o700))
	for _, k := range [][2]string{{"Gold <gold@example.com>", "rsa2048"}, {"Silver <silver@example.com>", "ed25519"}} {
		m.must(t, "gpg", "--batch", "--passphrase", "", "--quick-gen-key", k[0], k[1], "sign", "never")
	}
	m.must(t, "gpg", "--batch", "-u", "Gold", "-u", "Silver", "--output", "archive/dists/trixie/InRelease", "--clearsign", "archive/dists/trixie/Release")
	m.must(t, "gpg", "--batch", "--output", "keys", "--export")
	m.keys = anchored(t, filepath.Join(m.dir, "keys"), "debian-archive")
	m.files = m.served(t, archive)
	return m
}

// anchored are a keyring's keys as anchors, of one set.
func anchored(t testing.TB, keyring, set string) trust.Anchors {
	raw, err := os.ReadFile(keyring)
	require.NoError(t, err)
	certificates, err := openpgp.ReadKeys(raw)
	require.NoError(t, err)
	var keys []any
	for _, c := range certificates {
		for _, k := range c.Signing {
			keys = append(keys, map[string]any{"fingerprint": k.Fingerprint, "name": c.UserIDs[0], "from": k.From, "packet": k.Packet})
		}
	}
	doc, err := json.Marshal(map[string]any{"source": "a test", "taken": "2026-11-01", "sets": []any{map[string]any{"id": set, "name": "a test's keys", "keys": keys}}})
	require.NoError(t, err)
	anchors, err := trust.WithTestAnchors(trust.TestAnchors{Taken: time.Now(), Archives: [][]byte{doc}})
	require.NoError(t, err)
	return anchors
}

// served are a folder's files by address.
func (m mirror) served(t testing.TB, folder string) world {
	w := world{}
	require.NoError(t, filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		below, _ := filepath.Rel(folder, path)
		w[debBase+"/"+filepath.ToSlash(below)] = ok(b)
		return err
	}))
	return w
}

// A loopback sends what is asked of any host to one server on this machine.
type loopback struct {
	at     string
	client *http.Client
}

func (l loopback) Do(ctx context.Context, r *fetch.Request) (*fetch.Response, error) {
	req, err := http.NewRequestWithContext(ctx, r.Method, l.at+"/"+r.URL, nil)
	if err != nil {
		return nil, err
	}
	res, err := l.client.Do(req)
	if err != nil {
		return nil, err
	}
	return &fetch.Response{Status: res.StatusCode, URL: r.URL, Header: map[string]string{"content-type": res.Header.Get("Content-Type")}, Body: res.Body}, nil
}

// serve serves a world on loopback.
func serve(t testing.TB, w world) loopback {
	server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, in *http.Request) {
		p, there := w[strings.TrimPrefix(in.URL.Path, "/")]
		if !there {
			http.NotFound(out, in)
			return
		}
		_, _ = out.Write(p.Body)
	}))
	t.Cleanup(server.Close)
	return loopback{server.URL, server.Client()}
}

// TestAptMirror audits the archive over a server on this machine, whole and tampered
// with at every link.
func TestAptMirror(t *testing.T) {
	t.Parallel()
	m := buildMirror(t)
	audit := func(w world, reference string) (*result, error) {
		o := options(nil)
		o.Transport, o.Anchors, o.Time = serve(t, w), m.keys, time.Now() // when the tools signed
		return ask(t.Context(), reference, o)
	}
	index := debBase + "/dists/trixie/InRelease"
	list := fmt.Sprintf("%s/dists/trixie/main/binary-amd64/by-hash/SHA256/%x", debBase, sha256.Sum256(m.files[debBase+"/"+aptList+".xz"].Body))
	require.Contains(t, m.files, list, "where apt-ftparchive put it")
	require.Contains(t, string(m.files[index].Body), "Acquire-By-Hash: yes")
	for _, reference := range []string{debRef, silverRef, "apt install silver-leaf", "gold-leaf_1.2.3-4_amd64.deb"} {
		r, err := audit(m.files, reference)
		require.NoError(t, err)
		require.Equal(t, [2]int{2, 2}, levels(r)["integrity"], r.Report.Text(false))
		require.Empty(t, r.Report.Verdict.Alarms)
		has(t, r, "index-current", "pass", "")
		has(t, r, "name-enforced", "pass", "")
	}
	// What others signed, or nobody.
	another, err := os.ReadFile(filepath.Join(m.dir, "another.deb"))
	require.NoError(t, err)
	raw := m.files[debBase+"/"+aptList].Body
	good := m.files[debBase+"/"+goldPool].Body
	lying := bytes.ReplaceAll(bytes.ReplaceAll(raw, fmt.Appendf(nil, "%x", sha256.Sum256(good)), fmt.Appendf(nil, "%x", sha256.Sum256(another))), fmt.Appendf(nil, "Size: %d\n", len(good)), fmt.Appendf(nil, "Size: %d\n", len(another)))
	require.NotEqual(t, raw, lying)
	for name, w := range map[string]world{
		"another package":               m.files.But(debBase+"/"+goldPool, ok(another)),
		"another package and list":      m.files.But(debBase+"/"+goldPool, ok(another)).But(list, ok(lying)),
		"another package's file":        m.files.But(debBase+"/"+goldPool, m.files[debBase+"/"+silverPool]),
		"the list of another packing":   m.files.But(list, ok(raw)),
		"text before the index":         m.files.But(index, ok(append([]byte("Origin: Other\n"), m.files[index].Body...))),
		"text behind the index":         m.files.But(index, ok(append(bytes.Clone(m.files[index].Body), "Origin: Other\n"...))),
		"the index without a signature": m.files.But(index, m.files[debBase+"/dists/trixie/Release"]),
	} {
		r, err := audit(w, debRef)
		require.NoError(t, err, name)
		assert.Zero(t, levels(r)["integrity"][0], name)
		assert.Equal(t, !strings.Contains(name, "without"), r.Report.Verdict.Failed, "%s: %s", name, r.Report.Text(false))
	}
	t.Run("re-signed, with another package than the list says", func(t *testing.T) { m.lying(t, lying, another) })
	m.tampered(t, audit, []string{index, list, debBase + "/" + goldPool})
}

// lying is an archive that signs what its list says wrongly of a package.
func (m mirror) lying(t *testing.T, list, packed []byte) {
	folder := filepath.Join(m.dir, "lying")
	m.must(t, "cp", "-r", "archive", folder)
	require.NoError(t, os.WriteFile(filepath.Join(folder, aptList), list, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(folder, goldPool), packed, 0o600))
	m.must(t, "sh", "-c", `cd lying && rm `+aptList+`.xz dists/trixie/*Release && xz -k `+aptList+` && apt-ftparchive -o APT::FTPArchive::Release::Codename=trixie -o APT::FTPArchive::DoByHash=true release dists/trixie > Release && mv Release dists/trixie`)
	m.must(t, "gpg", "--batch", "-u", "Gold", "--output", "lying/dists/trixie/InRelease", "--clearsign", "lying/dists/trixie/Release")
	o := options(nil)
	o.Transport, o.Anchors, o.Time = serve(t, m.served(t, folder)), m.keys, time.Now()
	r, err := ask(t.Context(), debRef, o)
	require.NoError(t, err)
	require.True(t, r.Report.Verdict.Failed)
	has(t, r, "registry-signature", "pass", "")
	has(t, r, "digest-matches", "pass", "")
	has(t, r, "name-enforced", "fail", `Multi-Arch`)
}

// tampered flips bits of each document of the chain.
func (m mirror) tampered(t *testing.T, audit func(world, string) (*result, error), chain []string) {
	mutants := 16
	if corpus.Whole() {
		mutants = 400
	}
	for _, address := range chain {
		body := m.files[address].Body
		begins := 0
		if strings.HasSuffix(address, "/InRelease") {
			begins = bytes.Index(body, []byte("\n\n")) // what stands before the signed text says nothing
		}
		for i := range mutants {
			at := begins + i*(len(body)-begins)/mutants
			mutant := bytes.Clone(body)
			mutant[at] ^= 1 << (i % 8)
			r, err := audit(m.files.But(address, ok(mutant)), debRef)
			if err != nil {
				require.False(t, errors.Is(err, context.Canceled))
				continue // nothing was audited
			}
			require.Less(t, levels(r)["integrity"][0], 2, "byte %d of %s", at, address)
		}
	}
}
