package fetch

import (
	"cmp"
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
	// PerHost bounds the requests under way at one host; 0 is 6, as browsers do.
	PerHost int
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
	parallel       = 6                // requests under way at one host
	maxRedirects   = 5                // hops followed
	errorLimit     = 1 << 20          // bytes read of an answer that is not 2xx
	defaultTimeout = 30 * time.Second // without a byte
	firstBackOff   = 500 * time.Millisecond
	maxWait        = 30 * time.Second // between two tries, whatever Retry-After says
	maxKeptOne     = 64 << 10         // bytes of an answer that outlives its sessions
	maxKept        = 32 << 20         // bytes of all of them
)

// A Client is what many audits share: the way out, with its bounds, and the
// answers that more than one of them wants. Each audit asks through a [Session]
// of its own. It is safe for concurrent use.
type Client struct {
	o      Options
	replay bool // every answer comes from a record

	mu        sync.Mutex
	slots     map[string]chan struct{} // by host: one place for each request under way
	flights   map[flightKey]*flight
	kept      keptFlights
	unreached map[way]int // questions in a row that got no answer
}

// New makes a client.
func New(o Options) *Client {
	o.Relay = strings.TrimRight(o.Relay, "/")
	if o.PerHost <= 0 {
		o.PerHost = parallel
	}
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
	return &Client{o: o, slots: map[string]chan struct{}{}, flights: map[flightKey]*flight{}, unreached: map[way]int{}}
}

// slot is where a request to a host waits its turn.
func (c *Client) slot(host string) chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.slots[host] == nil {
		c.slots[host] = make(chan struct{}, c.o.PerHost)
	}
	return c.slots[host]
}

// prepare fills in the defaults of r and checks that it may be sent. What the same list
// of hosts allows for a flight that is still at hand is not looked up again.
func (s *Session) prepare(r Request) (Request, Host, error) {
	r.Method = cmp.Or(r.Method, "GET")
	if r.Limit == 0 {
		r.Limit = DefaultLimit
	}
	refuse := func(format string, args ...any) (Request, Host, error) {
		return r, Host{}, &Refusal{URL: r.URL, Detail: fmt.Sprintf(format, args...)}
	}
	switch {
	case r.Method != "GET" && r.Method != "HEAD":
		return refuse("the method is %q: only GET and HEAD are sent", r.Method)
	case !headerValue(r.Accept):
		return refuse("a header value holds characters that none may hold")
	case r.Limit < 0:
		return refuse("its limit is %d bytes", r.Limit)
	case r.First < 0 || r.First > 0 && r.Method != "GET":
		return refuse("%d bytes are wanted of it", r.First)
	}
	host, known := s.client.allowed(s.key(r), s.o.Hosts)
	if !known {
		var err error
		if host, err = allowedHost(s.o.Hosts, r.URL); err != nil {
			return refuse("%v", err)
		}
	}
	r.Step = cmp.Or(r.Step, host.Name)
	return r, host, nil
}

// allowedHost is the declaration that allows an address, written as it will be sent.
func allowedHost(hosts []Host, address string) (Host, error) {
	u, err := url.Parse(address)
	if err != nil {
		return Host{}, errors.New("it is no address")
	}
	host, err := declared(hosts, u, false)
	if err == nil && u.String() != address {
		err = fmt.Errorf("the address would be sent as %s: write it so", u)
	}
	return host, err
}

// allowed is the host of a flight that was begun under this very list of hosts.
func (c *Client) allowed(key flightKey, hosts []Host) (Host, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f := c.flights[key]
	if f == nil || len(hosts) == 0 || len(f.hosts) != len(hosts) || &f.hosts[0] != &hosts[0] {
		return Host{}, false
	}
	return f.host, true
}

// headerValue accepts printable ASCII, also none.
func headerValue(s string) bool {
	return !strings.ContainsFunc(s, func(c rune) bool { return c < 0x20 || c > 0x7e })
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
