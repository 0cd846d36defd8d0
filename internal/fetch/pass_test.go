package fetch

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestPass lets answers pass by: what was read before the end is void, and the digest is
// that of all that came, however far it was read.
func TestPass(t *testing.T) {
	sum := func(text string) string {
		of := sha256.Sum256([]byte(text))
		return hex.EncodeToString(of[:])
	}
	for name, c := range map[string]struct {
		steps  []step
		read   func(to *[]string) func(io.Reader) // nil reads all
		limit  int64
		passed string // of what the digest is; empty for no answer
		kind   Kind
		saw    []string
	}{
		"all of it":                       {steps: []step{says(200, "layer", length(5)...)}, passed: "layer", saw: []string{"layer"}},
		"of no length":                    {steps: []step{says(200, "layer")}, passed: "layer", saw: []string{"layer"}},
		"nothing":                         {steps: []step{says(200, "")}, saw: []string{""}, passed: "-"},
		"its reader stops":                {steps: []step{says(200, "layer")}, read: part(2), passed: "layer", saw: []string{"la"}},
		"nobody reads":                    {steps: []step{says(200, "layer")}, read: part(0), passed: "layer", saw: []string{""}},
		"breaks, then not":                {steps: []step{says(503, "busy"), streams(thenBreaks("lay")), says(200, "layer")}, kind: Truncated, saw: []string{"lay"}},
		"busy, then not":                  {steps: []step{says(503, "busy"), says(200, "layer")}, passed: "layer", saw: []string{"layer"}},
		"shorter than said":               {steps: []step{says(200, "lay", length(5)...)}, kind: Truncated, saw: []string{"lay"}},
		"longer than said":                {steps: []step{says(200, "layers", length(5)...)}, kind: Overlong, saw: []string{"layers"}},
		"larger than wanted, and says so": {steps: []step{says(200, "layers", length(6)...)}, limit: 5, kind: TooLarge},
		"larger than wanted":              {steps: []step{says(200, "layers")}, limit: 5, kind: TooLarge, saw: []string{"layers"}},
		"not there":                       {steps: []step{says(404, "no")}},
	} {
		t.Run(name, func(t *testing.T) {
			record := &Record{}
			s, _ := client(t, play(map[string][]step{one: c.steps}), func(o *both) { o.Record = record })
			read, saw := c.read, []string(nil)
			if read == nil {
				read = part(1 << 20)
			}
			a, err := s.Pass(t.Context(), Request{URL: one, Limit: c.limit}, Passing{Algorithm: "sha256", Read: read(&saw)})
			require.NoError(t, err)
			assert.Equal(t, c.saw, saw)
			assert.Equal(t, a.Status == 404, a.Body != nil, "what is no such answer is kept as ever")
			if c.kind != "" {
				require.NotNil(t, a.Err)
				assert.Equal(t, c.kind, a.Err.Kind, a.Reason)
			}
			require.Equal(t, c.passed != "", a.Passed != nil)
			require.Equal(t, c.passed != "", a.State == Found)
			require.Len(t, s.Answers(), 1)
			if a.Passed == nil {
				return
			}
			came := strings.TrimPrefix(c.passed, "-")
			assert.Equal(t, Passed{int64(len(came)), "sha256", sum(came)}, *a.Passed)
			// Of a record there is no such answer, and it is nobody's fault.
			kept := record.Exchanges()
			require.Len(t, kept, 1)
			assert.Nil(t, kept[0].Body)
			assert.Contains(t, kept[0].Broken, sum(came))
			again := NewReplay(record, Options{Hosts: hosts()}).Session(SessionOptions{})
			for _, ask := range []func() (Answer, error){
				func() (Answer, error) { return again.Get(t.Context(), Request{URL: one}) },
				func() (Answer, error) {
					return again.Pass(t.Context(), Request{URL: one}, Passing{Algorithm: "sha256", Read: part(9)(&saw)})
				},
			} {
				b, err := ask()
				require.NoError(t, err)
				assert.Equal(t, Unknown, b.State)
				assert.Contains(t, b.Reason, "read as it came and not kept")
			}
		})
	}
	t.Run("its place is not declared", func(t *testing.T) {
		s, _ := client(t, play(nil))
		_, err := s.Pass(t.Context(), Request{URL: "https://elsewhere.example/"}, Passing{Read: func(io.Reader) { t.Fatal("read") }})
		require.ErrorAs(t, err, new(*Refusal))
	})
	t.Run("cancelled half-way", func(t *testing.T) {
		s, _ := client(t, play(map[string][]step{one: {streams(thenHangs("lay"))}}))
		ctx, cancel := context.WithCancel(t.Context())
		_, err := s.Pass(ctx, Request{URL: one}, Passing{Algorithm: "sha256", Read: func(body io.Reader) {
			_, _ = body.Read(make([]byte, 3))
			cancel()
			_, err := body.Read(make([]byte, 3))
			assert.ErrorIs(t, err, context.Canceled)
		}})
		require.ErrorIs(t, err, context.Canceled)
	})
	t.Run("too slow", func(t *testing.T) {
		s, _ := client(t, play(map[string][]step{one: {streams(thenHangs("lay"))}}), func(o *both) { o.Timeout, o.Retries = 20*time.Millisecond, -1 })
		a, err := s.Pass(t.Context(), Request{URL: one}, Passing{Algorithm: "sha256", Read: func(body io.Reader) { _, _ = io.Copy(io.Discard, body) }})
		require.NoError(t, err)
		require.Equal(t, TimedOut, a.Err.Kind)
	})
	t.Run("an algorithm that is not computed", func(t *testing.T) {
		s, _ := client(t, play(map[string][]step{one: {says(200, "layer")}}))
		a, err := s.Pass(t.Context(), Request{URL: one}, Passing{Algorithm: "blake3", Read: func(io.Reader) {}})
		require.NoError(t, err)
		require.Equal(t, Passed{5, "blake3", ""}, *a.Passed)
	})
	t.Run("from a record that holds it", func(t *testing.T) {
		record := NewRecord([]Exchange{{Method: "GET", URL: one, Status: 200, Body: []byte("layer")}})
		var saw []string
		a, err := NewReplay(record, Options{Hosts: hosts()}).Session(SessionOptions{}).Pass(t.Context(), Request{URL: one}, Passing{Algorithm: "sha256", Read: part(9)(&saw)})
		require.NoError(t, err)
		require.Equal(t, sum("layer"), a.Passed.Digest)
		require.Equal(t, Replay, a.Route)
	})
}

// part notes what is read, of each try at most so much.
func part(most int64) func(to *[]string) func(io.Reader) {
	return func(to *[]string) func(io.Reader) {
		return func(body io.Reader) {
			var b bytes.Buffer
			_, _ = io.CopyN(&b, body, most)
			*to = append(*to, b.String())
		}
	}
}
