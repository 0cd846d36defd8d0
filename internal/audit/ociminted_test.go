//go:build touchstone_testanchors

package audit_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/evidence"
	"touchstone/internal/fetch"
	"touchstone/internal/mint"
	"touchstone/internal/trust"
)

// shipped is an invented image, and the world that serves it.
type shipped struct{ *mint.Image }

func mintedImage(host, api string) shipped {
	return shipped{mint.NewImage(mint.NewSigstore("images", "rekor.sigstore.dev", mintedAt), host, api, "example/thing",
		map[string]any{"Cmd": []any{"/thing"}, "Labels": map[string]any{"org.opencontainers.image.source": mintedRepo, "org.opencontainers.image.revision": mintedHead, "org.opencontainers.image.base.name": "docker.io/library/alpine:3.20", "org.opencontainers.image.base.digest": "sha256:" + strings.Repeat("a", 64)}},
		map[string]string{"thing": "answer\n"})}
}

func ghcrImage() shipped { return mintedImage("ghcr.io", "ghcr.io") }

func (i shipped) pinned() string { return i.Registry + "/" + i.Name + "@" + mint.Digest(i.Index) }

func (i shipped) world() world {
	w := mint.World{}
	i.Serve(w)
	return world(w)
}

func (i shipped) address(path string) string {
	return "https://" + i.API + "/v2/" + i.Name + "/" + path
}

func (i shipped) options(t testing.TB, w world) circumstances {
	a, err := trust.WithTestAnchors(trust.TestAnchors{SigstoreRoot: i.TrustedRoot(), Taken: at})
	require.NoError(t, err)
	o := options(w)
	o.Anchors = a
	return o
}

// by is what a workflow of an owner on GitHub signs: a statement under a name.
func (i shipped) by(owner, name string) mint.Signing {
	x := mint.GitHubActions("https://github.com/"+owner+"/thing", ".github/workflows/release.yml", "refs/heads/main", mintedHead)
	x.Claims[16] = "https://github.com/" + owner
	x.Statement = i.Statement(name, "https://sigstore.dev/cosign/sign/v1", map[string]any{})
	return x
}

func TestImages(t *testing.T) {
	const own = "ghcr.io/example/thing"
	for name, tt := range map[string]struct {
		image shipped
		sign  func(i shipped)
		bend  func(i shipped, w world)
		how   func(o *circumstances)
		asked func(i shipped) string // empty: by its digest
		want  any
		said  [3]string // a check, its outcome, its words
	}{
		"unsigned": {image: ghcrImage(), want: both(1, 1, 1, 1), said: [3]string{"signer-identity", "absent", "no attestations"}},
		// Its digest is its name, and whoever reads the one reads the other.
		"unsigned, and asked by an evidence file": {image: ghcrImage(), how: func(o *circumstances) { o.Lent = true },
			want: both(1, 1, 1, 1), said: [3]string{"reference-digest", "pass", "exactly"}},
		"signed by its owner": {image: ghcrImage(), sign: func(i shipped) { i.Refer(i.Bundle(i.by("example", own))) },
			want: both(2, 3, 2, 2), said: [3]string{"files-covered", "unknown", "layer 1 of 1"}},
		"signed, with its layers": {image: ghcrImage(), sign: func(i shipped) { i.Refer(i.Bundle(i.by("example", own))) },
			how: func(o *circumstances) { o.Parts = true }, want: both(3, 3, 2, 2), said: [3]string{"files-covered", "pass", "derived"}},
		"signed under another name": {image: ghcrImage(), sign: func(i shipped) { i.Refer(i.Bundle(i.by("example", "ghcr.io/example/other"))) },
			want: both(1, 1, 2, 2), said: [3]string{"name-inside", "absent", "under another name"}},
		"signed by a stranger": {image: ghcrImage(), sign: func(i shipped) { i.Refer(i.Bundle(i.by("stranger", own))) },
			want: both(1, 3, 1, 2), said: [3]string{"signer-identity", "unknown", "not known to speak"}},
		"signed by who is expected": {image: mintedImage("docker.io", "registry-1.docker.io"), sign: func(i shipped) { i.Refer(i.Bundle(i.by("example", "index.docker.io/example/thing"))) },
			how: func(o *circumstances) { o.Expect = evidence.Expectation{Source: mintedRepo} }, want: both(2, 3, 2, 2), said: [3]string{"signer-identity", "pass", "You expect"}},
		"signed by nobody who is known": {image: mintedImage("docker.io", "registry-1.docker.io"), sign: func(i shipped) { i.Refer(i.Bundle(i.by("example", "index.docker.io/example/thing"))) },
			want: both(1, 3, 1, 2), said: [3]string{"signer-identity", "unknown", "own word"}},
		"signed as cosign did first": {image: ghcrImage(), sign: func(i shipped) { i.SignOld(own, i.Index, i.by("example", own)) },
			want: both(2, 3, 1, 2), said: [3]string{"build-attested", "unknown", "only promised"}},
		"a good one beside junk": {image: ghcrImage(), sign: func(i shipped) {
			i.Refer(map[string]any{"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json"})
			i.Refer(i.Bundle(i.by("example", own)))
			bent := i.by("example", own)
			bent.Bend = func(b map[string]any) { b["dsseEnvelope"].(map[string]any)["payload"] = []byte("{}") }
			i.Refer(i.Bundle(bent))
		}, want: both(2, 3, 2, 2), said: [3]string{"attestations-genuine", "pass", "Of the 3"}},
		"more beside it than is read": {image: ghcrImage(), sign: func(i shipped) {
			for n := range 33 {
				i.Refer(map[string]any{"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "n": n})
			}
		}, want: both(1, 3, 1, 2), said: [3]string{"signer-identity", "unknown", "more beside this image"}},
		"junk alone": {image: ghcrImage(), sign: func(i shipped) {
			bent := i.by("example", own)
			bent.Bend = func(b map[string]any) { b["dsseEnvelope"].(map[string]any)["payload"] = []byte("{}") }
			i.Refer(i.Bundle(bent))
		}, want: both(1, 1, 1, 1), said: [3]string{"attestations-genuine", "absent", "counts for nothing"}},
		"a signature of another image": {image: ghcrImage(), sign: func(i shipped) {
			x := i.by("example", own)
			x.Statement["subject"].([]any)[0].(map[string]any)["digest"] = map[string]any{"sha256": strings.Repeat("b", 64)}
			i.Refer(i.Bundle(x))
		}, want: both(1, 1, 1, 1), said: [3]string{"attestations-genuine", "absent", "other bytes"}},
		"another manifest under the digest": {image: ghcrImage(), bend: func(i shipped, w world) {
			w[i.address("manifests/"+mint.Digest(i.Index))] = page{Body: append([]byte(" "), i.Index...)}
		}, want: both(0, 0, 0, 0), said: [3]string{"reference-digest", "fail", ""}},
		"another image of the platform": {image: ghcrImage(), sign: func(i shipped) { i.Refer(i.Bundle(i.by("example", own))) }, bend: func(i shipped, w world) {
			w[i.address("manifests/"+mint.Digest(i.Manifest))] = page{Body: append([]byte(" "), i.Manifest...)}
		}, want: both(0, 0, 0, 0), said: [3]string{"digest-matches", "fail", "manifest of linux/amd64"}},
		"another layer": {image: ghcrImage(), sign: func(i shipped) { i.Refer(i.Bundle(i.by("example", own))) }, bend: func(i shipped, w world) {
			layer := mint.ImageLayer(i.Files)
			w[i.address("blobs/"+mint.Digest(layer))] = page{Body: mint.ImageLayer(map[string]string{"thing": "other!\n"})}
		}, how: func(o *circumstances) { o.Parts = true }, want: both(0, 0, 0, 0), said: [3]string{"digest-matches", "fail", "layer 1 of 1"}},
		"places that cannot be asked": {image: ghcrImage(), bend: func(i shipped, w world) {
			w[i.address("referrers/"+mint.Digest(i.Index))] = page{Status: 429, Body: []byte("later"), Header: map[string]string{"retry-after": "1"}}
		}, want: both(1, 3, 1, 2), said: [3]string{"signer-identity", "unknown", "too many requests"}},
		"no referrers API": {image: ghcrImage(), bend: func(i shipped, w world) {
			w[i.address("referrers/"+mint.Digest(i.Index))] = page{Status: 405, Body: []byte("no")}
		}, want: both(1, 1, 1, 1), said: [3]string{"signer-identity", "absent", ""}},
		"by a tag": {image: ghcrImage(), sign: func(i shipped) { i.Tag("v1", i.Index) }, asked: func(i shipped) string { return own + ":v1" },
			want: both(1, 1, 1, 1), said: [3]string{"reference-digest", "not applicable", ""}},
	} {
		t.Run(name, func(t *testing.T) {
			i := tt.image
			if tt.sign != nil {
				tt.sign(i)
			}
			w := i.world()
			if tt.bend != nil {
				tt.bend(i, w)
			}
			o := i.options(t, w)
			if tt.how != nil {
				tt.how(&o)
			}
			asked := i.pinned()
			if tt.asked != nil {
				asked = tt.asked(i)
			}
			r, err := ask(context.Background(), asked, o)
			require.NoError(t, err)
			hasOutcome(t, r, tt.said[0], tt.said[1], tt.said[2])
			require.Equal(t, tt.want, levels(r), r.Report.Text(false))
		})
	}
}

// TestImageByRelay: a relay's word does for nothing, and a digest in the reference
// does for the record.
func TestImageByRelay(t *testing.T) {
	i := ghcrImage()
	i.Refer(i.Bundle(i.by("example", "ghcr.io/example/thing")))
	i.Tag("v1", i.Index)
	relayed := world{}
	for url, answer := range i.world() {
		relayed[url] = page{Err: errors.New("refused")}
		answer.Header = map[string]string{fetch.RelayMark: fetch.RelayAnswer}
		relayed["https://relay.example/"+strings.TrimPrefix(url, "https://")] = answer
	}
	o := i.options(t, relayed)
	o.Relay = "https://relay.example"
	r, err := ask(context.Background(), i.pinned(), o)
	require.NoError(t, err)
	require.Equal(t, both(2, 3, 2, 2), levels(r), r.Report.Text(false))
	r, err = ask(context.Background(), "ghcr.io/example/thing:v1", o)
	require.NoError(t, err)
	require.Equal(t, both(2, 3, 2, 2), levels(r), "the signed statement names this repository and these bytes")
	raw, err := r.Report.JSON()
	require.NoError(t, err)
	require.Contains(t, string(raw), mint.Digest(i.Index))
}

// TestImageReplayed: what was recorded with its layers is read again with them,
// and nobody has to say so; what was recorded without them stays open.
func TestImageReplayed(t *testing.T) {
	for parts, want := range map[bool]map[string][2]int{true: both(3, 3, 2, 2), false: both(2, 3, 2, 2)} {
		i := ghcrImage()
		i.Refer(i.Bundle(i.by("example", "ghcr.io/example/thing")))
		o := i.options(t, i.world())
		o.Parts = parts
		r, err := ask(context.Background(), i.pinned(), o)
		require.NoError(t, err)
		require.Equal(t, want, levels(r))
		again := i.options(t, world{})
		again.Replay = r.Record
		r, err = ask(context.Background(), i.pinned(), again)
		require.NoError(t, err)
		require.Equal(t, want, levels(r), r.Report.Text(false))
	}
}
