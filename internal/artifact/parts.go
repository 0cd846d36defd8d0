package artifact

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"

	"touchstone/internal/archive"
	"touchstone/internal/digest"
	"touchstone/internal/fetch"
	"touchstone/internal/registry"
)

// assemble fetches the pieces of a package that are wanted, and reads what is inside
// them as they come. What is inside counts where all of them are here and each is the
// stated one; else Apart says why it does not. The error is ctx's, or the reader's.
//
//  1. Those that are always fetched.
//  2. Those on demand, where they are demanded, and not too large to be fetched: as long
//     as all before them were.
//  3. What is inside.
func (art *Artifact) assemble(ctx context.Context, c *fetch.Session, rel *registry.Release, demanded bool, how archive.Options) (*archive.Contents, error) {
	var left []string
	var inside registry.Assembly
	if rel.File.Assemble != nil {
		inside = rel.File.Assemble(how)
	}
	for _, p := range rel.File.Parts {
		part := Part{Part: p}
		switch {
		case p.OnDemand && !demanded:
			left = append(left, p.Name) // 2
		case p.OnDemand && rel.File.Large != "":
			art.Apart = rel.File.Large
		case p.OnDemand && p.Passes && art.Apart != "": // of no use
		default: // 1
			if err := part.arrive(ctx, c, inside, art.Apart == ""); err != nil {
				return nil, err
			}
			art.missing(part)
		}
		art.Parts = append(art.Parts, part)
	}
	if len(left) > 0 && art.Apart == "" {
		art.Apart = unasked(left)
	}
	if art.Apart != "" || inside == nil {
		return nil, nil
	}
	return inside.Contents() // 3
}

// unasked says of pieces, by name, that nobody asked for them.
func unasked(left []string) string {
	switch {
	case len(left) == 1:
		return left[0] + " was not fetched"
	case len(left) > 3:
		return fmt.Sprintf("%s and %d more were not fetched", strings.Join(left[:3], ", "), len(left)-3)
	}
	return strings.Join(left, ", ") + " were not fetched"
}

// missing notes a piece that is not here, or not the stated one, which counts for more.
func (art *Artifact) missing(p Part) {
	switch {
	case p.Wrong():
		art.Apart = fmt.Sprintf("the %s is not the one that is stated", p.Name)
	case p.Answer.State == fetch.Found && p.Digest == "":
		art.Apart = fmt.Sprintf("the %s is stated with a digest that this version does not compute, %s", p.Name, p.Algorithm)
	case p.Answer.State != fetch.Found && art.Apart == "":
		art.Apart = fmt.Sprintf("the %s could not be fetched: %s", p.Name, p.Answer.Reason)
	}
}

// arrive fetches a piece and computes its digest. One that is fetched on demand is read
// by inside, where that is wanted, and added to it once it is the stated one.
func (p *Part) arrive(ctx context.Context, c *fetch.Session, inside registry.Assembly, wanted bool) error {
	read := func(body io.Reader) {
		if wanted {
			inside.Read(body)
		}
	}
	var err error
	if p.Passes {
		p.Answer, err = asked(p.Request, func() (fetch.Answer, error) {
			return c.Pass(ctx, p.Request, fetch.Passing{Algorithm: p.Algorithm, Read: read})
		})
	} else {
		p.Answer, err = ask(ctx, c, p.Request)
	}
	if err != nil || p.Answer.State != fetch.Found {
		return err
	}
	if p.Passes {
		p.Digest = p.Answer.Passed.Digest
	} else {
		h := digest.NewHasher(p.Algorithm)
		h.Write(p.Answer.Body)
		p.Digest = h.Sums()[digest.Name(p.Algorithm)]
	}
	if wanted = wanted && p.OnDemand && p.Digest != "" && !p.Wrong(); !wanted {
		return nil
	}
	if !p.Passes {
		read(bytes.NewReader(p.Answer.Body))
	}
	inside.Add()
	return nil
}
