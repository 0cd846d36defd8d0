//go:build touchstone_testanchors

package audit_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/archive/rpm"
	"touchstone/internal/corpus"
	"touchstone/internal/mint"
	"touchstone/internal/openpgp"
	"touchstone/internal/trust"
)

// corpusFile is a file of the corpus.
func corpusFile(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(corpus.Path(t), name))
	require.NoError(t, err)
	return b
}

// anchoredCertificates are anchors that hold what may sign of files of OpenPGP keys,
// as the committed ones are made.
func anchoredCertificates(t testing.TB, id string, files ...string) trust.Anchors {
	t.Helper()
	var keys []map[string]any
	for _, file := range files {
		all, err := openpgp.ReadKeys(corpusFile(t, file))
		require.NoError(t, err, file)
		for _, c := range all {
			for _, k := range c.Signing {
				key := map[string]any{"fingerprint": k.Fingerprint, "name": file, "from": k.From, "packet": k.Packet}
				if k.Until != nil {
					key["until"] = k.Until
				}
				keys = append(keys, key)
			}
		}
	}
	doc, err := json.Marshal(map[string]any{"source": "the corpus", "taken": "2026-11-01", "sets": []any{map[string]any{"id": id, "name": "the corpus' keys", "keys": keys}}})
	require.NoError(t, err)
	a, err := trust.WithTestAnchors(trust.TestAnchors{Taken: at, Archives: [][]byte{doc}})
	require.NoError(t, err)
	return a
}

// servedRPM is a package in a repository at a base, with the index that
// createrepo_c makes of it, unsigned; and the reference of the package there.
func servedRPM(t testing.TB, base, distro string, file []byte) (world, string) {
	t.Helper()
	p, err := rpm.Open(file)
	require.NoError(t, err)
	n := p.NEVRA()
	at := "Packages/" + n.Name + "-" + n.Version + "-" + n.Release + "." + n.Arch + ".rpm" // without the epoch
	w := world{base + at: ok(file)}
	mint.ServeRPMIndex(w, base, nil, fmt.Appendf(nil, "<metadata>\n<package type=\"rpm\"><name>%s</name><arch>%s</arch><version epoch=%q ver=%q rel=%q/><checksum type=\"sha256\">%x</checksum><location href=%q/></package>\n</metadata>",
		n.Name, n.Arch, n.Epoch, n.Version, n.Release, sha256.Sum256(file), at))
	namespace, _, _ := strings.Cut(distro, "-")
	return w, fmt.Sprintf("pkg:rpm/%s/%s@%s-%s?arch=%s&distro=%s", namespace, n.Name, n.Version, n.Release, n.Arch, distro)
}

// TestRPMCorpusPackages audits each package of the corpus by the keys that its case
// names, in a repository that does not sign its index.
func TestRPMCorpusPackages(t *testing.T) {
	const (
		test2048, alice = "rpm/keys/rpm.org-rsa-2048-test.pub", "rpm/keys/alice.asc"
		v6, v6keys      = "eco/rpm/v6/RPMS/v6/signed/rpm-basic-", "eco/rpm/v6/signing_keys/v6/rpm-testkey-v6-"
	)
	for id, c := range map[string]struct {
		file, keys string
		integrity  [2]int // none where the verdict is failed
		check      string
		says       string
	}{
		"rpm-signed":               {"rpm/hello-2.0-1.x86_64-signed.rpm", test2048, [2]int{2, 2}, "registry-signature", "pass: "},
		"rpm-signed-nokey":         {"rpm/hello-2.0-1.x86_64-signed.rpm", "rpm/keys/rpm.org-ed25519-test.pub", [2]int{}, "registry-signature", "fail: The header inside the package is signed with the key"},
		"rpm-subkey":               {"rpm/hello-2.0-1.x86_64-signed-with-subkey.rpm", alice, [2]int{2, 2}, "registry-signature", "pass: "},
		"rpm-subkey-expired":       {"rpm/hello-2.0-1.x86_64-signed-with-subkey.rpm", "rpm/keys/alice-expired-subkey.asc", [2]int{1, 2}, "registry-signature", "unknown: "},
		"rpm-new-subkey":           {"rpm/hello-2.0-1.x86_64-signed-with-new-subkey.rpm", "rpm/keys/rpm.org-rsa-2048-add-subkey.asc", [2]int{2, 2}, "registry-signature", "pass: "},
		"rpm-v3":                   {"rpm/hello-2.0-1.x86_64-v3-signed.rpm", test2048, [2]int{2, 2}, "registry-signature", "pass: "},
		"rpm-mldsa87":              {"rpm/hello-2.0-1.x86_64-signed-mldsa87.rpm", test2048, [2]int{2, 2}, "registry-signature", "pass: "},
		"rpm-mldsa87, by its key":  {"rpm/hello-2.0-1.x86_64-signed-mldsa87.rpm", "rpm/keys/rpm.org-v6-mldsa87-test.asc", [2]int{2, 2}, "registry-signature", "pass: "},
		"rpm-mldsa87, nobody":      {"rpm/hello-2.0-1.x86_64-signed-mldsa87.rpm", alice, [2]int{}, "registry-signature", "fail: "},
		"rpm-badima":               {"rpm/hello-2.0-1.x86_64-badima.rpm", test2048, [2]int{2, 2}, "registry-signature", "pass: "},
		"rpm-unsigned":             {"rpm/hello-2.0-1.x86_64.rpm", test2048, [2]int{1, 1}, "signature-served", "fail: "},
		"rpm-old":                  {"rpm/hello-1.0-1.i386.rpm", test2048, [2]int{1, 1}, "signature-served", "fail: "},
		"rpm-unknownkey":           {"rpm/mwe-rpm-lua-problem-1.0.0-1.noarch.rpm", test2048, [2]int{}, "registry-signature", "fail: The header inside the package is signed with the key \"D1653BAFA543F8E940C8508BC0AC2C8F21B6383F\""},
		"rpm-zeroed-plain-333-4":   {"rpm/derived/hello-2.0-1.x86_64-zero-at-333-4.rpm", test2048, [2]int{1, 1}, "signature-served", "fail: "},
		"rpm-zeroed-plain-4750-4":  {"rpm/derived/hello-2.0-1.x86_64-zero-at-4750-4.rpm", test2048, [2]int{1, 1}, "archive-sound", "fail: "},
		"rpm-zeroed-igned-264-6":   {"rpm/derived/hello-2.0-1.x86_64-signed-zero-at-264-6.rpm", test2048, [2]int{}, "registry-signature", "fail: "},
		"rpm-zeroed-igned-5555-6":  {"rpm/derived/hello-2.0-1.x86_64-signed-zero-at-5555-6.rpm", test2048, [2]int{}, "registry-signature", "fail: "},
		"rpm-zeroed-igned-7777-6":  {"rpm/derived/hello-2.0-1.x86_64-signed-zero-at-7777-6.rpm", test2048, [2]int{}, "digest-matches", "fail: What follows the signed header"},
		"rpm-v6-multiple, Ed25519": {v6 + "multiple-signatures-2.3.4-5.el9.noarch.rpm", v6keys + "ed25519.asc", [2]int{2, 2}, "registry-signature", "pass: "},
		"rpm-v6-multiple, RSA":     {v6 + "multiple-signatures-2.3.4-5.el9.noarch.rpm", v6keys + "rsa4k.asc", [2]int{2, 2}, "registry-signature", "pass: "},
		"rpm-v6-multiple, nobody":  {v6 + "multiple-signatures-2.3.4-5.el9.noarch.rpm", test2048, [2]int{}, "registry-signature", "fail: "},
		"rpm-v6-ed25519":           {v6 + "with-ed25519-2.3.4-5.el9.noarch.rpm", v6keys + "ed25519.asc", [2]int{2, 2}, "registry-signature", "pass: "},
		"rpm-v6-rsa4k":             {v6 + "with-rsa4k-2.3.4-5.el9.noarch.rpm", v6keys + "rsa4k.asc", [2]int{2, 2}, "registry-signature", "pass: "},
		"rpm-v6-pqc":               {v6 + "with-mldsa65-ed25519-2.3.4-5.el9.noarch.rpm", v6keys + "mldsa65-ed25519.asc", [2]int{2, 2}, "registry-signature", "pass: "},
		"rpm-v6-pqc, all keys":     {v6 + "with-mldsa65-ed25519-2.3.4-5.el9.noarch.rpm", v6keys + "keyring.asc", [2]int{2, 2}, "registry-signature", "pass: "},
		"rpm-v6-pqc, nobody":       {v6 + "with-mldsa65-ed25519-2.3.4-5.el9.noarch.rpm", test2048, [2]int{}, "registry-signature", "fail: "},
	} {
		t.Run(id, func(t *testing.T) {
			w, reference := servedRPM(t, fedoraBase, "fedora-43", corpusFile(t, c.file))
			o := options(w)
			o.Anchors = anchoredCertificates(t, "fedora-43", c.keys)
			r, err := ask(context.Background(), reference, o)
			require.NoError(t, err)
			require.Contains(t, outcome(t, r, c.check), c.says, r.Report.Text(false))
			require.Equal(t, c.integrity == [2]int{}, r.Report.Verdict.Failed, r.Report.Text(false))
			if c.integrity != [2]int{} {
				require.Equal(t, c.integrity, levels(r)["integrity"], r.Report.Text(false))
			}
		})
	}
}

// TestRPMCorpusRepository audits a real repository with a signed index: a day's two
// states of it, in which one name, version and release has other bytes.
func TestRPMCorpusRepository(t *testing.T) {
	const repo, file = "eco/rpm/repo-smfc/", "packages/smfc-5.4.0-1.fc44.noarch.rpm"
	reference := "pkg:rpm/opensuse/smfc@5.4.0-1.fc44?arch=noarch&distro=opensuse-tumbleweed"
	anchors := anchoredCertificates(t, "opensuse", repo+"dd5b3db/smfc-repo.gpg")
	index := func(state, primary string) world {
		w := world{}
		for _, name := range []string{"repodata/repomd.xml", "repodata/repomd.xml.asc", "repodata/" + primary + "-primary.xml.zst"} {
			w[suseBase+name] = ok(corpusFile(t, repo+state+"/"+name))
		}
		return w
	}
	newer := index("dd5b3db", "6dc41f6cf956a19b2a931590e4fe404f6c4764b98fd92ba303d69cab8dcc8978")
	older := index("b0e6080", "19961a6c98bb5a4356bc5765886e7ee8890ba4623d169064a7f0edceb66357c2")
	rpmFile := corpusFile(t, repo+"dd5b3db/"+file)
	audit := func(w world, brought []byte) *result {
		o := options(w)
		o.Anchors, o.File = anchors, brought
		r, err := ask(context.Background(), reference, o)
		require.NoError(t, err)
		return r
	}
	// rpm-repo-signed.
	r := audit(newer.But(suseBase+file, ok(rpmFile)), nil)
	require.Equal(t, [2]int{2, 2}, levels(r)["integrity"], r.Report.Text(false))
	require.Equal(t, "signed", r.Report.Finding("files-covered").Facts["list"])
	require.NotContains(t, r.Report.Text(false), "The index is not signed")
	// rpm-same-nevra-other-bytes: each verifies, and not one under the other's index.
	r = audit(older.But(suseBase+file, ok(rpmFile)), nil)
	require.True(t, r.Report.Verdict.Failed, r.Report.Text(false))
	has(t, r, "digest-matches", "fail", "308a06d2")
	r = audit(older, corpusFile(t, repo+"b0e6080/"+file+".head"))
	require.False(t, r.Report.Verdict.Failed, r.Report.Text(false))
	has(t, r, "registry-signature", "pass", "")
	has(t, r, "files-covered", "pass", "the payload was not fetched")
	// Its index, signed by somebody else.
	o := options(newer.But(suseBase+file, ok(rpmFile)))
	o.Anchors = anchoredCertificates(t, "opensuse", "rpm/keys/rpm.org-rsa-2048-test.pub")
	r, err := ask(context.Background(), reference, o)
	require.NoError(t, err)
	require.True(t, r.Report.Verdict.Failed)
}

// TestRPMCorpus audits the real packages whose distribution is served, under the
// anchors that the program carries.
func TestRPMCorpus(t *testing.T) {
	dir := corpus.Path(t, "eco", "rpm")
	read := func(name string) []byte {
		b, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		return b
	}
	audit := func(reference string, file []byte) *result {
		w := world{"https://dl.fedoraproject.org/pub/archive/epel/7/x86_64/repodata/repomd.xml": page{Status: 500}}
		o := options(w)
		o.File = file
		r, err := ask(context.Background(), reference, o)
		require.NoError(t, err)
		return r
	}
	fedora := read("rpm-sign-4.15.1-1.fc31.x86_64.rpm")
	const fedora31 = "pkg:rpm/fedora/rpm-sign@4.15.1-1.fc31?arch=x86_64&distro=fedora-31"
	serve := func(distro string, file []byte) world {
		base := "https://dl.fedoraproject.org/pub/archive/fedora/linux/releases/31/Everything/x86_64/os/"
		if distro == "fedora-43" {
			base = fedoraBase
		}
		w := world{"https://dl.fedoraproject.org/pub/archive/fedora/linux/updates/31/Everything/x86_64/repodata/repomd.xml": page{Status: 404}}
		w[base+"Packages/r/rpm-sign-4.15.1-1.fc31.x86_64.rpm"] = ok(file)
		mint.ServeRPMIndex(w, base, nil, []byte(fmt.Sprintf("<metadata>\n<package type=\"rpm\"><name>rpm-sign</name><arch>x86_64</arch><version epoch=\"0\" ver=\"4.15.1\" rel=\"1.fc31\"/><checksum type=\"sha256\">%x</checksum><location href=\"Packages/r/rpm-sign-4.15.1-1.fc31.x86_64.rpm\"/></package>\n</metadata>", sha256.Sum256(file))))
		return w
	}
	r := run(t, serve("fedora-31", fedora), fedora31)
	require.Equal(t, [2]int{2, 2}, levels(r)["integrity"], r.Report.Text(false))
	require.Equal(t, "7D22D5867F2A4236474BF7B850CB390B3C3359C4", r.Report.Finding("registry-signature").Facts["signing key"])
	// The payload's bytes are not what the signature over the header covers.
	r = run(t, serve("fedora-31", changedAt(fedora, len(fedora)-100)), fedora31)
	require.True(t, r.Report.Verdict.Failed)
	has(t, r, "digest-matches", "fail", "What follows the signed header")
	// It is no package of another release.
	r = run(t, serve("fedora-43", fedora), "pkg:rpm/fedora/rpm-sign@4.15.1-1.fc31?arch=x86_64&distro=fedora-43")
	require.True(t, r.Report.Verdict.Failed)
	has(t, r, "registry-signature", "fail", "none of the repository's")
	// A header alone: EPEL 7, before rpm 4.14.
	r = audit("pkg:rpm/fedora/monkeysphere@0.37-1.el7?arch=noarch&distro=epel-7", read("monkeysphere-0.37-1.el7.noarch.rpm.head"))
	require.False(t, r.Report.Verdict.Failed, r.Report.Text(false))
	require.Equal(t, 0, levels(r)["integrity"][0])
	has(t, r, "registry-signature", "absent", "verifies, but covers no strong digest")
	has(t, r, "digest-matches", "unknown", "")
}

// TestRPMCorpusComposite: one byte of either half of a composite signature changed
// fails the package, however good the signature beside it is. By a key that is not
// anchored it says nothing, as any other.
func TestRPMCorpusComposite(t *testing.T) {
	const name, rsa, composite = "rpm/hello-2.0-1.x86_64-signed-mldsa87.rpm", "rpm/keys/rpm.org-rsa-2048-test.pub", "rpm/keys/rpm.org-v6-mldsa87-test.asc"
	const halves = 114 + 4627 // Ed448, ML-DSA-87
	file := corpusFile(t, name)
	p, err := rpm.Open(file)
	require.NoError(t, err)
	changed := func(before int) []byte { // the end, in bytes
		for _, b := range p.HeaderSignatures() {
			if len(b) < halves {
				continue
			}
			text := []byte(base64.StdEncoding.EncodeToString(b))
			require.Equal(t, 1, bytes.Count(file, text))
			return bytes.Replace(file, text, []byte(base64.StdEncoding.EncodeToString(changedAt(b, len(b)-before))), 1)
		}
		t.Fatal("it has no such signature")
		return nil
	}
	for what, c := range map[string]struct {
		file []byte
		keys []string
		says string
	}{
		"as it is":                {file, []string{rsa, composite}, "pass: "},
		"its first half":          {changed(halves), []string{rsa, composite}, "fail: The repository's signature over the header inside the package does not verify"},
		"the end of that":         {changed(4627 + 2), []string{rsa, composite}, "fail: "},
		"its second half":         {changed(4627), []string{rsa, composite}, "fail: "},
		"the middle of that":      {changed(2000), []string{composite}, "fail: "},
		"the end":                 {changed(1), []string{composite}, "fail: "},
		"it alone is known":       {file, []string{composite}, "pass: "},
		"half, a stranger's word": {changed(4627), []string{rsa}, "pass: "},
	} {
		t.Run(what, func(t *testing.T) {
			w, reference := servedRPM(t, fedoraBase, "fedora-43", c.file)
			o := options(w)
			o.Anchors = anchoredCertificates(t, "fedora-43", c.keys...)
			r, err := ask(context.Background(), reference, o)
			require.NoError(t, err)
			require.Contains(t, outcome(t, r, "registry-signature"), c.says)
			require.Equal(t, strings.HasPrefix(c.says, "fail"), r.Report.Verdict.Failed)
			if !r.Report.Verdict.Failed {
				require.Contains(t, []string{"RSA, 2048 bits", "ML-DSA-87 with Ed448"}, r.Report.Finding("registry-signature").Facts["key's algorithm"])
			}
		})
	}
}
