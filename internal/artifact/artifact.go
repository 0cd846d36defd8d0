// Package artifact takes apart what arrived as the package: its bytes, their
// digests, the files inside. That it is the package asked for is for the checks
// to prove (package evidence).
package artifact

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"touchstone/internal/archive"
	"touchstone/internal/digest"
	"touchstone/internal/fault"
	"touchstone/internal/fetch"
	"touchstone/internal/registry"
)

// An Artifact is what arrived, or why nothing did.
type Artifact struct {
	Answer fetch.Answer
	// Unwanted tells that the package was not asked for.
	Unwanted bool
	// Digests of the bytes by algorithm, lower-case hexadecimal; nil where only the
	// beginning of the package is here (Sealed.Missing).
	Digests map[string]string
	// Contents are the files; nil where nothing arrived or it was no archive.
	Contents *archive.Contents
	// ListDigest is the "h1" digest of the list of all files; empty where the
	// archive could not be read to its end, and in one way only.
	ListDigest string
	// Unreadable says why Contents is nil although bytes arrived.
	Unreadable string
	// Other tells that it does so because pieces are not those that another piece
	// names.
	Other bool
	// Parts are the pieces that stand apart from the package file, in the release's
	// order. Apart says why Contents is nil although nothing is wrong: some of them
	// are not here.
	Parts  []Part
	Apart  string
	Inside registry.Inside
	// Sealed is the document inside that carries signatures over the file's own
	// bytes; nil where none was found. PartDigests are those of its part, by
	// algorithm.
	Sealed      *registry.Sealed
	PartDigests map[string]string
}

// A Part is a piece of a package as it arrived.
type Part struct {
	registry.Part
	// Answer is the zero Answer for one that was not asked for.
	Answer fetch.Answer
	// Digest is that of what arrived, of the kind that is stated; empty where
	// nothing did, or this version does not compute it.
	Digest string
}

// Wrong tells that what arrived is not what is stated.
func (p Part) Wrong() bool { return p.Digest != "" && p.Digest != p.Value }

// A Want says what an audit wants of the package.
type Want struct {
	// Brought, where not nil, is the package that the person has: nothing is
	// fetched.
	Brought []byte
	// Most is how many bytes are fetched at most; 0 is as many as the adapter
	// allows, less is none: then only what is said of the package is audited.
	Most int64
	// Parts asks for those pieces of a package, too, that are fetched on demand.
	Parts bool
	// Algorithms are those of the digests to compute beside SHA-256 and SHA-512,
	// which reports show, and those that release and reference state. What this
	// version cannot compute is left out.
	Algorithms []string
}

// Arrive fetches a release's package, as far as that is wanted, and takes it
// apart. Only a cancelled context is an error.
func Arrive(ctx context.Context, c *fetch.Session, rel *registry.Release, w Want) (*Artifact, error) {
	request := rel.File.Request
	switch {
	case w.Brought != nil:
		return open(ctx, c, fetch.FileAnswer(request.URL, w.Brought), rel, w)
	case w.Most < 0 && rel.File.Head > 0 && len(rel.Ref.Digests) == 0:
		return head(ctx, c, rel, w)
	case w.Most < 0:
		return &Artifact{Unwanted: true, Answer: fetch.Answer{Request: request, State: fetch.Unknown,
			Reason: "the package was not fetched: only what is said of it was asked for"}}, nil
	case request.URL == "":
		return &Artifact{Answer: fetch.Answer{Request: request, State: fetch.Unknown,
			Reason: "its address could not be learned"}}, nil
	case w.Most > 0:
		request.Limit = min(w.Most, request.Limit)
	}
	answer, err := ask(ctx, c, request)
	if err != nil {
		return nil, err
	}
	large := answer.Err != nil && answer.Err.Kind == fetch.TooLarge
	if part := answer.Status == 206; (large || part) && rel.File.Head > 0 && rel.File.Head < request.Limit { // of a part, as a record keeps it
		return head(ctx, c, rel, w)
	}
	return open(ctx, c, answer, rel, w)
}

// head fetches the beginning of a file that holds a signed document, and cuts off
// what follows that. Where there is none the answer is of no use: what says how long
// the document is may be wrong, and that accuses nobody.
func head(ctx context.Context, c *fetch.Session, rel *registry.Release, w Want) (*Artifact, error) {
	request := rel.File.Request
	request.First, request.Step = rel.File.Head, "beginning of the package"
	answer, err := ask(ctx, c, request)
	if err != nil || answer.State != fetch.Found {
		return &Artifact{Answer: answer}, err
	}
	s := rel.File.Sealed(answer.Body)
	if s == nil {
		answer.State, answer.Reason = fetch.Unknown, fmt.Sprintf("only its first %d bytes were asked for, and they do not hold what is signed as the record says", rel.File.Head)
		return &Artifact{Answer: answer}, nil
	}
	answer.Body = answer.Body[:len(answer.Body)-len(s.Part)]
	return open(ctx, c, answer, rel, w)
}

// ask asks for the package or a piece of it; that its place is not declared is an
// answer too.
func ask(ctx context.Context, c *fetch.Session, r fetch.Request) (fetch.Answer, error) {
	return asked(r, func() (fetch.Answer, error) { return c.Get(ctx, r) })
}

func asked(r fetch.Request, get func() (fetch.Answer, error)) (fetch.Answer, error) {
	answer, err := get()
	if refused := (*fetch.Refusal)(nil); errors.As(err, &refused) {
		return fetch.Answer{Request: r, State: fetch.Unknown, Reason: "the repository points to a place that is not its own: " + refused.Detail}, nil
	}
	return answer, err
}

// packageForm tells what cannot be read as a package from what a host in trouble, or
// whoever stands between, sends in the place of any document: nothing, or a web page.
// Text alone is no page in front of an archive, which some readers pass over.
var packageForm = &fetch.Form{Name: "a package", Fits: func(body []byte) bool {
	return len(body) > 0 && (!fetch.IsPage(body) || bytes.IndexByte(body, 0) >= 0)
}}

// open takes apart bytes that have arrived.
func open(ctx context.Context, c *fetch.Session, answer fetch.Answer, rel *registry.Release, w Want) (*Artifact, error) {
	art := &Artifact{Answer: answer}
	if answer.State != fetch.Found {
		return art, nil
	}
	h := digest.NewHasher(append([]string{"sha256", "sha512"}, stated(rel, w.Algorithms)...)...)
	h.Write(answer.Body)
	art.Digests = h.Sums()
	if rel.File.Sealed != nil {
		art.seal(rel.File.Sealed(answer.Body))
	}
	if art.Sealed != nil && art.Sealed.Missing {
		art.Digests = nil // of a part, and no digests of the package
	}
	how := archive.Options{Cancelled: func() bool { return ctx.Err() != nil }}
	if rel.File.Inspector != nil {
		how.Inspect = rel.File.Inspector.Open
	}
	var contents *archive.Contents
	var err error
	if len(rel.File.Parts) > 0 {
		contents, err = art.assemble(ctx, c, rel, w.Parts, how)
		if art.Apart != "" && rel.File.Inspector != nil && ctx.Err() == nil {
			art.Inside = rel.File.Inspector.Inside(ctx, nil)
			art.Inside.Read = false
		}
	} else {
		contents, err = rel.File.Contents(answer.Body, how)
	}
	if ctx.Err() != nil {
		return nil, fmt.Errorf("reading %s: %w", answer.URL, ctx.Err())
	}
	if err != nil && answer.Route != fetch.File && !art.recorded(rel) {
		if packageForm.Fit(&answer); answer.State != fetch.Found {
			return &Artifact{Answer: answer}, nil
		}
	}
	if err != nil {
		art.Unreadable, art.Other = err.Error(), len(rel.File.Parts) > 0 && fault.Of(err) == fault.Wrong
		return art, nil
	}
	if contents == nil {
		return art, nil // art.Apart says why
	}
	art.Contents = contents
	if rel.File.Inspector != nil {
		art.Inside = rel.File.Inspector.Inside(ctx, contents.Files)
	}
	if ctx.Err() != nil {
		return nil, fmt.Errorf("inspecting %s: %w", answer.URL, ctx.Err())
	}
	// An archive that two readers may read differently has no list of files
	// that could be hashed.
	if contents.Complete && len(contents.Problems) == 0 {
		if sum, err := archive.Hash1(contents.Listed()); err == nil {
			art.ListDigest = hex.EncodeToString(sum[:])
		}
	}
	contents.Problems = append(contents.Problems, rel.File.Rules.Check(contents)...)
	if in := &art.Inside; in.Read && len(contents.Problems) > 0 {
		in.Read, in.Unread = false, "The archive is not in order: what is installed may be something else than what was read."
	}
	return art, nil
}

// recorded tells whether a digest of what arrived is one that the record states: then it
// is what the repository means, whatever it is.
func (art *Artifact) recorded(rel *registry.Release) bool {
	return slices.ContainsFunc(rel.Record().States, func(s registry.Stated) bool {
		return s.Of == registry.OfArtifact && s.Value != "" && art.Digests[digest.Name(s.Algorithm)] == s.Value
	})
}

// seal keeps the signed document inside the file, and the digests of what it
// answers for.
func (art *Artifact) seal(s *registry.Sealed) {
	if s == nil {
		return
	}
	body := s.Answer.Body
	s.Answer = art.Answer
	s.Answer.Body = body
	art.Sealed = s
	var algorithms []string
	for _, d := range s.States {
		algorithms = append(algorithms, d.Algorithm)
	}
	h := digest.NewHasher(algorithms...)
	h.Write(s.Part)
	art.PartDigests = h.Sums()
}

// stated adds the algorithms of the digests that release and reference state.
func stated(rel *registry.Release, algorithms []string) []string {
	for _, d := range rel.Record().States {
		algorithms = append(algorithms, d.Algorithm)
	}
	for _, other := range rel.Others {
		for _, d := range other.Digests {
			algorithms = append(algorithms, d.Algorithm)
		}
	}
	for _, d := range rel.Ref.Digests {
		algorithms = append(algorithms, d.Algorithm)
	}
	return algorithms
}
