// Package relay decides what the relay forwards, and what it says. The relay
// brings a page the answers of hosts that refuse browsers; it is never trusted
// for anything that a hash or a signature decides.
//
// The package does nothing itself: whoever serves the relay asks [Relay.Ask],
// sends the order it gets, tells [Relay.Answer] what came, and so on until
// there is a reply. All it must do beside that is to stream the body, held to
// its length. A body of no announced length is read whole before anything is
// sent: broken off on the way, it would look complete to the client, and a
// package cut short like one with a wrong digest.
//
// A relayed request goes to /relay/HOST/PATH?QUERY, path and query as the host
// would get them.
package relay

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"touchstone/internal/fetch"
)

// Prefix is the path below which the relay answers.
const Prefix = "/relay/"

// Bounds of what is forwarded.
const (
	Limit        = 500 << 20 // bytes of an answer, as large as a package may be
	HeldLimit    = 40 << 20  // bytes of an answer that does not announce its length
	ErrorLimit   = 1 << 20   // bytes of an answer that is not 2xx
	MaxRedirects = 5         // followed
	maxTarget    = 8 << 10   // bytes of host, path and query
	maxHeader    = 1 << 10   // bytes of a header's value
)

// userAgent tells hosts who asks.
const userAgent = "touchstone-relay"

// A Relay forwards to declared hosts only.
type Relay struct {
	// Hosts are all the places that an audit may ask.
	Hosts []fetch.Host
}

// A Request is what a client sent.
type Request struct {
	Method string `json:"method"`
	// Target is what follows Prefix in the request's address, the query
	// included, as the server gives it: nothing decoded, but dot segments and
	// backslashes may be resolved already (WHATWG URL, section 4.4).
	Target string `json:"target"`
	// Header holds the request's header fields under lower-case names.
	Header map[string]string `json:"header"`
}

// An Order is one request to send, redirects not followed, without a cache,
// with these header fields and no others of the client's.
type Order struct {
	Method string            `json:"method"`
	URL    string            `json:"url"`
	Header map[string]string `json:"header"`
	// Hop counts the redirects followed before.
	Hop int `json:"hop"`
	// Then is what a token is asked for, where this order asks for one: the answer's
	// body is then told to [Relay.Answer] too, as text.
	Then *Order `json:"then,omitempty"`
}

// A Reply is what the client gets.
type Reply struct {
	Status int `json:"status"`
	// Header holds all header fields, under lower-case names.
	Header map[string]string `json:"header"`
	// Body is what the relay itself says, where Stream is not set.
	Body string `json:"body"`
	// Stream tells that the body is the host's, after content decoding.
	Stream bool `json:"stream"`
	// Length is how many bytes Stream must bring, no more and no less; -1 where
	// that is not known: then the body is read whole first (see [Relay.Failed]).
	Length int64 `json:"length"`
	// Limit is how many bytes the body may have.
	Limit int64 `json:"limit"`
}

// A Step is what to do next: exactly one of both is set.
type Step struct {
	Order *Order `json:"order,omitempty"`
	Reply *Reply `json:"reply,omitempty"`
}

// Ask begins: it orders a request to a declared host, or refuses.
//
//  1. Only GET and HEAD, without a body.
//  2. Only what a program fetches as data: nothing that a browser would show,
//     run or keep, and nothing for another site's page.
//  3. Nothing with credentials.
//  4. Only a declared host by a declared path shape, over https.
//  5. Of the client's header fields only Accept goes on.
func (r Relay) Ask(q Request) Step {
	switch { // 1
	case q.Method != "GET" && q.Method != "HEAD":
		step := refuse(405, "the method is %.20q: only GET and HEAD are relayed", q.Method)
		step.Reply.Header["allow"] = "GET, HEAD"
		return step
	case q.Header["transfer-encoding"] != "", q.Header["content-length"] != "" && q.Header["content-length"] != "0":
		return refuse(400, "the request carries a body")
	}
	if why := notData(q.Header); why != "" { // 2
		return refuse(403, "%s: only what a program fetches as data is relayed", why)
	}
	for _, name := range []string{"authorization", "proxy-authorization"} { // 3
		if _, ok := q.Header[name]; ok {
			return refuse(403, "the request carries %s: credentials are not relayed", name)
		}
	}
	u, err := target(q.Target) // 4
	if err != nil {
		return refuse(400, "%v", err)
	}
	if err := fetch.Allowed(r.Hosts, u); err != nil {
		return refuse(403, "%v", err)
	}
	header := map[string]string{"user-agent": userAgent, "accept-encoding": "identity"} // 5
	if accept := q.Header["accept"]; accept != "" {
		if !plain(accept) || len(accept) > maxHeader {
			return refuse(400, "the Accept header is longer than %d bytes or holds characters that none may hold", maxHeader)
		}
		header["accept"] = accept
	}
	return Step{Order: &Order{Method: q.Method, URL: u.String(), Header: header}}
}

// notData says why a request is not one for data; empty when it is. Browsers
// say so themselves and let no page change it (W3C Fetch Metadata, sections
// 2.1, 2.2 and 2.3; Service Workers, section 4.4); programs that are no browsers
// say nothing.
func notData(header map[string]string) string {
	if dest, ok := header["sec-fetch-dest"]; ok && dest != "empty" {
		return fmt.Sprintf("the browser wants it as %.40q", dest)
	}
	if mode, ok := header["sec-fetch-mode"]; ok && mode != "cors" && mode != "same-origin" {
		return fmt.Sprintf("the browser asks in the mode %.40q", mode)
	}
	// The relay serves the page beside it. Other sites would have it for nothing,
	// and hosts would count their questions as ours.
	if site, ok := header["sec-fetch-site"]; ok && site != "same-origin" {
		return fmt.Sprintf("the browser asks for another site (%.40q)", site)
	}
	// Browsers that do not say so still name the site that asks another one.
	if origin, ok := header["origin"]; ok && origin != "https://"+header["host"] && origin != "http://"+header["host"] {
		return fmt.Sprintf("the browser asks for another site (%.40q)", origin)
	}
	for _, name := range []string{"service-worker", "upgrade", "sec-purpose", "purpose", "x-moz"} {
		if value, ok := header[name]; ok {
			return fmt.Sprintf("the request says %s: %.40q", name, value)
		}
	}
	return ""
}

// target reads host, path and query into an address that every reader reads
// alike: written out again it is the same.
func target(raw string) (*url.URL, error) {
	if len(raw) > maxTarget {
		return nil, fmt.Errorf("the address is longer than %d bytes", maxTarget)
	}
	if !plain(raw) || strings.ContainsAny(raw, " #\\") {
		return nil, fmt.Errorf("the address holds characters that none may hold: %.200q", raw)
	}
	host, _, found := strings.Cut(raw, "/")
	if !found || host == "" || strings.ContainsAny(host, "?@:[]%") {
		return nil, fmt.Errorf("%.200q is no address to relay: write %sHOST/PATH, the host's name without scheme, user or port", raw, Prefix)
	}
	u, err := url.Parse("https://" + raw)
	if err != nil {
		return nil, fmt.Errorf("%.200q is no address to relay", raw)
	}
	if u.Host != host || u.User != nil || u.String() != "https://"+raw {
		return nil, fmt.Errorf("%.200q would be asked as %.200q: write it so", raw, strings.TrimPrefix(u.String(), "https://"))
	}
	return u, nil
}

// plain accepts printable ASCII.
func plain(s string) bool {
	return !strings.ContainsFunc(s, func(c rune) bool { return c < 0x20 || c > 0x7e })
}

// isRedirect tells which answers name another address (RFC 9110 section 15.4).
func isRedirect(status int) bool {
	return slices.Contains([]int{301, 302, 303, 307, 308}, status)
}
