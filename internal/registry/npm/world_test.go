package npm

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
)

// A page is what a world answers at one address.
type page struct {
	status int
	body   string
	err    error
	reader func() io.Reader // instead of body
}

// A world answers from memory, by address, or by address and "#list" where the
// abbreviated document is asked. What it does not hold is 404.
type world map[string]page

const listMark = "#list"

func (w world) Do(_ context.Context, r *fetch.Request) (*fetch.Response, error) {
	key := r.URL
	if r.Accept == "application/vnd.npm.install-v1+json" {
		key += listMark
	}
	p, ok := w[key]
	if !ok {
		p = page{status: 404}
	}
	if p.err != nil {
		return nil, p.err
	}
	var body io.Reader = bytes.NewReader([]byte(p.body))
	if p.reader != nil {
		body = p.reader()
	}
	return &fetch.Response{Status: p.status, URL: r.URL, Body: io.NopCloser(body)}, nil
}

// but is the world with some pages changed.
func (w world) but(changes world) world {
	out := world{}
	for _, pages := range []world{w, changes} {
		for k, v := range pages {
			out[k] = v
		}
	}
	return out
}

func ok(body string) page { return page{status: 200, body: body} }

const (
	sha512Of = "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=="
	sha512In = "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"
	sha1In   = "da39a3ee5e6b4b0d3255bfef95601890afd80709"
	keyID    = "SHA256:jl3bwswu80PjjokCgh0o2w5c2U4LhQAE57gj9cz1kzA"
)

// doc is a version's document with some fields changed; nil takes one away.
func doc(t testing.TB, changes map[string]any, dist map[string]any) string {
	t.Helper()
	d := map[string]any{
		"integrity": sha512Of, "shasum": sha1In, "tarball": "https://registry.npmjs.org/pkg/-/pkg-1.2.3.tgz",
		"signatures": []any{map[string]any{"keyid": keyID, "sig": "AQID"}},
	}
	v := map[string]any{"name": "pkg", "version": "1.2.3", "dist": d, "gitHead": "0123456789012345678901234567890123456789",
		"repository": map[string]any{"type": "git", "url": "git+https://github.com/o/r.git", "directory": "packages/pkg"}}
	change(d, dist)
	change(v, changes)
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	return string(raw)
}

func change(m, changes map[string]any) {
	for k, v := range changes {
		if v == nil {
			delete(m, k)
			continue
		}
		m[k] = v
	}
}

const (
	recordAt  = "https://registry.npmjs.org/pkg/1.2.3"
	latestAt  = "https://registry.npmjs.org/pkg/latest"
	packageAt = "https://registry.npmjs.org/pkg"
	listAt    = packageAt + listMark
	tarballAt = "https://registry.npmjs.org/pkg/-/pkg-1.2.3.tgz"
	attestAt  = "https://registry.npmjs.org/-/npm/v1/attestations/pkg@1.2.3"
)

// listed is an abbreviated document; attested versions are marked by a "+".
func listed(versions ...string) string {
	out := `{"name":"pkg","dist-tags":{"latest":"2.0.0","next":"1.2.3"},"versions":{`
	for i, v := range versions {
		if i > 0 {
			out += ","
		}
		dist := `{"integrity":"x"}`
		if v[0] == '+' {
			v = v[1:]
			dist = fmt.Sprintf(`{"attestations":{"url":"https://registry.npmjs.org/-/npm/v1/attestations/pkg@%s","provenance":{"predicateType":"https://slsa.dev/provenance/v1"}}}`, v)
		}
		out += fmt.Sprintf(`%q:{"name":"pkg","dist":%s}`, v, dist)
	}
	return out + `}}`
}

// plain is a registry with one signed, unattested package.
func plain(t testing.TB) world {
	return world{
		recordAt:  ok(doc(t, nil, nil)),
		listAt:    ok(listed("1.0.0", "1.2.3", "2.0.0")),
		tarballAt: ok("not read here"),
	}
}

func client(w fetch.Transport) *fetch.Session {
	return fetch.New(fetch.Options{Hosts: Registry{}.Hosts(), Transport: w, Retries: -1}).Session(fetch.SessionOptions{})
}

func parse(t testing.TB, text string) purl.Ref {
	t.Helper()
	ref, err := purl.Parse(text)
	require.NoError(t, err)
	return ref
}

func resolve(t testing.TB, w world, text string) (*registry.Release, error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	return Registry{}.Resolve(ctx, client(w), parse(t, text), registry.Visit{})
}

func mustResolve(t testing.TB, w world, text string) *registry.Release {
	t.Helper()
	rel, err := resolve(t, w, text)
	require.NoError(t, err)
	return rel
}

// noted are the texts of the notes of one kind.
func noted(rel *registry.Release, kind string) []string {
	var out []string
	for _, n := range rel.Notes {
		if n.Kind == kind {
			out = append(out, n.Text)
		}
	}
	return out
}
