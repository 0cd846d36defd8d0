package fetch

import (
	"bytes"
	"container/list"
	"context"
)

// A flightKey is what makes two requests one question.
type flightKey struct {
	method, url, accept string
	limit, first        int64
	// moment is nil for what cannot change: that is shared by all.
	moment *Moment
}

// A flight is one question under way or answered, shared by the sessions that
// asked it. But for the fields that tell otherwise, who made it owns it.
type flight struct {
	client *Client
	key    flightKey
	r      Request
	host   Host
	hosts  []Host // where redirects may lead

	cancel context.CancelFunc
	done   chan struct{} // closed when answer, sent and err are set
	answer Answer
	sent   []Exchange // what a record keeps of it
	err    error      // the context's

	// The client's mutex guards these.
	waiting int                 // how many wait; at 0 an unfinished flight is cancelled
	holders map[*Session]string // who asked it, and as which step
	place   *list.Element       // among those kept, while nobody holds it
}

// finished tells whether the answer is there.
func (f *flight) finished() bool {
	select {
	case <-f.done:
		return true
	default:
		return false
	}
}

// key is that of a request whose defaults are filled in.
func (s *Session) key(r Request) flightKey {
	key := flightKey{r.Method, r.URL, r.Accept, r.Limit, r.First, s.moment}
	if r.Immutable {
		key.moment = nil
	}
	return key
}

// join finds the flight that asks r, or starts it, and waits with it.
func (c *Client) join(ctx context.Context, s *Session, r Request, host Host) *flight {
	key := s.key(r)
	c.mu.Lock()
	defer c.mu.Unlock()
	f := c.flights[key]
	if f == nil {
		// Whoever asked first may leave while others still wait, so the flight
		// ends with the last who waits and not with the first context.
		flying, cancel := context.WithCancel(context.WithoutCancel(ctx))
		f = &flight{client: c, key: key, r: r, host: host, hosts: s.o.Hosts,
			cancel: cancel, done: make(chan struct{}), holders: map[*Session]string{}}
		c.flights[key] = f
		go f.fly(flying)
	}
	f.waiting++
	f.holders[s] = r.Step
	c.kept.remove(f)
	return f
}

func (f *flight) fly(ctx context.Context) {
	defer f.cancel()
	f.answer, f.sent, f.err = f.ask(ctx)
	f.answer.readings = &readings{of: map[string]any{}}
	close(f.done)
	f.client.mu.Lock()
	defer f.client.mu.Unlock()
	f.client.settle(f)
}

// leave stops waiting. A flight that nobody waits for is cancelled and
// forgotten, unless it has arrived.
func (c *Client) leave(f *flight) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f.waiting--
	if f.waiting > 0 || f.finished() && f.err == nil {
		return
	}
	f.cancel()
	c.forget(f)
}

// release takes a session's hold from a flight.
func (c *Client) release(s *Session, f *flight) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(f.holders, s)
	c.settle(f)
}

// settle decides what becomes of a finished flight that nobody holds: a small
// document that may be wanted again stays, and within a moment the word that there is
// none; all else goes. The caller has c.mu.
func (c *Client) settle(f *flight) {
	if len(f.holders) > 0 || !f.finished() || c.flights[f.key] != f {
		return
	}
	again := f.answer.State == Found && f.key.moment == nil ||
		f.key.moment != nil && !f.key.moment.over && (f.answer.State == Found || f.answer.State == NotThere)
	if !again || f.err != nil || len(f.answer.Body) > maxKeptOne {
		c.forget(f)
		return
	}
	for _, old := range c.kept.add(f) {
		c.forget(old)
	}
}

// forget lets nobody find a flight any more. The caller has c.mu.
func (c *Client) forget(f *flight) {
	c.kept.remove(f)
	if c.flights[f.key] == f {
		delete(c.flights, f.key)
	}
}

// keptFlights are those that nobody holds, the latest first, within maxKept.
type keptFlights struct {
	order list.List
	bytes int
}

// add keeps a flight and returns those that have to go for it.
func (k *keptFlights) add(f *flight) (gone []*flight) {
	if f.place != nil {
		return nil
	}
	f.place = k.order.PushFront(f)
	k.bytes += len(f.answer.Body)
	for last := k.order.Back(); k.bytes > maxKept; last = k.order.Back() {
		old := last.Value.(*flight)
		k.remove(old)
		gone = append(gone, old)
	}
	return gone
}

func (k *keptFlights) remove(f *flight) {
	if f.place == nil {
		return
	}
	k.order.Remove(f.place)
	k.bytes -= len(f.answer.Body)
	f.place = nil
}

// fitted is a body without much room behind it, where it is small enough to be kept:
// thousands of them would hold many times what they are.
func fitted(body []byte) []byte {
	if len(body) <= maxKeptOne && cap(body) > len(body)+len(body)/4+512 {
		return bytes.Clone(body)
	}
	return body
}
