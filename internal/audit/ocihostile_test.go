//go:build touchstone_testanchors

package audit_test

import (
	"crypto/sha512"
	"encoding/hex"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/audit"
	"touchstone/internal/corpus"
	"touchstone/internal/mint"
)

// TestHostileImages: what registries answer that is no image as it should be. No
// answer raises a level above the good one's, and none is an accusation without a
// digest that differs.
func TestHostileImages(t *testing.T) {
	const own = "ghcr.io/example/thing"
	index := func(list []any) []byte {
		raw, err := json.Marshal(map[string]any{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": list})
		require.NoError(t, err)
		return raw
	}
	edited := func(i shipped, edit func(d map[string]any)) {
		var doc struct {
			Manifests []map[string]any `json:"manifests"`
		}
		require.NoError(t, json.Unmarshal(i.Index, &doc))
		edit(doc.Manifests[0])
		i.Image.Index = index([]any{doc.Manifests[0]})
	}
	for name, tt := range map[string]struct {
		image func(i shipped)          // before it is signed
		bend  func(i shipped, w world) // what is served
		want  any
		text  string // in the report, white space as one
	}{
		"200 platforms": {image: func(i shipped) {
			var list []any
			for n := range 200 {
				d := i.Put("application/vnd.oci.image.manifest.v1+json", i.Manifest)
				d["platform"] = map[string]any{"os": "linux", "architecture": "cpu" + strings.Repeat("x", n%7), "variant": string(rune('a' + n%26))}
				list = append(list, d)
			}
			i.Image.Index = index(list)
		}, want: both(2, 3, 2, 2), text: "and others"},
		"2000 platforms": {image: func(i shipped) {
			var list []any
			for range 2000 {
				list = append(list, i.Put("application/vnd.oci.image.manifest.v1+json", i.Manifest))
			}
			i.Image.Index = index(list)
		}, want: both(2, 2, 1, 1), text: "at most 1000 are read"},
		"a web page in the place of the manifest": {bend: func(i shipped, w world) {
			w[i.address("manifests/"+mint.Digest(i.Index))] = page{Body: []byte("<html>Sign in</html>")}
		}, want: both(0, 3, 0, 2), text: "manifest"},
		"too many requests": {bend: func(i shipped, w world) {
			w[i.address("manifests/"+mint.Digest(i.Index))] = page{Status: 429, Body: []byte("{}"), Header: map[string]string{"Retry-After": "3600"}}
		}, want: both(0, 3, 0, 2), text: "429"},
		"schema 1": {image: func(i shipped) {
			i.Image.Index = []byte(`{"schemaVersion":1,"name":"example/thing","tag":"latest","fsLayers":[{"blobSum":"sha256:aa"}],"history":[]}`)
		}, bend: func(i shipped, w world) {
			w[i.address("manifests/"+mint.Digest(i.Index))] = page{Body: i.Index}
		}, want: both(0, 3, 0, 2), text: "a manifest of schema 2 or OCI"},
		"an index that lies about a size": {image: func(i shipped) { edited(i, func(d map[string]any) { d["size"] = 7 }) }, want: both(2, 3, 2, 2)},
		"an index that lies about a digest": {image: func(i shipped) {
			edited(i, func(d map[string]any) { d["digest"] = "sha256:" + strings.Repeat("c", 64) })
		}, bend: func(i shipped, w world) {
			w[i.address("manifests/sha256:"+strings.Repeat("c", 64))] = page{Body: i.Manifest}
		}, want: both(0, 0, 0, 0)},
		"an index that names no digest": {image: func(i shipped) { edited(i, func(d map[string]any) { d["digest"] = "sha256:short" }) }, want: both(2, 2, 1, 1), text: "is no digest"},
		"an index and an image at once": {image: func(i shipped) {
			i.Image.Index = []byte(strings.Replace(string(i.Index), `{"manifests"`, `{"layers":[],"manifests"`, 1))
		}, want: both(2, 2, 1, 1), text: "readers differ"},
		"a platform's manifest under SHA-512": {image: func(i shipped) {
			sum := sha512.Sum512(i.Manifest)
			edited(i, func(d map[string]any) { d["digest"] = "sha512:" + hex.EncodeToString(sum[:]) })
		}, bend: func(i shipped, w world) {
			sum := sha512.Sum512(i.Manifest)
			w[i.address("manifests/sha512:"+hex.EncodeToString(sum[:]))] = page{Body: i.Manifest}
		}, want: both(2, 3, 2, 2)},
		"the same platform twice": {image: func(i shipped) {
			other := mint.NewImage(i.Sigstore, i.Registry, i.API, i.Name, i.Config, map[string]string{"thing": "another\n"})
			maps.Copy(i.Blobs, other.Blobs)
			platform := map[string]any{"os": "linux", "architecture": "amd64"}
			one, two := i.Put("application/vnd.oci.image.manifest.v1+json", i.Manifest), i.Put("application/vnd.oci.image.manifest.v1+json", other.Manifest)
			one["platform"], two["platform"] = platform, platform
			i.Image.Index = index([]any{one, two, one})
		}, want: both(2, 3, 2, 2), text: "The index names 2 images of linux/amd64. Looked into is the first; a client may take another."},
		"a web page in the place of the referrers": {bend: func(i shipped, w world) {
			w[i.address("referrers/"+mint.Digest(i.Index))] = page{Body: []byte("<html>Sign in</html>")}
			w[i.address("manifests/"+strings.Replace(mint.Digest(i.Index), ":", "-", 1))] = page{Body: []byte("<html>Sign in</html>")}
		}, want: both(1, 3, 1, 2), text: "a web page"},
		"a web page in the place of the configuration": {bend: func(i shipped, w world) {
			for address, p := range w {
				if strings.Contains(string(p.Body), `"architecture":"amd64","config"`) {
					w[address] = page{Body: []byte("<html>Sign in</html>")}
				}
			}
		}, want: both(2, 3, 1, 2), text: "a web page, and not with a JSON document"},
		"a web page in the place of a signature": {bend: func(i shipped, w world) {
			for address, p := range w {
				if strings.Contains(string(p.Body), `"dsseEnvelope"`) {
					w[address] = page{Body: []byte("<html>Sign in</html>")}
				}
			}
		}, want: both(1, 3, 1, 2), text: "another digest than is stated"},
		"a referrer that names another subject": {bend: func(i shipped, w world) {
			bundle, err := json.Marshal(i.Bundle(i.by("example", own)))
			require.NoError(t, err)
			kind := "application/vnd.dev.sigstore.bundle.v0.3+json"
			doc, err := json.Marshal(map[string]any{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "artifactType": kind,
				"config": i.Put("application/vnd.oci.empty.v1+json", []byte("{}")), "layers": []any{i.Put(kind, bundle)},
				"subject": map[string]any{"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": mint.Digest(i.Manifest), "size": len(i.Manifest)}})
			require.NoError(t, err)
			i.Tag(strings.Replace(mint.Digest(i.Index), ":", "-", 1), index([]any{i.Put("application/vnd.oci.image.manifest.v1+json", doc)}))
			i.Serve(mint.World(w))
		}, want: both(1, 1, 1, 1), text: "no attestations"},
		"a referrer about something else": {bend: func(i shipped, w world) {
			for address, p := range w {
				if strings.Contains(address, "/manifests/") {
					w[address] = page{Body: []byte(strings.ReplaceAll(string(p.Body), `"subject":{"digest":"sha256:`, `"subject":{"digest":"sha256:0`))}
				}
			}
		}, want: both(1, 1, 1, 1), text: "no attestations"},
	} {
		t.Run(name, func(t *testing.T) {
			i := ghcrImage()
			if tt.image != nil {
				tt.image(i)
			}
			i.Refer(i.Bundle(i.by("example", own)))
			w := i.world()
			if tt.bend != nil {
				tt.bend(i, w)
			}
			o := i.options(t, w)
			o.Retries = -1
			r, err := ask(t.Context(), i.pinned(), o)
			require.NoError(t, err)
			require.Contains(t, strings.Join(strings.Fields(r.Report.Text(false)), " "), tt.text)
			require.Equal(t, tt.want, levels(r), r.Report.Text(false))
		})
	}
}

// TestImageMutants bends one byte of one document of a signed image, layers and all:
// no change raises a level, or lets it stand where the document is under the digest.
func TestImageMutants(t *testing.T) {
	i := ghcrImage()
	i.Refer(i.Bundle(i.by("example", "ghcr.io/example/thing")))
	good := i.world()
	o := i.options(t, good)
	o.Parts = true
	r, err := ask(t.Context(), i.pinned(), o)
	require.NoError(t, err)
	best := levels(r)
	require.Equal(t, both(3, 3, 2, 2), best)
	var addresses []string
	for _, a := range r.Report.Sources {
		if p, there := good[a.URL]; there && len(p.Body) > 0 {
			addresses = append(addresses, a.URL)
		}
	}
	require.Greater(t, len(addresses), 4)
	tries := 60
	if corpus.Whole() {
		tries = 3000
	}
	random := rand.New(rand.NewPCG(20, 1))
	under := 0
	for range tries {
		address := addresses[random.IntN(len(addresses))]
		w := world{}
		for a, p := range good {
			w[a] = p
		}
		body := append([]byte(nil), good[address].Body...)
		body[random.IntN(len(body))] ^= 1 << random.IntN(8)
		w[address] = page{Body: body}
		o.Transport = w
		auditor, err := audit.New(o.Options)
		require.NoError(t, err)
		q := o.Question
		q.Pasted = i.pinned()
		told, err := auditor.Audit(t.Context(), q)
		require.NoError(t, err, address)
		bent := &result{Report: told}
		for track, l := range levels(bent) {
			require.LessOrEqual(t, l[0], best[track][0], address)
		}
		if strings.HasSuffix(address, mint.Digest(i.Index)) || strings.HasSuffix(address, mint.Digest(i.Manifest)) {
			under++
			require.NotEqual(t, best, levels(bent), "%s is bent, and nothing is said", address)
		}
	}
	t.Logf("%d mutants of %d documents, %d of them of index and manifest", tries, len(addresses), under)
}
