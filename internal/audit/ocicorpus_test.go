//go:build touchstone_testanchors

package audit_test

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"touchstone/internal/corpus"
	"touchstone/internal/evidence"
	"touchstone/internal/mint"
	"touchstone/internal/notary/notarytest"
)

// ociLayout serves an OCI layout (OCI image-spec, image-layout.md) as a repository:
// its blobs by their digests, and what stands in its index by their names.
type ociLayout struct {
	base string // https://host/v2/name
	w    world
}

func newLayout(api, name string) ociLayout {
	return ociLayout{"https://" + api + "/v2/" + name, world{}}
}

func (l ociLayout) put(doc []byte) string {
	d := mint.Digest(doc)
	l.w[l.base+"/blobs/"+d] = page{Body: doc}
	var m struct {
		SchemaVersion int `json:"schemaVersion"`
	}
	if json.Unmarshal(doc, &m) == nil && m.SchemaVersion == 2 {
		l.w[l.base+"/manifests/"+d] = page{Body: doc}
	}
	return d
}

func (l ociLayout) tag(name string, doc []byte) { l.w[l.base+"/manifests/"+name] = page{Body: doc} }

// folder serves a whole layout of the corpus.
func (l ociLayout) folder(t *testing.T, dir string) {
	blobs, err := filepath.Glob(filepath.Join(dir, "blobs", "sha256", "*"))
	require.NoError(t, err)
	for _, path := range blobs {
		l.put(read(t, path))
	}
	l.refer(t)
	var index struct {
		Manifests []struct {
			Digest      string            `json:"digest"`
			Annotations map[string]string `json:"annotations"`
		} `json:"manifests"`
	}
	require.NoError(t, json.Unmarshal(read(t, filepath.Join(dir, "index.json")), &index))
	image := ""
	for _, m := range index.Manifests {
		doc := l.w[l.base+"/manifests/"+m.Digest].Body
		if name := m.Annotations["org.opencontainers.image.ref.name"]; name != "" {
			l.tag(name, doc)
		}
		switch m.Annotations["kind"] { // as cosign saves an image
		case "dev.cosignproject.cosign/image", "dev.cosignproject.cosign/imageIndex":
			image = m.Digest
		case "dev.cosignproject.cosign/atts":
			l.tag(strings.Replace(image, ":", "-", 1)+".att", doc)
		case "dev.cosignproject.cosign/sigs":
			l.tag(strings.Replace(image, ":", "-", 1)+".sig", doc)
		}
	}
}

// refer answers the referrers API from the subjects of what is served.
func (l ociLayout) refer(t *testing.T) {
	about := map[string][]any{}
	for address, p := range l.w {
		var m struct {
			Subject struct {
				Digest string `json:"digest"`
			} `json:"subject"`
		}
		if _, is := strings.CutPrefix(address, l.base+"/manifests/sha256:"); is && json.Unmarshal(p.Body, &m) == nil && m.Subject.Digest != "" {
			about[m.Subject.Digest] = append(about[m.Subject.Digest], map[string]any{"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": mint.Digest(p.Body), "size": len(p.Body)})
		}
	}
	for digest, list := range about {
		raw, err := json.Marshal(map[string]any{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": list})
		require.NoError(t, err)
		l.w[l.base+"/referrers/"+digest] = page{Body: raw}
	}
}

// about keeps a document as a referrer of another, of one type.
func (l ociLayout) about(t *testing.T, subject, kind string, doc []byte) {
	raw, err := json.Marshal(map[string]any{"schemaVersion": 2, "artifactType": kind, "config": map[string]any{"mediaType": "application/vnd.oci.empty.v1+json", "digest": l.put([]byte("{}")), "size": 2},
		"layers":  []any{map[string]any{"mediaType": kind, "digest": l.put(doc), "size": len(doc)}},
		"subject": map[string]any{"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": subject, "size": 1}})
	require.NoError(t, err)
	l.put(raw)
	l.refer(t)
}

// signed keeps one of containers/image's files of a signature as the registry
// does: the payload under the tag of the digest.
func (l ociLayout) signed(t *testing.T, about string, file []byte) {
	_, doc, _ := strings.Cut(string(file), "\n")
	var kept struct {
		MimeType    string            `json:"mimeType"`
		Payload     []byte            `json:"payload"`
		Annotations map[string]string `json:"annotations"`
	}
	require.NoError(t, json.Unmarshal([]byte(doc), &kept))
	config := l.put([]byte("{}"))
	raw, err := json.Marshal(map[string]any{"schemaVersion": 2, "config": map[string]any{"mediaType": "application/vnd.oci.image.config.v1+json", "digest": config, "size": 2},
		"layers": []any{map[string]any{"mediaType": kept.MimeType, "digest": l.put(kept.Payload), "size": len(kept.Payload), "annotations": kept.Annotations}}})
	require.NoError(t, err)
	l.tag(strings.Replace(about, ":", "-", 1)+".sig", raw)
}

// certificate is a signer's, out of the envelope that it signed.
func (l ociLayout) certificate(t *testing.T, name string) []byte {
	for _, p := range l.w {
		var e struct {
			Header struct {
				Chain [][]byte `json:"x5c"`
			} `json:"header"`
		}
		if json.Unmarshal(p.Body, &e) != nil {
			continue
		}
		for _, der := range e.Header.Chain {
			if c, err := x509.ParseCertificate(der); err == nil && c.Subject.CommonName == name {
				return notarytest.PEM(c)
			}
		}
	}
	t.Fatal(name)
	return nil
}

func read(t *testing.T, path string) []byte {
	doc, err := os.ReadFile(path)
	require.NoError(t, err)
	return doc
}

// TestImagesOfTheCorpus audits every real case about images.
func TestImagesOfTheCorpus(t *testing.T) {
	dir := corpus.Path(t, "eco", "oci")
	const slsa = "slsa-framework/example-package.verifier-e2e.all.tag.main.default.slsa3"
	ghcr := func(version string) func(t *testing.T) (ociLayout, string) {
		return func(t *testing.T) (ociLayout, string) {
			l := newLayout("ghcr.io", slsa)
			l.folder(t, filepath.Join(dir, "ghcr-slsa-"+version))
			digest := "sha256:234e2c830c2fb31ac5671789d22adfe44d30c3ee831d01beae5e237841a13122"
			if version == "v1.4.0" {
				digest = "sha256:a74d89d8dd863ca5dae4a29e0feede81ddf59197849a80784af5a02ab7786925"
			}
			return l, "ghcr.io/" + slsa + "@" + digest
		}
	}
	containers := func(name string) func(t *testing.T) (ociLayout, string) {
		return func(t *testing.T) (ociLayout, string) {
			l := newLayout("quay.io", "containers/image")
			at := filepath.Join(dir, "containers-image", name)
			about := l.put(read(t, filepath.Join(at, "manifest.json")))
			l.signed(t, about, read(t, filepath.Join(at, "signature-1")))
			return l, "quay.io/containers/image@" + about
		}
	}
	notation := func(name, digest string) func(t *testing.T) (ociLayout, string) {
		return func(t *testing.T) (ociLayout, string) {
			l := newLayout("quay.io", "notary/"+name)
			l.folder(t, filepath.Join(dir, "notation", "registry", "oci_layout", name))
			return l, "quay.io/notary/" + name + "@sha256:" + digest
		}
	}
	local := func(name string) string { return filepath.Join("notation", "config", "localkeys", name) }
	stamps := filepath.Join("notation", "config", "timestamp", "DigiCertTSARootSHA384.cer")
	// The signer's own certificate, where the corpus has it in the envelope alone.
	const old, stamped = "b8479de3f88fb259a0a9ea82a5b2a052a1ef3c4ebbcfc61482d5ae4c831f8af9", "53b0191218aed9a3c1f7c661736ac40cfc8eb928642348fd843ba3f0483c0c20"
	const unstamped = "f1da8cd70d6d851fa2313c8d6618f79508cf1e86877edf1c0bfe49a1b0a6467a"
	// The image that the bundle is about is go-containerregistry's empty one.
	email := func(t *testing.T) (ociLayout, string) {
		l := newLayout("quay.io", "cosign/repo")
		l.put([]byte(`{"architecture":"","created":"0001-01-01T00:00:00Z","os":"","rootfs":{"type":"layers","diff_ids":null},"config":{}}`))
		about := l.put([]byte(`{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":{"mediaType":"application/vnd.docker.container.image.v1+json","size":115,"digest":"sha256:5b943e2b943f6c81dbbd4e2eca5121f4fcc39139e3d1219d6d89bd925b77d9fe"},"layers":[]}`))
		l.about(t, about, "application/vnd.dev.sigstore.bundle.v0.3+json", read(t, filepath.Join(dir, "cosign", "oci-attestation.sigstore.json")))
		return l, "quay.io/cosign/repo@" + about
	}
	docker := func(t *testing.T) (ociLayout, string) {
		l := newLayout("registry-1.docker.io", "library/debian")
		l.put(read(t, filepath.Join(dir, "docker-official-debian", "blobs", "image-config.json")))
		about := l.put(read(t, filepath.Join(dir, "docker-official-debian", "blobs", "image-manifest.json")))
		l.about(t, about, "application/vnd.in-toto.provenance+dsse", read(t, filepath.Join(dir, "docker", "example_attestation.json")))
		return l, "debian@" + about
	}
	cosign := func(name string) string { return filepath.Join("containers-image", "keys", name) }
	for id, tt := range map[string]struct {
		serve func(t *testing.T) (ociLayout, string)
		keys  []string // what the reader brings
		want  any
		said  [][3]string
		text  string // in the report
	}{
		"oci-ghcr-slsa-v2.1.0": {ghcr("v2.1.0"), nil, both(2, 3, 1, 2), [][3]string{
			{"signer-identity", "pass", "slsa-framework/example-package"}, {"name-inside", "pass", ""}, {"build-attested", "unknown", "only promised"}, {"attestations-genuine", "pass", ""}}, "statements without a signature"},
		"oci-ghcr-slsa-v1.4.0": {ghcr("v1.4.0"), nil, both(1, 1, 1, 1), [][3]string{{"attestations-genuine", "not understood", "intoto"}}, ""},

		"oci-cosign-key-valid":                 {containers("dir-img-cosign-valid"), []string{cosign("cosign.pub")}, both(1, 1, 0, 0), [][3]string{{"key-signature", "pass", "You brought that key"}, {"name-inside", "absent", "without this name"}}, ""},
		"oci-cosign-key-valid, no key":         {containers("dir-img-cosign-valid"), nil, both(1, 1, 0, 0), [][3]string{{"key-signature", "absent", "Nobody vouches here"}}, ""},
		"oci-cosign-key-valid, another key":    {containers("dir-img-cosign-valid"), []string{cosign("cosign2.pub")}, both(1, 1, 0, 0), [][3]string{{"key-signature", "absent", "none of those that you brought"}}, ""},
		"oci-cosign-key-rekor-valid":           {containers("dir-img-cosign-key-rekor-valid"), []string{cosign("cosign2.pub")}, both(1, 1, 0, 0), [][3]string{{"key-signature", "pass", ""}}, ""},
		"oci-cosign-fulcio-rekor-valid":        {containers("dir-img-cosign-fulcio-rekor-valid"), nil, both(1, 3, 0, 0), [][3]string{{"signer-identity", "unknown", "mitr@redhat.com"}}, ""},
		"oci-cosign-modified-manifest":         {containers("dir-img-cosign-modified-manifest"), []string{cosign("cosign.pub")}, both(1, 1, 0, 0), [][3]string{{"key-signature", "absent", "not over these bytes"}}, ""},
		"oci-cosign-modified-manifest, no key": {containers("dir-img-cosign-modified-manifest"), nil, both(1, 1, 0, 0), [][3]string{{"key-signature", "absent", ""}}, ""},
		"oci-cosign-other-attachment":          {containers("dir-img-cosign-other-attachment"), []string{cosign("cosign.pub")}, both(1, 1, 0, 0), [][3]string{{"attestations-genuine", "absent", "no attestations"}, {"key-signature", "absent", "No signature"}}, ""},

		"oci-notation-valid":                      {notation("e2e-valid-signature", old), []string{local("e2e.crt")}, both(1, 1, 0, 0), [][3]string{{"key-signature", "pass", "CN=e2e"}, {"name-inside", "absent", "without this name"}}, ""},
		"oci-notation-valid, nobody":              {notation("e2e-valid-signature", old), nil, both(1, 1, 0, 0), [][3]string{{"key-signature", "unknown", "CN=e2e"}}, ""},
		"oci-notation-valid, another":             {notation("e2e-valid-signature", old), []string{local("new_e2e.crt")}, both(1, 1, 0, 0), [][3]string{{"key-signature", "absent", "none of those that you brought"}}, ""},
		"oci-notation-multiple":                   {notation("e2e-valid-multiple-signatures", old), []string{local("e2e.crt")}, both(1, 1, 0, 0), [][3]string{{"key-signature", "pass", "CN=e2e"}}, ""},
		"oci-notation-multiple, the second":       {notation("e2e-valid-multiple-signatures", old), []string{"testcert11"}, both(1, 1, 0, 0), [][3]string{{"key-signature", "absent", "ran out on 2025-02-18, and nothing proves"}}, ""},
		"oci-notation-expired":                    {notation("e2e-expired-signature", old), []string{local("e2e.crt")}, both(1, 1, 0, 0), [][3]string{{"key-signature", "absent", "By its own word it ran out on 2023-06-27"}}, ""},
		"oci-notation-expired-cert":               {notation("e2e-with-expired-cert", old), []string{local("expired_e2e.crt")}, both(1, 1, 0, 0), [][3]string{{"key-signature", "absent", "ran out on 2023-06-27, and nothing proves"}}, ""},
		"oci-notation-expired-cert, another":      {notation("e2e-with-expired-cert", old), []string{local("e2e.crt")}, both(1, 1, 0, 0), [][3]string{{"key-signature", "absent", "none of those"}}, ""},
		"oci-notation-unsigned":                   {notation("e2e", old), []string{local("e2e.crt")}, both(1, 1, 0, 0), [][3]string{{"attestations-genuine", "absent", ""}, {"key-signature", "absent", "No signature"}}, ""},
		"oci-notation-invalid":                    {notation("e2e-invalid-signature", old), []string{local("e2e.crt")}, both(1, 1, 0, 0), [][3]string{{"key-signature", "not understood", "malformed"}}, ""},
		"oci-notation-timestamp":                  {notation("e2e-with-timestamped-signature", stamped), []string{"testcert7", stamps}, both(1, 1, 0, 0), [][3]string{{"key-signature", "absent", "By its own word it ran out on 2025-01-21"}}, ""},
		"oci-notation-timestamp, unknown stamper": {notation("e2e-with-timestamped-signature", stamped), []string{"testcert7"}, both(1, 1, 0, 0), [][3]string{{"key-signature", "absent", "By its own word it ran out on 2025-01-21"}}, ""},
		"oci-notation-timestamp, another":         {notation("e2e-with-timestamped-signature", stamped), []string{local("e2e.crt")}, both(1, 1, 0, 0), [][3]string{{"key-signature", "absent", "none of those"}}, ""},
		"oci-notation-bad-timestamp":              {notation("e2e-with-invalid-timestamped-signature", unstamped), []string{"testcert7", stamps}, both(1, 1, 0, 0), [][3]string{{"key-signature", "absent", "ran out on 2025-01-22, and nothing proves"}}, ""},
		"oci-bundle-email":                        {email, nil, both(1, 3, 0, 0), [][3]string{{"signer-identity", "unknown", "cody@soyland.com"}, {"attestations-genuine", "pass", ""}}, ""},
		"oci-bundle-email, expected":              {email, nil, both(1, 1, 0, 0), [][3]string{{"signer-identity", "pass", "You expect"}, {"name-inside", "absent", "another name"}, {"build-attested", "absent", ""}}, ""},
		"oci-docker-image-signer":                 {docker, nil, both(1, 1, 0, 0), [][3]string{{"key-signature", "absent", `the key "a0c296026645799b2a297913878e81b0aefff2a0c301e97232f717e14402f3e4", in the form of Docker's own signer`}, {"attestations-genuine", "absent", ""}}, ""},
		"oci-docker-image-signer, a key":          {docker, []string{cosign("cosign.pub")}, both(1, 1, 0, 0), [][3]string{{"key-signature", "absent", "none of those that you brought"}}, ""},
		"oci-official-unsigned": {func(t *testing.T) (ociLayout, string) {
			l := newLayout("registry-1.docker.io", "library/debian")
			l.put(read(t, filepath.Join(dir, "docker-official-debian", "blobs", "image-config.json")))
			about := l.put(read(t, filepath.Join(dir, "docker-official-debian", "blobs", "image-manifest.json")))
			return l, "debian:bookworm-slim@" + about
		}, nil, both(1, 1, 0, 0), [][3]string{{"signer-identity", "absent", ""}, {"digest-matches", "pass", ""}}, ""},
	} {
		t.Run(id, func(t *testing.T) {
			l, reference := tt.serve(t)
			o := options(l.w)
			o.Time = time.Date(2026, time.October, 20, 12, 0, 0, 0, time.UTC) // the anchors of this program are young enough
			for _, name := range tt.keys {
				if !strings.Contains(name, ".") {
					o.Keys = append(o.Keys, l.certificate(t, name)...)
				} else {
					o.Keys = append(o.Keys, read(t, filepath.Join(dir, name))...)
				}
			}
			if strings.HasSuffix(id, ", expected") {
				o.Expect = evidence.Expectation{Signer: "cody@soyland.com https://github.com/login/oauth"}
			}
			r, err := ask(context.Background(), reference, o)
			require.NoError(t, err)
			for _, f := range r.Report.Findings {
				t.Logf("%s: %s: %s", f.Check, f.Outcome, f.Reason)
			}
			for _, s := range tt.said {
				hasOutcome(t, r, s[0], s[1], s[2])
			}
			require.Equal(t, tt.want, levels(r), r.Report.Text(false))
			require.Contains(t, strings.Join(strings.Fields(r.Report.Text(false)), " "), tt.text)
		})
	}
}
