package artifact

import (
	"archive/zip"
	"bytes"
	"context"
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

func client(s *shelf) *fetch.Client {
	return fetch.New(fetch.Options{Transport: s, Retries: -1, Hosts: []fetch.Host{{Name: "registry.example.org", Paths: []string{"/thing.zip"}}}})
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
		"no archive":        {served: []byte("<html>"), asked: 1, state: fetch.Found, problem: "zip"},
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
			assert.Equal(t, c.want.Fetches(), c.asked == 1 || c.url != "")
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

// The values are those of published test vectors for "abc" (FIPS 180-4, FIPS
// 202, RFC 7693 appendices A and B).
func TestDigests(t *testing.T) {
	got := digests([]byte("abc"), []string{"sha1", "sha3_256", "blake2b", "blake2b-256", "blake2s", "sha512_256", "sha384", "md5", "gitCommit", ""})
	assert.Equal(t, map[string]string{
		"sha1":        "a9993e364706816aba3e25717850c26c9cd0d89d",
		"sha256":      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
		"sha384":      "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
		"sha512":      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
		"sha512-256":  "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23",
		"sha3-256":    "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532",
		"blake2b":     "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923",
		"blake2b-256": "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319",
		"blake2s":     "508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982",
	}, got)
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
		"in order":       {body, archive.Rules{}, true},
		"cut short":      {append(bytes.Clone(body), 0), archive.Rules{}, false},
		"against a rule": {body, archive.Rules{Prefix: "p/"}, false},
		"nothing of it":  {body[len(body)-22:], archive.Rules{}, false},
	} {
		rel := release(address)
		rel.File.Rules = c.rules
		art, err := Arrive(t.Context(), nil, rel, Want{Brought: c.body})
		require.NoError(t, err, name)
		assert.Equal(t, c.read, art.Inside.Read, name)
		assert.Equal(t, !c.read, art.Inside.Unread != "", name)
	}
}
