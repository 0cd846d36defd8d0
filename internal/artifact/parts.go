package artifact

import (
	"context"
	"fmt"
	"strings"

	"touchstone/internal/archive"
	"touchstone/internal/digest"
	"touchstone/internal/fetch"
	"touchstone/internal/registry"
)

// assemble fetches the pieces of a package that are wanted, and reads what is
// inside them once all are here and each is the stated one. Where not all are,
// Apart says why, and nothing is read. The error is ctx's, or the reader's.
//
//  1. Those that are always fetched.
//  2. Those on demand, where they are demanded, and not too large to be fetched.
//  3. What is inside.
func (art *Artifact) assemble(ctx context.Context, c *fetch.Session, rel *registry.Release, demanded bool, how archive.Options) (*archive.Contents, error) {
	var left []string
	for _, p := range rel.File.Parts {
		part := Part{Part: p}
		switch {
		case p.OnDemand && !demanded:
			left = append(left, p.Name) // 2
		case p.OnDemand && rel.File.Large != "":
			art.Apart = rel.File.Large
		default: // 1
			var err error
			if part.Answer, err = ask(ctx, c, p.Request); err != nil {
				return nil, err
			}
			part.judge()
			if part.Answer.State != fetch.Found && art.Apart == "" {
				art.Apart = fmt.Sprintf("the %s could not be fetched: %s", p.Name, part.Answer.Reason)
			}
		}
		art.Parts = append(art.Parts, part)
	}
	if len(left) > 0 && art.Apart == "" {
		art.Apart = fmt.Sprintf("not fetched: %s. What is inside was not read", strings.Join(left[:min(len(left), 3)], ", "))
		if len(left) > 3 {
			art.Apart = fmt.Sprintf("not fetched: %s and %d more. What is inside was not read", strings.Join(left[:3], ", "), len(left)-3)
		}
	}
	// 3.
	var bodies [][]byte
	for _, p := range art.Parts {
		if p.Wrong() || p.Answer.State == fetch.Found && p.Digest == "" {
			art.Apart = fmt.Sprintf("the %s is not the one that is stated", p.Name)
			if p.Digest == "" {
				art.Apart = fmt.Sprintf("the %s is stated with a digest that this version does not compute, %s", p.Name, p.Algorithm)
			}
		}
		bodies = append(bodies, p.Answer.Body)
	}
	if art.Apart != "" {
		return nil, nil
	}
	return rel.File.Assemble(bodies, how)
}

// judge computes the digest of what arrived.
func (p *Part) judge() {
	if p.Answer.State != fetch.Found {
		return
	}
	h := digest.NewHasher(p.Algorithm)
	h.Write(p.Answer.Body)
	p.Digest = h.Sums()[digest.Name(p.Algorithm)]
}
