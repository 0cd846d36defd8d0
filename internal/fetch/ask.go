package fetch

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"time"
)

// ask asks the flight's question by the routes there are, again where that may
// help, and gives the exchanges of the last try. The error is ctx's.
//
//  1. Begin with the host itself; with the relay where the host refuses
//     browsers; with the record in a replay.
//  2. Where the host cannot be reached, turn to the relay at once: a browser
//     does not tell a refused cross-origin answer from a broken line, and
//     asking again would only be slower.
//  3. Ask again what may pass (429, 5xx, unreachable), after a wait. A host that was
//     not reached for many questions in a row, each asked so often, is asked once.
func (f *flight) ask(ctx context.Context) (Answer, []Exchange, error) {
	c := f.client
	relay := c.o.Relay != "" && !c.replay
	route, left := Direct, max(c.o.Retries, 0)
	switch { // 1
	case c.replay:
		route, left = Replay, 0
	case relay && f.host.RefusesBrowsers:
		route = Relay
	}
	unreached := false
	for try := 0; ; try++ {
		a, kept, err := f.try(ctx, route)
		if err != nil {
			return Answer{}, nil, err
		}
		if route == Direct && relay && a.Status == 0 && a.Err != nil &&
			(a.Err.Kind == Unreachable || a.Err.Kind == TimedOut) { // 2
			f.tell(route, 0, -1, "no answer from "+f.host.Name+"; asking through the relay")
			route, unreached, left = Relay, true, max(left-1, 0)
			continue
		}
		if wait, again := c.wait(a, try); again && left > 0 && !(a.Status == 0 && c.silent(f.host.Name, route)) { // 3
			left--
			f.tell(route, 0, -1, fmt.Sprintf("%s; asking again in %s", a.Reason, wait))
			if err := c.o.Sleep(ctx, wait); err != nil {
				return Answer{}, nil, err
			}
			continue
		}
		c.reached(f.host.Name, route, a.Status != 0 || a.Err == nil || a.Err.Kind != Unreachable)
		if unreached && a.Err != nil && a.Err.Kind == Unreachable {
			a.Reason = "no answer from " + f.host.Name + ", neither directly nor through the relay"
			a.Err.Detail = a.Reason
		}
		return a, kept, nil
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

// By how many questions in a row that a host left without an answer it is taken for one
// that cannot be reached: of a thousand pins each would wait for it.
const enoughSilence = 6

// A way is a host by one route.
type way struct {
	host  string
	route Route
}

// reached notes how a question ended, after all that was tried.
func (c *Client) reached(host string, route Route, was bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if was {
		delete(c.unreached, way{host, route})
	} else {
		c.unreached[way{host, route}]++
	}
}

// silent tells that a host was not reached for many questions in a row.
func (c *Client) silent(host string, route Route) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.unreached[way{host, route}] >= enoughSilence
}

// tell reports how far the flight has come to every session that asked it.
func (f *flight) tell(route Route, bytes, total int64, note string) {
	f.client.mu.Lock()
	holders := maps.Clone(f.holders)
	f.client.mu.Unlock()
	for s, step := range holders {
		s.report(Progress{Step: step, URL: f.r.URL, Route: route, Bytes: bytes, Total: total, Note: note})
	}
}

// ended is the report of a finished flight.
func (f *flight) ended(step string) Progress {
	n := f.answer.Size()
	return Progress{Step: step, URL: f.r.URL, Route: f.answer.Route, Bytes: n, Total: n, Done: true, State: f.answer.State, Note: f.answer.Reason}
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
