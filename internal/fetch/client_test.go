package fetch

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWhatAnAnswerMeans(t *testing.T) {
	tests := map[string]struct {
		status int
		state  State
		reason string
		asked  int
	}{
		"found":         {200, Found, "", 1},
		"created":       {201, Found, "", 1},
		"part":          {206, Unknown, "registry.example.org answers 206: only a part came", 1},
		"not modified":  {304, Unknown, "registry.example.org answers 304", 1},
		"bad request":   {400, Unknown, "registry.example.org answers 400", 1},
		"login":         {401, Unknown, "registry.example.org answers 401: it wants a login", 1},
		"refused":       {403, Unknown, "registry.example.org answers 403: it refuses", 1},
		"not there":     {404, NotThere, "registry.example.org answers 404: it is not there", 1},
		"gone":          {410, NotThere, "registry.example.org answers 410: it is not there", 1},
		"too many":      {429, Unknown, "registry.example.org answers 429: too many requests", 3},
		"fault":         {500, Unknown, "registry.example.org answers 500: it has a fault of its own", 3},
		"no method":     {501, Unknown, "registry.example.org answers 501: it has a fault of its own", 1},
		"bad gateway":   {502, Unknown, "registry.example.org answers 502: it has a fault of its own", 3},
		"unavailable":   {503, Unknown, "registry.example.org answers 503: it has a fault of its own", 3},
		"gateway waits": {504, Unknown, "registry.example.org answers 504: it has a fault of its own", 3},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := play(map[string][]step{one: {says(tt.status, "body")}})
			c, _ := client(t, s)
			a, err := c.Get(t.Context(), Request{URL: one})
			require.NoError(t, err)
			assert.Equal(t, tt.state, a.State)
			assert.Equal(t, tt.status, a.Status)
			assert.Equal(t, tt.reason, a.Reason)
			assert.Equal(t, "body", string(a.Body))
			assert.Nil(t, a.Err)
			assert.Equal(t, Direct, a.Route)
			assert.Equal(t, one, a.URL)
			assert.Equal(t, tt.asked, s.count())
		})
	}
}

func TestRelay(t *testing.T) {
	relayed := relay + "/registry.example.org/pkg/one"
	tests := map[string]struct {
		url    string
		steps  map[string][]step
		relay  bool
		asked  []string
		state  State
		route  Route
		reason string
		kind   Kind
		naps   []time.Duration
	}{
		"direct answers": {
			one, map[string][]step{one: {says(200, "x")}}, true,
			[]string{"GET " + one}, Found, Direct, "", "", nil,
		},
		"direct refuses: the host's word, no way around it": {
			one, map[string][]step{one: {says(403, "x")}}, true,
			[]string{"GET " + one}, Unknown, Direct, "registry.example.org answers 403: it refuses", "", nil,
		},
		"unreachable turns to the relay at once": {
			one, map[string][]step{one: {unreachable}, relayed: {says(200, "x")}}, true,
			[]string{"GET " + one, "GET " + relayed}, Found, Relay, "", "", nil,
		},
		"a relay's 404 is only its word": {
			one, map[string][]step{one: {unreachable}, relayed: {says(404, "x")}}, true,
			[]string{"GET " + one, "GET " + relayed}, Unknown, Relay,
			"the relay says that registry.example.org answers 404; only the host itself can say that it is not there", "", nil,
		},
		"neither way": {
			one, map[string][]step{one: {unreachable}, relayed: {unreachable}}, true,
			[]string{"GET " + one, "GET " + relayed, "GET " + relayed}, Unknown, Relay,
			"no answer from registry.example.org, neither directly nor through the relay", Unreachable,
			[]time.Duration{time.Second},
		},
		"without a relay": {
			one, map[string][]step{one: {unreachable}}, false,
			[]string{"GET " + one, "GET " + one, "GET " + one}, Unknown, Direct,
			"no answer from registry.example.org: connection refused", Unreachable,
			[]time.Duration{500 * time.Millisecond, time.Second},
		},
		"refuses browsers": {
			shy, map[string][]step{relay + "/shy.example.org/pkg/one": {says(200, "x")}}, true,
			[]string{"GET " + relay + "/shy.example.org/pkg/one"}, Found, Relay, "", "", nil,
		},
		"refuses browsers, no relay": {
			shy, map[string][]step{shy: {says(404, "x")}}, false,
			[]string{"GET " + shy}, NotThere, Direct, "shy.example.org answers 404: it is not there", "", nil,
		},
		"a query goes along": {
			one + "?a=b&c", map[string][]step{one + "?a=b&c": {unreachable}, relayed + "?a=b&c": {says(200, "x")}}, true,
			[]string{"GET " + one + "?a=b&c", "GET " + relayed + "?a=b&c"}, Found, Relay, "", "", nil,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := play(tt.steps)
			record := &Record{}
			c, naps := client(t, s, func(o *both) {
				o.Record = record
				if tt.relay {
					withRelay(o)
				}
			})
			a, err := c.Get(t.Context(), Request{URL: tt.url})
			require.NoError(t, err)
			assert.Equal(t, tt.asked, s.asked)
			assert.Equal(t, tt.state, a.State)
			assert.Equal(t, tt.route, a.Route)
			assert.Equal(t, tt.reason, a.Reason)
			assert.Equal(t, tt.naps, naps.all)
			assert.Equal(t, tt.url, a.URL, "the origin's address, never the relay's")
			if tt.kind != "" {
				require.NotNil(t, a.Err)
				assert.Equal(t, tt.kind, a.Err.Kind)
				assert.Zero(t, a.Status)
				assert.Empty(t, record.Exchanges(), "a failure of transport is no exchange")
				return
			}
			assert.Nil(t, a.Err)
			require.Len(t, record.Exchanges(), 1)
			assert.Equal(t, tt.url, record.Exchanges()[0].URL)
			assert.Equal(t, tt.route, record.Exchanges()[0].Route)
		})
	}
}

func TestRelayAfterSlowHost(t *testing.T) { synctest.Test(t, relayAfterSlowHost) }

func relayAfterSlowHost(t *testing.T) {
	s := play(map[string][]step{one: {hangs}, relay + "/registry.example.org/pkg/one": {says(200, "x")}})
	c, _ := client(t, s, withRelay)
	a, err := c.Get(t.Context(), Request{URL: one})
	require.NoError(t, err)
	assert.Equal(t, Relay, a.Route)
	assert.Equal(t, Found, a.State)
}

func TestRetries(t *testing.T) {
	ms := time.Millisecond
	date := func(d time.Duration) string { return began.Add(d).Format("Mon, 02 Jan 2006 15:04:05 GMT") }
	tests := map[string]struct {
		steps   []step
		retries int
		naps    []time.Duration
		state   State
	}{
		"passes":             {[]step{says(503, ""), says(200, "x")}, 0, []time.Duration{500 * ms}, Found},
		"back-off doubles":   {[]step{says(503, ""), unreachable, says(200, "x")}, 0, []time.Duration{500 * ms, 1000 * ms}, Found},
		"gives up":           {[]step{says(503, ""), says(503, ""), says(503, ""), says(200, "x")}, 0, []time.Duration{500 * ms, 1000 * ms}, Unknown},
		"more tries":         {[]step{says(503, ""), says(503, ""), says(503, ""), says(200, "x")}, 3, []time.Duration{500 * ms, 1000 * ms, 2000 * ms}, Found},
		"never":              {[]step{says(503, ""), says(200, "x")}, -1, nil, Unknown},
		"seconds":            {[]step{says(429, "", "retry-after", "7"), says(200, "x")}, 0, []time.Duration{7 * time.Second}, Found},
		"at once":            {[]step{says(429, "", "retry-after", "0"), says(200, "x")}, 0, []time.Duration{0}, Found},
		"capped":             {[]step{says(429, "", "retry-after", "3600"), says(200, "x")}, 0, []time.Duration{30 * time.Second}, Found},
		"absurd":             {[]step{says(429, "", "retry-after", strings.Repeat("9", 40)), says(200, "x")}, 0, []time.Duration{30 * time.Second}, Found},
		"date":               {[]step{says(503, "", "retry-after", date(10*time.Second)), says(200, "x")}, 0, []time.Duration{10*time.Second - 123*ms}, Found},
		"date past":          {[]step{says(503, "", "retry-after", date(-time.Hour)), says(200, "x")}, 0, []time.Duration{0}, Found},
		"date far":           {[]step{says(503, "", "retry-after", date(time.Hour)), says(200, "x")}, 0, []time.Duration{30 * time.Second}, Found},
		"old date":           {[]step{says(503, "", "retry-after", began.Add(10*time.Second).Format(time.ANSIC)), says(200, "x")}, 0, []time.Duration{10*time.Second - 123*ms}, Found},
		"nonsense":           {[]step{says(503, "", "retry-after", "soon"), says(200, "x")}, 0, []time.Duration{500 * ms}, Found},
		"negative":           {[]step{says(503, "", "retry-after", "-5"), says(200, "x")}, 0, []time.Duration{500 * ms}, Found},
		"then not there":     {[]step{says(500, ""), says(404, "")}, 0, []time.Duration{500 * ms}, NotThere},
		"403 is not retried": {[]step{says(403, "", "retry-after", "1"), says(200, "x")}, 0, nil, Unknown},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			record := &Record{}
			c, naps := client(t, play(map[string][]step{one: tt.steps}), func(o *both) {
				o.Retries = tt.retries
				o.Record = record
			})
			a, err := c.Get(t.Context(), Request{URL: one})
			require.NoError(t, err)
			assert.Equal(t, tt.state, a.State)
			assert.Equal(t, tt.naps, naps.all)
			require.Len(t, record.Exchanges(), 1, "what was asked again is not kept")
			assert.Equal(t, a.Status, record.Exchanges()[0].Status)
		})
	}
}

func TestHEAD(t *testing.T) {
	s := play(map[string][]step{one: {says(200, "", length(5000)...)}})
	c, _ := client(t, s)
	a, err := c.Get(t.Context(), Request{Method: "HEAD", URL: one, Limit: 10})
	require.NoError(t, err)
	assert.Equal(t, Found, a.State)
	assert.Equal(t, "5000", a.Header["content-length"])
	assert.Equal(t, []string{"HEAD " + one}, s.asked)
}

func TestRefusals(t *testing.T) {
	tests := map[string]struct {
		r      Request
		detail string
	}{
		"no host":        {Request{URL: "/pkg/one"}, `the scheme is "": only https is asked`},
		"no address":     {Request{URL: "https://registry.example.org/%zz"}, "it is no address"},
		"http":           {Request{URL: "http://registry.example.org/pkg/one"}, `the scheme is "http": only https is asked`},
		"other host":     {Request{URL: "https://example.com/pkg/one"}, "the host example.com is not declared"},
		"other path":     {Request{URL: "https://registry.example.org/other"}, `the path "/other" has no shape declared for registry.example.org`},
		"port":           {Request{URL: "https://registry.example.org:443/pkg/one"}, `"registry.example.org:443" is no host name in lower case without port`},
		"user":           {Request{URL: "https://me@registry.example.org/pkg/one"}, "the address carries user information"},
		"fragment":       {Request{URL: one + "#x"}, "the address carries a fragment"},
		"empty fragment": {Request{URL: one + "#"}, "the address would be sent as " + one + ": write it so"},
		"storage":        {Request{URL: bucket}, "the host storage.example.net is not declared"},
		"method":         {Request{URL: one, Method: "PUT"}, `the method is "PUT": only GET and HEAD are sent`},
		"post":           {Request{URL: one, Method: "POST"}, `the method is "POST": only GET and HEAD are sent`},
		"accept":         {Request{URL: one, Accept: "a\r\nCookie: b"}, "a header value holds characters that none may hold"},
		"limit":          {Request{URL: one, Limit: -1}, "its limit is -1 bytes"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := play(nil)
			c, _ := client(t, s, withRelay)
			_, err := c.Get(t.Context(), tt.r)
			var refusal *Refusal
			require.ErrorAs(t, err, &refusal)
			assert.Equal(t, tt.detail, refusal.Detail)
			assert.Equal(t, tt.r.URL, refusal.URL)
			c.Prefetch(t.Context(), tt.r)
			assert.Zero(t, s.count())
		})
	}
}

func TestProgress(t *testing.T) {
	var all []Progress
	s := play(map[string][]step{one: {says(503, ""), says(200, "hello", length(5)...)}})
	c, _ := client(t, s, func(o *both) { o.Progress = func(p Progress) { all = append(all, p) } })
	_, err := c.Get(t.Context(), Request{URL: one, Step: "the record"})
	require.NoError(t, err)
	assert.Equal(t, []Progress{
		{Step: "the record", URL: one, Route: Direct, Total: -1},
		{Step: "the record", URL: one, Route: Direct, Total: -1, Note: "registry.example.org answers 503: it has a fault of its own; asking again in 500ms"},
		{Step: "the record", URL: one, Route: Direct, Total: -1},
		{Step: "the record", URL: one, Route: Direct, Bytes: 5, Total: 5},
		{Step: "the record", URL: one, Route: Direct, Bytes: 5, Total: 5, Done: true, State: Found},
	}, all)
}

func TestUnnamedStepIsTheHost(t *testing.T) {
	var last Progress
	c, _ := client(t, play(map[string][]step{one: {says(404, "")}}), func(o *both) { o.Progress = func(p Progress) { last = p } })
	_, err := c.Get(t.Context(), Request{URL: one})
	require.NoError(t, err)
	assert.Equal(t, "registry.example.org", last.Step)
	assert.Equal(t, "registry.example.org answers 404: it is not there", last.Note)
	assert.True(t, last.Done)
	assert.Equal(t, NotThere, last.State)
}

func TestHeadersThatAreKept(t *testing.T) {
	c, _ := client(t, play(map[string][]step{one: {says(200, "", "etag", `"1"`, "set-cookie", "who=me", "x-request-id", "7", "link", strings.Repeat("x", 9000))}}))
	a, err := c.Get(t.Context(), Request{URL: one})
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"etag": `"1"`}, a.Header)
}

func TestParallelRequestsAreBounded(t *testing.T) {
	var mu sync.Mutex
	now, most := 0, 0
	full := make(chan struct{})
	s := play(map[string][]step{})
	for i := range 30 {
		u := fmt.Sprintf("https://registry.example.org/pkg/%d", i)
		s.steps[u] = []step{func(ctx context.Context, r *Request) (*Response, error) {
			mu.Lock()
			now++
			if most = max(most, now); now == parallel {
				select {
				case <-full:
				default:
					close(full)
				}
			}
			mu.Unlock()
			<-full // the first six wait for each other
			mu.Lock()
			now--
			mu.Unlock()
			return says(200, r.URL)(ctx, r)
		}}
	}
	c, _ := client(t, s)
	var wg sync.WaitGroup
	for u := range s.steps {
		wg.Go(func() {
			a, err := c.Get(context.Background(), Request{URL: u})
			assert.NoError(t, err)
			assert.Equal(t, u, string(a.Body))
		})
	}
	wg.Wait()
	assert.Equal(t, parallel, most)
}

func TestErrorsSayWhatWasDone(t *testing.T) {
	assert.Equal(t, "fetching "+one+": it ended", (&Error{Truncated, one, "it ended"}).Error())
	assert.Equal(t, "refusing to fetch "+one+": no", (&Refusal{one, "no"}).Error())
	c, _ := client(t, play(nil))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := c.Get(ctx, Request{URL: one})
	assert.ErrorIs(t, err, context.Canceled)
	assert.EqualError(t, err, "fetching "+one+": context canceled")
	var refusal *Refusal
	assert.False(t, errors.As(err, &refusal))
}
