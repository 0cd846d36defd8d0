// Package fetch is the only way out: every byte that an audit reads comes
// through a [Session] of a [Client], which knows the hosts that were declared,
// bounds what it reads, reports progress and keeps every exchange, so that the
// same audit can be run again from a record without a network. Audits share the
// client, and with it what cannot change.
//
// The outside world is one interface method, [Transport.Do].
package fetch

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"
)

// A Host is a place that an adapter, a trust client or a log client declares.
// The client asks no other; the page's connect-src and the relay's allow-list
// are generated from the declarations.
type Host struct {
	// Name is the host's DNS name, lower case, without scheme or port:
	// requests are always https on port 443.
	Name string
	// Paths are the shapes that a request's escaped path may have: regular
	// expressions (RE2), each matched against the whole path.
	Paths []string
	// RefusesBrowsers tells that cross-origin requests of a browser get no
	// answer: they go to the relay at once.
	RefusesBrowsers bool
	// Storage tells that the host only serves what another declared host
	// redirects to: it is never asked first.
	Storage bool
	// Tokens is where the host gives out the tokens that it asks for even of who
	// has no account; nil for a host that asks for none.
	Tokens *Tokens
}

// A Route is the way by which an answer came.
type Route string

// The routes. Only Direct is the word of the host itself.
const (
	Direct Route = "direct" // TLS from the host to this client
	Relay  Route = "relay"  // through our relay: its word
	Replay Route = "replay" // from a recorded archive: its word
	File   Route = "file"   // a file that the person brought: their word
)

// RelayMark is the header field by which a client tells the relay's replies from
// those of a server that has no relay. Its value is RelayAnswer where status and
// body are the host's, RelayRefusal where they are the relay's own.
const (
	RelayMark    = "touchstone-relay"
	RelayAnswer  = "answer"
	RelayRefusal = "refusal"
)

// A Request asks one document of one host. The zero Method is GET.
type Request struct {
	Method string
	URL    string
	Accept string // value of the Accept header; empty sends none of ours
	// Immutable tells that the address always means the same bytes: then one
	// answer may serve many audits, each of which verifies it again.
	Immutable bool
	// Sum is the SHA-256 that the document must have, in lower-case hexadecimal, where
	// it is known before and the document is worth keeping on the device: a transport
	// may then give what it kept, whose digest is this one. Who reads it compares.
	Sum string
	// Form is what kind of document is asked for; nil takes every kind. What is
	// of another kind is no answer: its State is Unknown, and nobody is accused.
	Form *Form
	// Limit bounds the decoded body in bytes; 0 is DefaultLimit.
	Limit int64
	// First asks for so many bytes from the document's beginning and no more; 0 is
	// all of it. A host that sends all the same is read no further.
	First int64
	// Arriving, where not nil, is given the body of a good answer piece by piece as it
	// comes, each with its offset; another try begins at 0 again. It is not known yet
	// whether the answer is whole. Of an answer that others asked for, or that was here
	// already, nothing is given. It must not keep or change the bytes.
	Arriving func(offset int64, piece []byte)
	// Step names the step in progress reports, in words for people.
	Step string

	token   string   // an anonymous one, for this request alone
	passing *Passing // how its body is read that is not kept; nil for all others
}

// Range is the value of the Range header field (RFC 9110, section 14.2) that a
// transport sends with the request; empty for none.
func (r *Request) Range() string {
	if r.First == 0 {
		return ""
	}
	return fmt.Sprintf("bytes=0-%d", r.First-1)
}

// DefaultLimit bounds an answer that names no limit of its own: 16 MiB.
const DefaultLimit = 16 << 20

// A Response is what a transport brings back for one request, redirects not
// followed where the transport can tell (Status 3xx, Header "location").
type Response struct {
	Status int
	// URL is where the answer came from; it differs from the request's only
	// where the transport follows redirects itself (browsers).
	URL string
	// Header holds the response headers under lower-case names.
	Header map[string]string
	// Body streams the body after content decoding. Close is idempotent.
	Body io.ReadCloser
	// Ready is how many bytes of Body are here already; 0 where that is not known.
	Ready int64
	// Decoded tells that the transport removed a content encoding, so that
	// Content-Length does not count the bytes of Body.
	Decoded bool
	// Began is when the exchange began, where a transport replays it; else zero.
	Began time.Time
}

// A Transport is the outside world: one request out, one answer back, no
// retries, no cookies, no credentials. It stops when ctx does.
type Transport interface {
	Do(ctx context.Context, r *Request) (*Response, error)
}

// A State tells what an answer means for the question "is it there?".
type State string

// Unknown is not NotThere: what could not be asked may be there.
const (
	// Found: a 2xx answer, complete.
	Found State = "found"
	// NotThere: the host itself, asked directly, says 404 or 410.
	NotThere State = "not there"
	// Unknown: no answer, an answer that says nothing about existence
	// (403, 429, 5xx), or a 404 that is only the word of a relay or a record.
	Unknown State = "unknown"
)

// An Answer is one finished exchange. It is a value: that a document could not
// be had is an Answer too, with State Unknown and a Reason for people.
type Answer struct {
	Request Request
	State   State
	Status  int    // 0 when no answer came
	URL     string // after redirects
	// Redirects are the addresses gone through, first to last, without URL.
	Redirects []string
	Header    map[string]string // lower-case names; only what the record keeps
	Body      []byte            // complete, after content decoding
	Passed    *Passed           // in its place, of what was read as it came ([Session.Pass])
	Route     Route
	// Reason says in words why State is not Found; empty when it is.
	Reason string
	// Err names the failure for code; nil when an answer came.
	Err *Error

	readings *readings // shared by all who share the body; nil for none
}

// Gone tells that whoever answered says that there is nothing at the address. Only from
// the host itself that is [NotThere].
func (a Answer) Gone() bool { return a.Status == 404 || a.Status == 410 }

// Size is how many bytes the body has, whether it was kept or not.
func (a Answer) Size() int64 {
	if a.Passed != nil {
		return a.Passed.Size
	}
	return int64(len(a.Body))
}

// readings are what was made of one body.
type readings struct {
	mu sync.Mutex
	of map[string]any
}

// Once is what make gives, which is asked once for all who share the body: a
// document of megabytes is read once for a hundred audits that need it. What names
// the reading; make must depend on nothing but the body, and what it gives must not
// be changed.
func (a Answer) Once(what string, make func() any) any {
	if a.readings == nil {
		return make()
	}
	a.readings.mu.Lock()
	defer a.readings.mu.Unlock()
	made, found := a.readings.of[what]
	if !found {
		made = make()
		a.readings.of[what] = made
	}
	return made
}

// A Kind names why no usable answer came.
type Kind string

// The kinds of failure.
const (
	Unreachable Kind = "unreachable"  // no connection, DNS, TLS, or CORS refusal: they look alike; the relay had no answer
	NotRecorded Kind = "not recorded" // replay: this was not asked while recording
	TimedOut    Kind = "timed out"    // the host answered too slowly
	TooLarge    Kind = "too large"    // the body went over its limit
	Truncated   Kind = "truncated"    // the body ended before the announced length
	Overlong    Kind = "overlong"     // the body went on after the announced length
	BadRedirect Kind = "bad redirect" // to an undeclared place, or too many
	Undecoded   Kind = "undecoded"    // in a content encoding that was not asked for
	OtherKind   Kind = "other kind"   // a web page, an error, nothing: no document of the kind that was asked for
	// Unusable is for who reads an answer: it is of the kind that was asked for,
	// all of it came, and it is not what it should be. Asking again would not help.
	Unusable Kind = "unusable"
)

// Unusable tells of an answer that whoever reads it cannot use, and says why.
func (a *Answer) Unusable(why string) {
	a.State, a.Reason = Unknown, why
	a.Err = &Error{Kind: Unusable, URL: a.URL, Detail: why}
}

// An Error says why no usable answer came.
type Error struct {
	Kind   Kind
	URL    string
	Detail string // in words for people
}

func (e *Error) Error() string { return "fetching " + e.URL + ": " + e.Detail }

// A Refusal is the error for a request that the client will not send: its host
// or path was not declared. That is never the person's fault.
type Refusal struct {
	URL    string
	Detail string
}

func (e *Refusal) Error() string { return "refusing to fetch " + e.URL + ": " + e.Detail }

// A Progress tells how far one step has come.
type Progress struct {
	Step  string `json:"step"` // Request.Step, or the host's name
	URL   string `json:"url"`
	Route Route  `json:"route"`
	Bytes int64  `json:"bytes"` // so far; the first report is of the request's leaving
	Total int64  `json:"total"` // announced; -1 when not
	Done  bool   `json:"done"`
	State State  `json:"state,omitempty"` // of what is done
	// Note says what went wrong or what is waited for; mostly empty.
	Note string `json:"note,omitempty"`
}

// userAgent names us where the transport may: hosts ask programs to say who
// they are. Browsers speak for themselves.
const userAgent = "touchstone"
