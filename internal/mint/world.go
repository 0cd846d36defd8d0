package mint

import (
	"bytes"
	"context"
	"io"
	"maps"

	"touchstone/internal/fetch"
)

// A Page is what a world answers at one address. The zero Status is 200.
type Page struct {
	Status int
	Header map[string]string
	Body   []byte
	Err    error     // instead of an answer
	Reader io.Reader // instead of Body
}

// A World answers from memory, in place of every host: pages by address. What
// it does not hold is 404.
type World map[string]Page

// Do is the [fetch.Transport]'s.
func (w World) Do(_ context.Context, r *fetch.Request) (*fetch.Response, error) {
	p, held := w[r.URL]
	switch {
	case p.Err != nil:
		return nil, p.Err
	case !held:
		p.Status = 404
	case p.Status == 0:
		p.Status = 200
	}
	body := p.Reader
	if body == nil {
		body = bytes.NewReader(p.Body)
	}
	return &fetch.Response{Status: p.Status, URL: r.URL, Header: p.Header, Body: io.NopCloser(body)}, nil
}

// But is the world with one page changed.
func (w World) But(url string, p Page) World {
	out := maps.Clone(w)
	out[url] = p
	return out
}

// must gives what was made.
func must[T any](made T, err error) T {
	if err != nil {
		panic("mint: " + err.Error())
	}
	return made
}
