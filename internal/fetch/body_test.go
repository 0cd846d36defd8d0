package fetch

import (
	"context"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestBodiesFit: what is kept of small bodies is what came, and no room behind it.
func TestBodiesFit(t *testing.T) {
	for _, size := range []int{0, 1, 200, 5000, 40_000, maxKeptOne} {
		c, _ := client(t, play(map[string][]step{one: {says(200, strings.Repeat("x", size))}}))
		a, err := c.Get(t.Context(), Request{URL: one})
		require.NoError(t, err)
		require.Len(t, a.Body, size)
		require.LessOrEqual(t, cap(a.Body), size+size/4+1024)
	}
}

func TestBodies(t *testing.T) {
	decoded := func(s step) step {
		return func(ctx context.Context, r *Request) (*Response, error) {
			res, err := s(ctx, r)
			res.Decoded = true
			return res, err
		}
	}
	idle := func(context.Context) io.Reader { return readerFunc(func([]byte) (int, error) { return 0, nil }) }
	tests := map[string]struct {
		step  step
		limit int64
		kind  Kind // empty: found
		body  string
	}{
		"exact":               {says(200, "hello", length(5)...), 0, "", "hello"},
		"no length":           {says(200, "hello"), 0, "", "hello"},
		"empty":               {says(200, "", length(0)...), 0, "", ""},
		"length unreadable":   {says(200, "hello", "content-length", "five"), 0, "", "hello"},
		"at the limit":        {says(200, "hello"), 5, "", "hello"},
		"over the limit":      {says(200, "hello!"), 5, TooLarge, ""},
		"announced too large": {says(200, "hello", length(6)...), 5, TooLarge, ""},
		"shorter":             {says(200, "hell", length(5)...), 0, Truncated, ""},
		"nothing of five":     {says(200, "", length(5)...), 0, Truncated, ""},
		"longer":              {says(200, "hello!", length(5)...), 0, Overlong, ""},
		"longer than none":    {says(200, "!", length(0)...), 0, Overlong, ""},
		"decoded, length of the encoded": {
			decoded(says(200, "hello", "content-length", "3", "content-encoding", "gzip")), 0, "", "hello",
		},
		"decoded, larger encoded than limit": {decoded(says(200, "hello", length(50)...)), 5, "", "hello"},
		"decoded, over the limit":            {decoded(says(200, "hello!", length(3)...)), 5, TooLarge, ""},
		"encoding unasked":                   {says(200, "\x1b\x00", "content-encoding", "br"), 0, Undecoded, ""},
		"identity":                           {says(200, "hello", "content-encoding", "identity"), 0, "", "hello"},
		"breaks off":                         {streams(thenBreaks("hel")), 0, Truncated, ""},
		"breaks off at once":                 {streams(thenBreaks("")), 0, Truncated, ""},
		"says nothing and does not end":      {streams(idle), 0, Truncated, ""},
		"stalls":                             {streams(thenHangs("hel")), 0, TimedOut, ""},
		"never answers":                      {hangs, 0, TimedOut, ""},
		"404 over what is read of one":       {says(404, strings.Repeat("x", errorLimit+1)), 0, TooLarge, ""},
	}
	for name, tt := range tests {
		bubble(t, name, func(t *testing.T) {
			record := &Record{}
			s := play(map[string][]step{one: {tt.step}})
			c, _ := client(t, s, func(o *both) { o.Record = record })
			a, err := c.Get(t.Context(), Request{URL: one, Limit: tt.limit})
			require.NoError(t, err)
			assert.Equal(t, 1, s.count(), "none of these is asked again")
			if tt.kind == "" {
				assert.Equal(t, Found, a.State)
				assert.Equal(t, tt.body, string(a.Body))
				assert.Len(t, record.Exchanges(), 1)
				return
			}
			assert.Equal(t, Unknown, a.State)
			require.NotNil(t, a.Err)
			assert.Equal(t, tt.kind, a.Err.Kind)
			assert.Equal(t, one, a.Err.URL)
			assert.NotEmpty(t, a.Reason)
			assert.Nil(t, a.Body)
			assert.Empty(t, record.Exchanges(), "an unfinished exchange is not kept")
		})
	}
}

// TestSmallBodiesTakeLittle: of a document whose length is not announced, as thousands
// of records are, no more is reserved than a small one needs, and of an announced one
// what it announces.
func TestSmallBodiesTakeLittle(t *testing.T) {
	for name, tt := range map[string]struct {
		header []string
		most   int
	}{"length unknown": {nil, 4<<10 + 1}, "length announced": {length(300), 301}} {
		t.Run(name, func(t *testing.T) {
			offered := 0
			text := strings.NewReader(strings.Repeat("x", 300))
			reader := func(context.Context) io.Reader {
				return readerFunc(func(p []byte) (int, error) {
					offered = max(offered, len(p))
					return text.Read(p)
				})
			}
			c, _ := client(t, play(map[string][]step{one: {streams(reader, tt.header...)}}))
			a, err := c.Get(t.Context(), Request{URL: one})
			require.NoError(t, err)
			assert.Len(t, a.Body, 300)
			assert.LessOrEqual(t, offered, tt.most)
		})
	}
}

func TestEndlessBodyEndsAtTheLimit(t *testing.T) {
	var read int64
	c, _ := client(t, play(map[string][]step{one: {streams(endless(&read))}}))
	a, err := c.Get(t.Context(), Request{URL: one, Limit: 100_000})
	require.NoError(t, err)
	require.NotNil(t, a.Err)
	assert.Equal(t, TooLarge, a.Err.Kind)
	assert.Less(t, read, int64(300_000))
}

func TestLargeBody(t *testing.T) {
	large := strings.Repeat("0123456789abcdef", 300_000)
	c, _ := client(t, play(map[string][]step{one: {says(200, large, length(len(large))...)}}))
	a, err := c.Get(t.Context(), Request{URL: one})
	require.NoError(t, err)
	assert.Equal(t, Found, a.State)
	assert.True(t, large == string(a.Body))
}

func TestSlowBodyThatMovesIsNotSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		drip := func(context.Context) io.Reader {
			left := 10
			return readerFunc(func(p []byte) (int, error) {
				if left == 0 {
					return 0, io.EOF
				}
				left--
				time.Sleep(29 * time.Second)
				p[0] = 'x'
				return 1, nil
			})
		}
		c, _ := client(t, play(map[string][]step{one: {streams(drip)}}))
		a, err := c.Get(t.Context(), Request{URL: one})
		require.NoError(t, err)
		assert.Equal(t, "xxxxxxxxxx", string(a.Body))
	})
}

// bubble runs a sub-test whose clock moves only when everything waits.
func bubble(t *testing.T, name string, f func(*testing.T)) {
	t.Run(name, func(t *testing.T) { synctest.Test(t, f) })
}

// TestArriving: a body is given piece by piece as it comes, anew by another try, and of
// no answer that is not a good one.
func TestArriving(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []string
		arriving := func(offset int64, piece []byte) {
			if offset == 0 {
				got = append(got, "")
			}
			last := &got[len(got)-1]
			assert.Equal(t, int64(len(*last)), offset)
			*last += string(piece)
		}
		c, _ := client(t, play(map[string][]step{one: {says(503, "wait"), says(200, "hello", length(5)...)}}), func(o *both) { o.Retries = 1 })
		a, err := c.Get(t.Context(), Request{URL: one, Arriving: arriving})
		require.NoError(t, err)
		assert.Equal(t, "hello", string(a.Body))
		assert.Equal(t, []string{"hello"}, got)
		got = nil
		c, _ = client(t, play(map[string][]step{one: {streams(thenBreaks("hel"))}}))
		a, err = c.Get(t.Context(), Request{URL: one, Arriving: arriving})
		require.NoError(t, err)
		assert.Equal(t, Unknown, a.State)
		assert.Equal(t, []string{"hel"}, got, "what came of one that broke off was given, too")
	})
}
