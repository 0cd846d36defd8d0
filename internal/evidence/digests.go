package evidence

import (
	"fmt"

	"touchstone/internal/archive"
	"touchstone/internal/artifact"
	"touchstone/internal/digest"
	"touchstone/internal/fetch"
	"touchstone/internal/registry"
)

// A reasonOpen says why a digest could not be computed, whether that is itself
// wrong, and whether the repository's own host says that nothing is there.
type reasonOpen struct {
	text           string
	failed, absent bool
}

// computed recomputes one digest of what arrived.
func computed(e *exam, of registry.Subject, algorithm string) (value string, ok bool, why reasonOpen) {
	art := e.Artifact
	if of == registry.OfManifest {
		m := e.Release.File.Manifest
		if m.Answer.State != fetch.Found {
			return "", false, reasonOpen{text: "the manifest could not be fetched: " + m.Answer.Reason, absent: m.Answer.State == fetch.NotThere}
		}
		if algorithm != digest.H1 {
			value = sum(algorithm, m.Answer.Body)
			return value, value != "", reasonOpen{text: "this version does not compute " + algorithm}
		}
		value, err := manifestDigest(m)
		if err != nil {
			return "", false, reasonOpen{text: err.Error(), failed: true}
		}
		return value, true, reasonOpen{}
	}
	if art.Unwanted {
		return "", false, reasonOpen{text: art.Answer.Reason}
	}
	if art.Answer.State != fetch.Found {
		return "", false, reasonOpen{text: "the package could not be fetched: " + art.Answer.Reason, absent: art.Answer.State == fetch.NotThere}
	}
	if left := missing(art); left != "" {
		return "", false, reasonOpen{text: left}
	}
	if of == registry.OfPart {
		got, ok := art.PartDigests[algorithm]
		return got, ok, reasonOpen{text: "this version does not compute " + algorithm}
	}
	if of == registry.OfArtifact {
		got, ok := art.Digests[algorithm]
		if !ok {
			return "", false, reasonOpen{text: "this version does not compute " + algorithm}
		}
		return got, true, reasonOpen{}
	}
	if art.Unreadable != "" {
		return "", false, reasonOpen{text: "what arrived is no package: " + art.Unreadable, failed: true}
	}
	if art.ListDigest == "" {
		return "", false, reasonOpen{text: "what arrived cannot be read to its end, and in one way only" + firstProblem(e), failed: true}
	}
	return art.ListDigest, true, reasonOpen{}
}

// missing says what was not fetched of a package of which only a part is here;
// empty where it all is.
func missing(art *artifact.Artifact) string {
	if art.Contents == nil {
		return ""
	}
	return art.Contents.Left
}

// spelled writes a digest as people know it: Go's as in a go.sum file.
func spelled(algorithm, value string) string {
	if d, err := digest.Hex(algorithm, value); err == nil && algorithm == digest.H1 {
		return shortened(d.String())
	}
	return algorithm + " " + shortened(value)
}

// shortened is as much of a digest as a sentence can hold; the report compares
// the whole.
func shortened(s string) string {
	const most = 24
	if len(s) <= most {
		return s
	}
	return s[:most] + "…"
}

// the names what a digest is of, inside a sentence.
func the(s registry.Subject) string {
	switch s {
	case registry.OfFiles:
		return "the list of all files"
	case registry.OfManifest:
		return "the manifest"
	case registry.OfPart:
		return "what follows the signed header"
	}
	return "the package file"
}

// manifestDigest is the list digest over the one manifest.
func manifestDigest(m registry.Manifest) (string, error) {
	sum, err := archive.Hash1([]archive.File{archive.Describe(m.Path, m.Answer.Body)})
	if err != nil {
		return "", fmt.Errorf("hashing %s: %w", m.Path, err)
	}
	return fmt.Sprintf("%x", sum[:]), nil
}

// digestsOf are the strong digests of a document that arrived; nil where it did not.
func digestsOf(a fetch.Answer) map[string]string {
	if a.State != fetch.Found {
		return nil
	}
	h := digest.NewHasher("sha256", "sha384", "sha512")
	_, _ = h.Write(a.Body)
	return h.Sums()
}

// sum is the digest of a document; empty where this version does not compute it.
func sum(algorithm string, doc []byte) string {
	h := digest.NewHasher(algorithm)
	_, _ = h.Write(doc)
	return h.Sums()[digest.Name(algorithm)]
}
