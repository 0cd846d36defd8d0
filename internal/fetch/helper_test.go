package fetch

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// began is when every test's clock stands.
var began = time.Date(2026, 3, 1, 12, 0, 0, 123e6, time.UTC)

func fixed() time.Time { return began }

// hosts are what the tests declare.
func hosts() []Host {
	return []Host{
		{Name: "registry.example.org", Paths: []string{`/pkg/[a-z0-9./-]+`}},
		{Name: "shy.example.org", Paths: []string{`/pkg/[a-z]+`}, RefusesBrowsers: true},
		{Name: "search.example.org", Paths: []string{`/query`}},
		{Name: "storage.example.net", Paths: []string{`/bucket/[a-z]+`}, Storage: true},
	}
}

const (
	one    = "https://registry.example.org/pkg/one"
	shy    = "https://shy.example.org/pkg/one"
	relay  = "https://relay.example.com/r"
	bucket = "https://storage.example.net/bucket/a"
)

// A script answers each address by a list of steps, the last one for ever.
type script struct {
	mu    sync.Mutex
	steps map[string][]step
	asked []string // method and address, in order
}

// A step is one answer, or one failure.
type step func(ctx context.Context, r *Request) (*Response, error)

func (s *script) Do(ctx context.Context, r *Request) (*Response, error) {
	s.mu.Lock()
	s.asked = append(s.asked, r.Method+" "+r.URL)
	steps := s.steps[r.URL]
	if len(steps) > 1 {
		s.steps[r.URL] = steps[1:]
	}
	s.mu.Unlock()
	if len(steps) == 0 {
		return nil, &Error{Unreachable, r.URL, "the script has no such address"}
	}
	res, err := steps[0](ctx, r)
	if err == nil && strings.HasPrefix(r.URL, relay+"/") {
		if _, said := res.Header[RelayMark]; !said {
			res.Header[RelayMark] = RelayAnswer // as the relay does
		}
	}
	return res, err
}

func (s *script) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.asked)
}

func play(steps map[string][]step) *script { return &script{steps: steps} }

// says answers with a status, a body, and headers as name and value in turn.
func says(status int, body string, header ...string) step {
	return func(_ context.Context, r *Request) (*Response, error) {
		h := map[string]string{}
		for i := 0; i+1 < len(header); i += 2 {
			h[header[i]] = header[i+1]
		}
		return &Response{Status: status, URL: r.URL, Header: h, Body: io.NopCloser(bytes.NewReader([]byte(body)))}, nil
	}
}

// streams answers 200 with a body that reads as it likes.
func streams(body func(ctx context.Context) io.Reader, header ...string) step {
	return func(ctx context.Context, r *Request) (*Response, error) {
		res, err := says(200, "", header...)(ctx, r)
		res.Body = io.NopCloser(body(ctx))
		return res, err
	}
}

func unreachable(_ context.Context, r *Request) (*Response, error) {
	return nil, &Error{Unreachable, r.URL, "connection refused"}
}

// hangs answers nothing until its context ends.
func hangs(ctx context.Context, _ *Request) (*Response, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// endless never ends and counts what was read of it.
func endless(read *int64) func(context.Context) io.Reader {
	return func(context.Context) io.Reader {
		return readerFunc(func(p []byte) (int, error) {
			*read += int64(len(p))
			return len(p), nil
		})
	}
}

// thenHangs gives some bytes and then nothing until its context ends.
func thenHangs(first string) func(context.Context) io.Reader {
	return func(ctx context.Context) io.Reader {
		rest := first
		return readerFunc(func(p []byte) (int, error) {
			if rest == "" {
				<-ctx.Done()
				return 0, ctx.Err()
			}
			n := copy(p, rest)
			rest = rest[n:]
			return n, nil
		})
	}
}

func thenBreaks(first string) func(context.Context) io.Reader {
	return func(context.Context) io.Reader {
		return io.MultiReader(bytes.NewReader([]byte(first)), readerFunc(func([]byte) (int, error) {
			return 0, errors.New("connection reset")
		}))
	}
}

// A naps counts the waits that were asked for, and waits for none.
type naps struct {
	mu  sync.Mutex
	all []time.Duration
}

func (n *naps) sleep(ctx context.Context, d time.Duration) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.all = append(n.all, d)
	return ctx.Err()
}

// both are the options of a client and of its one session.
type both struct {
	Options
	SessionOptions
}

// client is a session over a script, with a clock that stands still.
func client(t *testing.T, s *script, change ...func(*both)) (*Session, *naps) {
	t.Helper()
	n := &naps{}
	o := both{Options: Options{Hosts: hosts(), Transport: s, Sleep: n.sleep, Now: fixed}}
	for _, f := range change {
		f(&o)
	}
	return New(o.Options).Session(o.SessionOptions), n
}

func withRelay(o *both) { o.Relay = relay + "/" }

func length(n int) []string { return []string{"content-length", strconv.Itoa(n)} }
