package artifact

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha1"
	"encoding/hex"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/archive"
	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
)

// A shelf serves one body for everything.
type shelf struct {
	body  []byte
	asked int
}

func (s *shelf) Do(context.Context, *fetch.Request) (*fetch.Response, error) {
	s.asked++
	return &fetch.Response{Status: 200, Body: io.NopCloser(bytes.NewReader(s.body))}, nil
}

type inspector struct{}

func (inspector) Open(string, int64) io.Writer { return nil }
func (inspector) Inside(context.Context, []archive.File) registry.Inside {
	return registry.Inside{Repository: "inside", Read: true}
}

const address = "https://registry.example.org/thing.zip"

func zipped(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create("a.txt")
	require.NoError(t, err)
	_, err = f.Write([]byte("hello"))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

func release(url string) *registry.Release {
	return &registry.Release{
		Ref:   purl.Ref{Digests: []purl.Digest{{Algorithm: "blake2b-256", Value: "00", Of: "artifact"}}},
		Chain: []registry.Link{{States: []registry.Stated{{Of: registry.OfArtifact, Algorithm: "sha1"}}}},
		File:  registry.File{Request: fetch.Request{URL: url, Limit: 1 << 20}, Format: archive.Zip, Inspector: inspector{}},
	}
}

func client(s *shelf) *fetch.Session {
	return fetch.New(fetch.Options{Transport: s, Retries: -1, Hosts: []fetch.Host{{Name: "registry.example.org", Paths: []string{"/thing.zip"}}}}).Session(fetch.SessionOptions{})
}

func TestArrive(t *testing.T) {
	body := zipped(t)
	for name, c := range map[string]struct {
		served  []byte
		url     string
		want    Want
		asked   int
		state   fetch.State
		reason  string
		opened  bool
		problem string
	}{
		"fetched":           {served: body, asked: 1, state: fetch.Found, opened: true},
		"brought":           {served: body, want: Want{Brought: body}, state: fetch.Found, opened: true},
		"brought, and none": {served: body, want: Want{Brought: []byte{}}, state: fetch.Found, problem: "zip"},
		"not wanted":        {served: body, want: Want{Most: -1}, state: fetch.Unknown, reason: "only what is said of it was asked for"},
		"small enough":      {served: body, want: Want{Most: int64(len(body))}, asked: 1, state: fetch.Found, opened: true},
		"too large":         {served: body, want: Want{Most: int64(len(body)) - 1}, asked: 1, state: fetch.Unknown, reason: "larger than"},
		"elsewhere":         {served: body, url: "https://evil.example.org/thing.zip", state: fetch.Unknown, reason: "a place that is not its own"},
		"no archive":        {served: []byte("a text"), asked: 1, state: fetch.Found, problem: "zip"},
		"a web page":        {served: []byte("<html>"), asked: 1, state: fetch.Unknown, reason: "answers with a web page, and not with a package"},
		"nothing":           {served: []byte{}, asked: 1, state: fetch.Unknown, reason: "answers with nothing"},
		"a page, and more":  {served: []byte("<html>PK\x03\x04\x00"), asked: 1, state: fetch.Found, problem: "zip"},
		"a page, brought":   {want: Want{Brought: []byte("<html>")}, state: fetch.Found, problem: "zip"},
	} {
		t.Run(name, func(t *testing.T) {
			url := c.url
			if url == "" {
				url = address
			}
			rel, s := release(url), &shelf{body: c.served}
			art, err := Arrive(t.Context(), client(s), rel, c.want)
			require.NoError(t, err)
			assert.Equal(t, c.asked, s.asked)
			assert.Equal(t, c.state, art.Answer.State)
			assert.Contains(t, art.Answer.Reason, c.reason)
			assert.Equal(t, url, art.Answer.Request.URL)
			assert.Equal(t, c.opened, art.Contents != nil)
			assert.Equal(t, c.opened, art.ListDigest != "")
			assert.Equal(t, c.opened, art.Inside.Repository != "", "what was not read says nothing")
			assert.Contains(t, art.Unreadable, c.problem)
			assert.Equal(t, c.want.Brought == nil && c.want.Most >= 0, c.asked == 1 || c.url != "")
		})
	}
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := Arrive(ctx, client(&shelf{body: body}), release(address), Want{})
		require.ErrorIs(t, err, context.Canceled)
		_, err = Arrive(ctx, client(&shelf{}), release(address), Want{Brought: body})
		require.ErrorIs(t, err, context.Canceled)
	})
}

// TestAPageThatTheRecordMeans: what has the recorded digest is the package, and no
// trouble of its host's.
func TestAPageThatTheRecordMeans(t *testing.T) {
	rel := release(address)
	rel.Chain[0].States[0].Value = "bf1a4a0b6a4a9c2b7f7e2b0f5f7b1f3d0d2c9d6a"
	art, err := Arrive(t.Context(), client(&shelf{body: []byte("<html>")}), rel, Want{})
	require.NoError(t, err)
	require.Equal(t, fetch.Unknown, art.Answer.State, "another digest")
	sum := sha1.Sum([]byte("<html>"))
	rel.Chain[0].States[0].Value = hex.EncodeToString(sum[:])
	art, err = Arrive(t.Context(), client(&shelf{body: []byte("<html>")}), rel, Want{})
	require.NoError(t, err)
	require.Equal(t, fetch.Found, art.Answer.State)
	require.NotEmpty(t, art.Unreadable)
}

func TestDigests(t *testing.T) {
	art, err := Arrive(t.Context(), client(&shelf{body: zipped(t)}), release(address), Want{Algorithms: []string{"sha3_512"}})
	require.NoError(t, err)
	for _, algorithm := range []string{"sha1", "blake2b-256", "sha3-512"} {
		assert.NotEmpty(t, art.Digests[algorithm], "stated by release, reference or statement")
	}
}

// TestNothingIsAbsentInDisorder: what was read of an archive that is not in
// order is not all that can be installed.
func TestNothingIsAbsentInDisorder(t *testing.T) {
	body := zipped(t)
	for name, c := range map[string]struct {
		body  []byte
		rules archive.Rules
		read  bool
	}{
		"in order":           {body, archive.Rules{}, true},
		"cut short":          {append(bytes.Clone(body), 0), archive.Rules{}, false},
		"under another name": {body, archive.Rules{Written: func(string, bool) (string, error) { return "b.txt", nil }}, true},
		"elsewhere":          {body, archive.Rules{Written: func(string, bool) (string, error) { return "b.txt", io.EOF }}, false},
		"against a rule":     {body, archive.Rules{Prefix: "p/"}, false},
		"nothing of it":      {body[len(body)-22:], archive.Rules{}, false},
	} {
		rel := release(address)
		rel.File.Rules = c.rules
		art, err := Arrive(t.Context(), nil, rel, Want{Brought: c.body})
		require.NoError(t, err, name)
		assert.Equal(t, c.read, art.Inside.Read, name)
		assert.Equal(t, !c.read, art.Inside.Unread != "", name)
	}
}

// TestUnaskedPiecesAreNamed: one, some, and the first of many.
func TestUnaskedPiecesAreNamed(t *testing.T) {
	for want, left := range map[string][]string{
		"layer 1 of 1 was not fetched":        {"layer 1 of 1"},
		"a, b were not fetched":               {"a", "b"},
		"a, b, c and 2 more were not fetched": {"a", "b", "c", "d", "e"},
	} {
		assert.Equal(t, want, unasked(left))
	}
}
