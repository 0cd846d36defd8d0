//go:build touchstone_testanchors && !js

package audit_test

import (
	"bytes"
	"context"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"touchstone/internal/fetch"
	"touchstone/internal/mint"
)

// A distribution is CNCF's registry on this machine, as if it stood at the address of
// a public one.
type distribution struct {
	base string // http://127.0.0.1:port
	dir  string
}

// distributed starts one (Debian's package docker-registry), and skopeo's folder.
func distributed(t *testing.T) distribution {
	t.Helper()
	if _, err := exec.LookPath("skopeo"); err != nil {
		t.Skip("skopeo is not installed: a real registry is not tested")
	}
	return started(t, "docker-registry", func(at, dir string) []string {
		config := filepath.Join(dir, "config.yml")
		require.NoError(t, os.WriteFile(config, []byte(fmt.Sprintf("version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: %s}, delete: {enabled: true}}\nhttp: {addr: %s}\n", filepath.Join(dir, "storage"), at)), 0o600))
		return []string{"serve", config}
	})
}

// craned starts the registry of go-containerregistry, which has the referrers API.
func craned(t *testing.T) distribution {
	t.Helper()
	return started(t, "crane", func(at, _ string) []string { return []string{"registry", "serve", "--address", at} })
}

// started starts a registry's program at a free port; args gives its arguments.
func started(t *testing.T, tool string, args func(at, dir string) []string) distribution {
	t.Helper()
	if _, err := exec.LookPath(tool); err != nil {
		t.Skipf("%s is not installed: its registry is not tested", tool)
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	at := free.Addr().String()
	require.NoError(t, free.Close())
	d := distribution{"http://" + at, t.TempDir()}
	serving := exec.Command(tool, args(at, d.dir)...)
	require.NoError(t, serving.Start())
	t.Cleanup(func() { _ = serving.Process.Kill(); _ = serving.Wait() })
	for range 200 {
		if answer, err := http.Get(d.base + "/v2/"); err == nil {
			_ = answer.Body.Close()
			return d
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the registry did not start")
	return d
}

// send sends a request, and gives the answer's status.
func (d distribution) send(t *testing.T, method, path, mediaType string, body []byte) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, d.base+path, bytes.NewReader(body))
	require.NoError(t, err)
	if mediaType != "" {
		r.Header.Set("Content-Type", mediaType)
	}
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, answer.Body)
	if method == http.MethodPost && answer.StatusCode == http.StatusAccepted {
		place := answer.Header.Get("Location")
		separator := "?"
		if strings.Contains(place, "?") {
			separator = "&"
		}
		return d.send(t, http.MethodPut, strings.TrimPrefix(place, d.base)+separator+"digest="+mint.Digest(body), "application/octet-stream", body)
	}
	return answer.StatusCode
}

// push keeps a minted image: its blobs, its manifests, its tags.
func (d distribution) push(t *testing.T, i shipped) {
	t.Helper()
	base := "/v2/" + i.Name
	w := i.world()
	for address, p := range w {
		if strings.Contains(address, "/blobs/") {
			require.Equal(t, http.StatusCreated, d.send(t, http.MethodPost, base+"/blobs/uploads/", "", p.Body))
		}
	}
	// A manifest that names others comes after them.
	for _, wanted := range []func(body string) bool{
		func(body string) bool { return !strings.Contains(body, `"manifests"`) },
		func(body string) bool { return strings.Contains(body, `"manifests"`) },
	} {
		for address, p := range w {
			if _, name, is := strings.Cut(address, "/manifests/"); is && wanted(string(p.Body)) {
				kind := "application/vnd.oci.image.manifest.v1+json"
				if strings.Contains(string(p.Body), `"manifests"`) {
					kind = "application/vnd.oci.image.index.v1+json"
				}
				require.Equal(t, http.StatusCreated, d.send(t, http.MethodPut, base+"/manifests/"+name, kind, p.Body), name)
			}
		}
	}
}

// Do answers in place of the registry's host; others are not there.
func (d distribution) Do(ctx context.Context, r *fetch.Request) (*fetch.Response, error) {
	path, is := strings.CutPrefix(r.URL, "https://ghcr.io/")
	if !is || !strings.HasPrefix(path, "v2/") {
		return &fetch.Response{Status: 404, Body: io.NopCloser(strings.NewReader("{}"))}, nil
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, d.base+"/"+path, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", r.Accept)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	header := map[string]string{}
	for key := range answer.Header {
		header[strings.ToLower(key)] = answer.Header.Get(key)
	}
	return &fetch.Response{Status: answer.StatusCode, Header: header, Body: answer.Body}, nil
}

// TestRealRegistry pushes minted images to CNCF's registry, then does to them what
// can be done there: copies by skopeo, other tags, deletion, other bytes on its disk.
func TestRealRegistry(t *testing.T) {
	d := distributed(t)
	const own = "ghcr.io/example/thing"
	i := ghcrImage()
	i.Tag("v1", i.Index)
	i.Refer(i.Bundle(i.by("example", own)))
	d.push(t, i)
	audit := func(reference string, parts bool) *result {
		o := i.options(t, nil)
		o.Transport, o.Parts, o.Retries = d, parts, -1
		r, err := ask(t.Context(), reference, o)
		require.NoError(t, err)
		return r
	}
	tagged := audit(own+":v1", true)
	require.Equal(t, both(3, 3, 2, 2), levels(tagged), tagged.Report.Text(false))
	require.Contains(t, tagged.Report.Reference, mint.Digest(i.Index))

	// skopeo copies the same bytes to another name, without what is beside them.
	copied := exec.Command("skopeo", "copy", "--all", "--preserve-digests", "--src-tls-verify=false", "--dest-tls-verify=false",
		"docker://"+strings.TrimPrefix(d.base, "http://")+"/example/thing:v1", "docker://"+strings.TrimPrefix(d.base, "http://")+"/stranger/thing:v1")
	out, err := copied.CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Equal(t, both(1, 1, 1, 1), levels(audit("ghcr.io/stranger/thing@"+mint.Digest(i.Index), false)))

	// The tag means something else now; the digest means the same.
	other := shipped{mint.NewImage(i.Sigstore, i.Registry, i.API, i.Name, i.Config, map[string]string{"thing": "another answer\n"})}
	other.Tag("v1", other.Index)
	d.push(t, other)
	moved := audit(own+":v1", false)
	require.Contains(t, moved.Report.Reference, mint.Digest(other.Index))
	require.Equal(t, both(1, 1, 1, 1), levels(moved), moved.Report.Text(false))
	require.Equal(t, both(2, 3, 2, 2), levels(audit(i.pinned(), false)))

	// Other bytes on its disk, under the digest.
	sum := strings.TrimPrefix(mint.Digest(i.Index), "sha256:")
	blob := filepath.Join(d.dir, "storage", "docker", "registry", "v2", "blobs", "sha256", sum[:2], sum, "data")
	require.NoError(t, os.WriteFile(blob, append([]byte(" "), i.Index...), 0o600))
	tampered := audit(i.pinned(), false)
	require.Less(t, levels(tampered)["integrity"][0], 1, tampered.Report.Text(false))
	require.NoError(t, os.WriteFile(blob, i.Index, 0o600))

	// Deleted, it is not there.
	require.Equal(t, http.StatusAccepted, d.send(t, http.MethodDelete, "/v2/example/thing/manifests/"+mint.Digest(i.Index), "", nil))
	o := i.options(t, nil)
	o.Transport, o.Retries = d, -1
	_, err = ask(t.Context(), i.pinned(), o)
	require.ErrorContains(t, err, "has no manifest")
}

// TestSignedByCosign: what cosign 3 itself signs and attests with a key, at real
// registries without and with the referrers API, is read and verified with that key
// alone. Its statements name no repository.
func TestSignedByCosign(t *testing.T) {
	cosign, err := exec.LookPath("cosign")
	if err != nil {
		t.Skip("cosign is not on this machine: what it signs is not tried")
	}
	for name, registry := range map[string]func(*testing.T) distribution{"docker-registry": distributed, "crane": craned} {
		t.Run(name, func(t *testing.T) {
			d := registry(t)
			i := ghcrImage()
			i.Tag("v1", i.Index)
			d.push(t, i)
			place := strings.TrimPrefix(d.base, "http://") + "/" + i.Name + "@" + mint.Digest(i.Index)
			runs := func(args ...string) {
				t.Helper()
				run := exec.CommandContext(t.Context(), cosign, args...)
				run.Dir, run.Env = d.dir, append(os.Environ(), "HOME="+d.dir, "TUF_ROOT="+d.dir, "COSIGN_PASSWORD=")
				out, err := run.CombinedOutput()
				require.NoError(t, err, "%q\n%s", args, out)
			}
			runs("generate-key-pair")
			runs("signing-config", "create", "--out", "nobody.json") // no log, no authority, no network
			public, err := os.ReadFile(filepath.Join(d.dir, "cosign.pub"))
			require.NoError(t, err)
			audit := func(keys []byte) *result {
				o := i.options(t, nil)
				o.Transport, o.Keys, o.Retries = d, keys, -1
				r, err := ask(t.Context(), i.pinned(), o)
				require.NoError(t, err)
				require.Equal(t, both(1, 1, 1, 1), levels(r), r.Report.Text(false))
				return r
			}
			has(t, audit(public), "key-signature", "absent", "No signature")

			bill := filepath.Join(d.dir, "bill.json")
			require.NoError(t, os.WriteFile(bill, []byte(`{"bomFormat":"CycloneDX","specVersion":"1.5","components":[]}`), 0o600))
			for _, made := range [][]string{{"sign"}, {"attest", "--type", "cyclonedx", "--predicate", bill}} {
				runs(append(made, "--yes", "--key", "cosign.key", "--signing-config", "nobody.json", "--allow-http-registry", "--allow-insecure-registry", place)...)
				has(t, audit(public), "key-signature", "pass", "You brought that key")
				has(t, audit(nil), "key-signature", "absent", "Nobody vouches here")
				another := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: mint.SPKI(mint.Key("another"))})
				has(t, audit(another), "key-signature", "absent", "none of those that you brought")
			}
		})
	}
}
