package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Options are what a client is made of. Hosts and Transport are needed.
type Options struct {
	// Hosts are all the places that may be asked.
	Hosts     []Host
	Transport Transport
	// Relay is the relay's address without a trailing slash; empty for none. A
	// relayed request goes to Relay + "/" + host + escaped path (+ "?" query).
	Relay string
	// Progress is told how far each step has come, one call at a time. It must
	// not ask the client anything.
	Progress func(Progress)
	// Record keeps every finished exchange; nil keeps none.
	Record *Record
	// Timeout is how long a host may send nothing before it counts as too
	// slow; 0 is 30 seconds.
	Timeout time.Duration
	// Retries is how often a request is sent again; 0 is twice, less is never.
	Retries int
	// Sleep waits between tries and returns early with ctx's error; nil waits
	// by the clock.
	Sleep func(ctx context.Context, d time.Duration) error
	// Now is the clock; nil is the system's.
	Now func() time.Time
}

// Bounds of every client.
const (
	parallel       = 6                // requests under way at the same time
	maxRedirects   = 5                // hops followed
	errorLimit     = 1 << 20          // bytes read of an answer that is not 2xx
	defaultTimeout = 30 * time.Second // without a byte
	firstBackOff   = 500 * time.Millisecond
	maxWait        = 30 * time.Second // between two tries, whatever Retry-After says
)

// A Client asks declared hosts, each question once. It is safe for concurrent
// use. The answers it gives share their bodies: do not change them.
type Client struct {
	o      Options
	replay bool // every answer comes from a record
	slots  chan struct{}

	mu      sync.Mutex
	flights map[flightKey]*flight

	telling sync.Mutex // Progress is called by one at a time
}

// A flightKey is what makes two requests identical.
type flightKey struct {
	method, url, accept string
	limit               int64
}

// A flight is one question under way or answered, shared by all who asked it.
type flight struct {
	cancel  context.CancelFunc
	waiting int           // how many wait; at 0 an unfinished flight is cancelled
	done    chan struct{} // closed when answer and err are set
	answer  Answer
	err     error
}

// New makes a client.
func New(o Options) *Client {
	o.Relay = strings.TrimRight(o.Relay, "/")
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	if o.Retries == 0 {
		o.Retries = 2
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Client{o: o, slots: make(chan struct{}, parallel), flights: map[flightKey]*flight{}}
}

// Get asks one document. The error is a *[Refusal] when r may not be sent, or
// wraps ctx's error; all else that can happen is an Answer.
//
// Identical GETs (and HEADs) are sent once in a client's life and share their
// answer, whatever it is. Cancelling ctx stops the exchange when nobody else
// waits for it, and then it counts as never asked.
func (c *Client) Get(ctx context.Context, r Request) (Answer, error) {
	r, host, err := c.prepare(r)
	if err != nil {
		return Answer{}, err
	}
	if err := ctx.Err(); err != nil {
		return Answer{}, cancelled(r, err)
	}
	key := flightKey{r.Method, r.URL, r.Accept, r.Limit}
	f := c.join(ctx, key, r, host)
	defer c.leave(key, f)
	select {
	case <-ctx.Done():
		return Answer{}, cancelled(r, ctx.Err())
	case <-f.done:
	}
	if f.err != nil {
		return Answer{}, cancelled(r, f.err)
	}
	a := f.answer
	a.Request = r
	return a, nil
}

// Prefetch starts asking what a later, identical [Client.Get] will want, and
// returns at once. What may not be sent, and POST, is silently left to Get.
func (c *Client) Prefetch(ctx context.Context, r Request) {
	if r.Method == "POST" {
		return
	}
	go func() {
		// The answer, or the refusal, is for the Get that follows.
		_, _ = c.Get(ctx, r)
	}()
}

// prepare fills in the defaults of r and checks that it may be sent.
func (c *Client) prepare(r Request) (Request, Host, error) {
	refuse := func(format string, args ...any) (Request, Host, error) {
		return r, Host{}, &Refusal{URL: r.URL, Detail: fmt.Sprintf(format, args...)}
	}
	u, err := url.Parse(r.URL)
	if err != nil {
		return refuse("it is no address")
	}
	host, err := declared(c.o.Hosts, u, false)
	if err != nil {
		return refuse("%v", err)
	}
	if u.String() != r.URL {
		return refuse("the address would be sent as %s: write it so", u)
	}
	if r.Method == "" {
		r.Method = "GET"
	}
	switch {
	case r.Method != "GET" && r.Method != "HEAD" && r.Method != "POST":
		return refuse("the method is %q: only GET, HEAD and POST are sent", r.Method)
	case r.Method == "POST" && !host.Posts:
		return refuse("POST is not declared for %s", host.Name)
	case r.Method != "POST" && (len(r.Body) > 0 || r.ContentType != ""):
		return refuse("%s carries a body", r.Method)
	case !headerValue(r.Accept) || !headerValue(r.ContentType):
		return refuse("a header value holds characters that none may hold")
	case r.Limit < 0:
		return refuse("its limit is %d bytes", r.Limit)
	}
	if r.Limit == 0 {
		r.Limit = DefaultLimit
	}
	if r.Step == "" {
		r.Step = host.Name
	}
	return r, host, nil
}

// headerValue accepts printable ASCII, also none.
func headerValue(s string) bool {
	return !strings.ContainsFunc(s, func(c rune) bool { return c < 0x20 || c > 0x7e })
}

// join finds the flight that asks r, or starts it, and waits with it.
func (c *Client) join(ctx context.Context, key flightKey, r Request, host Host) *flight {
	c.mu.Lock()
	defer c.mu.Unlock()
	shared := r.Method != "POST"
	if f := c.flights[key]; shared && f != nil {
		f.waiting++
		return f
	}
	// Whoever asked first may leave while others still wait, so the flight
	// ends with the last who waits and not with the first context.
	flying, cancel := context.WithCancel(context.WithoutCancel(ctx))
	f := &flight{cancel: cancel, waiting: 1, done: make(chan struct{})}
	if shared {
		c.flights[key] = f
	}
	go func() {
		defer cancel()
		f.answer, f.err = c.answer(flying, r, host)
		close(f.done)
	}()
	return f
}

// leave stops waiting. A flight that nobody waits for is cancelled and
// forgotten, unless it has arrived.
func (c *Client) leave(key flightKey, f *flight) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f.waiting--
	if f.waiting > 0 {
		return
	}
	select {
	case <-f.done:
		if f.err == nil {
			return
		}
	default:
		f.cancel()
	}
	if c.flights[key] == f {
		delete(c.flights, key)
	}
}

// answer asks r by the routes there are, again where that may help, and keeps
// the exchanges of the last try. The error is ctx's. DESIGN.md section 7.
//
//  1. Begin with the host itself; with the relay where the host refuses
//     browsers; with the record in a replay.
//  2. Where the host cannot be reached, turn to the relay at once: a browser
//     does not tell a refused cross-origin answer from a broken line, and
//     asking again would only be slower.
//  3. Ask again what may pass (429, 5xx, unreachable), after a wait.
func (c *Client) answer(ctx context.Context, r Request, host Host) (Answer, error) {
	// The relay takes no POST.
	relay := c.o.Relay != "" && !c.replay && r.Method != "POST"
	route, left := Direct, max(c.o.Retries, 0)
	switch { // 1
	case c.replay:
		route, left = Replay, 0
	case relay && host.RefusesBrowsers:
		route = Relay
	}
	unreached := false
	for try := 0; ; try++ {
		a, kept, err := c.try(ctx, r, route)
		if err != nil {
			return Answer{}, err
		}
		if route == Direct && relay && a.Status == 0 && a.Err != nil &&
			(a.Err.Kind == Unreachable || a.Err.Kind == TimedOut) { // 2
			c.tell(r, route, 0, -1, "no answer from "+host.Name+"; asking through the relay")
			route, unreached, left = Relay, true, max(left-1, 0)
			continue
		}
		if wait, again := c.wait(a, try); again && left > 0 { // 3
			left--
			c.tell(r, route, 0, -1, fmt.Sprintf("%s; asking again in %s", a.Reason, wait))
			if err := c.o.Sleep(ctx, wait); err != nil {
				return Answer{}, err
			}
			continue
		}
		if unreached && a.Err != nil && a.Err.Kind == Unreachable {
			a.Reason = "no answer from " + host.Name + ", neither directly nor through the relay"
			a.Err.Detail = a.Reason
		}
		c.o.Record.add(kept...)
		c.finish(a)
		return a, nil
	}
}

// wait tells whether asking again may help, and how long to wait first.
func (c *Client) wait(a Answer, try int) (time.Duration, bool) {
	switch a.Status {
	case 429, 500, 502, 503, 504:
	case 0:
		if a.Err == nil || a.Err.Kind != Unreachable {
			return 0, false
		}
	default:
		return 0, false
	}
	wait := firstBackOff << min(try, 6)
	if asked, ok := retryAfter(a.Header["retry-after"], c.o.Now()); ok {
		wait = asked
	}
	return min(wait, maxWait), true
}

// tell reports progress.
func (c *Client) tell(r Request, route Route, bytes, total int64, note string) {
	c.report(Progress{Step: r.Step, URL: r.URL, Route: route, Bytes: bytes, Total: total, Note: note})
}

// finish reports the end of a request.
func (c *Client) finish(a Answer) {
	n := int64(len(a.Body))
	c.report(Progress{
		Step: a.Request.Step, URL: a.Request.URL, Route: a.Route,
		Bytes: n, Total: n, Done: true, Note: a.Reason,
	})
}

func (c *Client) report(p Progress) {
	if c.o.Progress == nil {
		return
	}
	c.telling.Lock()
	defer c.telling.Unlock()
	c.o.Progress(p)
}

// retryAfter reads a Retry-After value (RFC 9110 section 10.2.3): seconds, or
// one of the three forms of an HTTP date (section 5.6.7).
func retryAfter(value string, now time.Time) (time.Duration, bool) {
	value = strings.TrimSpace(value)
	if value == "" {
		return 0, false
	}
	if strings.Trim(value, "0123456789") == "" {
		if len(value) > 9 {
			return maxWait, true
		}
		seconds := 0
		for _, digit := range value {
			seconds = seconds*10 + int(digit-'0')
		}
		return time.Duration(seconds) * time.Second, true
	}
	for _, form := range []string{"Mon, 02 Jan 2006 15:04:05 GMT", time.RFC850, time.ANSIC} {
		if at, err := time.Parse(form, value); err == nil {
			return max(at.Sub(now), 0), true
		}
	}
	return 0, false
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// cancelled wraps a context's error.
func cancelled(r Request, err error) error {
	return fmt.Errorf("fetching %s: %w", r.URL, err)
}

var errStalled = errors.New("no bytes for too long")
