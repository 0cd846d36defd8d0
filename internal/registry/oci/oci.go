// Package oci translates the dialect of container registries: OCI's distribution
// and image specifications, Docker's schema 2, and the places in which signatures
// and statements about an image are kept beside it.
//
// The package file is the manifest that a digest names: an index of several
// platforms, or one image. Configuration and layers are its parts.
package oci

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"strings"

	"touchstone/internal/digest"
	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
)

// Registry is the adapter.
type Registry struct{}

var _ registry.Registry = Registry{}

// Type is "oci".
func (Registry) Type() string { return "oci" }

// Name is what people call such repositories; a release names its own.
func (Registry) Name() string { return "a container registry" }

// Hosts are those of the registries in the table.
func (Registry) Hosts() []fetch.Host { return hosts() }

// A located image is one digest of one repository.
type located struct {
	*place
	repository string // without the host
	sum        string // "sha256:…"
}

// image is how clients write the repository.
func (at located) image() string { return at.host + "/" + at.repository }

func (at located) base() string { return "https://" + at.api + "/v2/" + at.repository }

// manifest asks for a manifest by a tag or digest.
func (at located) manifest(reference, step string) fetch.Request {
	return fetch.Request{URL: at.base() + "/manifests/" + reference, Accept: acceptManifests, Step: step, Limit: maxManifest,
		Form: manifestForm, Immutable: strings.Contains(reference, ":")}
}

func (at located) blob(d descriptor, step string, limit int64) fetch.Request {
	return fetch.Request{URL: at.base() + "/blobs/" + d.digest(), Step: step, Limit: limit, Immutable: true}
}

// Resolve learns which manifest is meant, then asks for what it names and for
// what is kept beside it.
//
//  1. Registry and repository.
//  2. The manifest: by its digest, or by a tag, whose digest it has.
//  3. The image of one platform, its configuration, its layers.
//  4. Signatures and statements.
func (r Registry) Resolve(ctx context.Context, c *fetch.Session, ref purl.Ref, v registry.Visit) (*registry.Release, error) {
	// 1.
	at, notes, err := locate(ref)
	if err != nil {
		return nil, err
	}
	// 2.
	asked := at.sum
	if asked == "" {
		asked = ref.Tag
		if asked == "" {
			asked = "latest"
			notes = append(notes, purl.Note{Kind: "moving", Text: "You gave no tag and no digest. Checked is what the tag latest means now. Nobody signs that."})
		}
	}
	answer, err := c.Get(ctx, at.manifest(asked, "manifest"))
	if err != nil {
		return nil, err
	}
	link := registry.Link{Name: "manifest", Answer: answer}
	if at.sum == "" {
		link.Name = "tag"
		if at.sum, err = resolved(at, asked, answer); err != nil {
			return nil, err
		}
		notes = append(notes, purl.Note{Kind: "moving", Text: fmt.Sprintf("The tag %s means %s now. Pin that digest: nobody signs what a tag means.", asked, at.sum)})
	} else if answer.State == fetch.NotThere {
		return nil, purl.Refuse(purl.Missing, "%s has no manifest %.80s in %s. It may have been deleted, or never been public.", at.name, at.sum, at.image())
	}
	if answer.State == fetch.Found {
		link.States = stated(at.sum)
	}
	rel := r.release(ref, at, link, notes)
	if answer.State != fetch.Found {
		rel.File.Attestations.Answer = fetch.Answer{State: fetch.Unknown, Route: answer.Route, Reason: "the manifest could not be fetched, so nothing beside it was asked for"}
		rel.File.Detached = (&find{out: rel.File.Attestations, open: &rel.File.Attestations.Answer}).detached()
		return rel, nil
	}
	// 3. and 4.
	var found *find
	err = fetch.Together(
		func() error { return r.inside(ctx, c, rel, at, answer.Body, ref.Qualifiers["arch"]) },
		func() (err error) {
			found, err = attestationsOf(ctx, c, at, rel.File.Attestations)
			return err
		},
	)
	rel.File.Attestations, rel.File.Detached = found.out, found.detached()
	found.tell(rel)
	return rel, err
}

// locate reads registry and repository out of the reference.
func locate(ref purl.Ref) (located, []purl.Note, error) {
	var notes []purl.Note
	full := ref.Qualifiers["repository_url"]
	if full == "" {
		full = "docker.io/library/" + ref.Name
		notes = append(notes, purl.Note{Kind: "guess", Text: "The reference names no registry. Read as " + full + "."})
	}
	host, path, _ := strings.Cut(full, "/")
	p := placeOf(host)
	if p == nil {
		var known []string
		for _, p := range places {
			known = append(known, p.host)
		}
		return located{}, nil, purl.Refuse(purl.RefusedQualifier, "The registry %.100q is none of those that are asked here: %s.", host, strings.Join(known, ", "))
	}
	return located{place: p, repository: path, sum: ref.Version}, notes, nil
}

// resolved is the digest that a tag means.
func resolved(at located, tag string, a fetch.Answer) (string, error) {
	switch a.State {
	case fetch.NotThere:
		return "", purl.Refuse(purl.Missing, "%s has no image %s with the tag %s.", at.name, at.image(), tag)
	case fetch.Unknown:
		return "", purl.Refuse(purl.BadVersion, "What the tag %s of %s means could not be learned: %s. Give a digest, or try again.", tag, at.image(), a.Reason)
	}
	sum := sha256.Sum256(a.Body)
	return "sha256:" + hex.EncodeToString(sum[:]), nil
}

// stated is the digest by which a manifest is served.
func stated(sum string) []registry.Stated {
	algorithm, value, _ := strings.Cut(sum, ":")
	d, err := digest.Hex(algorithm, value)
	if err != nil {
		return nil
	}
	return []registry.Stated{{Of: registry.OfArtifact, Algorithm: d.Algorithm, Value: d.Sum}}
}

func (r Registry) release(ref purl.Ref, at located, link registry.Link, notes []purl.Note) *registry.Release {
	exact := ref
	exact.Version, exact.Tag = at.sum, ""
	exact.Qualifiers = maps.Clone(ref.Qualifiers)
	if exact.Qualifiers == nil {
		exact.Qualifiers = map[string]string{}
	}
	exact.Qualifiers["repository_url"] = at.image()
	algorithm, _, _ := strings.Cut(at.sum, ":")
	rel := &registry.Release{
		Ref: exact, Repository: at.name, Chain: []registry.Link{link}, Notes: notes,
		File: registry.File{
			Request: at.manifest(at.sum, "manifest"), Format: "image", Inspector: &inspector{unread: "Its configuration was not read."},
			Parts:        []registry.Part{},
			Pieces:       "layers",
			Attestations: registry.Attestations{Open: true, Subject: registry.Expected{Names: []string{at.image()}, Means: at.means, Algorithm: algorithm, ByDigest: true}, PublishTypes: []string{signedType, signType}},
		},
		Source: registry.Source{Route: link.Answer.Route, Asked: link.Answer.State},
		Index:  registry.Index{State: link.Answer.State},
		Installer: registry.Installer{Name: "docker pull", RefusesWrongDigest: true,
			Caveat: "It compares manifest and layers with their digests, and looks at no signature. A tag is whatever the registry says at the moment.",
			Source: "https://docs.docker.com/reference/cli/docker/image/pull/#pull-an-image-by-digest-immutable-identifier"},
		Commands: commands(at),
	}
	if at.owner != "" {
		owner, _, _ := strings.Cut(at.repository, "/")
		rel.Publishers = []registry.Publisher{{Issuer: at.issuer, Owner: at.owner + owner}}
	}
	return rel
}

// means tells whether the name in a signed statement is this repository:
// perhaps with a scheme, a tag or a digest, or as a package URL.
func (at located) means(name string) bool {
	if strings.HasPrefix(name, "pkg:") {
		ref, err := purl.Parse(name)
		if err != nil || ref.Type != purl.OCI {
			// BuildKit writes pkg:docker/ghcr.io/owner/name@tag.
			path, _, _ := strings.Cut(strings.TrimPrefix(name, "pkg:docker/"), "@")
			return path == at.image()
		}
		return ref.Qualifiers["repository_url"] == at.image() || ref.Qualifiers["repository_url"] == "docker.io/"+at.image()
	}
	name = strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(name, "docker://"), "oci://"), "https://")
	name, _, _ = strings.Cut(name, "@")
	if i := strings.LastIndexByte(name, ':'); i > strings.LastIndexByte(name, '/') {
		name = name[:i]
	}
	for _, hub := range []string{"index.docker.io/", "registry-1.docker.io/"} {
		if rest, ok := strings.CutPrefix(name, hub); ok {
			name = "docker.io/" + rest
		}
	}
	return name == at.image()
}

// commands check the same with the tools of the field.
func commands(at located) []registry.Command {
	if at.sum == "" {
		return nil
	}
	pinned := at.image() + "@" + at.sum
	out := []registry.Command{{
		Purpose: "Fetch the manifest by its digest, and compute the digest.",
		Argv:    []string{"skopeo", "inspect", "--raw", "docker://" + pinned},
		Expect:  "The SHA-256 of what it prints, without a further line break, is the recorded value.",
	}, {
		Purpose: "List the signatures and statements that are kept beside the image.",
		Argv:    []string{"cosign", "tree", pinned},
		Expect:  "It names what is listed here, too.",
	}}
	if strings.HasPrefix(at.sum, "sha256:") {
		out = append(out, registry.Command{
			Purpose: "Fetch the image with all its layers into a folder.",
			Argv:    []string{"skopeo", "copy", "--all", "docker://" + pinned, "dir:image"},
			Expect:  "Each layer lies there under its SHA-256 as its name; tar -tf lists the files in one.",
		})
	}
	if at.owner != "" {
		owner, _, _ := strings.Cut(at.repository, "/")
		out = append(out, registry.Command{
			Purpose: "Let GitHub's own tool verify the statements that GitHub keeps.",
			Argv:    []string{"gh", "attestation", "verify", "oci://" + pinned, "--owner", owner},
			Expect:  "It says that verification succeeded.",
		})
	}
	return out
}
