package har

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/fetch"
)

func everyByte() []byte {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	return all
}

// began is when every exchange began.
var began = time.Date(2026, 3, 1, 12, 0, 0, 123e6, time.UTC)

const (
	one    = "https://registry.example.org/pkg/one"
	shy    = "https://shy.example.org/pkg/one"
	bucket = "https://storage.example.net/bucket/a"
)

func sample() *fetch.Record { return fetch.NewRecord(samples()) }

// samples are every kind of exchange.
func samples() []fetch.Exchange {
	return []fetch.Exchange{
		{
			Method: "GET", URL: one + "?a=b%20c&d", Accept: "application/json", Status: 200,
			Header: map[string]string{"content-type": "application/json", "etag": `"<&>"`},
			Body:   []byte("{\"a\":\"<é\u2028>\"}\r\n\t"), Began: began, Took: 12 * time.Millisecond, Route: fetch.Direct,
		},
		{
			Method: "GET", URL: shy, Status: 200, Header: map[string]string{},
			Body: everyByte(), Began: began.Add(-time.Second), Route: fetch.Relay,
		},
		{
			Method: "GET", URL: one, Status: 302, Header: map[string]string{"location": bucket},
			Began: began, Route: fetch.Direct, Note: "the browser followed it",
		},
		{Method: "GET", URL: bucket, Status: 404, Header: map[string]string{}, Body: []byte{}, Began: began, Route: fetch.Direct},
		{Method: "HEAD", URL: one, Status: 200, Header: map[string]string{"content-length": "5"}, Began: began, Route: fetch.Direct},
	}
}

func written(t *testing.T, r *fetch.Record) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, Write(&out, r))
	return out.Bytes()
}

func TestHARRoundTrip(t *testing.T) {
	first := written(t, sample())
	read, err := Read(first)
	require.NoError(t, err)
	assert.Equal(t, sample().Exchanges(), read.Exchanges())
	assert.Equal(t, string(first), string(written(t, read)))
}

func TestHARKeepsEveryBody(t *testing.T) {
	bodies := map[string]string{
		"empty": "", "text": "hello\r\n", "tab": "a\tb", "null": "a\x00b", "escape": "\x1b[0m", "C1": "\u0085",
		"byte order mark": "\uFEFF{}", "replacement": "a\uFFFDb", "not UTF-8": "\xff\xfe", "cut UTF-8": "é"[:1],
		"surrogate": "\xed\xa0\x80", "line separator": "\u2028", "angle": "<script>&amp;</script>", "quote": `"}}}`,
		"every byte": string(everyByte()), "beyond the plane": "😀", "long": strings.Repeat("\x00\x01", 50_000),
	}
	for name, body := range bodies {
		t.Run(name, func(t *testing.T) {
			r := fetch.NewRecord([]fetch.Exchange{{Method: "GET", URL: one, Status: 200, Body: []byte(body)}})
			har := written(t, r)
			assert.True(t, json.Valid(har))
			read, err := Read(har)
			require.NoError(t, err)
			require.Len(t, read.Exchanges(), 1)
			assert.Empty(t, read.Exchanges()[0].Broken)
			assert.Equal(t, []byte(body), read.Exchanges()[0].Body)
		})
	}
}

func TestHARForm(t *testing.T) {
	var archive struct {
		Log struct {
			Version string
			Creator struct{ Name, Version string }
			Entries []map[string]any
		}
	}
	require.NoError(t, json.Unmarshal(written(t, sample()), &archive))
	assert.Equal(t, "1.2", archive.Log.Version)
	assert.Equal(t, "touchstone", archive.Log.Creator.Name)
	assert.NotEmpty(t, archive.Log.Creator.Version)
	require.Len(t, archive.Log.Entries, 5)
	binary, text := archive.Log.Entries[0], archive.Log.Entries[3]
	assert.Equal(t, shy, binary["request"].(map[string]any)["url"], "the first to begin")
	assert.Equal(t, "base64", binary["response"].(map[string]any)["content"].(map[string]any)["encoding"])

	assert.Equal(t, "2026-03-01T12:00:00.123Z", text["startedDateTime"])
	assert.EqualValues(t, 12, text["time"])
	request := text["request"].(map[string]any)
	assert.Equal(t, "GET", request["method"])
	assert.Equal(t, one+"?a=b%20c&d", request["url"])
	assert.Equal(t, []any{map[string]any{"name": "accept", "value": "application/json"}}, request["headers"])
	assert.Equal(t, []any{
		map[string]any{"name": "a", "value": "b c"}, map[string]any{"name": "d", "value": ""},
	}, request["queryString"])
	response := text["response"].(map[string]any)
	assert.EqualValues(t, 200, response["status"])
	assert.Equal(t, "OK", response["statusText"])
	content := response["content"].(map[string]any)
	assert.EqualValues(t, len("{\"a\":\"<é\u2028>\"}\r\n\t"), content["size"])
	assert.Equal(t, "application/json", content["mimeType"])
	assert.NotContains(t, content, "encoding")
	for _, e := range archive.Log.Entries {
		for _, field := range []string{"startedDateTime", "time", "request", "response", "cache", "timings"} {
			assert.Contains(t, e, field)
		}
	}
}

func TestHAROrderDoesNotDependOnArrival(t *testing.T) {
	want := written(t, sample())
	turned := samples()
	slices.Reverse(turned)
	assert.Equal(t, string(want), string(written(t, fetch.NewRecord(turned))))
	var none *fetch.Record
	assert.Equal(t, string(written(t, &fetch.Record{})), string(written(t, none)))
}

type full struct{ room int }

func (f *full) Write(p []byte) (int, error) {
	if f.room -= len(p); f.room < 0 {
		return 0, errors.New("the disk is full")
	}
	return len(p), nil
}

func TestWriteHARSaysWhenItCannot(t *testing.T) {
	all := samples()
	all[0].Body = bytes.Repeat(everyByte(), 100)
	r := fetch.NewRecord(all)
	size := len(written(t, r))
	for room := 0; room < size; room += 997 {
		assert.ErrorContains(t, Write(&full{room}, r), "the disk is full")
	}
}

// exported is a HAR with one entry as a browser's tools export it, with parts
// replaced: old and new in turn.
func exported(change ...string) []byte {
	har := `{"log":{"version":"1.2","creator":{"name":"WebInspector","version":"537.36"},"pages":[{"id":"page_1","title":"x"}],"entries":[{
"_connectionId":"1","_initiator":{"type":"script","stack":{"callFrames":[]}},"_priority":"High","_resourceType":"fetch","cache":{},"pageref":"page_1",
"request":{"method":"GET","url":"https://registry.example.org/pkg/one#top","httpVersion":"http/2.0",
"headers":[{"name":":authority","value":"registry.example.org"},{"name":"Accept","value":"application/json"},{"name":"cookie","value":"who=me"}],
"queryString":[],"cookies":[{"name":"who","value":"me"}],"headersSize":-1,"bodySize":0},
"response":{"status":200,"statusText":"","httpVersion":"http/2.0","headers":[{"name":"Content-Encoding","value":"gzip"},{"name":"Content-Length","value":"31"},{"name":"Set-Cookie","value":"a=b"}],
"cookies":[],"content":{"size":5,"mimeType":"application/json","compression":-26,"text":"hello"},"redirectURL":"","headersSize":-1,"bodySize":-1,"_transferSize":200,"_error":null},
"serverIPAddress":"192.0.2.1","startedDateTime":"2026-03-01T13:00:00.123456+01:00","time":12.345,
"timings":{"blocked":1.5,"dns":-1,"ssl":-1,"connect":-1,"send":0.1,"wait":10.0,"receive":0.7,"_blocked_queueing":0.5}}]}}`
	for i := 0; i+1 < len(change); i += 2 {
		if !strings.Contains(har, change[i]) {
			panic("the entry has no " + change[i])
		}
		har = strings.Replace(har, change[i], change[i+1], 1)
	}
	return []byte(har)
}

func TestReadHAROfABrowser(t *testing.T) {
	r, err := Read(append([]byte("\uFEFF"), exported()...))
	require.NoError(t, err)
	assert.Equal(t, []fetch.Exchange{{
		Method: "GET", URL: one, Accept: "application/json", Status: 200,
		Header: map[string]string{"content-encoding": "gzip", "content-length": "31", "content-type": "application/json"},
		Body:   []byte("hello"), Began: began, Took: 12 * time.Millisecond,
	}}, r.Exchanges())
}

func TestReadHARHeaders(t *testing.T) {
	r, err := Read(exported(
		`"status":200`, `"status":302`, `"redirectURL":""`, `"redirectURL":"/pkg/two"`,
		`{"name":"Set-Cookie","value":"a=b"}`, `{"name":"Link","value":"<a>"},{"name":"link","value":"<b>"}`))
	require.NoError(t, err)
	assert.Equal(t, map[string]string{
		"location": "/pkg/two", "link": "<a>, <b>", "content-encoding": "gzip", "content-length": "31",
		"content-type": "application/json",
	}, r.Exchanges()[0].Header)
	assert.Nil(t, r.Exchanges()[0].Body, "a redirect's body is nobody's")
}

func TestReadHARBodies(t *testing.T) {
	const content = `"size":5,"mimeType":"application/json","compression":-26,"text":"hello"`
	tests := map[string]struct {
		content      string
		body, broken string
	}{
		"exact":                   {content, "hello", ""},
		"no size":                 {`"text":"hello"`, "hello", ""},
		"size unknown":            {`"size":-1,"text":"hello"`, "hello", ""},
		"size of the compressed":  {`"size":3,"text":"hello"`, "hello", ""},
		"cut off":                 {`"size":6,"text":"hello"`, "", "it holds 5 of 6 bytes"},
		"base64":                  {`"size":5,"text":"aGVsbG8=","encoding":"base64"`, "hello", ""},
		"base64 cut off":          {`"size":50,"text":"aGVsbG8=","encoding":"base64"`, "", "it holds 5 of 50 bytes"},
		"base64 in lines":         {`"size":5,"text":"aGVs\r\nbG8=","encoding":"base64"`, "hello", ""},
		"empty":                   {`"size":0,"text":""`, "", ""},
		"empty without text":      {`"size":0`, "", ""},
		"text left out":           {`"size":5`, "", "the archive does not hold it"},
		"text and size left out":  {`"mimeType":"a/b"`, "", "the archive does not hold it"},
		"text null":               {`"size":5,"text":null`, "", "the archive does not hold it"},
		"lost bytes":              {`"size":5,"text":"he\ufffdlo"`, "", "it was written down as text and lost bytes by that"},
		"half a surrogate":        {`"size":5,"text":"he\ud800lo"`, "", "it was written down as text and lost bytes by that"},
		"broken UTF-8":            {"\"size\":5,\"text\":\"he\xfflo\"", "", "it was written down as text and lost bytes by that"},
		"encoding unheard of":     {`"size":5,"text":"hello","encoding":"rot13"`, "", `it is in the encoding "rot13"`},
		"broken when it was read": {`"size":0,"text":"","encoding":"not held","comment":"lost"`, "", "lost"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r, err := Read(exported(content, tt.content))
			require.NoError(t, err)
			require.Len(t, r.Exchanges(), 1)
			assert.Equal(t, tt.body, string(r.Exchanges()[0].Body))
			assert.Equal(t, tt.broken, r.Exchanges()[0].Broken)
			// A broken body stays broken when the record is written again.
			again, err := Read(written(t, r))
			require.NoError(t, err)
			assert.Equal(t, tt.broken, again.Exchanges()[0].Broken)

			a, err := fetch.NewReplay(r, fetch.Options{Hosts: []fetch.Host{{Name: "registry.example.org", Paths: []string{"/pkg/one"}}}}).Session(fetch.SessionOptions{}).Get(t.Context(), fetch.Request{URL: one})
			require.NoError(t, err)
			if tt.broken == "" {
				assert.Equal(t, fetch.Found, a.State)
				assert.Equal(t, tt.body, string(a.Body))
				return
			}
			require.NotNil(t, a.Err)
			assert.Equal(t, fetch.Truncated, a.Err.Kind)
			assert.Equal(t, "the archive's copy cannot be used: "+tt.broken, a.Reason)
		})
	}
}

func TestReadHARLeavesOut(t *testing.T) {
	tests := map[string][]string{
		"http":                   {`"url":"https:`, `"url":"http:`},
		"data":                   {`"url":"https://registry.example.org/pkg/one#top"`, `"url":"data:text/plain,x"`},
		"no URL":                 {`"url":"https://registry.example.org/pkg/one#top",`, ``},
		"broken URL":             {`/pkg/one#top`, `/%zz`},
		"long URL":               {`/pkg/one#top`, `/` + strings.Repeat("a", 9000)},
		"preflight":              {`"method":"GET"`, `"method":"OPTIONS"`},
		"a question with a body": {`"method":"GET"`, `"method":"POST","postData":{"text":"q"}`},
		"never answered":         {`"status":200`, `"status":0`},
		"status absurd":          {`"status":200`, `"status":20000`},
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			r, err := Read(exported(change...))
			require.NoError(t, err)
			assert.Empty(t, r.Exchanges())
		})
	}
}

func TestReadHARTimes(t *testing.T) {
	for in, want := range map[string]time.Time{
		"2026-03-01T12:00:00.123Z": began, "2026-03-01T13:00:00.123999+01:00": began,
		"yesterday": {}, "": {}, "0000-01-01T00:00:00+23:59": {}, "9999-12-31T23:59:59-23:59": {},
	} {
		r, err := Read(exported("2026-03-01T13:00:00.123456+01:00", in))
		require.NoError(t, err)
		assert.Equal(t, want, r.Exchanges()[0].Began, in)
	}
	for in, want := range map[string]time.Duration{"-1": 0, "0.9": 0, "1e300": 0, "1500": 1500 * time.Millisecond} {
		r, err := Read(exported("12.345", in))
		require.NoError(t, err)
		assert.Equal(t, want, r.Exchanges()[0].Took, in)
	}
}

func TestReadHARErrors(t *testing.T) {
	tests := map[string]struct{ har, want string }{
		"empty":           {"", "at byte 0: EOF"},
		"no JSON":         {"hello", "at byte 0: invalid character 'h'"},
		"cut off":         {string(exported()[:300]), "at byte"},
		"array":           {"[]", `"[" stands where { must`},
		"null":            {"null", `"<nil>" stands where { must`},
		"other JSON":      {`{"a":1}`, `there is no "log" in it`},
		"log no object":   {`{"log":7}`, `"7" stands where { must`},
		"no version":      {`{"log":{"entries":[]}}`, `its version is ""`},
		"version 2":       {`{"log":{"version":"2.0","entries":[]}}`, `its version is "2.0"`},
		"no entries":      {`{"log":{"version":"1.2"}}`, `there are no "entries" in it`},
		"entries no list": {`{"log":{"version":"1.2","entries":{}}}`, `"{" stands where [ must`},
		"two logs":        {`{"log":{"version":"1.2","entries":[]},"log":{}}`, `"log" stands twice`},
		"another log":     {`{"log":{"version":"1.2","entries":[]},"Log":{}}`, `the name "Log" looks like "log"`},
		"two entries":     {`{"log":{"version":"1.2","entries":[],"entries":[]}}`, `"entries" stands twice`},
		"two versions":    {`{"log":{"version":"1.2","version":"1.2","entries":[]}}`, `"version" stands twice`},
		"more after it":   {`{"log":{"version":"1.2","entries":[]}} {}`, "something follows the archive's end"},
		"entry no object": {`{"log":{"version":"1.2","entries":[7]}}`, "entry 0: json: cannot unmarshal number"},
		"no base64": {
			string(exported(`"text":"hello"`, `"text":"!","encoding":"base64"`)),
			"entry 0 (https://registry.example.org/pkg/one#top): content.text is not base64",
		},
		"too many": {
			`{"log":{"version":"1.2","entries":[{}` + strings.Repeat(",{}", maxEntries) + `]}}`,
			"it has more than 100000 entries",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r, err := Read([]byte(tt.har))
			assert.Nil(t, r)
			require.Error(t, err)
			assert.Contains(t, err.Error(), tt.want)
			assert.True(t, strings.HasPrefix(err.Error(), "reading the HTTP Archive: "), err.Error())
		})
	}
}

func TestReadHARTooBig(t *testing.T) {
	_, err := Read(make([]byte, maxBytes+1))
	assert.EqualError(t, err, "reading the HTTP Archive: it has 1073741825 bytes, at most 1073741824 are read")
}

func TestReadHARAtTheLimitOfEntries(t *testing.T) {
	r, err := Read(fmt.Appendf(nil, `{"log":{"entries":[{}%s],"version":"1.2"}}`, strings.Repeat(",{}", maxEntries-1)))
	require.NoError(t, err)
	assert.Empty(t, r.Exchanges())
}

// TestReadHARMutations flips every byte of an archive: it is refused, or the
// record can be written and read again as the same.
func TestReadHARMutations(t *testing.T) {
	good := written(t, sample())
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 0x15
		checkReadHAR(t, bad)
	}
}

func checkReadHAR(t *testing.T, data []byte) {
	t.Helper()
	r, err := Read(data)
	if err != nil {
		assert.Nil(t, r)
		return
	}
	first := written(t, r)
	again, err := Read(first)
	require.NoError(t, err)
	require.True(t, reflect.DeepEqual(r.Exchanges(), again.Exchanges()), "the record came back otherwise:\n%s", first)
	require.True(t, bytes.Equal(first, written(t, again)), "the archive came back otherwise:\n%s", first)
}

func FuzzRead(f *testing.F) {
	var out bytes.Buffer
	if err := Write(&out, sample()); err != nil {
		f.Fatal(err)
	}
	f.Add(out.Bytes())
	f.Add(exported())
	f.Add(exported(`"text":"hello"`, `"text":"aGVsbG8=","encoding":"base64"`))
	f.Fuzz(func(t *testing.T, data []byte) { checkReadHAR(t, data) })
}
