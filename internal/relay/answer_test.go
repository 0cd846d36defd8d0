package relay_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/relay"
)

func order() relay.Order { return *ask(one).Order }

func answer(o relay.Order, status int, header ...string) relay.Step {
	return relay.Relay{Hosts: hosts()}.Answer(o, status, fields(header...))
}

func TestAnswers(t *testing.T) {
	tests := map[string]struct {
		status int
		header []string
		length int64
		limit  int64
		refuse string // why, with status 502
	}{
		"found":                  {200, []string{"content-length", "5"}, 5, relay.Limit, ""},
		"without length":         {200, nil, -1, relay.HeldLimit, ""},
		"empty":                  {200, []string{"content-length", "0"}, 0, relay.Limit, ""},
		"not there":              {404, []string{"content-length", "9"}, 9, relay.ErrorLimit, ""},
		"gone":                   {410, nil, -1, relay.ErrorLimit, ""},
		"refused by the host":    {403, nil, -1, relay.ErrorLimit, ""},
		"login wanted":           {401, []string{"www-authenticate", "Basic"}, -1, relay.ErrorLimit, ""},
		"too many":               {429, []string{"retry-after", "7"}, -1, relay.ErrorLimit, ""},
		"fault":                  {503, nil, -1, relay.ErrorLimit, ""},
		"largest":                {200, []string{"content-length", fmt.Sprint(relay.Limit)}, relay.Limit, relay.Limit, ""},
		"too large":              {200, []string{"content-length", fmt.Sprint(relay.Limit + 1)}, 0, 0, "at most"},
		"larger than a number":   {200, []string{"content-length", strings.Repeat("9", 40)}, 0, 0, "at most"},
		"large error":            {500, []string{"content-length", fmt.Sprint(relay.ErrorLimit + 1)}, 0, 0, "at most"},
		"negative length":        {200, []string{"content-length", "-1"}, -1, relay.HeldLimit, ""},
		"two lengths":            {200, []string{"content-length", "5, 6"}, -1, relay.HeldLimit, ""},
		"no length":              {200, []string{"content-length", "five"}, -1, relay.HeldLimit, ""},
		"gzip":                   {200, []string{"content-length", "5", "content-encoding", "gzip"}, -1, relay.HeldLimit, ""},
		"br, capitals":           {200, []string{"content-length", "5", "content-encoding", "BR"}, -1, relay.HeldLimit, ""},
		"identity":               {200, []string{"content-length", "5", "content-encoding", "identity"}, 5, relay.Limit, ""},
		"zstd":                   {200, []string{"content-encoding", "zstd"}, 0, 0, "encoding"},
		"two encodings":          {200, []string{"content-encoding", "gzip, br"}, 0, 0, "encoding"},
		"part":                   {206, []string{"content-range", "bytes 0-1/5"}, 0, 0, "a part"},
		"not modified":           {304, nil, 0, 0, "304"},
		"choices":                {300, []string{"location", "https://" + one}, 0, 0, "300"},
		"use a proxy":            {305, []string{"location", "https://evil.example"}, 0, 0, "305"},
		"switching protocols":    {101, nil, 0, 0, "101"},
		"early hints":            {103, nil, 0, 0, "103"},
		"no status":              {0, nil, 0, 0, "answers 0"},
		"status beyond statuses": {600, nil, 0, 0, "answers 600"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			step := answer(order(), tt.status, tt.header...)
			if tt.refuse != "" {
				refused(t, step, 502, tt.refuse)
				return
			}
			require.NotNil(t, step.Reply)
			assert.Nil(t, step.Order)
			assert.Equal(t, tt.status, step.Reply.Status)
			assert.True(t, step.Reply.Stream)
			assert.Equal(t, tt.length, step.Reply.Length)
			assert.Equal(t, tt.limit, step.Reply.Limit)
			assert.Equal(t, relay.MarkAnswer, step.Reply.Header[relay.Mark])
			harmless(t, step.Reply)
		})
	}
}

func TestAnswerHeaders(t *testing.T) {
	hostile := []string{
		"set-cookie", "a=b", "location", "https://evil.example", "content-type", "text/html", "link", "</x.js>; rel=preload",
		"refresh", "0; url=/", "clear-site-data", `"*"`, "service-worker-allowed", "/", "sourcemap", "/x", "x-sourcemap", "/x",
		"content-security-policy", "default-src *", "content-disposition", "inline", "access-control-allow-origin", "https://evil.example",
		"access-control-allow-credentials", "true", "cross-origin-resource-policy", "cross-origin", "touchstone-relay", "refusal",
		"www-authenticate", "Basic", "strict-transport-security", "max-age=0", "nel", "{}", "report-to", "{}", "alt-svc", "h3", "x-content-type-options", "sniff",
		"speculation-rules", `"/x"`, "cache-control", "public, max-age=9", "content-range", "bytes 0-1/2", "transfer-encoding", "chunked", "server", "x",
	}
	step := answer(order(), 200, append(hostile, "etag", `"e"`, "last-modified", "Thu, 01 Jan 1970 00:00:00 GMT", "retry-after", "7")...)
	require.NotNil(t, step.Reply)
	harmless(t, step.Reply)
	plain := answer(order(), 200).Reply
	for name, value := range step.Reply.Header {
		switch name {
		case "etag":
			assert.Equal(t, `"e"`, value)
		case "last-modified":
			assert.Equal(t, "Thu, 01 Jan 1970 00:00:00 GMT", value)
		case "retry-after":
			assert.Equal(t, "7", value)
		default:
			assert.Equal(t, plain.Header[name], value, "the host cannot set %s", name)
		}
	}
	assert.Equal(t, len(plain.Header)+3, len(step.Reply.Header))

	for _, bad := range []string{"7\r\nset-cookie: a=b", "7\n", "\x00", "ä", strings.Repeat("1", 1025)} {
		assert.NotContains(t, answer(order(), 429, "retry-after", bad).Reply.Header, "retry-after")
	}
}

func TestRepliesWithoutBody(t *testing.T) {
	head := relay.Relay{Hosts: hosts()}.Ask(relay.Request{Method: "HEAD", Target: one}).Order
	step := answer(*head, 200, "content-length", "77", "etag", `"e"`)
	require.NotNil(t, step.Reply)
	assert.False(t, step.Reply.Stream)
	assert.Equal(t, "77", step.Reply.Header["content-length"])
	assert.Equal(t, `"e"`, step.Reply.Header["etag"])
	assert.NotContains(t, answer(*head, 200).Reply.Header, "content-length")
	for _, status := range []int{204, 205} {
		assert.False(t, answer(order(), status).Reply.Stream)
	}
}

func TestRedirects(t *testing.T) {
	tests := map[string]struct {
		location string
		next     string // empty: refused
		why      string
	}{
		"declared":           {"https://open.example.org/b", "https://open.example.org/b", ""},
		"storage":            {"https://storage.example.net/bucket/a?sig=1", "https://storage.example.net/bucket/a?sig=1", ""},
		"relative":           {"two", "https://registry.example.org/pkg/two", ""},
		"absolute path":      {"/pkg/two", "https://registry.example.org/pkg/two", ""},
		"other host, short":  {"//open.example.org/b", "https://open.example.org/b", ""},
		"fragment":           {"https://open.example.org/b#x", "https://open.example.org/b", ""},
		"upper-case scheme":  {"HTTPS://open.example.org/b", "https://open.example.org/b", ""},
		"nowhere":            {"", "", "without saying where"},
		"undeclared":         {"https://evil.example.com/pkg/one", "", "not declared"},
		"other path":         {"/admin", "", "no shape declared"},
		"storage's root":     {"https://storage.example.net/", "", "no shape declared"},
		"other bucket":       {"https://storage.example.net/other/a", "", "no shape declared"},
		"http":               {"http://open.example.org/b", "", "only https"},
		"file":               {"file:///etc/passwd", "", "only https"},
		"data":               {"data:text/html,x", "", "only https"},
		"javascript":         {"javascript:alert(1)", "", "only https"},
		"user":               {"https://u:p@open.example.org/b", "", "user information"},
		"port":               {"https://open.example.org:444/b", "", "port"},
		"default port":       {"https://open.example.org:443/b", "", "port"},
		"IPv4":               {"https://127.0.0.1/a", "", "no host name"},
		"IPv6":               {"https://[::1]/a", "", "no host name"},
		"number":             {"https://2130706433/a", "", "no host name"},
		"localhost":          {"https://localhost/a", "", "no host name"},
		"trailing dot":       {"https://open.example.org./b", "", "no host name"},
		"upper-case host":    {"https://OPEN.example.org/b", "", "no host name"},
		"dot dot resolved":   {"../../admin", "", "no shape declared"},
		"encoded dot dot":    {"https://open.example.org/%2e%2e/b", "", "%2e"},
		"encoded slash":      {"https://open.example.org/a%2fb", "", "no shape declared"},
		"backslashes":        {`\\evil.example.com\b`, "", "redirects"},
		"backslash and host": {`https:\\evil.example.com/b`, "", "redirects"},
		"line feed":          {"https://open.example.org/b\r\nx: y", "", "no address"},
		"unicode":            {"https://öpen.example.org/b", "", "no address"},
		"our own relay":      {"/relay/open.example.org/b", "", "no shape declared"},
		"half an escape":     {"https://open.example.org/%2", "", "no address"},
		"too long":           {"https://open.example.org/" + strings.Repeat("a", 9000), "", "no address"},
	}
	for name, tt := range tests {
		for _, status := range []int{301, 302, 303, 307, 308} {
			t.Run(fmt.Sprint(name, " ", status), func(t *testing.T) {
				o := order()
				o.Method = "HEAD"
				step := answer(o, status, "location", tt.location, "set-cookie", "a=b")
				if tt.next == "" {
					refused(t, step, 502, tt.why)
					return
				}
				require.NotNil(t, step.Order, "%+v", step.Reply)
				assert.Nil(t, step.Reply)
				assert.Equal(t, relay.Order{Method: "HEAD", URL: tt.next, Header: o.Header, Hop: 1}, *step.Order, "same method, nothing added")
			})
		}
	}
}

func TestRedirectsEnd(t *testing.T) {
	step := relay.Step{Order: &relay.Order{Method: "GET", URL: "https://open.example.org/0"}}
	sent := 0
	for ; step.Order != nil; sent++ {
		require.Less(t, sent, 100, "it must end")
		step = answer(*step.Order, 302, "location", fmt.Sprintf("/%d", sent+1))
	}
	assert.Equal(t, relay.MaxRedirects+1, sent)
	refused(t, step, 502, "more than 5 times")
}

func TestFailed(t *testing.T) {
	r := relay.Relay{Hosts: hosts()}
	refused(t, r.Failed(order(), relay.Unreachable), 502, "no answer from registry.example.org")
	refused(t, r.Failed(order(), relay.TimedOut), 504, "registry.example.org did not answer in time")
	refused(t, r.Failed(order(), relay.BrokenOff), 502, "the answer of registry.example.org broke off")
	refused(t, r.Failed(order(), relay.TooLarge), 502, "does not announce its length")
	refused(t, r.Failed(order(), relay.Busy), 503, "too many answers at once")
	assert.Equal(t, "5", r.Failed(order(), relay.Busy).Reply.Header["retry-after"], "a client waits as long")
	refused(t, r.Failed(order(), "anything"), 502, "no answer from registry.example.org")
}

func TestDecide(t *testing.T) {
	r := relay.Relay{Hosts: hosts()}
	decide := func(question string) relay.Step {
		var step relay.Step
		require.NoError(t, json.Unmarshal([]byte(r.Decide(question)), &step))
		require.NotEqual(t, step.Order == nil, step.Reply == nil, "exactly one")
		return step
	}
	asked := decide(`{"ask": {"method": "GET", "target": "` + one + `", "header": {"accept": "a/b"}}}`)
	assert.Equal(t, ask(one, "accept", "a/b"), asked)
	again, err := json.Marshal(asked.Order)
	require.NoError(t, err)
	assert.Equal(t, answer(*asked.Order, 302, "location", "two"),
		decide(`{"answer": {"order": `+string(again)+`, "status": 302, "header": {"location": "two"}}}`))
	assert.Equal(t, answer(*asked.Order, 200, "content-length", "5"),
		decide(`{"answer": {"order": `+string(again)+`, "status": 200, "header": {"content-length": "5"}}}`))
	assert.Equal(t, r.Failed(*asked.Order, relay.TimedOut),
		decide(`{"failed": {"order": `+string(again)+`, "failure": "timed out"}}`))
	for _, bad := range []string{"", "{}", "[]", "null", "{", `{"ask": 1}`, `{"ask": null}`, `{"order": {"url": "https://evil.example"}}`,
		`{"ask": {"method": "GET", "target": "` + one + `"}, "failed": {}}`, `{"answer": {"status": "200"}}`} {
		refused(t, decide(bad), 500, "cannot be read")
	}
}

func TestOutOfOrder(t *testing.T) {
	reply := relay.OutOfOrder()
	refused(t, relay.Step{Reply: &reply}, 500, "out of order")
}

func FuzzAnswer(f *testing.F) {
	f.Add(302, "https://open.example.org/b", "5", "gzip")
	f.Add(200, "", "99999999999999999999", "")
	f.Add(307, "//evil.example.com/a", "", "br")
	f.Fuzz(func(t *testing.T, status int, location, length, encoding string) {
		step := answer(order(), status, "location", location, "content-length", length, "content-encoding", encoding, "etag", location, "retry-after", encoding)
		if step.Reply != nil {
			require.Nil(t, step.Order)
			harmless(t, step.Reply)
			require.LessOrEqual(t, step.Reply.Length, step.Reply.Limit)
			return
		}
		require.NotNil(t, step.Order)
		require.Regexp(t, `\Ahttps://(registry\.example\.org/|open\.example\.org/|storage\.example\.net/bucket/)`, step.Order.URL)
		require.Equal(t, 1, step.Order.Hop)
	})
}
