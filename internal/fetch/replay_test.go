package fetch

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// refuses is a transport that must not be used.
type refuses struct{ t *testing.T }

func (r refuses) Do(context.Context, *Request) (*Response, error) {
	r.t.Error("a replay touched the network")
	return nil, context.Canceled
}

func replaying(record *Record, o Options) *Session {
	return NewReplay(record, o).Session(SessionOptions{})
}

func TestReplay(t *testing.T) {
	record := &Record{exchanges: []Exchange{
		{Method: "GET", URL: one, Status: 200, Header: map[string]string{"content-length": "99"}, Body: []byte("first"), Began: began, Route: Direct},
		{Method: "GET", URL: one, Status: 200, Body: []byte("second"), Began: began},
		{Method: "GET", URL: one + "404", Status: 404, Body: []byte("no")},
		{Method: "GET", URL: one + "410", Status: 410},
		{Method: "GET", URL: one + "503", Status: 503, Header: map[string]string{"retry-after": "9"}},
		{Method: "GET", URL: one + "302", Status: 302, Header: map[string]string{"location": bucket}},
		{Method: "GET", URL: bucket, Status: 200, Body: []byte("end"), Began: began},
		{Method: "GET", URL: one + "/lost", Status: 302, Header: map[string]string{"location": bucket + "b"}},
		{Method: "GET", URL: shy, Status: 200, Body: []byte("shy")},
		{Method: "GET", URL: "https://example.com/", Status: 200},
	}}
	tests := map[string]struct {
		r      Request
		state  State
		status int
		body   string
		reason string
		kind   Kind
	}{
		"the first of two": {Request{URL: one}, Found, 200, "first", "", ""},
		"a recorded 404":   {Request{URL: one + "404"}, Unknown, 404, "no", "the recorded answer says 404; only the host itself can say that it is not there", ""},
		"a recorded 410":   {Request{URL: one + "410"}, Unknown, 410, "", "the recorded answer says 410; only the host itself can say that it is not there", ""},
		"a recorded 503":   {Request{URL: one + "503"}, Unknown, 503, "", "the recorded answer says 503: it has a fault of its own", ""},
		"a redirect":       {Request{URL: one + "302"}, Found, 200, "end", "", ""},
		"a redirect, lost": {Request{URL: one + "/lost"}, Unknown, 0, "", "it was not asked for while recording", NotRecorded},
		"refuses browsers": {Request{URL: shy}, Found, 200, "shy", "", ""},
		"not recorded":     {Request{URL: one + "x"}, Unknown, 0, "", "it was not asked for while recording", NotRecorded},
		"other method":     {Request{URL: one, Method: "HEAD"}, Unknown, 0, "", "it was not asked for while recording", NotRecorded},
		"other query":      {Request{URL: one + "?"}, Unknown, 0, "", "it was not asked for while recording", NotRecorded},
		"limits hold":      {Request{URL: one, Limit: 3}, Unknown, 200, "", "the answer is larger than the 3 bytes that are read of it", TooLarge},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			naps := &naps{}
			c := replaying(record, Options{Hosts: hosts(), Transport: refuses{t}, Relay: relay, Sleep: naps.sleep, Now: fixed})
			a, err := c.Get(t.Context(), tt.r)
			require.NoError(t, err)
			assert.Equal(t, Replay, a.Route)
			assert.Equal(t, tt.state, a.State)
			assert.Equal(t, tt.status, a.Status)
			assert.Equal(t, tt.body, string(a.Body))
			assert.Equal(t, tt.reason, a.Reason)
			assert.Empty(t, naps.all, "asking a record again gives the same")
			if tt.kind == "" {
				assert.Nil(t, a.Err)
				return
			}
			require.NotNil(t, a.Err)
			assert.Equal(t, tt.kind, a.Err.Kind)
		})
	}

	c := replaying(record, Options{Hosts: hosts()})
	a, err := c.Get(t.Context(), Request{URL: one})
	require.NoError(t, err)
	a, err = c.Get(t.Context(), Request{URL: shy})
	require.NoError(t, err)
	_, err = c.Get(t.Context(), Request{URL: "https://example.com/"})
	var refusal *Refusal
	assert.ErrorAs(t, err, &refusal, "declarations hold in a replay")

	a, err = replaying(nil, Options{Hosts: hosts()}).Get(t.Context(), Request{URL: one})
	require.NoError(t, err)
	assert.Equal(t, NotRecorded, a.Err.Kind)
}

func TestReplayByAccept(t *testing.T) {
	x := func(accept string) Exchange {
		return Exchange{Method: "GET", URL: one, Accept: accept, Status: 200, Body: []byte("for " + accept)}
	}
	tests := map[string]struct {
		recorded []Exchange
		accept   string
		want     string // empty: not recorded
	}{
		"exact of several":        {[]Exchange{x("a/a"), x("*/*"), x("b/b")}, "b/b", "for b/b"},
		"exact before none":       {[]Exchange{x(""), x("b/b")}, "b/b", "for b/b"},
		"none":                    {[]Exchange{x("a/a"), x("")}, "b/b", "for "},
		"anything":                {[]Exchange{x("a/a"), x("*/*")}, "b/b", "for */*"},
		"several, none fits":      {[]Exchange{x("a/a"), x("c/c")}, "b/b", ""},
		"asked without":           {[]Exchange{x("a/a"), x("*/*")}, "", "for */*"},
		"asked without, none fit": {[]Exchange{x("a/a"), x("c/c")}, "", ""},
		"the only one":            {[]Exchange{x("text/html")}, "b/b", "for text/html"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			a, err := replaying(&Record{exchanges: tt.recorded}, Options{Hosts: hosts()}).Get(t.Context(), Request{URL: one, Accept: tt.accept})
			require.NoError(t, err)
			assert.Equal(t, tt.want, string(a.Body))
			if tt.want == "" {
				assert.Equal(t, NotRecorded, a.Err.Kind)
			}
		})
	}
}

// TestRecordThenReplay runs the same questions live and from the record: the same
// answers but for the route, and for what only the host itself can say.
func TestRecordThenReplay(t *testing.T) {
	requests := []Request{
		{URL: one}, {URL: one, Accept: "a/b"}, {URL: one + "404"}, {URL: one + "302"}, {URL: one, Method: "HEAD"},
	}
	s := play(map[string][]step{
		one:         {says(200, "\x00\xff", "content-type", "a/b", "content-length", "2")},
		one + "404": {says(404, "no")},
		one + "302": {lands(bucket, says(200, "end"))},
	})
	record := &Record{}
	live, _ := client(t, s, func(o *both) { o.Record = record })
	require.Empty(t, record.Exchanges(), "nothing was asked yet")
	var answers []Answer
	for _, r := range requests {
		a, err := live.Get(t.Context(), r)
		require.NoError(t, err)
		answers = append(answers, a)
	}
	again := &Record{}
	for _, r := range []*Record{record, NewRecord(record.Exchanges())} {
		c := NewReplay(r, Options{Hosts: hosts()}).Session(SessionOptions{Record: again})
		for i, request := range requests {
			a, err := c.Get(t.Context(), request)
			require.NoError(t, err)
			want := answers[i]
			want.Route = Replay
			if want.State == NotThere {
				want.State, want.Reason = Unknown, a.Reason
			}
			assert.Equal(t, want, a)
		}
	}
	assert.Len(t, again.Exchanges(), len(record.Exchanges()), "a replay can be recorded; what repeats is kept once")
}

// TestABusyAnswerGivesWayToALaterOne: an archive of a browser holds every try.
func TestABusyAnswerGivesWayToALaterOne(t *testing.T) {
	busy, found := Exchange{Status: 429}, Exchange{Status: 200, Body: []byte("x")}
	got, ok := choose([]Exchange{busy, found}, &Request{})
	require.True(t, ok)
	require.Equal(t, 200, got.Status)
	got, ok = choose([]Exchange{{Status: 404}, found}, &Request{})
	require.True(t, ok)
	require.Equal(t, 404, got.Status, "what the host said of the document itself stays")
	got, ok = choose([]Exchange{busy}, &Request{})
	require.True(t, ok)
	require.Equal(t, 429, got.Status)
}
