package fetch

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Bounds of an archive that is read.
const (
	maxHARBytes   = 1 << 30
	maxHAREntries = 100_000
	maxURL        = 8 << 10
	// maxTook bounds how long an entry may say that it took: a day.
	maxTook = 24 * time.Hour
)

// The parts of an entry that are read. Pointers tell "not there" from zero.
type readEntry struct {
	Started string  `json:"startedDateTime"`
	Time    float64 `json:"time"`
	Route   Route   `json:"_route"`
	Comment string  `json:"comment"`
	Request struct {
		Method   string    `json:"method"`
		URL      string    `json:"url"`
		Headers  []harPair `json:"headers"`
		PostData *struct {
			MimeType string  `json:"mimeType"`
			Text     *string `json:"text"`
			Encoding string  `json:"_encoding"`
		} `json:"postData"`
	} `json:"request"`
	Response struct {
		Status      int         `json:"status"`
		Headers     []harPair   `json:"headers"`
		RedirectURL string      `json:"redirectURL"`
		Content     readContent `json:"content"`
	} `json:"response"`
}

type readContent struct {
	Size     *float64 `json:"size"`
	MimeType string   `json:"mimeType"`
	Comment  string   `json:"comment"`
	Text     *string  `json:"text"`
	Encoding string   `json:"encoding"`
}

// ReadHAR reads an HTTP Archive 1.2, ours or another tool's, up to 1 GiB and
// 100,000 entries; the record keeps the file's order. Left out is what no
// client asks or what never got an answer: other schemes than https, other
// methods than GET, HEAD and POST, entries without a status. A body that the
// archive does not hold in full, byte for byte, is kept as broken, never as
// empty. Nothing in an archive is trusted.
//
// The error says where the archive is no JSON, no HTTP Archive 1.2, or too big.
func ReadHAR(data []byte) (*Record, error) {
	if len(data) > maxHARBytes {
		return nil, fmt.Errorf("reading the HTTP Archive: it has %d bytes, at most %d are read", len(data), maxHARBytes)
	}
	record := &Record{}
	if err := record.read(bytes.TrimPrefix(data, []byte("\uFEFF"))); err != nil {
		return nil, fmt.Errorf("reading the HTTP Archive: %w", err)
	}
	return record, nil
}

// read walks the tokens down to the entries and takes them one at a time: a
// name that stands twice is an error, because readers disagree on which counts.
func (r *Record) read(data []byte) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	var version string
	var hasLog, hasEntries bool
	err := members(dec, func(name string) error {
		if name != "log" {
			return skip(dec)
		}
		if hasLog {
			return errors.New(`"log" stands twice`)
		}
		hasLog = true
		hasVersion := false
		return members(dec, func(name string) error {
			switch name {
			case "version":
				if hasVersion {
					return errors.New(`"version" stands twice`)
				}
				hasVersion = true
				return dec.Decode(&version)
			case "entries":
				if hasEntries {
					return errors.New(`"entries" stands twice`)
				}
				hasEntries = true
				return r.readEntries(dec)
			}
			return skip(dec)
		})
	})
	switch {
	case err != nil:
		return fmt.Errorf("at byte %d: %w", dec.InputOffset(), err)
	case dec.More():
		return fmt.Errorf("at byte %d: something follows the archive's end", dec.InputOffset())
	case !hasLog:
		return errors.New(`there is no "log" in it: it is another kind of document`)
	case version != "1.2" && version != "1.1":
		return fmt.Errorf("its version is %.20q: 1.2 is read", version)
	case !hasEntries:
		return errors.New(`there are no "entries" in it`)
	}
	return nil
}

func (r *Record) readEntries(dec *json.Decoder) error {
	if err := expect(dec, '['); err != nil {
		return err
	}
	for i := 0; dec.More(); i++ {
		if i == maxHAREntries {
			return fmt.Errorf("it has more than %d entries", maxHAREntries)
		}
		var e readEntry
		if err := dec.Decode(&e); err != nil {
			return fmt.Errorf("entry %d: %w", i, err)
		}
		x, ok, err := e.exchange()
		if err != nil {
			return fmt.Errorf("entry %d (%.200s): %w", i, e.Request.URL, err)
		}
		if ok {
			r.exchanges = append(r.exchanges, x)
		}
	}
	return expect(dec, ']')
}

// exchange translates an entry; false leaves it out.
func (e *readEntry) exchange() (Exchange, bool, error) {
	// The fragment is never sent; browsers write it down all the same.
	address, _, _ := strings.Cut(e.Request.URL, "#")
	if _, err := url.Parse(address); err != nil || !strings.HasPrefix(address, "https://") || len(address) > maxURL {
		return Exchange{}, false, nil
	}
	if m := e.Request.Method; m != "GET" && m != "HEAD" && m != "POST" {
		return Exchange{}, false, nil
	}
	if s := e.Response.Status; s < 100 || s > 599 {
		return Exchange{}, false, nil
	}
	x := Exchange{
		Method: e.Request.Method, URL: address, Accept: headerOf(e.Request.Headers, "accept"),
		Status: e.Response.Status, Began: parseTime(e.Started), Note: e.Comment,
	}
	if ms := e.Time; ms > 0 && ms < float64(maxTook.Milliseconds()) {
		x.Took = time.Duration(ms) * time.Millisecond
	}
	if slices.Contains([]Route{Direct, Relay, Replay, File}, e.Route) {
		x.Route = e.Route
	}
	x.Header = e.header()
	if err := e.sent(&x); err != nil {
		return Exchange{}, false, err
	}
	var err error
	x.Body, x.Broken, err = e.Response.Content.body(x.Method == "HEAD" || isRedirect(x.Status))
	return x, err == nil, err
}

// header keeps what an answer of ours would keep.
func (e *readEntry) header() map[string]string {
	all := map[string]string{}
	for _, h := range e.Response.Headers {
		name := strings.ToLower(h.Name)
		if old, twice := all[name]; twice {
			all[name] = old + ", " + h.Value
			continue
		}
		all[name] = h.Value
	}
	if all["location"] == "" && e.Response.RedirectURL != "" {
		all["location"] = e.Response.RedirectURL
	}
	if all["content-type"] == "" && e.Response.Content.MimeType != "" {
		all["content-type"] = e.Response.Content.MimeType
	}
	return keptHeader(all)
}

// sent reads the request's body.
func (e *readEntry) sent(x *Exchange) error {
	post := e.Request.PostData
	if x.Method != "POST" {
		return nil
	}
	x.ContentType = headerOf(e.Request.Headers, "content-type")
	if post == nil || post.Text == nil || *post.Text == "" {
		return nil
	}
	if x.ContentType == "" && headerValue(post.MimeType) {
		x.ContentType = post.MimeType
	}
	x.Sent = []byte(*post.Text)
	if post.Encoding == "base64" {
		sent, err := base64.StdEncoding.DecodeString(*post.Text)
		if err != nil {
			return fmt.Errorf("postData.text is not base64: %w", err)
		}
		x.Sent = sent
	}
	if len(x.Sent) == 0 {
		x.Sent = nil // base64 of nothing may still be line ends
	}
	return nil
}

// body reads an answer's body, or says why the archive's copy cannot be used:
// a copy that is not exact would fail a hash, and that would accuse the
// wrong party. Where bodiless, none is expected and none is missed.
//
// A stated size below the copy's is usual (some tools count the compressed
// bytes); one above it means that the copy was cut off.
func (c *readContent) body(bodiless bool) ([]byte, string, error) {
	if bodiless {
		return nil, "", nil
	}
	size := float64(-1)
	if c.Size != nil {
		size = *c.Size
	}
	var body []byte
	switch {
	case c.Encoding == encodingBroken:
		return nil, cmp.Or(c.Comment, "the archive does not hold it"), nil
	case c.Text == nil && size != 0:
		return nil, "the archive does not hold it", nil
	case c.Text == nil:
		return []byte{}, "", nil
	case strings.EqualFold(c.Encoding, "base64"):
		decoded, err := base64.StdEncoding.DecodeString(*c.Text)
		if err != nil {
			return nil, "", fmt.Errorf("content.text is not base64: %w", err)
		}
		body = decoded
	case c.Encoding != "":
		return nil, fmt.Sprintf("it is in the encoding %.40q", c.Encoding), nil
	case strings.ContainsRune(*c.Text, utf8.RuneError):
		return nil, "it was written down as text and lost bytes by that", nil
	default:
		body = []byte(*c.Text)
	}
	if size > float64(len(body)) {
		return nil, fmt.Sprintf("it holds %d of %.0f bytes", len(body), size), nil
	}
	return body, "", nil
}

// headerOf is the value of the first header of that name, of printable ASCII.
func headerOf(headers []harPair, name string) string {
	for _, h := range headers {
		if strings.EqualFold(h.Name, name) && headerValue(h.Value) {
			return h.Value
		}
	}
	return ""
}

// members reads an object, calling visit after each name, at its value.
func members(dec *json.Decoder, visit func(name string) error) error {
	if err := expect(dec, '{'); err != nil {
		return err
	}
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return err
		}
		name, ok := token.(string)
		if !ok {
			return fmt.Errorf("%v stands where a name must", token)
		}
		if err := visit(name); err != nil {
			return err
		}
	}
	return expect(dec, '}')
}

func expect(dec *json.Decoder, want json.Delim) error {
	token, err := dec.Token()
	if err != nil {
		return err
	}
	if token != want {
		return fmt.Errorf("%.40q stands where %s must", fmt.Sprint(token), want)
	}
	return nil
}

func skip(dec *json.Decoder) error {
	var ignored json.RawMessage
	return dec.Decode(&ignored)
}
