package relay

import (
	"fmt"
	"maps"
	"net/url"
	"strconv"
	"strings"

	"touchstone/internal/fetch"
)

// Mark and its values, which [fetch.Client] looks for.
const (
	Mark        = fetch.RelayMark
	MarkAnswer  = fetch.RelayAnswer
	MarkRefusal = fetch.RelayRefusal
)

// Failure tells how an order ended without a whole answer.
type Failure string

// The failures. The last three are of a body that is read whole before it is
// passed on.
const (
	Unreachable Failure = "unreachable"
	TimedOut    Failure = "timed out"
	BrokenOff   Failure = "broken off"
	TooLarge    Failure = "too large"
	Busy        Failure = "busy" // too many such bodies at once
)

// Answer goes on after a host answered an order: it follows a redirect, passes
// the answer on, or refuses it. header holds the answer's header fields under
// lower-case names.
//
//  1. Ask for an anonymous token, once, where a host that gives them refused for
//     want of one (see [Relay.Token]).
//  2. Follow a redirect, at most MaxRedirects times, to declared places only.
//  3. Refuse what is no whole document: a part, an answer to a condition.
//  4. Refuse what is too large by its own word.
//  5. Pass on status and body, and of the header fields only those that
//     describe the document or ask for patience.
func (r Relay) Answer(o Order, status int, header map[string]string) Step {
	host := fetch.HostOf(o.URL)
	if status == 401 { // 1
		if ask := r.tokenFor(o, header["www-authenticate"]); ask != nil {
			return Step{Order: ask}
		}
	}
	switch {
	case isRedirect(status): // 2
		return r.follow(o, header["location"])
	case status == 206: // 3
		return refuse(502, "%s sent a part of the document, which was not asked for", host)
	case status < 200 || status > 599 || status >= 300 && status < 400:
		return refuse(502, "%s answers %d, which cannot be passed on", host, status)
	}
	limit := int64(Limit)
	if status > 299 {
		limit = ErrorLimit
	}
	length := int64(-1)
	switch encoding := strings.ToLower(header["content-encoding"]); encoding {
	case "", "identity":
		if n, ok := number(header["content-length"]); ok {
			length = n
		}
	case "gzip", "br": // removed on the way; the length counted the encoded bytes
	default:
		return refuse(502, "%s answers in the encoding %.40q, which was not asked for", host, encoding)
	}
	if length > limit { // 4
		return refuse(502, "the answer of %s has %d bytes: at most %d are relayed", host, length, limit)
	}
	if length < 0 {
		limit = min(limit, HeldLimit)
	}
	reply := &Reply{Status: status, Header: guarded(MarkAnswer), Stream: true, Length: length, Limit: limit} // 5
	if o.Method == "HEAD" || status == 204 || status == 205 {
		reply.Stream, reply.Length = false, 0
		if o.Method == "HEAD" && length >= 0 {
			reply.Header["content-length"] = strconv.FormatInt(length, 10)
		}
	}
	for _, name := range passed {
		if value := header[name]; value != "" && len(value) <= maxHeader && plain(value) {
			reply.Header[name] = value
		}
	}
	return Step{Reply: reply}
}

// Failed goes on after an order got no answer, or not the whole. Why exactly is
// not for clients.
func (r Relay) Failed(o Order, f Failure) Step {
	host := fetch.HostOf(o.URL)
	switch f {
	case TimedOut:
		return refuse(504, "%s did not answer in time", host)
	case BrokenOff:
		return refuse(502, "the answer of %s broke off", host)
	case Busy:
		step := refuse(503, "too many answers at once do not announce their length; ask again in a moment")
		step.Reply.Header["retry-after"] = "5"
		return step
	case TooLarge:
		return refuse(502, "the answer of %s does not announce its length and is longer than the %d bytes that are relayed so", host, HeldLimit)
	}
	return refuse(502, "no answer from %s", host)
}

// follow orders the request to where a redirect leads.
func (r Relay) follow(o Order, location string) Step {
	from := fetch.HostOf(o.URL)
	if location == "" {
		return refuse(502, "%s redirects without saying where", from)
	}
	base, err := url.Parse(o.URL)
	if err != nil {
		return refuse(502, "%s redirects from what is no address", from)
	}
	if len(location) > maxTarget || !plain(location) {
		return refuse(502, "%s redirects to what is no address", from)
	}
	u, err := base.Parse(location)
	if err != nil {
		return refuse(502, "%s redirects to what is no address: %.200q", from, location)
	}
	// A fragment is for who reads the document; it is never sent.
	u.Fragment, u.RawFragment = "", ""
	if err := fetch.AllowedRedirect(r.Hosts, u); err != nil {
		return refuse(502, "%s redirects to %.200q: %v", from, u.String(), err)
	}
	if o.Hop >= MaxRedirects {
		return refuse(502, "%s redirects more than %d times", from, MaxRedirects)
	}
	next := o
	next.URL, next.Hop = u.String(), o.Hop+1
	next.Header = maps.Clone(o.Header)
	delete(next.Header, "authorization") // a token is for the host that gave it
	return Step{Order: &next}
}

// passed are the header fields of a host's answer that go on.
var passed = [...]string{
	"docker-content-digest", "etag", "last-modified", "retry-after",
	"x-ratelimit-remaining", "x-ratelimit-reset",
}

// guarded are the header fields of every reply. A reply is bytes for a program
// on our own page, or for one that is no browser; shown, run or kept by a
// browser it must do nothing, on our origin least of all. Pages of other sites
// cannot read it: it names no other origin that may (Fetch, section 3.3).
func guarded(mark string) map[string]string {
	return map[string]string{
		Mark:                           mark,
		"cache-control":                "no-store",
		"content-disposition":          "attachment",
		"content-security-policy":      "sandbox; default-src 'none'; frame-ancestors 'none'",
		"content-type":                 "application/octet-stream",
		"cross-origin-opener-policy":   "same-origin",
		"cross-origin-resource-policy": "same-origin",
		"referrer-policy":              "no-referrer",
		"x-content-type-options":       "nosniff",
		"x-frame-options":              "DENY",
	}
}

// refuse is a reply in the relay's own words.
func refuse(status int, format string, args ...any) Step {
	body := "refusing to relay: " + fmt.Sprintf(format, args...) + "\n"
	return Step{Reply: &Reply{
		Status: status, Header: guarded(MarkRefusal), Body: body, Length: int64(len(body)), Limit: ErrorLimit,
	}}
}

// number reads a Content-Length: digits only (RFC 9110 section 8.6).
func number(s string) (int64, bool) {
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return Limit + 1, true // more digits than any length has
	}
	return n, true
}
