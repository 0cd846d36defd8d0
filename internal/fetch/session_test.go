package fetch

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func get(t *testing.T, s *Session, r Request) Answer {
	t.Helper()
	a, err := s.Get(t.Context(), r)
	require.NoError(t, err)
	return a
}

// shared is a client over a script, for many sessions.
func shared(s *script) *Client {
	return New(Options{Hosts: hosts(), Transport: s, Retries: -1, Now: fixed})
}

func (c *Client) inFlight() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.flights)
}

func TestWhatSessionsShare(t *testing.T) {
	changing, lasting := Request{URL: one, Step: "head"}, Request{URL: one + "/tile", Immutable: true, Step: "tile"}
	for name, c := range map[string]struct {
		r     Request
		again func(c *Client, m *Moment) *Session
		asked int
	}{
		"what may change, in another audit":      {changing, func(c *Client, _ *Moment) *Session { return c.Session(SessionOptions{}) }, 2},
		"what may change, in the same moment":    {changing, func(_ *Client, m *Moment) *Session { return m.Session(SessionOptions{}) }, 1},
		"what may change, in the next moment":    {changing, func(c *Client, m *Moment) *Session { m.End(); return c.Moment().Session(SessionOptions{}) }, 2},
		"what cannot change, in another audit":   {lasting, func(c *Client, _ *Moment) *Session { return c.Session(SessionOptions{}) }, 1},
		"what cannot change, in the next moment": {lasting, func(c *Client, m *Moment) *Session { m.End(); return c.Session(SessionOptions{}) }, 1},
	} {
		for _, closed := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, the first closed: %v", name, closed), func(t *testing.T) {
				s := play(map[string][]step{c.r.URL: {says(200, "x")}})
				client := shared(s)
				moment := client.Moment()
				first := moment.Session(SessionOptions{})
				get(t, first, c.r)
				if closed {
					first.Close()
				}
				record, told := &Record{}, []Progress{}
				second := c.again(client, moment)
				second.o.Record, second.o.Progress = record, func(p Progress) { told = append(told, p) }
				a := get(t, second, c.r)
				assert.Equal(t, "x", string(a.Body))
				assert.Equal(t, c.asked, s.count())
				assert.Len(t, second.Answers(), 1, "an answer that was at hand is this audit's too")
				assert.Len(t, record.Exchanges(), 1, "and in its record")
				require.NotEmpty(t, told)
				assert.Equal(t, Progress{Step: c.r.Step, URL: c.r.URL, Route: Direct, Bytes: 1, Total: 1, Done: true, State: Found}, told[len(told)-1])
			})
		}
	}
}

// That there is no such document is asked once in a moment, as the document would be:
// of a module without releases each line asks. What got no answer is asked again.
func TestNotThereIsAskedOnceInAMoment(t *testing.T) {
	for name, c := range map[string]struct {
		s           step
		asked, then int // in one moment, and with the next
	}{
		"not there":            {says(404, "no"), 1, 2},
		"gone":                 {says(410, ""), 1, 2},
		"refused":              {says(403, "no"), 2, 3},
		"no answer":            {unreachable, 2, 3},
		"not there, at length": {says(404, strings.Repeat("x", maxKeptOne+1)), 2, 3},
	} {
		t.Run(name, func(t *testing.T) {
			s := play(map[string][]step{one: {c.s}})
			client := shared(s)
			moment := client.Moment()
			for range 2 {
				session := moment.Session(SessionOptions{})
				get(t, session, Request{URL: one})
				session.Close()
			}
			assert.Equal(t, c.asked, s.count())
			moment.End()
			assert.Zero(t, client.inFlight())
			get(t, client.Session(SessionOptions{}), Request{URL: one})
			assert.Equal(t, c.then, s.count())
		})
	}
}

// Nobody keeps what is large, wrong, or of a moment that is over.
func TestWhatStaysBehind(t *testing.T) {
	for name, c := range map[string]struct {
		r     Request
		s     step
		left  int
		after func(*Session)
	}{
		"a tile":                   {Request{Immutable: true}, says(200, "x"), 1, nil},
		"the largest":              {Request{Immutable: true}, says(200, strings.Repeat("x", maxKeptOne)), 1, nil},
		"a large body":             {Request{Immutable: true}, says(200, strings.Repeat("x", maxKeptOne+1)), 0, nil},
		"what may change":          {Request{}, says(200, "x"), 0, nil},
		"not there":                {Request{Immutable: true}, says(404, ""), 0, nil},
		"no answer":                {Request{Immutable: true}, unreachable, 0, nil},
		"what led to nothing good": {Request{Immutable: true}, says(200, "x"), 0, (*Session).Forget},
	} {
		t.Run(name, func(t *testing.T) {
			client := shared(play(map[string][]step{one: {c.s}}))
			first, second := client.Session(SessionOptions{}), client.Session(SessionOptions{})
			c.r.URL = one
			get(t, first, c.r)
			get(t, second, c.r)
			if c.after != nil {
				c.after(first)
			}
			first.Close()
			assert.NotEmpty(t, second.Answers(), "the second audit still has it")
			second.Close()
			second.Close()
			assert.Equal(t, c.left, client.inFlight())
		})
	}
}

func TestWhatIsKeptIsBounded(t *testing.T) {
	steps := map[string][]step{}
	at := func(i int) string { return fmt.Sprintf("https://registry.example.org/pkg/%d", i) }
	n := maxKept/maxKeptOne + 5
	for i := range n {
		steps[at(i)] = []step{says(200, strings.Repeat("x", maxKeptOne))}
	}
	s := play(steps)
	client := shared(s)
	for i := range n {
		audit := client.Session(SessionOptions{})
		get(t, audit, Request{URL: at(i), Immutable: true})
		audit.Close()
	}
	assert.Equal(t, maxKept, client.kept.bytes)
	assert.Equal(t, n-5, client.inFlight())
	audit := client.Session(SessionOptions{})
	get(t, audit, Request{URL: at(n - 1), Immutable: true})
	assert.Equal(t, n, s.count(), "the latest is there")
	assert.Equal(t, maxKept-maxKeptOne, client.kept.bytes, "and is not counted while it is used")
	get(t, audit, Request{URL: at(0), Immutable: true})
	assert.Equal(t, n+1, s.count(), "the first had to go")
}

// One audit's hosts are its own, whatever others may ask.
func TestSessionHosts(t *testing.T) {
	client := shared(play(map[string][]step{one: {to(bucket)}, bucket: {says(200, "x")}}))
	narrow := client.Session(SessionOptions{Hosts: hosts()[:1]})
	_, err := narrow.Get(t.Context(), Request{URL: shy})
	var refusal *Refusal
	require.ErrorAs(t, err, &refusal)
	assert.Equal(t, BadRedirect, get(t, narrow, Request{URL: one}).Err.Kind)
	assert.Equal(t, "x", string(get(t, client.Session(SessionOptions{}), Request{URL: one}).Body))
}

// Everybody who waits for one exchange is told how far it is, each in its own
// words, and nobody after the end.
func TestProgressOfASharedExchange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		client := shared(play(map[string][]step{one: {gated(gate, says(200, "hello"))}}))
		moment := client.Moment()
		var mu sync.Mutex // each session tells for itself
		told := map[string][]Progress{}
		audit := func(step string) *Session {
			s := moment.Session(SessionOptions{Progress: func(p Progress) {
				mu.Lock()
				defer mu.Unlock()
				told[step] = append(told[step], p)
			}})
			go func() {
				_, err := s.Get(t.Context(), Request{URL: one, Step: step})
				assert.NoError(t, err)
			}()
			synctest.Wait()
			return s
		}
		audit("a")
		audit("b")
		gone := audit("gone")
		gone.Close()
		close(gate)
		synctest.Wait()
		sent := Progress{Step: "a", URL: one, Route: Direct, Total: -1}
		half := Progress{Step: "a", URL: one, Route: Direct, Total: -1, Bytes: 5}
		done := Progress{Step: "a", URL: one, Route: Direct, Total: 5, Bytes: 5, Done: true, State: Found}
		assert.Equal(t, []Progress{sent, half, done}, told["a"], "the first report is of the request's leaving")
		half.Step, done.Step = "b", "b"
		assert.Equal(t, []Progress{half, done}, told["b"])
		assert.Empty(t, told["gone"])
	})
}

// Many audits at once: each address is asked once, whatever ends when.
func TestManySessions(t *testing.T) {
	steps := map[string][]step{}
	for i := range 10 {
		steps[fmt.Sprintf("https://registry.example.org/pkg/%d", i)] = []step{says(200, "x")}
	}
	s := play(steps)
	client := shared(s)
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			audit := client.Session(SessionOptions{Record: &Record{}, Progress: func(Progress) {}})
			defer audit.Close()
			for u := range steps {
				a, err := audit.Get(context.Background(), Request{URL: u, Immutable: true})
				assert.NoError(t, err)
				assert.Equal(t, "x", string(a.Body))
			}
			assert.Len(t, audit.Answers(), 10)
		})
	}
	wg.Wait()
	assert.Equal(t, 10, s.count())
	assert.Equal(t, 10, client.inFlight())
}
