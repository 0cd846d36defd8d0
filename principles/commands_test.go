package principles_test

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/corpus"
	"touchstone/principles"
)

// command is how a line is checked by hand at a repository.
func command(t *testing.T, line, registry string) string {
	t.Helper()
	doc, err := principles.LoadAll()
	require.NoError(t, err)
	for _, c := range doc.Commands {
		if i := slices.IndexFunc(c.By, func(b principles.Command) bool { return b.Registry == registry }); c.Requirement == line && i >= 0 {
			return c.By[i].Run
		}
	}
	require.FailNow(t, "no command", "%s at %s", line, registry)
	return ""
}

// offline is a command without the part that fetches: the file is there.
func offline(t *testing.T, run string) string {
	t.Helper()
	fetch, rest, both := strings.Cut(run, " && ")
	require.True(t, both && regexp.MustCompile(`^(dnf download|fetch|curl) `).MatchString(fetch), run)
	return rest
}

// shell runs a command in a folder; what it printed, and whether it ended well.
func shell(t *testing.T, folder, run string) (string, bool) {
	t.Helper()
	cmd := exec.Command("sh", "-c", run)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "HOME="+folder)
	out, err := cmd.CombinedOutput()
	return string(out), err == nil
}

func tools(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("%s is not here", name)
		}
	}
}

// realCase is a folder with a copy of a file of the corpus.
func realCase(t *testing.T, path, as string) string {
	t.Helper()
	from, there := corpus.Find("..", path)
	if !there {
		t.Skipf("the real case is not beside this checkout: %s", from)
	}
	raw, err := os.ReadFile(from)
	require.NoError(t, err)
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, as), raw, 0o600))
	return folder
}

// An RPM is checked by hand as the commands say: digests without a key, the
// signature once rpm has it.
func TestCommandsForRPM(t *testing.T) {
	tools(t, "rpm", "rpmkeys")
	folder := realCase(t, "corpus/rpm/hello-2.0-1.x86_64-signed.rpm", "hello-2.0-1.x86_64.rpm")
	published, ok := shell(t, folder, offline(t, command(t, "integrity-published", "fedora")))
	require.True(t, ok, published)
	require.Regexp(t, `(?m)^[0-9a-f]{64}$`, published)

	matches := offline(t, command(t, "integrity-matches", "fedora")) + " --dbpath " + folder
	out, _ := shell(t, folder, matches)
	require.Contains(t, out, "Payload SHA256 digest: OK")
	require.Contains(t, out, "Header SHA256 digest: OK")
	require.Contains(t, out, "NOKEY")

	key, there := corpus.Find("..", "corpus/rpm/keys/rpm.org-rsa-2048-test.pub")
	require.True(t, there)
	out, ok = shell(t, folder, "rpmkeys --dbpath "+folder+" --import "+key)
	require.True(t, ok, out)
	signed := command(t, "integrity-bytes-signed", "fedora") + " --dbpath " + folder
	out, ok = shell(t, folder, signed)
	require.True(t, ok, out)
	require.Regexp(t, `Signature, key ID [0-9a-f]+: OK`, out)
	require.NotContains(t, out, "NOKEY")

	path := filepath.Join(folder, "hello-2.0-1.x86_64.rpm")
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	raw[len(raw)-20] ^= 1
	require.NoError(t, os.WriteFile(path, raw, 0o600))
	out, ok = shell(t, folder, signed)
	require.False(t, ok)
	require.Contains(t, out, "BAD")
}

// A package of FreeBSD's catalogue is found with its digest by the command,
// which is told of another name.
func TestCommandForFreeBSD(t *testing.T) {
	tools(t, "tar", "xz")
	folder := realCase(t, "corpus/eco/freebsd/pfsense-2.3.5-core/packagesite.txz", "packagesite.pkg")
	run := strings.Replace(offline(t, command(t, "integrity-published", "freebsd")), `"hello"`, `"pfSense-default-config"`, 1)
	out, ok := shell(t, folder, run)
	require.True(t, ok, out)
	require.Equal(t, 1, strings.Count(out, "\n"))
	require.Regexp(t, `"sum":"[0-9a-f]{64}"`, out)
}

// What skopeo shows of an image is the digest that sha256sum finds in its copy,
// also of an image for several platforms, whose digest is its index's.
func TestCommandsForImages(t *testing.T) {
	tools(t, "skopeo", "sha256sum")
	folder := t.TempDir()
	digest := layout(t, filepath.Join(folder, "made"))
	here := func(run string) string {
		return regexp.MustCompile(`docker://\S+`).ReplaceAllString(run, "oci:made:latest")
	}
	out, ok := shell(t, folder, here(command(t, "integrity-published", "dockerhub")))
	require.True(t, ok, out)
	require.Equal(t, "sha256:"+digest, strings.TrimSpace(out))
	for _, registry := range []string{"dockerhub", "ghcr"} {
		out, ok = shell(t, folder, here(command(t, "integrity-matches", registry)))
		require.True(t, ok, out)
		sums := 0
		for _, line := range strings.Split(out, "\n") {
			sum, name, is := strings.Cut(line, "  ")
			if !is {
				continue
			}
			want := strings.TrimSuffix(name, ".manifest.json")
			if name == "manifest.json" {
				want = digest
			}
			require.Equal(t, want, sum, line)
			sums++
		}
		require.Equal(t, 4, sums, "index, manifest, configuration and layer: %s", out)
	}
}

// layout writes an image for one platform behind an index; the index's digest.
func layout(t *testing.T, folder string) string {
	t.Helper()
	type document map[string]any
	put := func(raw []byte) document {
		sum := sha256.Sum256(raw)
		name := hex.EncodeToString(sum[:])
		path := filepath.Join(folder, "blobs", "sha256", name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, raw, 0o600))
		return document{"digest": "sha256:" + name, "size": len(raw)}
	}
	as := func(d document, kind string) document {
		d["mediaType"] = "application/vnd.oci.image." + kind
		return d
	}
	write := func(d document) []byte {
		raw, err := json.Marshal(d)
		require.NoError(t, err)
		return raw
	}
	var layer bytes.Buffer
	w := tar.NewWriter(&layer)
	require.NoError(t, w.WriteHeader(&tar.Header{Name: "hello", Mode: 0o644, Size: 3}))
	_, err := w.Write([]byte("hi\n"))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	content := as(put(layer.Bytes()), "layer.v1.tar")
	config := as(put(write(document{"architecture": "amd64", "os": "linux", "rootfs": document{"type": "layers", "diff_ids": []any{content["digest"]}}})), "config.v1+json")
	manifest := as(put(write(as(document{"schemaVersion": 2, "config": config, "layers": []document{content}}, "manifest.v1+json"))), "manifest.v1+json")
	manifest["platform"] = document{"architecture": "amd64", "os": "linux"}
	index := as(put(write(as(document{"schemaVersion": 2, "manifests": []document{manifest}}, "index.v1+json"))), "index.v1+json")
	digest := strings.TrimPrefix(index["digest"].(string), "sha256:")
	index["annotations"] = document{"org.opencontainers.image.ref.name": "latest"}
	require.NoError(t, os.WriteFile(filepath.Join(folder, "index.json"), write(document{"schemaVersion": 2, "manifests": []document{index}}), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "oci-layout"), []byte(`{"imageLayoutVersion":"1.0.0"}`), 0o600))
	return digest
}
