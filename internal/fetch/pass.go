package fetch

import (
	"context"
	"fmt"
	"io"
	"math"

	"touchstone/internal/digest"
)

// A Passing says how a document is read that is not kept: while it comes, in as little
// memory as its reader needs.
type Passing struct {
	// Algorithm is that of the digest which is computed of the whole of it, in the names
	// of package digest.
	Algorithm string
	// Read reads the body of a good answer as it comes, as far as it likes. Nothing that
	// it read is proven to be anything before [Session.Pass] has returned and the digest
	// was compared; another try calls it again, and what it read before is void.
	Read func(body io.Reader)
}

// A Passed is all that is kept of a document that was read as it came.
type Passed struct {
	Size      int64  // in bytes
	Algorithm string // of the digest, as in [Passing]
	Digest    string // of all of it, lower-case hexadecimal; empty where this program cannot compute it
}

// String says it for people, and so does a record in the place of the body.
func (p Passed) String() string {
	return fmt.Sprintf("it was read as it came and not kept: %d bytes with %s %s", p.Size, p.Algorithm, p.Digest)
}

// Pass asks one document as [Session.Get] does, and lets it pass by: the answer has no
// body, and where it was found it says what passed. Nobody shares such an answer, and
// from a record of it there is none.
func (s *Session) Pass(ctx context.Context, r Request, p Passing) (Answer, error) {
	r, host, err := s.prepare(r)
	if err != nil {
		return Answer{}, err
	}
	r.passing = &p
	f := &flight{client: s.client, r: r, host: host, hosts: s.o.Hosts,
		cancel: func() {}, done: make(chan struct{}), holders: map[*Session]string{s: r.Step}}
	s.given(f, false)
	f.fly(ctx)
	return s.answer(f, r)
}

// pass lets the body be read, and computes the digest of all of it.
func (in *arriving) pass(p *Passing) (*Passed, error) {
	if err := in.begin(math.MaxInt64); err != nil {
		return nil, err
	}
	h := digest.NewHasher(p.Algorithm)
	all := io.TeeReader(in, h)
	p.Read(all)
	// What the reader left; what ended the body stands in in.err, whoever met it.
	_, _ = io.Copy(io.Discard, all)
	if in.err != io.EOF {
		return nil, in.err
	}
	return &Passed{in.have, p.Algorithm, h.Sums()[digest.Name(p.Algorithm)]}, nil
}
