package page_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/report/page"
)

func TestOnlyPlainHTTPSAddressesAreLinks(t *testing.T) {
	for _, good := range []string{
		"https://github.com/pkg/errors",
		"https://github.com/o/r/actions/runs/1/attempts/1?x=1&y=2#job",
		"https://xn--bcher-kva.example/",
		"https://example.xn--p1ai/",
		"https://EXAMPLE.com/Path",
		"https://example.com/%3Cscript%3E",
	} {
		link, ok := page.Link(good)
		require.True(t, ok, good)
		require.Equal(t, good, string(link))
	}
	for _, bad := range []string{
		"", "https://", "http://example.com/", "HTTPS://example.com/", "//example.com/", "/path", "mailto:a@example.com",
		"javascript:alert(1)", "java\nscript:alert(1)", " https://example.com/", "https:/example.com", "https:example.com",
		"https://user@example.com/", "https://user:word@example.com/", "https://example.com:8443/", "https://localhost/",
		"https://127.0.0.1/", "https://[::1]/", "https://0x7f.1/", "https://example.com\\@evil.example/",
		"https://exa mple.com/", "https://example.com/a b", "https://example.com/\"onclick=", "https://example.com/'",
		"https://example.com/<script>", "https://bücher.example/", "https://example.com/\u202etxt", "https://example.com/\x00",
		"https://example..com/", "https://-a.example/", "https://a-.example/", "https://a_b.example/", "https://\u212Aernel.org/", "https://a.ex5ample/", "https://a.b-c/", "https://a.xn--/", "https://.com/", "https://%65xample.com/", "data:text/html,x", "blob:https://example.com/x",
		"https://example.com/" + strings.Repeat("a", 2000), `https://github.com/o/r/blob/0123456789abcdef/"><script>`,
	} {
		_, ok := page.Link(bad)
		require.False(t, ok, bad)
	}
}

func FuzzLink(f *testing.F) {
	for _, s := range []string{"https://example.com/", "javascript:alert(1)", "https://a.b/\"", "https://u@a.b", "https:\\\\a.b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		link, ok := page.Link(s)
		if !ok {
			require.Empty(t, link)
			return
		}
		require.Equal(t, s, string(link), "a link is never repaired")
		u, err := url.Parse(s)
		require.NoError(t, err)
		require.Equal(t, "https", u.Scheme)
		require.Nil(t, u.User)
		require.False(t, strings.ContainsAny(s, "\"'<>\\` \n"))
	})
}

func TestAuditLinkKeepsTheReference(t *testing.T) {
	for _, ref := range []string{"pkg:npm/%40scope/name@1.0.0", "pkg:golang/github.com/pkg/errors@v0.9.1", "npm install a b#c?d", "\"><script>", "päckage\u202e"} {
		link := string(page.AuditLink(ref))
		require.Equal(t, byte('#'), link[0])
		back, err := url.PathUnescape(link[1:])
		require.NoError(t, err)
		require.Equal(t, ref, back)
		require.False(t, strings.ContainsAny(link[1:], "\"<> #"))
	}
}
