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

// hosts are one registry, the storage it redirects to, and names that must
// never be asked although somebody declared them.
func hosts() []fetch.Host {
	return []fetch.Host{
		{Name: "registry.example.org", RefusesBrowsers: true, Paths: []string{`/pkg/[a-zA-Z0-9!._-]+`, `/att/@[a-z]+%2f[a-z]+`}},
		{Name: "open.example.org", Paths: []string{`/.*`}},
		{Name: "storage.example.net", Storage: true, Paths: []string{`/bucket/.+`}},
		{Name: "127.0.0.1", Paths: []string{`/.*`}},
		{Name: "localhost", Paths: []string{`/.*`}},
		{Name: "[::1]", Paths: []string{`/.*`}},
		{Name: "port.example.org:8443", Paths: []string{`/.*`}},
	}
}

const one = "registry.example.org/pkg/one"

func ask(target string, header ...string) relay.Step {
	return relay.Relay{Hosts: hosts()}.Ask(relay.Request{Method: "GET", Target: target, Header: fields(header...)})
}

func fields(pairs ...string) map[string]string {
	out := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		out[pairs[i]] = pairs[i+1]
	}
	return out
}

// refused holds a step to be a refusal with this status, whose words contain why.
func refused(t *testing.T, step relay.Step, status int, why string) {
	t.Helper()
	require.Nil(t, step.Order, "ordered: %+v", step.Order)
	require.NotNil(t, step.Reply)
	assert.Equal(t, status, step.Reply.Status, step.Reply.Body)
	assert.Equal(t, relay.MarkRefusal, step.Reply.Header[relay.Mark])
	assert.False(t, step.Reply.Stream, "a refusal streams nothing")
	assert.Contains(t, step.Reply.Body, why)
	assert.Equal(t, int64(len(step.Reply.Body)), step.Reply.Length)
	harmless(t, step.Reply)
}

// harmless holds a reply to do nothing where a browser shows, runs or keeps it.
func harmless(t *testing.T, reply *relay.Reply) {
	t.Helper()
	want := map[string]string{
		"content-type":                 "application/octet-stream",
		"x-content-type-options":       "nosniff",
		"content-security-policy":      "sandbox; default-src 'none'; frame-ancestors 'none'",
		"content-disposition":          "attachment",
		"cross-origin-resource-policy": "same-origin",
		"cache-control":                "no-store",
		"referrer-policy":              "no-referrer",
	}
	for name, value := range want {
		assert.Equal(t, value, reply.Header[name], name)
	}
	for _, name := range []string{"set-cookie", "location", "access-control-allow-origin", "access-control-expose-headers", "access-control-allow-credentials", "link", "refresh", "service-worker-allowed", "www-authenticate"} {
		assert.NotContains(t, reply.Header, name)
	}
	for name, value := range reply.Header {
		assert.Equal(t, strings.ToLower(name), name)
		assert.NotContains(t, value, "\n", name)
		assert.NotContains(t, value, "\r", name)
	}
	assert.Positive(t, reply.Limit)
}

func TestAddresses(t *testing.T) {
	tests := map[string]struct {
		target string
		status int    // 0: forwarded
		why    string // or the address asked
	}{
		"declared":               {one, 0, "https://" + one},
		"query":                  {"open.example.org/a?b=c&d=%2e%2e/", 0, "https://open.example.org/a?b=c&d=%2e%2e/"},
		"slash of the shape":     {"registry.example.org/att/@a%2fb", 0, "https://registry.example.org/att/@a%2fb"},
		"exclamation mark":       {"registry.example.org/pkg/!burnt", 0, "https://registry.example.org/pkg/!burnt"},
		"nothing":                {"", 400, "is no address to relay"},
		"only a slash":           {"/", 400, "is no address to relay"},
		"host without path":      {"registry.example.org", 400, "is no address to relay"},
		"host with root":         {"registry.example.org/", 403, "no shape declared"},
		"other path":             {"registry.example.org/admin", 403, "no shape declared"},
		"other host":             {"evil.example.com/pkg/one", 403, "the host evil.example.com is not declared"},
		"longer host":            {"registry.example.org.evil.com/pkg/one", 403, "not declared"},
		"subdomain":              {"a.registry.example.org/pkg/one", 403, "not declared"},
		"suffix of the host":     {"example.org/pkg/one", 403, "not declared"},
		"storage first":          {"storage.example.net/bucket/a", 403, "the host storage.example.net is not declared"},
		"upper-case host":        {"REGISTRY.example.org/pkg/one", 403, "lower case"},
		"trailing dot":           {"registry.example.org./pkg/one", 403, "no host name"},
		"leading dot":            {".registry.example.org/pkg/one", 403, "no host name"},
		"wildcard":               {"*.example.org/pkg/one", 403, "no host name"},
		"port":                   {"registry.example.org:443/pkg/one", 400, "without scheme, user or port"},
		"declared with port":     {"port.example.org:8443/a", 400, "without scheme, user or port"},
		"empty port":             {"registry.example.org:/pkg/one", 400, "without scheme, user or port"},
		"user":                   {"u@registry.example.org/pkg/one", 400, "without scheme, user or port"},
		"user and password":      {"u:p@registry.example.org/pkg/one", 400, "without scheme, user or port"},
		"host as user":           {"registry.example.org@evil.com/pkg/one", 400, "without scheme, user or port"},
		"encoded at":             {"registry.example.org%40evil.com/pkg/one", 400, "without scheme, user or port"},
		"scheme https":           {"https://" + one, 400, "without scheme, user or port"},
		"scheme http":            {"http://" + one, 400, "without scheme, user or port"},
		"scheme file":            {"file:///etc/passwd", 400, "without scheme, user or port"},
		"scheme data":            {"data:text/html,x/y", 400, "without scheme, user or port"},
		"two slashes first":      {"//" + one, 400, "is no address to relay"},
		"three slashes first":    {"///" + one, 400, "is no address to relay"},
		"IPv4":                   {"127.0.0.1/a", 403, "no host name"},
		"IPv4 as number":         {"2130706433/a", 403, "no host name"},
		"IPv4 in hexadecimal":    {"0x7f000001/a", 403, "no host name"},
		"IPv4 in octal":          {"0177.0.0.1/a", 403, "no host name"},
		"IPv4 cut short":         {"127.1/a", 403, "no host name"},
		"metadata service":       {"169.254.169.254/latest/meta-data", 403, "no host name"},
		"IPv6":                   {"[::1]/a", 400, "without scheme, user or port"},
		"IPv6 of IPv4":           {"[::ffff:127.0.0.1]/a", 400, "without scheme, user or port"},
		"IPv6 zone":              {"[fe80::1%25eth0]/a", 400, "without scheme, user or port"},
		"localhost":              {"localhost/a", 403, "no host name"},
		"dot dot":                {"registry.example.org/pkg/../admin", 403, "dot segment"},
		"dot":                    {"registry.example.org/./pkg/one", 403, "dot segment"},
		"dot dot as host":        {"../admin", 403, "no host name"},
		"encoded dots":           {"open.example.org/a/%2e%2e/b", 403, "%2e"},
		"encoded dots, capitals": {"open.example.org/a/%2E%2E/b", 403, "%2e"},
		"half encoded dots":      {"open.example.org/a/.%2e/b", 403, "%2e"},
		"twice encoded":          {"open.example.org/a%252e", 403, "%25"},
		"encoded slash":          {"open.example.org/a%2fb", 403, "no shape declared"},
		"encoded slash, capital": {"registry.example.org/att/@a%2Fb", 403, "no shape declared"},
		"encoded slash in host":  {"registry.example.org%2fpkg/one", 400, "without scheme, user or port"},
		"encoded backslash":      {"open.example.org/a%5cb", 403, "%5c"},
		"backslash":              {`registry.example.org\pkg/one`, 400, "characters that none may hold"},
		"backslash in path":      {`open.example.org/a\..\b`, 400, "characters that none may hold"},
		"empty segment":          {"open.example.org//a", 403, "empty segment"},
		"encoded empty segment":  {"open.example.org/%2f/a", 403, "empty segment"},
		"encoded null":           {"open.example.org/a%00", 403, "encodes the byte"},
		"encoded line feed":      {"open.example.org/a%0d%0aHost:%20evil", 403, "encodes the byte"},
		"raw line feed":          {"open.example.org/a\r\nHost: evil", 400, "characters that none may hold"},
		"raw null":               {"open.example.org/\x00", 400, "characters that none may hold"},
		"space":                  {"open.example.org/a b", 400, "characters that none may hold"},
		"tab":                    {"open.example.org/a\tb", 400, "characters that none may hold"},
		"fragment":               {one + "#evil", 400, "characters that none may hold"},
		"not UTF-8":              {"open.example.org/\xff", 400, "characters that none may hold"},
		"unicode path":           {"open.example.org/ä", 400, "characters that none may hold"},
		"unicode path, encoded":  {"open.example.org/%c3%a4", 403, "encodes the byte"},
		"unicode host":           {"regıstry.example.org/pkg/one", 400, "characters that none may hold"},
		"fullwidth dots":         {"registry．example．org/pkg/one", 400, "characters that none may hold"},
		"fraction as slashes":    {"registry.example.org⁄pkg/one", 400, "characters that none may hold"},
		"half an escape":         {"open.example.org/a%2", 400, "is no address to relay"},
		"query at once":          {"registry.example.org?x=/pkg/one", 400, "without scheme, user or port"},
		"query with a quote":     {"open.example.org/a?b='", 403, "the query"},
		"query, other path":      {"registry.example.org/admin?/pkg/one", 403, "no shape declared"},
		"to be written anew":     {"open.example.org/a|b", 400, "write it so"},
		"too long":               {"open.example.org/" + strings.Repeat("a", 9000), 400, "longer than"},
		"query too long":         {"open.example.org/a?" + strings.Repeat("a", 9000), 400, "longer than"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			step := ask(tt.target)
			if tt.status != 0 {
				refused(t, step, tt.status, tt.why)
				return
			}
			require.NotNil(t, step.Order)
			assert.Nil(t, step.Reply)
			assert.Equal(t, tt.why, step.Order.URL)
			assert.Equal(t, "GET", step.Order.Method)
			assert.Zero(t, step.Order.Hop)
		})
	}
}

func TestMethods(t *testing.T) {
	for _, method := range []string{"GET", "HEAD"} {
		step := relay.Relay{Hosts: hosts()}.Ask(relay.Request{Method: method, Target: one})
		require.NotNil(t, step.Order, method)
		assert.Equal(t, method, step.Order.Method)
	}
	for _, method := range []string{"POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "get", "GET ", "PROPFIND", "", "G\r\nET"} {
		step := relay.Relay{Hosts: hosts()}.Ask(relay.Request{Method: method, Target: one})
		refused(t, step, 405, "only GET and HEAD are relayed")
		assert.Equal(t, "GET, HEAD", step.Reply.Header["allow"])
	}
}

func TestRequestHeaders(t *testing.T) {
	const data = "only what a program fetches as data"
	tests := map[string]struct {
		header []string
		status int
		why    string
	}{
		"none":                  {nil, 0, ""},
		"a fetch of ours":       {[]string{"sec-fetch-dest", "empty", "sec-fetch-mode", "cors", "sec-fetch-site", "same-origin"}, 0, ""},
		"same-origin mode":      {[]string{"sec-fetch-dest", "empty", "sec-fetch-mode", "same-origin"}, 0, ""},
		"another site's fetch":  {[]string{"sec-fetch-dest", "empty", "sec-fetch-mode", "cors", "sec-fetch-site", "cross-site", "origin", "https://evil.example"}, 403, "another site"},
		"a neighbour's fetch":   {[]string{"sec-fetch-dest", "empty", "sec-fetch-mode", "cors", "sec-fetch-site", "same-site"}, 403, "another site"},
		"the address bar":       {[]string{"sec-fetch-site", "none"}, 403, "another site"},
		"two sites":             {[]string{"sec-fetch-site", "same-origin, cross-site"}, 403, "another site"},
		"no site":               {[]string{"sec-fetch-site", ""}, 403, "another site"},
		"another site, old":     {[]string{"host", "touchstone.example", "origin", "https://evil.example"}, 403, "another site"},
		"nobody's site":         {[]string{"host", "touchstone.example", "origin", "null"}, 403, "another site"},
		"a site that ends so":   {[]string{"host", "touchstone.example", "origin", "https://evil.touchstone.example"}, 403, "another site"},
		"our own, named":        {[]string{"host", "touchstone.example", "origin", "https://touchstone.example"}, 0, ""},
		"range":                 {[]string{"range", "bytes=0-1"}, 0, ""},
		"condition":             {[]string{"if-none-match", `"a"`, "if-modified-since", "Thu, 01 Jan 1970 00:00:00 GMT"}, 0, ""},
		"cookie":                {[]string{"cookie", "a=b"}, 0, ""},
		"empty body":            {[]string{"content-length", "0"}, 0, ""},
		"upper-case dest":       {[]string{"sec-fetch-dest", "EMPTY"}, 403, data},
		"two dests":             {[]string{"sec-fetch-dest", "empty, document"}, 403, data},
		"no dest":               {[]string{"sec-fetch-dest", ""}, 403, data},
		"navigation":            {[]string{"sec-fetch-dest", "empty", "sec-fetch-mode", "navigate"}, 403, data},
		"no-cors":               {[]string{"sec-fetch-dest", "empty", "sec-fetch-mode", "no-cors"}, 403, data},
		"websocket mode":        {[]string{"sec-fetch-mode", "websocket"}, 403, data},
		"upgrade":               {[]string{"upgrade", "websocket"}, 403, data},
		"service worker script": {[]string{"service-worker", "script"}, 403, data},
		"prefetch":              {[]string{"sec-purpose", "prefetch;prerender"}, 403, data},
		"old prefetch":          {[]string{"purpose", "prefetch"}, 403, data},
		"credentials":           {[]string{"authorization", "Bearer x"}, 403, "credentials"},
		"empty credentials":     {[]string{"authorization", ""}, 403, "credentials"},
		"proxy credentials":     {[]string{"proxy-authorization", "Basic x"}, 403, "credentials"},
		"body":                  {[]string{"content-length", "1"}, 400, "carries a body"},
		"body of no length":     {[]string{"transfer-encoding", "chunked"}, 400, "carries a body"},
	}
	for _, dest := range []string{"audio", "audioworklet", "document", "embed", "fencedframe", "font", "frame", "iframe", "image",
		"json", "manifest", "object", "paintworklet", "report", "script", "serviceworker", "sharedworker", "style", "text",
		"track", "video", "webidentity", "worker", "xslt", "something-new"} {
		tests["wanted as "+dest] = struct {
			header []string
			status int
			why    string
		}{[]string{"sec-fetch-dest", dest, "sec-fetch-mode", "cors"}, 403, data}
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			step := ask(one, tt.header...)
			if tt.status != 0 {
				refused(t, step, tt.status, tt.why)
				return
			}
			require.NotNil(t, step.Order)
			assert.Equal(t, map[string]string{"user-agent": "touchstone-relay", "accept-encoding": "identity"}, step.Order.Header,
				"nothing else of the client's goes on: no cookie, range, condition, origin, address")
		})
	}
}

func TestAccept(t *testing.T) {
	step := ask(one, "accept", "application/json; q=1.0, */*")
	require.NotNil(t, step.Order)
	assert.Equal(t, "application/json; q=1.0, */*", step.Order.Header["accept"])
	for _, bad := range []string{"a\r\nCookie: x", "a\nb", "a\x00", "ä", "\x7f", strings.Repeat("a", 1025)} {
		refused(t, ask(one, "accept", bad), 400, "Accept")
	}
}

// TestEverythingAClientRelays holds the relay to the form in which
// fetch.Client asks it, and to the same judgement of addresses.
func TestEverythingAClientRelays(t *testing.T) {
	r := relay.Relay{Hosts: audit.Hosts()}
	for _, address := range []string{
		"https://proxy.golang.org/golang.org/x/mod/@v/list",
		"https://proxy.golang.org/github.com/!burnt!sushi/toml/@v/v1.4.0.zip",
		"https://sum.golang.org/lookup/golang.org/x/mod@v0.20.0",
		"https://sum.golang.org/tile/8/0/x001/234.p/5",
		"https://registry.npmjs.org/-/npm/v1/attestations/sigstore@3.0.0",
		"https://rekor.sigstore.dev/api/v1/log/entries?logIndex=12",
		"https://tuf-repo-cdn.sigstore.dev/timestamp.json",
	} {
		u, err := url.Parse(address)
		require.NoError(t, err)
		require.NoError(t, fetch.Allowed(audit.Hosts(), u), address)
		step := r.Ask(relay.Request{Method: "GET", Target: strings.TrimPrefix(address, "https://")})
		require.NotNil(t, step.Order, "%s: %+v", address, step.Reply)
		assert.Equal(t, address, step.Order.URL)
	}
}

// FuzzAsk holds every order to a declared host and path, whatever the target.
func FuzzAsk(f *testing.F) {
	for _, s := range []string{one, "open.example.org/a?b", "u@registry.example.org:1//pkg", "[::1]/a", "registry.example.org/att/@a%2fb", `a\b/c`} {
		f.Add(s, "*/*", "empty")
	}
	f.Fuzz(func(t *testing.T, target, accept, dest string) {
		step := ask(target, "accept", accept, "sec-fetch-dest", dest)
		if step.Order == nil {
			require.NotNil(t, step.Reply)
			harmless(t, step.Reply)
			return
		}
		require.Nil(t, step.Reply)
		require.Equal(t, "empty", dest)
		require.Equal(t, "https://"+target, step.Order.URL)
		u, err := url.Parse(step.Order.URL)
		require.NoError(t, err)
		require.NoError(t, fetch.Allowed(hosts(), u))
		require.Contains(t, []string{"registry.example.org", "open.example.org"}, u.Host)
		for _, value := range step.Order.Header {
			require.NotContains(t, value, "\n")
			require.NotContains(t, value, "\r")
		}
	})
}
