package mint

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// The media types of an image's documents (OCI image-spec, media-types.md).
const (
	ociManifest = "application/vnd.oci.image.manifest.v1+json"
	ociIndex    = "application/vnd.oci.image.index.v1+json"
	ociConfig   = "application/vnd.oci.image.config.v1+json"
	ociLayer    = "application/vnd.oci.image.layer.v1.tar+gzip"
)

// An Image is a container image of one layer, for one platform, with an index
// above it; every part can be bent before it is served.
type Image struct {
	*Sigstore
	Registry, API, Name string            // "ghcr.io", the host that is asked, "owner/name"
	Config              map[string]any    // its "config"
	Files               map[string]string // of its layer
	Blobs               map[string][]byte // by digest
	Index, Manifest     []byte
	tags                map[string][]byte
	referrers           []any
}

// NewImage makes an image.
func NewImage(s *Sigstore, registry, api, name string, config map[string]any, files map[string]string) *Image {
	i := &Image{Sigstore: s, Registry: registry, API: api, Name: name, Config: config, Files: files, Blobs: map[string][]byte{}, tags: map[string][]byte{}}
	layer := ImageLayer(files)
	settings := must(json.Marshal(map[string]any{"architecture": "amd64", "os": "linux", "config": config,
		"rootfs": map[string]any{"type": "layers", "diff_ids": []any{}}}))
	i.Manifest = must(json.Marshal(map[string]any{"schemaVersion": 2, "mediaType": ociManifest,
		"config": i.Put(ociConfig, settings), "layers": []any{i.Put(ociLayer, layer)}}))
	platform := i.Put(ociManifest, i.Manifest)
	platform["platform"] = map[string]any{"architecture": "amd64", "os": "linux"}
	i.Index = must(json.Marshal(map[string]any{"schemaVersion": 2, "mediaType": ociIndex, "manifests": []any{platform}}))
	return i
}

// ImageLayer is a compressed layer of files; a name that ends with "/" is a folder.
func ImageLayer(files map[string]string) []byte {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	t := tar.NewWriter(z)
	for _, name := range sortedNames(files) {
		h := &tar.Header{Name: name, Mode: 0o644, Size: int64(len(files[name])), Typeflag: tar.TypeReg}
		must(0, t.WriteHeader(h))
		must(t.Write([]byte(files[name])))
	}
	must(0, t.Close())
	must(0, z.Close())
	return packed.Bytes()
}

// Digest is a document's, as registries write it.
func Digest(doc []byte) string {
	sum := sha256.Sum256(doc)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Put keeps a blob and describes it.
func (i *Image) Put(mediaType string, doc []byte) map[string]any {
	i.Blobs[Digest(doc)] = doc
	return map[string]any{"mediaType": mediaType, "digest": Digest(doc), "size": len(doc)}
}

// Tag lets a tag mean a document.
func (i *Image) Tag(tag string, doc []byte) { i.tags[tag] = doc }

// Statement is one about the image's index, under the image's name.
func (i *Image) Statement(name, predicateType string, predicate any) map[string]any {
	return map[string]any{"_type": "https://in-toto.io/Statement/v1", "predicateType": predicateType, "predicate": predicate,
		"subject": []any{map[string]any{"name": name, "digest": map[string]any{"sha256": strings.TrimPrefix(Digest(i.Index), "sha256:")}}}}
}

// Refer keeps a bundle as a referrer of the index, found by the tag that stands for
// the referrers API.
func (i *Image) Refer(bundle map[string]any) {
	i.ReferAs("application/vnd.dev.sigstore.bundle.v0.3+json", "application/vnd.dev.sigstore.bundle.v0.3+json", must(json.Marshal(bundle)))
}

func (i *Image) refer(artifactType string, layer map[string]any) {
	doc := must(json.Marshal(map[string]any{"schemaVersion": 2, "mediaType": ociManifest, "artifactType": artifactType,
		"config": i.Put("application/vnd.oci.empty.v1+json", []byte("{}")), "layers": []any{layer},
		"subject": map[string]any{"mediaType": ociIndex, "digest": Digest(i.Index), "size": len(i.Index)}}))
	i.referrers = append(i.referrers, i.Put(ociManifest, doc))
	i.Tag(strings.Replace(Digest(i.Index), ":", "-", 1), must(json.Marshal(map[string]any{"schemaVersion": 2, "mediaType": ociIndex, "manifests": i.referrers})))
}

// SignOld signs a document under the image's name as cosign did first: a payload
// under the tag of the digest, signature, certificate and the log's promise in
// annotations.
func (i *Image) SignOld(name string, about []byte, x Signing) {
	payload := must(json.Marshal(map[string]any{"critical": map[string]any{"identity": map[string]any{"docker-reference": name},
		"image": map[string]any{"docker-manifest-digest": Digest(about)}, "type": "cosign container image signature"}, "optional": nil}))
	if x.Time.IsZero() {
		x.Time = i.At
	}
	key := Key(fmt.Sprintf("signer of entry %d", i.Entries))
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: i.Leaf(key, x.SAN, x.Claims, x.Time)})
	sum := sha256.Sum256(payload)
	sig := base64.StdEncoding.EncodeToString(Sign(key, payload))
	body := must(json.Marshal(map[string]any{"apiVersion": "0.0.1", "kind": "hashedrekord", "spec": map[string]any{
		"data":      map[string]any{"hash": map[string]any{"algorithm": "sha256", "value": hex.EncodeToString(sum[:])}},
		"signature": map[string]any{"content": sig, "publicKey": map[string]any{"content": base64.StdEncoding.EncodeToString(cert)}}}}))
	i.Entries++
	index := 100 + i.Entries
	kept := must(json.Marshal(map[string]any{"SignedEntryTimestamp": Promise(body, x.Time, index, i.Rekor),
		"Payload": map[string]any{"body": base64.StdEncoding.EncodeToString(body), "integratedTime": x.Time.Unix(), "logIndex": index, "logID": hex.EncodeToString(LogID(i.Rekor))}}))
	layer := i.Put("application/vnd.dev.cosign.simplesigning.v1+json", payload)
	layer["annotations"] = map[string]any{"dev.cosignproject.cosign/signature": sig, "dev.sigstore.cosign/certificate": string(cert), "dev.sigstore.cosign/bundle": string(kept)}
	i.Tag(strings.Replace(Digest(about), ":", "-", 1)+".sig", must(json.Marshal(map[string]any{"schemaVersion": 2, "mediaType": ociManifest,
		"config": i.Put(ociConfig, []byte("{}")), "layers": []any{layer}})))
}

// SignKey signs a document under a name with a bare key, as cosign does: a payload
// under the tag of the image's digest.
func (i *Image) SignKey(name string, about []byte, key *ecdsa.PrivateKey) {
	payload := must(json.Marshal(map[string]any{"critical": map[string]any{"identity": map[string]any{"docker-reference": name},
		"image": map[string]any{"docker-manifest-digest": Digest(about)}, "type": "cosign container image signature"}, "optional": nil}))
	layer := i.Put("application/vnd.dev.cosign.simplesigning.v1+json", payload)
	layer["annotations"] = map[string]any{"dev.cosignproject.cosign/signature": base64.StdEncoding.EncodeToString(Sign(key, payload))}
	i.Tag(strings.Replace(Digest(i.Index), ":", "-", 1)+".sig", must(json.Marshal(map[string]any{"schemaVersion": 2, "mediaType": ociManifest,
		"config": i.Put(ociConfig, []byte("{}")), "layers": []any{layer}})))
}

// ReferAs keeps a document as a referrer of the index: an artifact of a type, with
// one layer of another.
func (i *Image) ReferAs(artifactType, layerType string, doc []byte) {
	i.refer(artifactType, i.Put(layerType, doc))
}

// Beside puts an attestation manifest for the image into the index, as BuildKit does:
// one layer of each type, said to be of a predicate type.
func (i *Image) Beside(layers map[string][]byte, predicateType string) {
	var all []any
	for _, kind := range slices.Sorted(maps.Keys(layers)) {
		layer := i.Put(kind, layers[kind])
		layer["annotations"] = map[string]any{"in-toto.io/predicate-type": predicateType}
		all = append(all, layer)
	}
	beside := i.Put(ociManifest, must(json.Marshal(map[string]any{"schemaVersion": 2, "mediaType": ociManifest, "config": i.Put(ociConfig, []byte("{}")), "layers": all})))
	beside["platform"] = map[string]any{"architecture": "unknown", "os": "unknown"}
	beside["annotations"] = map[string]any{"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": Digest(i.Manifest)}
	platform := i.Put(ociManifest, i.Manifest)
	platform["platform"] = map[string]any{"architecture": "amd64", "os": "linux"}
	i.Index = must(json.Marshal(map[string]any{"schemaVersion": 2, "mediaType": ociIndex, "manifests": []any{platform, beside}}))
}

// Serve puts the image into the world.
func (i *Image) Serve(w World) {
	base := "https://" + i.API + "/v2/" + i.Name
	i.Blobs[Digest(i.Index)] = i.Index
	for digest, doc := range i.Blobs {
		w[base+"/blobs/"+digest] = Page{Body: doc}
		var m struct {
			SchemaVersion int `json:"schemaVersion"`
		}
		if json.Unmarshal(doc, &m) == nil && m.SchemaVersion == 2 {
			delete(w, base+"/blobs/"+digest)
			w[base+"/manifests/"+digest] = Page{Body: doc}
		}
	}
	for tag, doc := range i.tags {
		w[base+"/manifests/"+tag] = Page{Body: doc}
	}
}

func sortedNames(files map[string]string) []string { return slices.Sorted(maps.Keys(files)) }
