package fetch

import (
	"bytes"
	"context"
	"io"
	"slices"
)

// NewReplay makes a client that answers from a record and never touches a
// network: every answer has Route Replay, what was not recorded is Unknown
// with Kind NotRecorded, and the declarations of o.Hosts hold all the same.
// o.Transport, o.Relay and o.Retries are not used.
func NewReplay(record *Record, o Options) *Client {
	o.Transport, o.Relay = newReplayer(record), ""
	c := New(o)
	c.replay = true
	return c
}

// A replayer answers from exchanges, by method and URL; see choose.
type replayer map[string][]Exchange

func newReplayer(record *Record) replayer {
	byQuestion := replayer{}
	if record == nil {
		return byQuestion
	}
	record.mu.Lock()
	defer record.mu.Unlock()
	for _, x := range record.exchanges {
		q := question(x.Method, x.URL)
		byQuestion[q] = append(byQuestion[q], x)
	}
	return byQuestion
}

func question(method, url string) string { return method + " " + url }

func (p replayer) Do(ctx context.Context, r *Request) (*Response, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	x, ok := choose(p[question(r.Method, r.URL)], r)
	if !ok {
		return nil, &Error{NotRecorded, r.URL, "it was not asked for while recording"}
	}
	if x.Broken != "" {
		return nil, &Error{Truncated, r.URL, "the archive's copy cannot be used: " + x.Broken}
	}
	return &Response{
		Status: x.Status, URL: x.URL, Header: x.Header,
		Body: io.NopCloser(bytes.NewReader(x.Body)),
		// The lengths were compared while recording; here Content-Length may
		// count the bytes of an encoding that is gone.
		Decoded: true, Began: x.Began,
	}, nil
}

// choose finds the recorded exchange that answers r. Of several, the first in
// the record's order.
//
//  1. Of those that were asked again because the host was busy, only the ones
//     that then brought something.
//     Of those that brought all and those that brought a part, the former, unless
//     a part is wanted.
//  2. The one that sent the same Accept.
//  3. One that sent none, or "*/*".
//  4. The only one that there is, whatever it accepted: archives of other
//     tools hold what a browser sends.
func choose(candidates []Exchange, r *Request) (Exchange, bool) {
	same := slices.Clone(candidates)
	if slices.ContainsFunc( // 1
		same, func(x Exchange) bool { return x.Status >= 200 && x.Status < 300 }) {
		same = slices.DeleteFunc(same, func(x Exchange) bool { return x.Status == 429 || x.Status >= 500 })
	}
	if part := func(x Exchange) bool { return (x.Status == partial) == (r.First > 0) }; slices.ContainsFunc(same, part) {
		same = slices.DeleteFunc(same, func(x Exchange) bool { return !part(x) })
	}
	for _, accepts := range []func(Exchange) bool{
		func(x Exchange) bool { return x.Accept == r.Accept },                // 2
		func(x Exchange) bool { return x.Accept == "" || x.Accept == "*/*" }, // 3
		func(Exchange) bool { return len(same) == 1 },                        // 4
	} {
		if i := slices.IndexFunc(same, accepts); i >= 0 {
			return same[i], true
		}
	}
	return Exchange{}, false
}
