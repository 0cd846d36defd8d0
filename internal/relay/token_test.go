package relay_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/audit"
	"touchstone/internal/fetch"
	"touchstone/internal/relay"
)

func images() relay.Relay {
	return relay.Relay{Hosts: []fetch.Host{
		{Name: "registry.example.org", Paths: []string{`/v2/[a-z/]+/manifests/[a-z]+`}, Tokens: &fetch.Tokens{
			Realm: "https://auth.example.org/token", Service: "registry", Repository: `/v2/([a-z/]+)/manifests/[a-z]+`}},
		{Name: "auth.example.org", Paths: []string{`/token`}},
		{Name: "storage.example.net", Storage: true, Paths: []string{`/blob`}},
	}}
}

// TestTokenOrders: the relay itself asks for a token, which no client sees or sends,
// and which goes to no store.
func TestTokenOrders(t *testing.T) {
	r := images()
	first := r.Ask(relay.Request{Method: "HEAD", Target: "registry.example.org/v2/a/b/manifests/x", Header: fields("accept", "application/json")})
	require.NotNil(t, first.Order)
	challenge := fields("www-authenticate", `Bearer realm="https://auth.example.org/token",service="registry",scope="repository:other:push"`)
	ask := r.Answer(*first.Order, 401, challenge)
	require.NotNil(t, ask.Order)
	assert.Equal(t, "GET", ask.Order.Method)
	assert.Equal(t, "https://auth.example.org/token?service=registry&scope=repository%3Aa%2Fb%3Apull", ask.Order.URL)
	assert.NotContains(t, ask.Order.Header, "authorization")
	assert.NotContains(t, ask.Order.Header, "accept")
	again := r.Token(*ask.Order, 200, []byte(`{"token":"abc"}`))
	require.NotNil(t, again.Order)
	assert.Equal(t, "HEAD", again.Order.Method)
	assert.Equal(t, first.Order.URL, again.Order.URL)
	assert.Equal(t, "Bearer abc", again.Order.Header["authorization"])
	assert.NotContains(t, first.Order.Header, "authorization", "the first order is what it was")
	stored := r.Answer(*again.Order, 307, fields("location", "https://storage.example.net/blob"))
	require.NotNil(t, stored.Order)
	assert.NotContains(t, stored.Order.Header, "authorization", "a token is for the host that gave it")
	refusal := r.Answer(*again.Order, 401, challenge)
	require.NotNil(t, refusal.Reply, "a second refusal is the answer")
	assert.Equal(t, 401, refusal.Reply.Status)
	harmless(t, refusal.Reply)
	for _, body := range []string{"", "<html>", `{"token":1}`, `{"token":"a b"}`} {
		refused(t, r.Token(*ask.Order, 200, []byte(body)), 502, "no token")
	}
	refused(t, r.Token(*ask.Order, 302, []byte(`{"token":"abc"}`)), 502, "no token")
	for _, other := range []string{"Basic realm=\"x\"", `Bearer realm="https://evil.example/",service="registry"`, ""} {
		require.NotNil(t, r.Answer(*first.Order, 401, fields("www-authenticate", other)).Reply, other)
	}
}

// TestImagesRelayed: of the container registries only what is read of an image is
// relayed, and only to the stores that they have.
func TestImagesRelayed(t *testing.T) {
	hosts := audit.Hosts()
	digest := "sha256:" + strings.Repeat("a", 64)
	for address, allowed := range map[string]bool{
		"https://ghcr.io/v2/o/n/manifests/latest":                                                 true,
		"https://ghcr.io/v2/o/n/manifests/" + digest:                                              true,
		"https://ghcr.io/v2/o/n/blobs/" + digest:                                                  true,
		"https://ghcr.io/v2/o/n/referrers/" + digest:                                              true,
		"https://ghcr.io/v2/o/n/blobs/sha384:" + strings.Repeat("a", 96):                          true,
		"https://ghcr.io/v2/o/n/blobs/md5:" + strings.Repeat("a", 32):                             false,
		"https://registry-1.docker.io/v2/library/alpine/manifests/3.20":                           true,
		"https://auth.docker.io/token?service=registry.docker.io&scope=repository%3Aa%2Fb%3Apull": true,
		"https://ghcr.io/v2/":                                                false,
		"https://ghcr.io/v2/_catalog":                                        false,
		"https://ghcr.io/v2/o/n/tags/list":                                   true,
		"https://ghcr.io/v2/o/n/tags/":                                       false,
		"https://ghcr.io/v2/o/n/tags/list/x":                                 false,
		"https://ghcr.io/v2/o/n/blobs/uploads/":                              false,
		"https://ghcr.io/v2/o/n/blobs/latest":                                false,
		"https://ghcr.io/v2/O/n/manifests/latest":                            false,
		"https://ghcr.io/v2/o//manifests/latest":                             false,
		"https://ghcr.io/v2/o/../manifests/latest":                           false,
		"https://ghcr.io/v2/o/n/manifests/a/b":                               false,
		"https://ghcr.io/v2/o/n/manifests/latest/":                           false,
		"https://ghcr.io/user/login":                                         false,
		"https://auth.docker.io/v2/token":                                    false,
		"https://quay.io/api/v1/repository":                                  false,
		"https://quay.io/v2/auth/x":                                          false,
		"https://hub.docker.com/v2/repositories/library":                     false,
		"https://api.github.com/repos/o/r":                                   false,
		"https://api.github.com/orgs/o/attestations/x":                       false,
		"https://localhost/v2/o/n/manifests/latest":                          false,
		"https://registry.example.org/v2/o/n/manifests/1":                    false,
		"https://pkg-containers.githubusercontent.com/ghcr1/blobs/" + digest: false, // a store is asked only by a redirect
	} {
		u, err := url.Parse(address)
		require.NoError(t, err)
		assert.Equal(t, allowed, fetch.Allowed(hosts, u) == nil, address)
	}
	for address, allowed := range map[string]bool{
		"https://pkg-containers.githubusercontent.com/ghcr1/blobs/" + digest + "?se=1": true,
		"https://pkg-containers.githubusercontent.com/other":                           false,
		"https://cdn01.quay.io/quayio-production-s3/sha256/aa/" + digest[7:]:           true,
		"https://cdn01.quay.io/quayio-production-s3/":                                  false,
		"https://evil.example/" + digest:                                               false,
	} {
		u, err := url.Parse(address)
		require.NoError(t, err)
		assert.Equal(t, allowed, fetch.AllowedRedirect(hosts, u) == nil, address)
	}
}
