package har

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

	"touchstone/internal/fetch"
)

// Bounds of an archive that is read.
const (
	maxBytes   = 1 << 30
	maxEntries = 100_000
	maxURL     = 8 << 10
	// maxTook bounds how long an entry may say that it took: a day.
	maxTook = 24 * time.Hour
)

// The parts of an entry that are read. Pointers tell "not there" from zero.
type readEntry struct {
	Started string      `json:"startedDateTime"`
	Time    float64     `json:"time"`
	Route   fetch.Route `json:"_route"`
	Comment string      `json:"comment"`
	Request struct {
		Method  string `json:"method"`
		URL     string `json:"url"`
		Headers []pair `json:"headers"`
	} `json:"request"`
	Response struct {
		Status      int         `json:"status"`
		Headers     []pair      `json:"headers"`
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
	File     string   `json:"_file"`
}

// Read reads an HTTP Archive 1.2, ours or another tool's, up to 1 GiB and
// 100,000 entries; the record keeps the file's order. Left out is what no
// client asks or what never got an answer: other schemes than https, other
// methods than GET and HEAD, entries without a status. A body that the archive
// does not hold in full, byte for byte, is kept as broken, never as empty.
// Nothing in an archive is trusted.
//
// The error says where the archive is no JSON, no HTTP Archive 1.2, too big, or
// such that two readers could read it differently.
func Read(data []byte) (*fetch.Record, error) {
	return ReadBeside(data, func(string) ([]byte, bool) { return nil, false })
}

// ReadBeside is Read for an archive whose entries may name files beside it, which
// file gives. One that is not there is a body that the archive does not hold.
func ReadBeside(data []byte, file func(name string) ([]byte, bool)) (*fetch.Record, error) {
	if len(data) > maxBytes {
		return nil, fmt.Errorf("reading the HTTP Archive: it has %d bytes, at most %d are read", len(data), maxBytes)
	}
	exchanges, err := reader{file}.read(bytes.TrimPrefix(data, []byte("\uFEFF")))
	if err != nil {
		return nil, fmt.Errorf("reading the HTTP Archive: %w", err)
	}
	return fetch.NewRecord(exchanges), nil
}

// A reader reads one archive.
type reader struct {
	file func(name string) ([]byte, bool)
}

// read walks the tokens down to the entries and takes them one at a time.
func (r reader) read(data []byte) (exchanges []fetch.Exchange, err error) {
	if err := exact(data); err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	version, hasLog, hasEntries := "", false, false
	err = members(dec, func(name string) error {
		if name != "log" {
			return skip(dec)
		}
		hasLog = true
		return members(dec, func(name string) (err error) {
			switch name {
			case "version":
				return dec.Decode(&version)
			case "entries":
				hasEntries = true
				exchanges, err = r.readEntries(dec)
				return err
			}
			return skip(dec)
		})
	})
	switch {
	case err != nil:
		return nil, fmt.Errorf("at byte %d: %w", dec.InputOffset(), err)
	case dec.More():
		return nil, fmt.Errorf("at byte %d: something follows the archive's end", dec.InputOffset())
	case !hasLog:
		return nil, errors.New(`there is no "log" in it: it is another kind of document`)
	case version != "1.2" && version != "1.1":
		return nil, fmt.Errorf("its version is %.20q: 1.2 is read", version)
	case !hasEntries:
		return nil, errors.New(`there are no "entries" in it`)
	}
	return exchanges, nil
}

func (r reader) readEntries(dec *json.Decoder) (exchanges []fetch.Exchange, err error) {
	if err := expect(dec, '['); err != nil {
		return nil, err
	}
	for i := 0; dec.More(); i++ {
		if i == maxEntries {
			return nil, fmt.Errorf("it has more than %d entries", maxEntries)
		}
		var e readEntry
		if err := dec.Decode(&e); err != nil {
			return nil, fmt.Errorf("entry %d: %w", i, err)
		}
		x, ok, err := r.exchange(&e)
		if err != nil {
			return nil, fmt.Errorf("entry %d (%.200s): %w", i, e.Request.URL, err)
		}
		if ok {
			exchanges = append(exchanges, x)
		}
	}
	return exchanges, expect(dec, ']')
}

// exchange translates an entry; false leaves it out.
func (r reader) exchange(e *readEntry) (fetch.Exchange, bool, error) {
	// The fragment is never sent; browsers write it down all the same.
	address, _, _ := strings.Cut(e.Request.URL, "#")
	if _, err := url.Parse(address); err != nil || !strings.HasPrefix(address, "https://") || len(address) > maxURL {
		return fetch.Exchange{}, false, nil
	}
	if m := e.Request.Method; m != "GET" && m != "HEAD" {
		return fetch.Exchange{}, false, nil
	}
	if s := e.Response.Status; s < 100 || s > 599 {
		return fetch.Exchange{}, false, nil
	}
	x := fetch.Exchange{
		Method: e.Request.Method, URL: address, Accept: headerOf(e.Request.Headers, "accept"),
		Status: e.Response.Status, Began: parseTime(e.Started), Note: e.Comment,
	}
	if ms := e.Time; ms > 0 && ms < float64(maxTook.Milliseconds()) {
		x.Took = time.Duration(ms) * time.Millisecond
	}
	if slices.Contains([]fetch.Route{fetch.Direct, fetch.Relay, fetch.Replay, fetch.File}, e.Route) {
		x.Route = e.Route
	}
	x.Header = e.header()
	var err error
	x.Body, x.Broken, err = r.body(&e.Response.Content, x.Method == "HEAD" || fetch.IsRedirect(x.Status))
	return x, err == nil, err
}

// header are the response's; a record keeps what an answer of ours would.
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
	return all
}

// body reads an answer's body, or says why the archive's copy cannot be used:
// a copy that is not exact would fail a hash, and that would accuse the
// wrong party. Where bodiless, none is expected and none is missed.
//
// A stated size below the copy's is usual (some tools count the compressed
// bytes); one above it means that the copy was cut off.
func (r reader) body(c *readContent, bodiless bool) ([]byte, string, error) {
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
	case c.File != "" && c.Text != nil:
		return nil, "", errors.New("content has both a text and a file: readers would differ in which of them counts")
	case c.File != "":
		held, there := r.file(c.File)
		if !there {
			return nil, fmt.Sprintf("the file %.100q beside the archive is missing", c.File), nil
		}
		body = append([]byte{}, held...) // empty is not nil
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
func headerOf(headers []pair, name string) string {
	for _, h := range headers {
		if strings.EqualFold(h.Name, name) && !strings.ContainsFunc(h.Value, func(c rune) bool { return c < 0x20 || c > 0x7e }) {
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
