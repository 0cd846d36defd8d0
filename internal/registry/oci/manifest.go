package oci

import (
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"touchstone/internal/digest"
	"touchstone/internal/fetch"
	"touchstone/internal/strictjson"
)

// Bounds of what is read of one image.
const (
	maxManifest  = 4 << 20 // bytes of a manifest (OCI distribution-spec, "Pushing Manifests")
	maxConfig    = 8 << 20 // bytes
	maxPlatforms = 1000    // manifests of an index
	maxLayers    = 256
)

// The media types of manifests (OCI image-spec, media-types.md; Docker's schema 2).
const (
	typeIndex      = "application/vnd.oci.image.index.v1+json"
	typeManifest   = "application/vnd.oci.image.manifest.v1+json"
	typeDockerList = "application/vnd.docker.distribution.manifest.list.v2+json"
	typeDocker     = "application/vnd.docker.distribution.manifest.v2+json"
)

const acceptManifests = typeIndex + ", " + typeManifest + ", " + typeDockerList + ", " + typeDocker

// manifestForm is of both kinds. The first schema is another document: registries
// have stopped serving it, and its digest is not that of its bytes.
var manifestForm = &fetch.Form{Name: "a manifest of schema 2 or OCI", Fits: func(body []byte) bool {
	doc := strictjson.Fields(body)
	return string(doc["schemaVersion"]) == "2" && (doc.Has("manifests") || doc.Has("layers") || doc.Has("config"))
}}

// indexForm is an answer of the referrers API, which is an index too.
var indexForm = &fetch.Form{Name: "an index of manifests", Fits: func(body []byte) bool {
	return strictjson.Fields(body).Has("manifests")
}}

// A descriptor names a document by its digest (OCI image-spec, descriptor.md).
type descriptor struct {
	mediaType, artifactType, algorithm, sum string
	size                                    int64
	data                                    []byte // inside the descriptor itself; nil where it is not
	foreign                                 bool   // it is served somewhere else (urls)
	platform                                string // os/arch[/variant]
	annotations                             strictjson.Object
}

func (d descriptor) digest() string { return d.algorithm + ":" + d.sum }

// A manifest is an index (list is set) or one image or artifact.
type manifest struct {
	list      []descriptor
	config    descriptor
	layers    []descriptor
	subject   string // digest of the manifest that it is about
	kind      string // what it says to be
	annotated strictjson.Object
	isIndex   bool
}

// The keys that are read of a manifest, of a descriptor and of a platform.
var (
	manifestKeys   = []string{"schemaVersion", "mediaType", "artifactType", "config", "layers", "manifests", "subject", "annotations"}
	descriptorKeys = []string{"mediaType", "artifactType", "digest", "size", "urls", "data", "platform", "annotations"}
	platformKeys   = []string{"os", "architecture", "variant"}
)

// respelled names a key that differs from one of those that are read in the case of its
// letters alone; empty for none. Clients that are written in Go take one for the other
// (pkg.go.dev/encoding/json#Unmarshal), and the last of both.
func respelled(doc strictjson.Object, read ...string) string {
	for _, key := range slices.Sorted(maps.Keys(doc)) {
		if !slices.Contains(read, key) && slices.ContainsFunc(read, func(one string) bool { return strings.EqualFold(one, key) }) {
			return key
		}
	}
	return ""
}

func otherSpelling(key string) error {
	return fmt.Errorf("its key %.40q is spelled otherwise than the specification does: readers differ about it", key)
}

// readManifest reads a manifest whole, or not at all.
func readManifest(body []byte) (*manifest, error) {
	doc, err := strictjson.Parse(body)
	if err != nil {
		return nil, err
	}
	if key := respelled(doc, manifestKeys...); key != "" {
		return nil, otherSpelling(key)
	}
	if string(doc["schemaVersion"]) != "2" {
		return nil, fmt.Errorf("its schema version is %.20q; known is 2", doc["schemaVersion"])
	}
	m := &manifest{kind: doc.Text("artifactType"), annotated: doc.Object("annotations")}
	if s := doc.Object("subject"); s != nil {
		m.subject = s.Text("digest")
	}
	switch {
	case doc.Has("manifests") && (doc.Has("layers") || doc.Has("config")):
		return nil, errors.New("it is an index and an image at once: readers differ about it")
	case doc.Has("manifests"):
		m.isIndex = true
		m.list, err = descriptors(doc, "manifests", maxPlatforms)
		return m, err
	}
	if m.config, err = readDescriptor(doc.Object("config")); err != nil {
		return nil, fmt.Errorf("its configuration: %w", err)
	}
	if m.kind == "" {
		m.kind = m.config.mediaType
	}
	m.layers, err = descriptors(doc, "layers", maxLayers)
	return m, err
}

// artifact is the kind of what the manifest holds: its own, or where that says nothing
// (OCI image-spec, manifest.md, "Guidelines for Artifact Usage") that of its first
// layer.
func (m *manifest) artifact(layers []string) string {
	switch m.kind {
	case "", "application/vnd.oci.empty.v1+json", "application/vnd.oci.image.config.v1+json", "application/vnd.unknown.config.v1+json":
		if len(layers) > 0 {
			return layers[0]
		}
	}
	return m.kind
}

func descriptors(doc strictjson.Object, key string, most int) ([]descriptor, error) {
	list := doc.List(key)
	if list == nil && doc.Has(key) && string(doc[key]) != "null" {
		return nil, fmt.Errorf("its %s are no list", key)
	}
	if len(list) > most {
		return nil, fmt.Errorf("it lists %d %s; at most %d are read", len(list), key, most)
	}
	var out []descriptor
	for i, raw := range list {
		d, err := readDescriptor(strictjson.Fields(raw))
		if err != nil {
			return nil, fmt.Errorf("entry %d of its %s: %w", i+1, key, err)
		}
		out = append(out, d)
	}
	return out, nil
}

func readDescriptor(o strictjson.Object) (descriptor, error) {
	if key := cmp.Or(respelled(o, descriptorKeys...), respelled(o.Object("platform"), platformKeys...)); key != "" {
		return descriptor{}, otherSpelling(key)
	}
	algorithm, sum, _ := strings.Cut(o.Text("digest"), ":")
	d := descriptor{mediaType: o.Text("mediaType"), artifactType: o.Text("artifactType"), algorithm: algorithm, sum: sum,
		foreign: len(o.List("urls")) > 0 || strings.Contains(o.Text("mediaType"), "foreign") || strings.Contains(o.Text("mediaType"), "nondistributable"), annotations: o.Object("annotations")}
	if !strings.Contains("sha256 sha384 sha512", algorithm) || algorithm == "" {
		return d, fmt.Errorf("its digest %.80q is of a kind that is not read here", o.Text("digest"))
	}
	if known, err := digest.Hex(algorithm, sum); err != nil || known.Sum != sum {
		return d, fmt.Errorf("%.80q is no digest", o.Text("digest"))
	}
	if err := o.Into("size", &d.size); err != nil || d.size < 0 {
		return d, fmt.Errorf("its size %.40q is no number of bytes", o["size"])
	}
	if text := o.Text("data"); text != "" {
		data, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return d, errors.New("what it carries as its data is no base64")
		}
		d.data = data
	}
	if p := o.Object("platform"); p != nil {
		d.platform = p.Text("os") + "/" + p.Text("architecture")
		if v := p.Text("variant"); v != "" {
			d.platform += "/" + v
		}
	}
	return d, nil
}

// unknownPlatform is that of what BuildKit puts beside the images in an index.
const unknownPlatform = "unknown/unknown"

// chosen is the manifest of an index that is looked into: the one of the
// architecture asked for; else of amd64, else the first; -1 for none.
func (m *manifest) chosen(arch string) int {
	first := -1
	for i, d := range m.list {
		if d.platform == unknownPlatform || d.mediaType != typeManifest && d.mediaType != typeDocker {
			continue
		}
		own := strings.TrimPrefix(d.platform, "linux/")
		if arch != "" && (own == arch || !strings.Contains(arch, "/") && strings.HasPrefix(own, arch+"/")) {
			return i
		}
		if first < 0 {
			first = i
		}
	}
	if arch != "" {
		return -1
	}
	for i, d := range m.list {
		if d.platform == "linux/amd64" {
			return i
		}
	}
	return first
}

// alike counts the images of an index that are for the same platform as one, and that
// one.
func (m *manifest) alike(one descriptor) int {
	seen := map[string]bool{}
	for _, d := range m.list {
		if d.platform == one.platform && (d.mediaType == typeManifest || d.mediaType == typeDocker) {
			seen[d.digest()] = true
		}
	}
	return len(seen)
}

// platforms are those of an index's images, each once.
func (m *manifest) platforms() []string {
	var out []string
	seen := map[string]bool{}
	for _, d := range m.list {
		if d.platform != "" && d.platform != unknownPlatform && !seen[d.platform] {
			seen[d.platform] = true
			out = append(out, d.platform)
		}
	}
	return out
}
