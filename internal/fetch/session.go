package fetch

import (
	"cmp"
	"context"
	"sort"
	"sync"
)

// A Moment is one audit, or many that are made as one: what may change from one
// minute to the next is asked once in it, and again in the next.
type Moment struct {
	client *Client
	over   bool // the client's mutex guards it
}

// Moment begins one.
func (c *Client) Moment() *Moment { return &Moment{client: c} }

// End lets go of what only this moment's sessions could share.
func (m *Moment) End() {
	c := m.client
	c.mu.Lock()
	defer c.mu.Unlock()
	m.over = true
	for _, f := range c.flights {
		if f.key.moment == m {
			c.settle(f)
		}
	}
}

// SessionOptions are one audit's own.
type SessionOptions struct {
	// Hosts are the places that this audit may ask; nil for all of the client's.
	Hosts []Host
	// Progress is told how far each step has come, one call at a time. It must
	// not ask the session anything.
	Progress func(Progress)
	// Record keeps every finished exchange; nil keeps none.
	Record *Record
}

// A Session is one audit's use of a client: its answers, its progress, its
// recording. It is safe for concurrent use; after [Session.Close] it must not be
// used. The answers that it gives share their bodies: do not change them.
type Session struct {
	client *Client
	moment *Moment
	own    bool // the moment ends with the session
	o      SessionOptions

	mu    sync.Mutex
	asked map[*flight]bool // whether the answer was given

	telling sync.Mutex // Progress is called by one at a time, and not after Close
}

// Session begins an audit's use of the client, in a moment of its own.
func (c *Client) Session(o SessionOptions) *Session {
	s := c.Moment().Session(o)
	s.own = true
	return s
}

// Session begins one audit of this moment.
func (m *Moment) Session(o SessionOptions) *Session {
	if o.Hosts == nil {
		o.Hosts = m.client.o.Hosts
	}
	return &Session{client: m.client, moment: m, o: o, asked: map[*flight]bool{}}
}

// Get asks one document. The error is a *[Refusal] when r may not be sent, or
// wraps ctx's error; all else that can happen is an Answer.
//
// Identical GETs (and HEADs) are sent once in a session's life and share their
// answer, whatever it is; with other sessions of the client they share it within
// one [Moment], and what is [Request.Immutable] for longer. Cancelling ctx stops
// the exchange when nobody else waits for it, and then it counts as never asked.
func (s *Session) Get(ctx context.Context, r Request) (Answer, error) {
	r, host, err := s.prepare(r)
	if err != nil {
		return Answer{}, err
	}
	if err := ctx.Err(); err != nil {
		return Answer{}, cancelled(r, err)
	}
	f := s.client.join(ctx, s, r, host)
	defer s.client.leave(f)
	s.given(f, false)
	select {
	case <-ctx.Done():
		return Answer{}, cancelled(r, ctx.Err())
	case <-f.done:
	}
	return s.answer(f, r)
}

// answer gives what a flight that has ended brought, and keeps it.
func (s *Session) answer(f *flight, r Request) (Answer, error) {
	if f.err != nil {
		return Answer{}, cancelled(r, f.err)
	}
	if s.given(f, true) {
		s.o.Record.add(f.sent...)
		s.report(f.ended(r.Step))
	}
	a := f.answer
	a.Request = r
	a.Request.Arriving, a.Request.passing = nil, nil // they were for the time of the asking
	return a, nil
}

// Prefetch starts asking what a later, identical [Session.Get] will want, and
// returns at once. What may not be sent is silently left to Get.
func (s *Session) Prefetch(ctx context.Context, r Request) {
	go func() {
		// The answer, or the refusal, is for the Get that follows.
		_, _ = s.Get(ctx, r)
	}()
}

// given notes that the session asks a flight, or that it was given its answer,
// and tells whether that is the first time.
func (s *Session) given(f *flight, answered bool) (first bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	first = answered && !s.asked[f]
	s.asked[f] = s.asked[f] || answered
	return first
}

// Answers are all answers that this session has been given so far, by address,
// method and what was accepted: the order does not depend on timing.
func (s *Session) Answers() []Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Answer, 0, len(s.asked))
	for f, answered := range s.asked {
		if answered {
			out = append(out, f.answer)
		}
	}
	sort.Slice(out, func(i, j int) bool {
		a, b := out[i].Request, out[j].Request
		return cmp.Or(cmp.Compare(a.URL, b.URL), cmp.Compare(a.Method, b.Method), cmp.Compare(a.Accept, b.Accept), cmp.Compare(a.Limit, b.Limit), cmp.Compare(a.First, b.First)) < 0
	})
	return out
}

// Forget keeps other sessions from being given what this one was: it led to
// nothing good.
func (s *Session) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.client.mu.Lock()
	defer s.client.mu.Unlock()
	for f := range s.asked {
		s.client.forget(f)
	}
}

// Close lets go of every answer: a large body goes with the last session that
// has it.
func (s *Session) Close() {
	s.telling.Lock()
	s.o.Progress = nil
	s.telling.Unlock()
	s.mu.Lock()
	asked := s.asked
	s.asked = map[*flight]bool{}
	s.mu.Unlock()
	for f := range asked {
		s.client.release(s, f)
	}
	if s.own {
		s.moment.End()
	}
}

func (s *Session) report(p Progress) {
	s.telling.Lock()
	defer s.telling.Unlock()
	if s.o.Progress != nil {
		s.o.Progress(p)
	}
}
