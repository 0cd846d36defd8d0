package purl

import (
	"slices"
	"strings"

	"touchstone/internal/hostname"
)

// ociDialect is the row of container images. A reference names the registry and
// the repository in repository_url, as purl-spec has it (types/oci-definition):
// the digest of a manifest is the version, and a tag is a moving name.
func ociDialect() *dialect {
	image := func(verbs ...string) *tool {
		return &tool{verbs: verbs, valued: []string{"--platform", "--key", "--certificate-identity", "--certificate-oidc-issuer", "--certificate-identity-regexp", "--certificate-oidc-issuer-regexp", "--type"}, read: readImageOperand}
	}
	docker := image("pull", "run", "create", "image pull", "image inspect", "manifest inspect", "inspect", "scout cves", "scout quickview")
	docker.valued = append(docker.valued, "-p", "--publish", "-v", "--volume", "-e", "--env", "--name", "--network", "-w", "-u")
	docker.runs = []string{"run", "create"}
	hosts := map[string]func(address) (Ref, error){
		"hub.docker.com": readHubPage, "gallery.ecr.aws": readGalleryPage,
	}
	for _, host := range []string{"docker.io", "index.docker.io", "registry-1.docker.io", "ghcr.io", "quay.io", "gcr.io", "registry.k8s.io", "k8s.gcr.io",
		"mcr.microsoft.com", "public.ecr.aws", "lscr.io", "cgr.dev", "registry.access.redhat.com", "registry.redhat.io", "registry.gitlab.com", "dhi.io"} {
		hosts[host] = readImageAddress
	}
	return &dialect{
		typ: OCI, name: "GitHub Container Registry", many: "container images", one: "container image", page: "ghcr",
		read: newOCI, flat: true, wordless: true,
		qualifiers: map[string]func(*Ref, string) error{
			"repository_url": readRepositoryURL, "tag": readImageTag, "arch": readImageArch,
		},
		hosts: hosts,
		tools: map[string]*tool{
			"docker": docker, "podman": docker, "nerdctl": docker,
			"crane":  image("digest", "manifest", "config", "pull", "ls", "validate"),
			"skopeo": image("inspect"), "oras": image("pull", "discover", "manifest fetch"),
			"cosign": image("verify", "verify-attestation", "tree", "download attestation", "download signature", "triangulate"),
		},
		text: readImageText,
		file: readImageFile,
		word: readImageWord,
	}
}

// dockerDialect reads purls of Docker's own type: they name images of Docker Hub,
// or of another registry, and become those of the row above.
func dockerDialect() *dialect {
	return &dialect{
		typ: "docker", name: "Docker Hub", many: "Docker images", page: "dockerhub",
		spelled: func(path, version string) (Ref, error) { return newImage(dockerHub, hubPath(path), version) },
		qualifiers: map[string]func(*Ref, string) error{
			"repository_url": func(ref *Ref, value string) error {
				path := strings.TrimPrefix(ref.Qualifiers["repository_url"], dockerHub+"/")
				host := imageHost(strings.TrimRight(strings.TrimPrefix(value, "https://"), "/"))
				if host != dockerHub {
					path = strings.TrimPrefix(path, "library/")
				}
				return readRepositoryURL(ref, host+"/"+path)
			},
			"tag": readImageTag, "arch": readImageArch,
			"platform": func(ref *Ref, value string) error { return readImageArch(ref, strings.TrimPrefix(value, "linux/")) },
		},
	}
}

// dockerHub is Docker Hub, as images name it.
const dockerHub = "docker.io"

// imageHost is a registry's host as images name it.
func imageHost(host string) string {
	switch host = hostname.Lower(host); host {
	case "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com", "hub.docker.com":
		return dockerHub
	case "k8s.gcr.io":
		return "registry.k8s.io"
	}
	return host
}

// hubPath is a path on Docker Hub: a name alone is one of its own images.
func hubPath(path string) string {
	if strings.Contains(path, "/") {
		return path
	}
	return "library/" + path
}

// newOCI makes a reference of the last part of a repository's name; the registry
// is in repository_url.
func newOCI(name, version string) (Ref, error) {
	if !imagePath(name) || strings.Contains(name, "/") {
		return Ref{}, badName("Container image", name, imageRule)
	}
	ref := Ref{Type: OCI, Name: name}
	return ref, imageVersion(&ref, version)
}

// newImage makes a reference of an image at a registry.
func newImage(host, path, version string) (Ref, error) {
	if !imagePath(path) {
		return Ref{}, badName("Container image", path, imageRule)
	}
	ref := Ref{Type: OCI, Name: path[strings.LastIndexByte(path, '/')+1:], Qualifiers: map[string]string{"repository_url": host + "/" + path}}
	return ref, imageVersion(&ref, version)
}

const imageRule = "They hold lower-case letters and digits, with single . or _, or __ or dashes between them, and / between parts."

// imageVersion takes a digest, or a tag, in a reference.
func imageVersion(ref *Ref, version string) error {
	switch {
	case version == "":
		return nil
	case strings.Contains(version, ":"):
		d, err := imageDigest(version)
		if err != nil {
			return err
		}
		if ref.Version != "" && ref.Version != version {
			return fail(Malformed, "Two digests are named. Paste one.")
		}
		if ref.Version = d.String(); !slices.Contains(ref.Digests, d) {
			ref.Digests = append(ref.Digests, d)
		}
		return nil
	}
	return readImageTag(ref, version)
}

// imageDigest reads a digest of a manifest (OCI image-spec, descriptor.md,
// "Digests"), in the form in which registries take it.
func imageDigest(text string) (Digest, error) {
	algorithm, value, _ := strings.Cut(text, ":")
	d, err := hexDigest(algorithm, value)
	if algorithm != "sha256" && algorithm != "sha512" || err != nil || d.Value != value {
		return Digest{}, fail(BadVersion, "%s is no digest of an image. One reads sha256: and 64 hexadecimal digits, or sha512: and 128.", shown(text))
	}
	return d, nil
}

// readImageTag takes a tag (OCI distribution-spec, "Pulling manifests").
func readImageTag(ref *Ref, tag string) error {
	for i, c := range []byte(tag) {
		if !alphanumeric(c) && c != '_' && (i == 0 || c != '.' && c != '-') {
			return fail(BadVersion, "%s is no tag of an image. Tags hold letters, digits and ._-.", shown(tag))
		}
	}
	if tag == "" || len(tag) > 128 {
		return fail(BadVersion, "%s is no tag of an image: one has 1 to 128 characters.", shown(tag))
	}
	ref.setQualifier("tag", tag)
	if ref.Version == "" {
		ref.Tag = tag
		ref.note("moving", "The tag %s is a moving name: nobody signs which image it means. Checked is the image that it means now, by its digest.", tag)
	}
	return nil
}

// readImageArch takes a platform: an architecture, and perhaps its variant.
func readImageArch(ref *Ref, arch string) error {
	name, variant, _ := strings.Cut(arch, "/")
	for _, part := range []string{name, "x" + variant} {
		if strings.Trim(part, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" || part == "" || len(part) > 20 {
			return fail(RefusedQualifier, "%s is no architecture. One reads amd64, arm64 or arm/v7.", shown(arch))
		}
	}
	ref.setQualifier("arch", arch)
	return nil
}

// readRepositoryURL takes the registry and the repository. Its last part may be
// the name, or what stands before it (purl-spec's examples have both).
func readRepositoryURL(ref *Ref, value string) error {
	value = strings.TrimRight(strings.TrimPrefix(value, "https://"), "/")
	host, path, _ := strings.Cut(value, "/")
	host = imageHost(host)
	if path != ref.Name && !strings.HasSuffix(path, "/"+ref.Name) {
		path = strings.TrimPrefix(path+"/"+ref.Name, "/")
	}
	if host == dockerHub {
		path = hubPath(path)
	}
	if !hostname.Valid(host) || !imagePath(path) {
		return fail(RefusedQualifier, "%s is no registry and repository. One reads ghcr.io/owner/name.", shown(value))
	}
	ref.setQualifier("repository_url", host+"/"+path)
	return nil
}

// imagePath tells whether a text is a repository's name (OCI distribution-spec,
// "Pulling manifests"): parts of letters and digits, between which stand one "."
// or "_", two "_", or dashes.
func imagePath(path string) bool {
	if len(path) > 255 {
		return false
	}
	for part := range strings.SplitSeq(path, "/") {
		words := strings.FieldsFunc(part, func(c rune) bool { return strings.ContainsRune("._-", c) })
		if len(words) == 0 || !strings.HasPrefix(part, words[0]) || !strings.HasSuffix(part, words[len(words)-1]) {
			return false
		}
		rest := part
		for i, word := range words {
			if strings.Trim(word, "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
				return false
			}
			if i > 0 {
				between, after, _ := strings.Cut(rest, word)
				if between != "." && between != "_" && between != "__" && strings.Trim(between, "-") != "" {
					return false
				}
				rest = after
				continue
			}
			rest = strings.TrimPrefix(rest, word)
		}
	}
	return true
}

// readImage reads an image as clients write it: [host/]path[:tag][@digest]
// (distribution/reference).
func readImage(text string) (Ref, error) {
	name, sum, pinned := strings.Cut(text, "@")
	tag := ""
	if i := strings.LastIndexByte(name, ':'); i > strings.LastIndexByte(name, '/') {
		name, tag = name[:i], name[i+1:]
		if tag == "" {
			return Ref{}, fail(BadVersion, "Nothing follows the colon of %s. Give a tag, or a digest.", shown(text))
		}
	}
	host, path, found := strings.Cut(name, "/")
	if !found || !strings.ContainsAny(host, ".:") && host != "localhost" {
		host, path = dockerHub, name
	}
	if host = imageHost(host); host == dockerHub {
		path = hubPath(path)
	}
	if !hostname.Valid(host) {
		return Ref{}, fail(BadName, "%s is no public registry. Paste an image of one, such as ghcr.io/owner/name.", shown(host))
	}
	ref, err := newImage(host, path, "")
	if err != nil {
		return Ref{}, err
	}
	if pinned {
		if err := imageVersion(&ref, sum); err != nil {
			return Ref{}, err
		}
		if !strings.Contains(sum, ":") {
			return Ref{}, fail(BadVersion, "%s is no digest of an image. One reads sha256: and 64 hexadecimal digits.", shown(sum))
		}
	}
	if tag != "" {
		err = readImageTag(&ref, tag)
	}
	return ref, err
}
