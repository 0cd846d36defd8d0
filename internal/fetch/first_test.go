package fetch

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestFirst asks for the beginning of a document.
func TestFirst(t *testing.T) {
	whole := strings.Repeat("0123456789", 10)
	for name, c := range map[string]struct {
		step  step
		state State
		body  string
	}{
		"a host that sends a part":           {says(206, whole[:7], "content-range", "bytes 0-6/100", "content-length", "7"), Found, whole[:7]},
		"one that sends all":                 {says(200, whole, length(100)...), Found, whole[:7]},
		"one that has less":                  {says(200, "abc", length(3)...), Found, "abc"},
		"one whose part is less":             {says(206, "abc", "content-range", "bytes 0-2/3"), Found, "abc"},
		"one that sends more than the part":  {says(206, whole, "content-range", "bytes 0-99/100"), Found, whole[:7]},
		"another part":                       {says(206, whole[:7], "content-range", "bytes 1-7/100"), Unknown, whole[:7]},
		"a part of which nobody says what":   {says(206, whole[:7]), Unknown, whole[:7]},
		"a body that ends before it is said": {says(200, "abc", length(100)...), Unknown, ""},
		"a refusal":                          {says(416, "no such range"), Unknown, "no such range"},
		"nothing there":                      {says(404, "no"), NotThere, "no"},
	} {
		t.Run(name, func(t *testing.T) {
			s, record := play(map[string][]step{one: {c.step}}), &Record{}
			live, _ := client(t, s, func(o *both) { o.Record = record; o.Retries = -1 })
			r := Request{URL: one, First: 7, Limit: 50}
			a, err := live.Get(t.Context(), r)
			require.NoError(t, err)
			assert.Equal(t, c.state, a.State, a.Reason)
			assert.Equal(t, c.body, string(a.Body))
			if c.state != Found || len(c.body) < 7 {
				return
			}
			// Kept, it is a part, answers the same question, and no other.
			kept := record.Exchanges()
			require.Len(t, kept, 1)
			assert.Equal(t, 206, kept[0].Status)
			replay := NewReplay(NewRecord(kept), Options{Hosts: hosts()}).Session(SessionOptions{})
			a, err = replay.Get(t.Context(), r)
			require.NoError(t, err)
			assert.Equal(t, Found, a.State)
			assert.Equal(t, c.body, string(a.Body))
			a, err = replay.Get(t.Context(), Request{URL: one})
			require.NoError(t, err)
			assert.Equal(t, Unknown, a.State)
			both := NewReplay(NewRecord(append(kept, Exchange{Method: "GET", URL: one, Status: 200, Body: []byte(whole)})), Options{Hosts: hosts()}).Session(SessionOptions{})
			a, err = both.Get(t.Context(), Request{URL: one})
			require.NoError(t, err)
			assert.Equal(t, whole, string(a.Body))
		})
	}
	// No more is read than is wanted, whatever the host would send.
	var read int64
	live, _ := client(t, play(map[string][]step{one: {streams(endless(&read))}}))
	a, err := live.Get(t.Context(), Request{URL: one, First: 100_000})
	require.NoError(t, err)
	assert.Equal(t, Found, a.State)
	assert.Len(t, a.Body, 100_000)
	assert.Less(t, read, int64(1<<20))
	for _, bad := range []Request{{URL: one, First: -1}, {URL: one, First: 1, Method: "HEAD"}} {
		_, err := live.Get(t.Context(), bad)
		assert.Error(t, err)
	}
	assert.Equal(t, "bytes=0-99", (&Request{First: 100}).Range())
	assert.Empty(t, (&Request{}).Range())
}
