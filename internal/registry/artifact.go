package registry

import (
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"

	"touchstone/internal/archive"
	"touchstone/internal/fetch"
)

// An Artifact is what arrived: bytes, their digests, the files inside. That it
// is the package asked for is for the checks to prove.
type Artifact struct {
	Answer fetch.Answer
	// Digests of the bytes by algorithm, lower-case hexadecimal.
	Digests map[string]string
	// Contents are the files; nil where nothing arrived or it was no archive.
	Contents *archive.Contents
	// ListDigest is the "h1" digest of the list of all files; empty where the
	// archive could not be read to its end, and in one way only.
	ListDigest string
	// Unreadable says why Contents is nil although bytes arrived.
	Unreadable string
	Inside     Inside
}

// Arrive fetches a release's artifact and takes it apart. Only a cancelled
// context, or an address that was never declared, is an error.
func Arrive(ctx context.Context, c *fetch.Client, rel *Release) (*Artifact, error) {
	answer, err := c.Get(ctx, rel.Artifact.Request)
	if err != nil {
		var refused *fetch.Refusal
		if errors.As(err, &refused) {
			return &Artifact{Answer: fetch.Answer{
				Request: rel.Artifact.Request, State: fetch.Unknown,
				Reason: "the repository points to a place that is not its own: " + refused.Detail,
			}}, nil
		}
		return nil, err
	}
	return Open(ctx, answer, rel)
}

// Open takes apart bytes that have arrived.
func Open(ctx context.Context, answer fetch.Answer, rel *Release) (*Artifact, error) {
	art := &Artifact{Answer: answer}
	if answer.State != fetch.Found {
		return art, nil
	}
	art.Digests = digests(answer.Body, rel)
	contents, err := archive.Read(rel.Artifact.Format, answer.Body, archive.Options{
		Inspect:   rel.Inspector.Open,
		Cancelled: func() bool { return ctx.Err() != nil },
	})
	if ctx.Err() != nil {
		return nil, fmt.Errorf("reading %s: %w", answer.URL, ctx.Err())
	}
	if err != nil {
		art.Unreadable = err.Error()
		return art, nil
	}
	art.Contents = contents
	art.Inside = rel.Inspector.Inside(contents.Files)
	// An archive that two readers may read differently has no list of files
	// that could be hashed.
	if contents.Complete && len(contents.Problems) == 0 {
		if sum, err := archive.Hash1(contents.Listed()); err == nil {
			art.ListDigest = hex.EncodeToString(sum[:])
		}
	}
	contents.Problems = append(contents.Problems, rel.Artifact.Rules.Check(contents)...)
	return art, nil
}

// digests computes the digests that reports show, and others that the release
// or the reference states: SHA-1 only to see a difference, for it proves no
// sameness.
func digests(body []byte, rel *Release) map[string]string {
	s256, s512 := sha256.Sum256(body), sha512.Sum512(body)
	out := map[string]string{"sha256": hex.EncodeToString(s256[:]), "sha512": hex.EncodeToString(s512[:])}
	wanted := map[string]bool{}
	for _, d := range rel.Digests {
		wanted[d.Algorithm] = true
	}
	for _, d := range rel.Ref.Digests {
		wanted[d.Algorithm] = true
	}
	if wanted["sha1"] {
		sum := sha1.Sum(body)
		out["sha1"] = hex.EncodeToString(sum[:])
	}
	if wanted["sha384"] {
		sum := sha512.Sum384(body)
		out["sha384"] = hex.EncodeToString(sum[:])
	}
	return out
}
