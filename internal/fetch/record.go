package fetch

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// An Exchange is one finished request and its answer, redirects not followed.
// Read from an archive it is somebody's word, times and route included.
type Exchange struct {
	Method, URL, Accept string

	Status int
	Header map[string]string // lower-case names, only those that are kept
	Body   []byte            // after content decoding
	// Broken says why an archive's copy of the body cannot be used; empty when
	// Body is what came, byte for byte.
	Broken string

	Began time.Time     // in milliseconds; zero when not known
	Took  time.Duration // in milliseconds
	Route Route         // for information; empty when not known
	Note  string        // for people; mostly empty
}

// A Record keeps finished exchanges, those that say "404" too. What failed
// before it was finished, and what was asked again, is not kept. It is safe for
// concurrent use, and a nil Record keeps nothing.
type Record struct {
	mu        sync.Mutex
	exchanges []Exchange
}

// NewRecord holds exchanges that were read from somewhere, in their order.
func NewRecord(exchanges []Exchange) *Record {
	for i := range exchanges {
		exchanges[i].Header = keptHeader(exchanges[i].Header)
	}
	return &Record{exchanges: exchanges}
}

func (r *Record) add(x ...Exchange) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, x := range x {
		// The same question by another way (a second client, a redirect that
		// two share) adds nothing.
		if !slices.ContainsFunc(r.exchanges, func(old Exchange) bool { return old.repeats(x) }) {
			r.exchanges = append(r.exchanges, x)
		}
	}
}

// repeats tells whether y asks what x asked and was answered the same.
func (x Exchange) repeats(y Exchange) bool {
	return x.Method == y.Method && x.URL == y.URL && x.Accept == y.Accept &&
		x.Status == y.Status && maps.Equal(x.Header, y.Header) && bytes.Equal(x.Body, y.Body)
}

// Exchanges are what was kept, ordered by when they began and then by address,
// method and Accept. Bodies are shared: do not change them.
func (r *Record) Exchanges() []Exchange {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	sorted := slices.Clone(r.exchanges)
	r.mu.Unlock()
	slices.SortStableFunc(sorted, func(a, b Exchange) int {
		for _, c := range []int{
			a.Began.Compare(b.Began),
			strings.Compare(a.URL, b.URL),
			strings.Compare(a.Method, b.Method),
			strings.Compare(a.Accept, b.Accept),
		} {
			if c != 0 {
				return c
			}
		}
		return 0
	})
	return sorted
}

// keptHeader keeps what tells about the document: nothing that names the
// person, and nothing that differs between ways of asking alone.
func keptHeader(all map[string]string) map[string]string {
	kept := map[string]string{}
	for name, value := range all {
		name = strings.ToLower(name)
		switch name {
		case "content-type", "content-length", "content-encoding", "content-range", "location",
			"etag", "last-modified", "date", "retry-after", "link",
			"docker-content-digest", "www-authenticate",
			"x-ratelimit-remaining", "x-ratelimit-reset":
			if len(value) <= 8<<10 {
				kept[name] = strings.ToValidUTF8(value, "\uFFFD")
			}
		}
	}
	return kept
}
