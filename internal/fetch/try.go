package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"
)

// A reply is one complete answer to one request, redirects not followed.
type reply struct {
	status int
	url    string // where it came from: the origin's address, never the relay's
	header map[string]string
	body   []byte
	passed *Passed // in the place of body
	began  time.Time
	took   time.Duration
}

// try asks r once by one route, following redirects. The answer is complete
// but for its finishing; the exchanges are what a record keeps of it. The
// error is ctx's.
//
//  1. Ask one address; where its host wants an anonymous token, with one.
//  2. Where the transport followed redirects itself, the last address is held
//     to the same rule as one that we follow.
//  3. Follow a redirect to a declared place, at most five.
//  4. Say what the last answer means.
func (f *flight) try(ctx context.Context, route Route) (Answer, []Exchange, error) {
	r := f.r
	a := Answer{Request: r, State: Unknown, URL: r.URL, Route: route}
	a.Request.passing = nil
	var kept []Exchange
	fail := func(e *Error) (Answer, []Exchange, error) {
		a.Err, a.Reason = e, e.Detail
		return a, kept, nil
	}
	for hop := 0; ; hop++ {
		asked := r
		asked.URL = a.URL
		a.Status, a.Header = 0, nil
		got, err := f.sendAllowed(ctx, asked, route) // 1
		if ctx.Err() != nil {
			return Answer{}, nil, ctx.Err()
		}
		a.Status, a.Header = got.status, got.header
		if err != nil {
			return fail(err)
		}
		if got.url != asked.URL { // 2
			hidden := followed(asked, got, route)
			kept = append(kept, hidden)
			if err := f.redirect(asked.URL, got.url); err != nil {
				a.Status, a.Header = hidden.Status, hidden.Header
				return fail(err)
			}
			a.Redirects, a.URL = append(a.Redirects, asked.URL), got.url
			asked.URL = got.url
		}
		kept = append(kept, keep(asked, got, route))
		if !IsRedirect(got.status) {
			a.Body, a.Passed = got.body, got.passed
			judge(&a) // 4
			r.Form.Fit(&a)
			return a, kept, nil
		}
		next, err := f.target(asked.URL, got.header["location"], route) // 3
		if err != nil {
			return fail(err)
		}
		if hop == maxRedirects {
			return fail(&Error{BadRedirect, r.URL, fmt.Sprintf("it redirects more than %d times", maxRedirects)})
		}
		a.Redirects, a.URL = append(a.Redirects, asked.URL), next
	}
}

// send sends one request and reads the whole answer. With an *Error the reply
// holds what was learned before it.
func (f *flight) send(ctx context.Context, r Request, route Route) (reply, *Error) {
	c := f.client
	sent := r
	sent.URL = c.sentURL(r.URL, route)
	slot := c.slot(HostOf(sent.URL))
	select {
	case slot <- struct{}{}:
		defer func() { <-slot }()
	case <-ctx.Done():
		return reply{}, nil
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stall := time.AfterFunc(c.o.Timeout, func() { cancel(errStalled) })
	defer stall.Stop()

	// Milliseconds are what a record can say.
	got := reply{url: r.URL, began: c.o.Now().UTC().Truncate(time.Millisecond)}
	f.tell(route, 0, -1, "")
	res, err := c.o.Transport.Do(ctx, &sent)
	if err != nil {
		return got, c.failure(ctx, r, route, err)
	}
	defer res.Body.Close()
	stall.Reset(c.o.Timeout)
	got.status, got.header = res.Status, keptHeader(res.Header)
	if c.replay {
		got.began = res.Began
	}
	if route == Relay && res.Header[RelayMark] != RelayAnswer {
		return got.silent(), c.unmarked(r, res)
	}
	if res.URL != "" && res.URL != sent.URL {
		if got.url = c.originURL(res.URL, route); f.redirect(r.URL, got.url) != nil {
			return got, nil // try refuses it; its body is not read
		}
	}
	if r.Method == "HEAD" || IsRedirect(got.status) {
		got.took = c.o.Now().Sub(got.began)
		return got, nil
	}
	if e := strings.ToLower(got.header["content-encoding"]); !res.Decoded && e != "" && e != "identity" {
		return got, &Error{Undecoded, r.URL, fmt.Sprintf("%s answers in the encoding %q, which was not asked for", HostOf(r.URL), e)}
	}
	in := &arriving{f: f, ctx: ctx, r: r, route: route, res: res, alive: func() { stall.Reset(c.o.Timeout) }}
	if r.passing != nil && in.good() {
		got.passed, err = in.pass(r.passing)
	} else {
		got.body, err = in.all()
	}
	if err != nil {
		return got, c.failure(ctx, r, route, err)
	}
	got.took = c.o.Now().Sub(got.began)
	got.part(r)
	return got, nil
}

// part says of a reply that was read no further than it is wanted that it is a part.
func (g *reply) part(r Request) {
	if r.First > 0 && g.status == 200 && int64(len(g.body)) == r.First {
		g.status, g.header["content-range"] = partial, fmt.Sprintf("bytes 0-%d/*", r.First-1)
		delete(g.header, "content-length")
	}
}

// partial is the status of an answer that is a part of the document.
const partial = 206

// silent is what stands for a reply that is not the host's: of it only the
// patience that it asks for counts.
func (g reply) silent() reply {
	g.status = 0
	if wait, ok := g.header["retry-after"]; ok {
		g.header = map[string]string{"retry-after": wait}
	} else {
		g.header = nil
	}
	return g
}

// unmarked says what came in place of a host's answer through the relay: the
// relay's own words, or those of a server that is no relay.
func (c *Client) unmarked(r Request, res *Response) *Error {
	no := "no answer from " + HostOf(r.URL) + ": "
	if res.Header[RelayMark] != RelayRefusal {
		return &Error{Unreachable, r.URL, no + fmt.Sprintf("what answers %d in the relay's place is not the relay", res.Status)}
	}
	no += fmt.Sprintf("the relay answers %d itself", res.Status)
	const enough = 200
	// What cannot be read of it is no loss: it only explains.
	words, _ := io.ReadAll(io.LimitReader(res.Body, enough))
	if text := strings.TrimSpace(string(words)); text != "" {
		no += fmt.Sprintf(": %q", text)
	}
	return &Error{Unreachable, r.URL, no}
}

// failure names what went wrong.
func (c *Client) failure(ctx context.Context, r Request, route Route, err error) *Error {
	host := HostOf(r.URL)
	if route == Relay {
		host = "the relay, asked for " + host + ","
	}
	var known *Error
	var body broken
	switch {
	case errors.Is(context.Cause(ctx), errStalled):
		return &Error{TimedOut, r.URL, fmt.Sprintf("%s sent nothing for %s", host, c.o.Timeout)}
	case errors.As(err, &body):
		return &Error{Truncated, r.URL, fmt.Sprintf("the answer broke off after %d bytes: %v", body.have, body.err)}
	case errors.As(err, &known):
		e := *known
		e.URL = r.URL
		if e.Kind == Unreachable {
			e.Detail = "no answer from " + strings.TrimSuffix(host, ",") + ": " + e.Detail
		}
		return &e
	}
	return &Error{Unreachable, r.URL, fmt.Sprintf("no answer from %s: %v", strings.TrimSuffix(host, ","), err)}
}

// target is where a redirect leads, in the form in which it is asked.
func (f *flight) target(from, location string, route Route) (string, *Error) {
	bad := func(format string, args ...any) (string, *Error) {
		return "", &Error{BadRedirect, f.r.URL, fmt.Sprintf("%s redirects ", HostOf(from)) + fmt.Sprintf(format, args...)}
	}
	if location == "" {
		return bad("without saying where")
	}
	base, err := url.Parse(f.client.sentURL(from, route))
	if err != nil {
		return bad("from no address")
	}
	u, err := base.Parse(location)
	if err != nil {
		return bad("to what is no address: %.200q", location)
	}
	// A fragment is for who reads the document; it is never sent.
	u.Fragment, u.RawFragment = "", ""
	next := f.client.originURL(u.String(), route)
	return next, f.redirect(from, next)
}

// redirect checks that a redirect may be followed.
func (f *flight) redirect(from, to string) *Error {
	bad := func(why string) *Error {
		return &Error{BadRedirect, f.r.URL, fmt.Sprintf("%s redirects to %.200q: %s", HostOf(from), to, why)}
	}
	u, err := url.Parse(to)
	if err != nil {
		return bad("that is no address")
	}
	if err := AllowedRedirect(f.hosts, u); err != nil {
		return bad(err.Error())
	}
	return nil
}

// sentURL is the address that a request by this route goes to.
func (c *Client) sentURL(origin string, route Route) string {
	if route != Relay {
		return origin
	}
	return c.o.Relay + "/" + strings.TrimPrefix(origin, "https://")
}

// originURL is sentURL's inverse. An address outside the relay stays as it is.
func (c *Client) originURL(sent string, route Route) string {
	if rest, ok := strings.CutPrefix(sent, c.o.Relay+"/"); ok && route == Relay {
		return "https://" + rest
	}
	return sent
}

// judge says what an answer means for the question "is it there?".
// Only the host itself can say that it is not.
func judge(a *Answer) {
	host := HostOf(a.URL)
	says := fmt.Sprintf("%s answers %d", host, a.Status)
	switch a.Route {
	case Relay:
		says = fmt.Sprintf("the relay says that %s answers %d", host, a.Status)
	case Replay:
		says = fmt.Sprintf("the recorded answer says %d", a.Status)
	}
	s := a.Status
	switch {
	case s == partial && a.Request.First > 0 && strings.HasPrefix(a.Header["content-range"], "bytes 0-"):
		a.State, a.Reason = Found, ""
	case s == partial:
		a.Reason = says + ": only a part came"
	case s >= 200 && s <= 299:
		a.State, a.Reason = Found, ""
	case a.Gone() && a.Route == Direct:
		a.State, a.Reason = NotThere, says+": it is not there"
	case a.Gone():
		a.Reason = says + "; only the host itself can say that it is not there"
	case s == 401:
		a.Reason = says + ": it wants a login"
	case s == 403:
		a.Reason = says + ": it refuses"
	case s == 429:
		a.Reason = says + ": too many requests"
	case s >= 500:
		a.Reason = says + ": it has a fault of its own"
	default:
		a.Reason = says
	}
}

// IsRedirect tells whether a status sends elsewhere (RFC 9110, section 15.4).
func IsRedirect(status int) bool {
	switch status {
	case 301, 302, 303, 307, 308:
		return true
	}
	return false
}

// HostOf names the host of an address in a sentence.
func HostOf(address string) string {
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		return u.Host
	}
	return "the host"
}

// keep is what a record keeps of a reply.
func keep(r Request, got reply, route Route) Exchange {
	x := Exchange{
		Method: r.Method, URL: r.URL, Accept: r.Accept,
		Status: got.status, Header: got.header, Body: got.body,
		Began: got.began, Took: max(got.took, 0).Truncate(time.Millisecond), Route: route,
	}
	if got.passed != nil {
		x.Broken = got.passed.String()
	}
	return x
}

// followed stands for the redirects that a browser followed by itself: it
// shows where they ended, and neither their number nor their status.
func followed(r Request, got reply, route Route) Exchange {
	return Exchange{
		Method: r.Method, URL: r.URL, Accept: r.Accept, Status: 302,
		Header: map[string]string{"location": got.url},
		Began:  got.began, Route: route, Note: noteFollowed,
	}
}

const noteFollowed = "the browser followed the redirect itself: its status and any steps between are not known"
