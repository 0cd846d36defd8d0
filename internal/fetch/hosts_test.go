package fetch

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAllows(t *testing.T) {
	wide := Host{Name: "a.example.org", Paths: []string{`/.*`}}
	npm := Host{Name: "a.example.org", Paths: []string{`/(@[a-z]+%2f)?[a-z]+`}}
	tests := map[string]struct {
		host Host
		path string
		want bool
	}{
		"root":                      {wide, "/", true},
		"plain":                     {wide, "/pkg/one", true},
		"trailing slash":            {wide, "/simple/pkg/", true},
		"punctuation":               {wide, "/github.com/!burnt!sushi/toml/@v/v1.2.3+x~y.zip", true},
		"escaped letter":            {wide, "/%41", true},
		"escaped space":             {wide, "/a%20b", true},
		"leading dot":               {wide, "/.well-known/x", true},
		"three dots":                {wide, "/...", true},
		"empty":                     {wide, "", false},
		"relative":                  {wide, "pkg", false},
		"dot":                       {wide, "/a/./b", false},
		"dot dot":                   {wide, "/a/../b", false},
		"dot dot at the end":        {wide, "/a/..", false},
		"escaped dot":               {wide, "/a/%2e%2e/b", false},
		"escaped dot, upper case":   {wide, "/a/%2E./b", false},
		"escaped dot inside a name": {wide, "/a%2eb", false},
		"empty segment":             {wide, "/a//b", false},
		"two slashes first":         {wide, "//evil.example.com/a", false},
		"backslash":                 {wide, `/a\b`, false},
		"escaped backslash":         {wide, "/a%5cb", false},
		"escaped percent":           {wide, "/a%252e", false},
		"slash, wide shape":         {wide, "/a%2fb", false},
		"slash, upper case":         {wide, "/a%2Fb", false},
		"null":                      {wide, "/a%00", false},
		"line feed":                 {wide, "/a%0a", false},
		"raw line feed":             {wide, "/a\n", false},
		"raw space":                 {wide, "/a b", false},
		"not ASCII":                 {wide, "/ä", false},
		"not ASCII, escaped":        {wide, "/%c3%a4", false},
		"not UTF-8, escaped":        {wide, "/%ff", false},
		"delete":                    {wide, "/%7f", false},
		"half an escape":            {wide, "/a%2", false},
		"no escape":                 {wide, "/a%zz", false},
		"query":                     {wide, "/a?b", false},
		"fragment":                  {wide, "/a#b", false},
		"angle":                     {wide, "/a<b", false},

		"npm scope":              {npm, "/@scope%2fname", true},
		"npm plain":              {npm, "/name", true},
		"npm, other case":        {npm, "/@scope%2Fname", false},
		"npm, dots after escape": {Host{Paths: []string{`/@[a-z.]+%2f[a-z.]+`}}, "/@scope%2f..", false},
		"npm, empty by escape":   {Host{Paths: []string{`/@[a-z]+/?%2f[a-z]+`}}, "/@scope/%2fname", false},
		"one shape of two has %2f": {
			Host{Paths: []string{`/[^/]+`, `/x%2fy`}}, "/a%2fb", false,
		},

		"whole path":      {Host{Paths: []string{`/a`}}, "/ab", false},
		"whole, from 1st": {Host{Paths: []string{`a`}}, "/a", false},
		"alternatives":    {Host{Paths: []string{`/a|/b`}}, "/b/evil", false},
		"multi-line":      {Host{Paths: []string{`(?m)/a$`}}, "/a", true},
		"unbalanced":      {Host{Paths: []string{`/a)|(.*`}}, "/evil", false},
		"no regexp":       {Host{Paths: []string{`(`}}, "/a", false},
		"no shape":        {Host{}, "/a", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tt.want, tt.host.Allows(tt.path))
		})
	}
}

func TestAllowed(t *testing.T) {
	declared := append(hosts(),
		Host{Name: "127.0.0.1", Paths: []string{`/.*`}},
		Host{Name: "localhost", Paths: []string{`/.*`}},
		Host{Name: "Upper.example.org", Paths: []string{`/.*`}},
		Host{Name: "dot.example.org.", Paths: []string{`/.*`}},
		Host{Name: "port.example.org:443", Paths: []string{`/.*`}},
		Host{Name: "registry.example.org", Paths: []string{`/second`}})
	tests := map[string]struct {
		url             string
		first, redirect bool
	}{
		"declared":           {one, true, true},
		"declared twice":     {"https://registry.example.org/second", true, true},
		"query":              {one + "?a=b&c=%2e%2e", true, true},
		"storage":            {bucket, false, true},
		"other path":         {"https://registry.example.org/", false, false},
		"no path":            {"https://registry.example.org", false, false},
		"other host":         {"https://example.org/pkg/a", false, false},
		"subdomain":          {"https://a.registry.example.org/pkg/a", false, false},
		"suffix":             {"https://registry.example.org.evil.com/pkg/a", false, false},
		"http":               {"http://registry.example.org/pkg/a", false, false},
		"upper-case scheme":  {"HTTPS://registry.example.org/pkg/a", true, true}, // the parser lowers it
		"upper-case host":    {"https://Upper.example.org/a", false, false},
		"trailing dot":       {"https://dot.example.org./a", false, false},
		"our trailing dot":   {"https://registry.example.org./pkg/a", false, false},
		"port":               {"https://port.example.org:443/a", false, false},
		"IPv4":               {"https://127.0.0.1/a", false, false},
		"IPv6":               {"https://[::1]/a", false, false},
		"number":             {"https://2130706433/a", false, false},
		"one label":          {"https://localhost/a", false, false},
		"user":               {"https://u@registry.example.org/pkg/a", false, false},
		"user and password":  {"https://u:p@registry.example.org/pkg/a", false, false},
		"fragment":           {one + "#a", false, false},
		"opaque":             {"https:registry.example.org/pkg/a", false, false},
		"no scheme":          {"//registry.example.org/pkg/a", false, false},
		"query with a quote": {one + `?a='b'`, false, false},
		"query not ASCII":    {one + "?a=ä", false, false},
		"query with a space": {one + "?a b", false, false},
		"two slashes":        {"https://registry.example.org//pkg/a", false, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			u, err := url.Parse(tt.url)
			require.NoError(t, err)
			assert.Equal(t, tt.first, Allowed(declared, u) == nil, "asked first: %v", Allowed(declared, u))
			assert.Equal(t, tt.redirect, AllowedRedirect(declared, u) == nil, "redirected to: %v", AllowedRedirect(declared, u))
		})
	}
}

func TestCheckHosts(t *testing.T) {
	assert.NoError(t, CheckHosts(hosts()))
	tests := map[string]Host{
		"no name":    {Paths: []string{`/`}},
		"upper case": {Name: "A.example.org", Paths: []string{`/`}},
		"IP":         {Name: "10.0.0.1", Paths: []string{`/`}},
		"wildcard":   {Name: "*.example.org", Paths: []string{`/`}},
		"hyphen":     {Name: "-a.example.org", Paths: []string{`/`}},
		"no path":    {Name: "a.example.org"},
		"no regexp":  {Name: "a.example.org", Paths: []string{`(`}},
		"unbalanced": {Name: "a.example.org", Paths: []string{`a)|(b`}},
	}
	for name, h := range tests {
		t.Run(name, func(t *testing.T) { assert.Error(t, CheckHosts([]Host{h})) })
	}
}

func TestConnectSources(t *testing.T) {
	assert.Equal(t, []string{
		"https://registry.example.org", "https://search.example.org",
		"https://storage.example.net",
	}, ConnectSources(append(hosts(), hosts()[0], Host{Name: "a.org; script-src *"})))
	assert.Empty(t, ConnectSources(nil))
}

// FuzzAllowed holds what is allowed to what every reader of an address agrees on.
func FuzzAllowed(f *testing.F) {
	for _, s := range []string{one, bucket, one + "?a", "https://registry.example.org/pkg/%2e%2e/x", "https://u@registry.example.org:1//pkg"} {
		f.Add(s)
	}
	declared := []Host{{Name: "registry.example.org", Paths: []string{`/.*`}}}
	f.Fuzz(func(t *testing.T, s string) {
		u, err := url.Parse(s)
		if err != nil || Allowed(declared, u) != nil {
			return
		}
		again, err := url.Parse(u.String())
		require.NoError(t, err)
		assert.Equal(t, "registry.example.org", again.Host)
		assert.Equal(t, "https", again.Scheme)
		assert.Nil(t, again.User)
		assert.Equal(t, u.EscapedPath(), again.EscapedPath())
		assert.Equal(t, again.JoinPath().EscapedPath(), again.EscapedPath(), "cleaning changes nothing")
		assert.NoError(t, Allowed(declared, again))
	})
}
