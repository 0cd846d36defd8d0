package fetch

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// lands answers as a browser does that followed redirects to address.
func lands(address string, s step) step {
	return func(ctx context.Context, r *Request) (*Response, error) {
		res, err := s(ctx, r)
		res.URL = address
		return res, err
	}
}

func to(location string) step { return says(302, "moved", "location", location) }

func TestRedirects(t *testing.T) {
	pkg := func(name string) string { return "https://registry.example.org/pkg/" + name }
	loop := map[string][]step{pkg("one"): {to(pkg("two"))}, pkg("two"): {to(pkg("one"))}}
	chain := func(hops int) map[string][]step {
		steps := map[string][]step{}
		names := []string{"one", "b", "c", "d", "e", "f", "g"}
		for i := range hops {
			steps[pkg(names[i])] = []step{to(names[i+1])}
		}
		steps[pkg(names[hops])] = []step{says(200, "end")}
		return steps
	}
	tests := map[string]struct {
		steps     map[string][]step
		url       string
		redirects []string
		asked     int
		detail    string // of the failure
	}{
		"to storage": {map[string][]step{one: {to(bucket)}, bucket: {says(200, "end")}}, bucket, []string{one}, 2, ""},
		"relative":   {map[string][]step{one: {to("two")}, pkg("two"): {says(200, "end")}}, pkg("two"), []string{one}, 2, ""},
		"fragment is not sent": {
			map[string][]step{one: {to("two#part")}, pkg("two"): {says(200, "end")}}, pkg("two"), []string{one}, 2, "",
		},
		"five hops": {chain(5), pkg("f"), []string{one, pkg("b"), pkg("c"), pkg("d"), pkg("e")}, 6, ""},
		"six hops":  {chain(6), "", nil, 6, "it redirects more than 5 times"},
		"loop":      {loop, "", nil, 6, "it redirects more than 5 times"},
		"undeclared host": {
			map[string][]step{one: {to("https://evil.example.com/pkg/one")}}, "", nil, 1,
			`registry.example.org redirects to "https://evil.example.com/pkg/one": the host evil.example.com is not declared`,
		},
		"undeclared path": {
			map[string][]step{one: {to("/login")}}, "", nil, 1,
			`registry.example.org redirects to "https://registry.example.org/login": the path "/login" has no shape declared for registry.example.org`,
		},
		"http": {
			map[string][]step{one: {to("http://registry.example.org/pkg/two")}}, "", nil, 1,
			`registry.example.org redirects to "http://registry.example.org/pkg/two": the scheme is "http": only https is asked`,
		},
		"data": {
			map[string][]step{one: {to("data:text/plain,x")}}, "", nil, 1,
			`registry.example.org redirects to "data:text/plain,x": the scheme is "data": only https is asked`,
		},
		"no location": {map[string][]step{one: {says(302, "")}}, "", nil, 1, "registry.example.org redirects without saying where"},
		"no address":  {map[string][]step{one: {to("https://a b")}}, "", nil, 1, `registry.example.org redirects to what is no address: "https://a b"`},
		"second hop undeclared": {
			map[string][]step{one: {to("two")}, pkg("two"): {to("//evil.example.com/")}}, "", nil, 2,
			`registry.example.org redirects to "https://evil.example.com/": the host evil.example.com is not declared`,
		},
		"browser followed": {map[string][]step{one: {lands(bucket, says(200, "end"))}}, bucket, []string{one}, 1, ""},
		"browser followed to an undeclared place": {
			map[string][]step{one: {lands("https://evil.example.com/x", says(200, "end"))}}, "", nil, 1,
			`registry.example.org redirects to "https://evil.example.com/x": the host evil.example.com is not declared`,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := play(tt.steps)
			record := &Record{}
			c, _ := client(t, s, func(o *both) { o.Record = record })
			a, err := c.Get(t.Context(), Request{URL: one})
			require.NoError(t, err)
			assert.Equal(t, tt.asked, s.count())
			if tt.detail != "" {
				require.NotNil(t, a.Err)
				assert.Equal(t, BadRedirect, a.Err.Kind)
				assert.Equal(t, tt.detail, a.Err.Detail)
				assert.Equal(t, Unknown, a.State)
				assert.Nil(t, a.Body)
			} else {
				assert.Equal(t, Found, a.State)
				assert.Equal(t, "end", string(a.Body))
				assert.Equal(t, tt.url, a.URL)
				assert.Equal(t, tt.redirects, a.Redirects)
			}
			// The record gives the same answer again, but for its route.
			b, err := replaying(record, Options{Hosts: hosts(), Now: fixed}).Get(t.Context(), Request{URL: one})
			require.NoError(t, err)
			a.Route = Replay
			assert.Equal(t, a, b)
		})
	}
}

func TestRedirectThroughRelay(t *testing.T) {
	relayed := relay + "/registry.example.org/pkg/"
	tests := map[string]struct {
		steps map[string][]step
		url   string
		kind  Kind
	}{
		"to an origin": {map[string][]step{
			relayed + "one": {to(bucket)}, relay + "/storage.example.net/bucket/a": {says(200, "end")},
		}, bucket, ""},
		"within the relay": {map[string][]step{
			relayed + "one": {to("two")}, relayed + "two": {says(200, "end")},
		}, "https://registry.example.org/pkg/two", ""},
		"browser followed within the relay": {map[string][]step{
			relayed + "one": {lands(relayed+"two", says(200, "end"))},
		}, "https://registry.example.org/pkg/two", ""},
		"to the relay's own pages":          {map[string][]step{relayed + "one": {to("/login")}}, "", BadRedirect},
		"browser followed out of the relay": {map[string][]step{relayed + "one": {lands("https://relay.example.com/", says(200, "end"))}}, "", BadRedirect},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			tt.steps[one] = []step{unreachable}
			c, _ := client(t, play(tt.steps), withRelay)
			a, err := c.Get(t.Context(), Request{URL: one})
			require.NoError(t, err)
			assert.Equal(t, Relay, a.Route)
			if tt.kind != "" {
				require.NotNil(t, a.Err)
				assert.Equal(t, tt.kind, a.Err.Kind)
				return
			}
			assert.Equal(t, Found, a.State)
			assert.Equal(t, tt.url, a.URL)
			assert.Equal(t, []string{one}, a.Redirects)
		})
	}
}

func TestUnreachableAfterRedirectStartsAgain(t *testing.T) {
	s := play(map[string][]step{one: {to(bucket)}, bucket: {unreachable, says(200, "end")}})
	record := &Record{}
	c, _ := client(t, s, func(o *both) { o.Record = record })
	a, err := c.Get(t.Context(), Request{URL: one})
	require.NoError(t, err)
	assert.Equal(t, Found, a.State)
	assert.Equal(t, []string{"GET " + one, "GET " + bucket, "GET " + one, "GET " + bucket}, s.asked)
	assert.Len(t, record.Exchanges(), 2)
}
