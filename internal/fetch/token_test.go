package fetch_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/fetch"
	"touchstone/internal/fetch/har"
)

// tokenHosts are a registry that wants tokens, where they are given out, and where
// it redirects to.
func tokenHosts() []fetch.Host {
	return []fetch.Host{
		{Name: "registry.example.org", Paths: []string{`/v2/[a-z/]+/manifests/[a-z]+`, `/open`}, Tokens: &fetch.Tokens{
			Realm: "https://auth.example.org/token", Service: "registry", Repository: `/v2/([a-z/]+)/manifests/[a-z]+`}},
		{Name: "auth.example.org", Paths: []string{`/token`}},
		{Name: "storage.example.net", Storage: true, Paths: []string{`/blob`}},
	}
}

const challenge = `Bearer realm="https://auth.example.org/token",service="registry",scope="repository:other:push,pull"`

// A tokenRegistry answers as one does, and notes what it was sent.
type tokenRegistry struct {
	challenge, answer string
	redirect          bool
	body              string   // of the document
	seen              []string // address and authorization
}

func (s *tokenRegistry) Do(_ context.Context, r *fetch.Request) (*fetch.Response, error) {
	s.seen = append(s.seen, strings.TrimSpace(r.URL+" "+r.Authorization()))
	respond := func(status int, body string, header ...string) (*fetch.Response, error) {
		h := map[string]string{}
		for i := 0; i+1 < len(header); i += 2 {
			h[header[i]] = header[i+1]
		}
		return &fetch.Response{Status: status, URL: r.URL, Header: h, Body: http.NoBody}, nil
	}
	switch {
	case strings.HasPrefix(r.URL, "https://auth.example.org/"):
		res, err := respond(200, "")
		res.Body = readCloser{strings.NewReader(s.answer)}
		return res, err
	case strings.HasPrefix(r.URL, "https://storage.example.net/"):
		return s.document(r)
	case r.Authorization() == "":
		return respond(401, "", "www-authenticate", s.challenge)
	case s.redirect:
		return respond(307, "", "location", "https://storage.example.net/blob")
	}
	return s.document(r)
}

func (s *tokenRegistry) document(r *fetch.Request) (*fetch.Response, error) {
	return &fetch.Response{Status: 200, URL: r.URL, Header: map[string]string{}, Body: readCloser{strings.NewReader(s.body)}}, nil
}

type readCloser struct{ *strings.Reader }

func (readCloser) Close() error { return nil }

// TestPassWithToken: what is read as it comes is the document, and never the answer that
// brought the token for it.
func TestPassWithToken(t *testing.T) {
	for name, redirect := range map[string]bool{"at once": false, "from the store": true} {
		t.Run(name, func(t *testing.T) {
			registry := &tokenRegistry{challenge: challenge, answer: `{"token":"abc"}`, redirect: redirect, body: "layer"}
			record := new(fetch.Record)
			session := fetch.New(fetch.Options{Hosts: tokenHosts(), Transport: registry, Retries: -1}).Session(fetch.SessionOptions{Record: record})
			defer session.Close()
			var read []string
			a, err := session.Pass(t.Context(), fetch.Request{URL: "https://registry.example.org/v2/a/b/manifests/x"}, fetch.Passing{Algorithm: "sha256", Read: func(body io.Reader) {
				all, err := io.ReadAll(body)
				require.NoError(t, err)
				read = append(read, string(all))
			}})
			require.NoError(t, err)
			require.Equal(t, fetch.Found, a.State, a.Reason)
			require.Equal(t, int64(5), a.Passed.Size)
			require.Equal(t, []string{"layer"}, read)
			for _, x := range record.Exchanges() {
				require.NotContains(t, x.URL, "auth.example.org")
			}
		})
	}
}

// TestTokens: a token is asked for by the refusal of a known host, for reading one
// repository, of the place that is known, and goes nowhere else.
func TestTokens(t *testing.T) {
	const ask, given = "https://registry.example.org/v2/a/b/manifests/x", "https://auth.example.org/token?service=registry&scope=repository%3Aa%2Fb%3Apull"
	for name, tt := range map[string]struct {
		url, challenge, answer string
		redirect               bool
		state                  fetch.State
		seen                   []string
	}{
		"followed":            {ask, challenge, `{"token":"abc.def"}`, false, fetch.Found, []string{ask, given, ask + " Bearer abc.def"}},
		"the other name":      {ask, challenge, `{"access_token":"abc"}`, false, fetch.Found, []string{ask, given, ask + " Bearer abc"}},
		"not to the store":    {ask, challenge, `{"token":"abc"}`, true, fetch.Found, []string{ask, given, ask + " Bearer abc", "https://storage.example.net/blob"}},
		"another realm":       {ask, `Bearer realm="https://evil.example/token",service="registry"`, `{"token":"abc"}`, false, fetch.Unknown, []string{ask}},
		"a realm below":       {ask, `Bearer realm="https://auth.example.org/token/x",service="registry"`, `{"token":"abc"}`, false, fetch.Unknown, []string{ask}},
		"another service":     {ask, `Bearer realm="https://auth.example.org/token",service="x"`, `{"token":"abc"}`, false, fetch.Unknown, []string{ask}},
		"a password":          {ask, `Basic realm="https://auth.example.org/token",service="registry"`, `{"token":"abc"}`, false, fetch.Unknown, []string{ask}},
		"no challenge":        {ask, "", `{"token":"abc"}`, false, fetch.Unknown, []string{ask}},
		"no repository":       {"https://registry.example.org/open", challenge, `{"token":"abc"}`, false, fetch.Unknown, []string{"https://registry.example.org/open"}},
		"no token":            {ask, challenge, `{}`, false, fetch.Unknown, []string{ask, given}},
		"a web page":          {ask, challenge, `<html>`, false, fetch.Unknown, []string{ask, given}},
		"a line in the token": {ask, challenge, `{"token":"abc\r\nx: y"}`, false, fetch.Unknown, []string{ask, given}},
		"an endless token":    {ask, challenge, `{"token":"` + strings.Repeat("a", 1<<17) + `"}`, false, fetch.Unknown, []string{ask, given}},
		"two tokens":          {ask, challenge, `{"token":"abc","token":"def"}`, false, fetch.Unknown, []string{ask, given}},
	} {
		t.Run(name, func(t *testing.T) {
			registry := &tokenRegistry{challenge: tt.challenge, answer: tt.answer, redirect: tt.redirect}
			client := fetch.New(fetch.Options{Hosts: tokenHosts(), Transport: registry, Retries: -1})
			record := new(fetch.Record)
			session := client.Session(fetch.SessionOptions{Record: record})
			defer session.Close()
			a, err := session.Get(context.Background(), fetch.Request{URL: tt.url})
			require.NoError(t, err)
			assert.Equal(t, tt.state, a.State, a.Reason)
			assert.Equal(t, tt.seen, registry.seen)
			for _, x := range record.Exchanges() {
				assert.NotContains(t, x.URL, "auth.example.org", "what gives tokens out is in no record")
			}
			var raw strings.Builder
			require.NoError(t, har.Write(&raw, record))
			assert.NotContains(t, raw.String(), "abc")
		})
	}
}
