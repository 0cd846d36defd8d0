package relay

import (
	"maps"
	"net/url"

	"touchstone/internal/fetch"
)

// tokenFor is the order for an anonymous token, where a declared host refused o
// for want of one; nil where none is to be had, or o carried one already. No
// client of the relay ever sees a token, and none that a client sends goes on.
func (r Relay) tokenFor(o Order, challenge string) *Order {
	if _, had := o.Header["authorization"]; had {
		return nil
	}
	u, err := url.Parse(o.URL)
	if err != nil {
		return nil
	}
	for _, h := range r.Hosts {
		if h.Name != u.Host || !h.Allows(u.EscapedPath()) {
			continue
		}
		address, ok := h.Challenged(u.EscapedPath(), challenge)
		at, err := url.Parse(address)
		if !ok || err != nil || fetch.Allowed(r.Hosts, at) != nil {
			continue
		}
		return &Order{Method: "GET", URL: address, Header: map[string]string{"user-agent": userAgent, "accept-encoding": "identity"}, Then: &o}
	}
	return nil
}

// Token takes the answer to an order for a token, and orders again what was
// refused, with the token where one came.
func (r Relay) Token(o Order, status int, body []byte) Step {
	if o.Then == nil {
		return refuse(500, "no order waits for the token")
	}
	next := *o.Then
	token := ""
	if status == 200 {
		token = fetch.ReadToken(body)
	}
	if token == "" {
		return refuse(502, "%s gives no token to read with", fetch.HostOf(o.URL))
	}
	next.Header = maps.Clone(next.Header)
	next.Header["authorization"] = "Bearer " + token
	return Step{Order: &next}
}
