package fetch

import (
	"context"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// largeSize is what /large sends; the byte at i is byte(i * 7).
const largeSize = 3 << 20

// an echo is what /echo tells of the request that reached it.
type echo struct {
	Method, Accept, ContentType, UserAgent, Body string
	// Unwanted are headers that no request may carry.
	Unwanted []string
}

// testTransport holds a transport to the contract of [Transport], against the
// server of transport_native_test.go. A transport that follows redirects
// itself must say where they ended.
func testTransport(t *testing.T, tr Transport, base string, follows bool) {
	do := func(t *testing.T, r *Request) *Response {
		t.Helper()
		r.URL = base + r.URL
		if r.Method == "" {
			r.Method = "GET"
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		t.Cleanup(cancel)
		res, err := tr.Do(ctx, r)
		require.NoError(t, err)
		t.Cleanup(func() {
			assert.NoError(t, res.Body.Close())
			assert.NoError(t, res.Body.Close(), "Close is idempotent")
		})
		for name := range res.Header {
			assert.Equal(t, strings.ToLower(name), name)
		}
		return res
	}
	echoed := func(t *testing.T, r *Request) echo {
		t.Helper()
		var e echo
		require.NoError(t, json.NewDecoder(do(t, r).Body).Decode(&e))
		assert.Empty(t, e.Unwanted)
		assert.NotEmpty(t, e.UserAgent)
		return e
	}

	t.Run("GET", func(t *testing.T) {
		e := echoed(t, &Request{URL: "/echo", Accept: "application/vnd.test+json"})
		assert.Equal(t, "GET", e.Method)
		assert.Equal(t, "application/vnd.test+json", e.Accept)
		assert.Empty(t, e.Body)
	})
	t.Run("HEAD", func(t *testing.T) {
		res := do(t, &Request{URL: "/large", Method: "HEAD"})
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		assert.Empty(t, body)
		assert.Equal(t, 200, res.Status)
		assert.Equal(t, "3145728", res.Header["content-length"])
	})
	t.Run("no cookies", func(t *testing.T) {
		do(t, &Request{URL: "/cookie"})
		echoed(t, &Request{URL: "/echo"})
	})
	for path, status := range map[string]int{"/status/404": 404, "/status/403": 403, "/status/503": 503} {
		t.Run(path, func(t *testing.T) {
			res := do(t, &Request{URL: path})
			body, err := io.ReadAll(res.Body)
			require.NoError(t, err)
			assert.Equal(t, status, res.Status)
			assert.Equal(t, "status", string(body))
			assert.Equal(t, "6", res.Header["content-length"])
			assert.Equal(t, "text/x-test", res.Header["content-type"])
			assert.False(t, res.Decoded && !follows)
		})
	}
	t.Run("empty", func(t *testing.T) {
		res := do(t, &Request{URL: "/status/204"})
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		assert.Empty(t, body)
		assert.Equal(t, 204, res.Status)
	})
	t.Run("large", func(t *testing.T) {
		res := do(t, &Request{URL: "/large"})
		at := 0
		buf := make([]byte, 10_007)
		for {
			n, err := res.Body.Read(buf)
			for _, b := range buf[:n] {
				if b != byte(at*7) {
					t.Fatalf("byte %d is %#x", at, b)
				}
				at++
			}
			if err == io.EOF {
				break
			}
			require.NoError(t, err)
		}
		assert.Equal(t, largeSize, at)
	})
	t.Run("gzip", func(t *testing.T) {
		res := do(t, &Request{URL: "/gzip"})
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		assert.Equal(t, strings.Repeat("gzip", 1000), string(body))
		assert.True(t, res.Decoded)
	})
	t.Run("redirect", func(t *testing.T) {
		res := do(t, &Request{URL: "/redirect"})
		if follows {
			assert.Equal(t, 200, res.Status)
			assert.Equal(t, base+"/echo?from=redirect", res.URL)
			return
		}
		assert.Equal(t, 302, res.Status)
		assert.Equal(t, "/echo?from=redirect#part", res.Header["location"])
		assert.Equal(t, base+"/redirect", res.URL)
	})
	t.Run("truncated", func(t *testing.T) {
		res := do(t, &Request{URL: "/truncated"})
		body, err := io.ReadAll(res.Body)
		assert.Error(t, err, "or the client sees fewer bytes than announced")
		assert.LessOrEqual(t, len(body), 10)
	})
	t.Run("unreachable", func(t *testing.T) {
		// Port 9 (discard): nobody listens, and browsers refuse to ask.
		res, err := tr.Do(t.Context(), &Request{Method: "GET", URL: "http://127.0.0.1:9/"})
		assert.Nil(t, res)
		var e *Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, Unreachable, e.Kind)
		assert.NotEmpty(t, e.Detail)
	})
	t.Run("no address", func(t *testing.T) {
		_, err := tr.Do(t.Context(), &Request{Method: "GET", URL: "http://%zz/"})
		var e *Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, Unreachable, e.Kind)
	})
	t.Run("cancelled before", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := tr.Do(ctx, &Request{Method: "GET", URL: base + "/echo"})
		assert.ErrorIs(t, err, context.Canceled)
	})
	t.Run("cancelled before the answer", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(50*time.Millisecond, cancel)
		_, err := tr.Do(ctx, &Request{Method: "GET", URL: base + "/hang"})
		assert.ErrorIs(t, err, context.Canceled)
	})
	t.Run("cancelled half-way", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		res, err := tr.Do(ctx, &Request{Method: "GET", URL: base + "/drip"})
		require.NoError(t, err)
		defer res.Body.Close()
		first := make([]byte, 5)
		_, err = io.ReadFull(res.Body, first)
		require.NoError(t, err)
		assert.Equal(t, "first", string(first))
		time.AfterFunc(50*time.Millisecond, cancel)
		_, err = res.Body.Read(first)
		assert.ErrorIs(t, err, context.Canceled)
	})
	t.Run("closed half-way", func(t *testing.T) {
		res := do(t, &Request{URL: "/drip"})
		_, err := res.Body.Read(make([]byte, 1))
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		_, err = res.Body.Read(make([]byte, 1))
		assert.Error(t, err)
	})
	t.Run("many at once", func(t *testing.T) {
		done := make(chan error)
		for range 20 {
			go func() {
				res, err := tr.Do(t.Context(), &Request{Method: "GET", URL: base + "/gzip"})
				if err == nil {
					_, err = io.Copy(io.Discard, res.Body)
					res.Body.Close()
				}
				done <- err
			}()
		}
		for range 20 {
			assert.NoError(t, <-done)
		}
	})
}

// onServer sends what a client asks of declared hosts to a test server.
type onServer struct {
	Transport
	base string
}

func (s onServer) Do(ctx context.Context, r *Request) (*Response, error) {
	sent := *r
	sent.URL = s.base + strings.TrimPrefix(r.URL, "https://registry.example.org/pkg")
	res, err := s.Transport.Do(ctx, &sent)
	if err == nil && res.URL == sent.URL {
		res.URL = r.URL
	}
	return res, err
}

// testClient runs a whole client over a real transport.
func testClient(t *testing.T, tr Transport, base string) {
	c := New(Options{Hosts: hosts(), Transport: onServer{tr, base}, Retries: -1, Timeout: 300 * time.Millisecond}).Session(SessionOptions{})
	tests := map[string]struct {
		state State
		kind  Kind
	}{
		"/large": {Found, ""}, "/gzip": {Found, ""}, "/status/404": {NotThere, ""}, "/status/403": {Unknown, ""},
		"/truncated": {Unknown, Truncated}, "/hang": {Unknown, TimedOut}, "/drip": {Unknown, TimedOut},
		"/redirect": {Unknown, BadRedirect},
	}
	for path, tt := range tests {
		t.Run("client"+path, func(t *testing.T) {
			a, err := c.Get(t.Context(), Request{URL: "https://registry.example.org/pkg" + path})
			require.NoError(t, err)
			assert.Equal(t, tt.state, a.State, a.Reason)
			if tt.kind != "" {
				require.NotNil(t, a.Err)
				assert.Equal(t, tt.kind, a.Err.Kind, a.Reason)
			}
		})
	}
}

// serverVariable hands the server's address to the tests that run in Node.
const serverVariable = "FETCH_TEST_SERVER"
