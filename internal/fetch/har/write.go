// Package har reads and writes HTTP Archives 1.2
// (https://www.softwareishard.com/blog/har-12-spec/), the form in which a
// [fetch.Record] is saved.
package har

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"touchstone/internal/fetch"
)

// The parts of an HTTP Archive 1.2 that are written. The order of the fields
// matters in one place: content.text is the very last of an entry.
type (
	entry struct {
		Started  string      `json:"startedDateTime"`
		Time     int64       `json:"time"` // milliseconds
		Route    fetch.Route `json:"_route,omitempty"`
		Comment  string      `json:"comment,omitempty"`
		Cache    struct{}    `json:"cache"`
		Timings  timings     `json:"timings"`
		Request  request     `json:"request"`
		Response response    `json:"response"`
	}
	timings struct {
		Send    int64 `json:"send"`
		Wait    int64 `json:"wait"`
		Receive int64 `json:"receive"`
	}
	request struct {
		Method      string `json:"method"`
		URL         string `json:"url"`
		HTTPVersion string `json:"httpVersion"`
		Cookies     []pair `json:"cookies"`
		Headers     []pair `json:"headers"`
		QueryString []pair `json:"queryString"`
		HeadersSize int64  `json:"headersSize"`
		BodySize    int64  `json:"bodySize"`
	}
	pair struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	response struct {
		Status      int     `json:"status"`
		StatusText  string  `json:"statusText"`
		HTTPVersion string  `json:"httpVersion"`
		Cookies     []pair  `json:"cookies"`
		Headers     []pair  `json:"headers"`
		RedirectURL string  `json:"redirectURL"`
		HeadersSize int64   `json:"headersSize"`
		BodySize    int64   `json:"bodySize"`
		Content     content `json:"content"`
	}
	content struct {
		Size     int64  `json:"size"`
		MimeType string `json:"mimeType"`
		Comment  string `json:"comment,omitempty"`
		Encoding string `json:"encoding,omitempty"`
		// File names the file beside the archive that holds the body in place of
		// Text, as Playwright's archives do.
		File string  `json:"_file,omitempty"`
		Text *string `json:"text,omitempty"`
	}
)

const timeForm = "2006-01-02T15:04:05.000Z07:00"

// httpVersion is not known where the transport is a browser's.
const httpVersion = "unknown"

// Write writes a record as an HTTP Archive 1.2, ordered as
// [fetch.Record.Exchanges] is. The same exchanges give the same bytes.
//
// Addresses are the hosts' own, also where the relay was asked; "_route" says
// which way an answer came. Redirects are entries of their own. Bodies are
// exact: plain text where text is unambiguous, else base64.
func Write(w io.Writer, r *fetch.Record) error {
	return WriteBeside(w, r, func(fetch.Exchange) string { return "" })
}

// WriteBeside is Write for bodies that are files of their own: file names that of
// an exchange's body, which the caller writes; empty keeps the body inside.
func WriteBeside(w io.Writer, r *fetch.Record, file func(fetch.Exchange) string) error {
	out := bufio.NewWriter(w)
	out.WriteString(`{"log":{"version":"1.2","creator":{"name":"touchstone","version":"1"},"pages":[],"entries":[`)
	for i, x := range r.Exchanges() {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteByte('\n')
		if err := writeEntry(out, x, file(x)); err != nil {
			return fmt.Errorf("writing the HTTP Archive: entry %d (%s): %w", i, x.URL, err)
		}
	}
	out.WriteString("\n]}}\n")
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing the HTTP Archive: %w", err)
	}
	return nil
}

func writeEntry(out *bufio.Writer, x fetch.Exchange, file string) error {
	entry := entry{
		Started: x.Began.UTC().Format(timeForm),
		Time:    x.Took.Milliseconds(),
		Route:   x.Route,
		Comment: x.Note,
		Timings: timings{Wait: x.Took.Milliseconds()},
		Request: request{
			Method: x.Method, URL: x.URL, HTTPVersion: httpVersion,
			Cookies: []pair{}, Headers: []pair{}, QueryString: queryPairs(x.URL),
			HeadersSize: -1, BodySize: 0,
		},
		Response: response{
			Status: x.Status, StatusText: statusText(x.Status), HTTPVersion: httpVersion,
			Cookies: []pair{}, Headers: []pair{}, RedirectURL: x.Header["location"],
			HeadersSize: -1, BodySize: -1,
			Content: content{
				Size: int64(len(x.Body)), MimeType: x.Header["content-type"], Comment: x.Broken,
			},
		},
	}
	if x.Accept != "" {
		entry.Request.Headers = append(entry.Request.Headers, pair{"accept", x.Accept})
	}
	for _, name := range slices.Sorted(maps.Keys(x.Header)) {
		entry.Response.Headers = append(entry.Response.Headers, pair{name, x.Header[name]})
	}
	text := ""
	switch content := &entry.Response.Content; {
	case x.Broken != "":
		content.Encoding, content.Text = encodingBroken, &text
	case file != "":
		content.File = file
	case isText(x.Body):
		text = string(x.Body)
		content.Text = &text
	default:
		content.Encoding, content.Text = "base64", &text
	}
	head, err := json.Marshal(entry)
	if err != nil {
		return err
	}
	if entry.Response.Content.Encoding != "base64" {
		_, err = out.Write(head)
		return err
	}
	// A package may be large: its base64 goes straight to the writer, into
	// the empty text that ends the entry.
	const end = `"}}}`
	if _, err := out.Write(head[:len(head)-len(end)]); err != nil {
		return err
	}
	encoder := base64.NewEncoder(base64.StdEncoding, out)
	if _, err := encoder.Write(x.Body); err != nil {
		return err
	}
	if err := encoder.Close(); err != nil {
		return err
	}
	_, err = out.WriteString(end)
	return err
}

// encodingBroken marks a body that an archive read earlier did not hold.
const encodingBroken = "not held"

// isText tells whether every tool reads b back as the same bytes: UTF-8
// without control characters (but tab, line feed and carriage return), without
// byte order marks, and without the sign for what could not be decoded.
func isText(b []byte) bool {
	if !utf8.Valid(b) {
		return false
	}
	for _, c := range string(b) {
		if unicode.IsControl(c) && c != '\t' && c != '\n' && c != '\r' || c == '\uFEFF' || c == utf8.RuneError {
			return false
		}
	}
	return true
}

func queryPairs(address string) []pair {
	pairs := []pair{}
	u, err := url.Parse(address)
	if err != nil || u.RawQuery == "" {
		return pairs
	}
	plain := func(s string) string {
		if p, err := url.QueryUnescape(s); err == nil {
			return p
		}
		return s
	}
	for part := range strings.SplitSeq(u.RawQuery, "&") {
		name, value, _ := strings.Cut(part, "=")
		pairs = append(pairs, pair{plain(name), plain(value)})
	}
	return pairs
}

// statusText names the statuses that audits meet, for people.
func statusText(status int) string {
	switch status {
	case 200:
		return "OK"
	case 301:
		return "Moved Permanently"
	case 302:
		return "Found"
	case 307:
		return "Temporary Redirect"
	case 308:
		return "Permanent Redirect"
	case 403:
		return "Forbidden"
	case 404:
		return "Not Found"
	case 410:
		return "Gone"
	case 429:
		return "Too Many Requests"
	case 500:
		return "Internal Server Error"
	case 502:
		return "Bad Gateway"
	case 503:
		return "Service Unavailable"
	}
	return ""
}

// parseTime reads a startedDateTime; what is none, or cannot be written down
// again, is the zero time.
func parseTime(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return time.Time{}
	}
	t = t.UTC().Truncate(time.Millisecond)
	if t.Year() < 1 || t.Year() > 9999 {
		return time.Time{}
	}
	return t
}
