package fetch

import (
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
)

// An arriving is the body of an answer while it comes, held to its bounds and to the
// length that was announced. It is read once.
type arriving struct {
	f     *flight
	ctx   context.Context
	r     Request
	route Route
	res   *Response
	alive func() // told of every byte

	have, total int64 // read so far; announced, -1 where not
	limit       int64
	idle        int   // readings without a byte
	err         error // what ended it; io.EOF where all of it came
}

// good tells whether it is the body of what was asked for.
func (in *arriving) good() bool { return in.res.Status >= 200 && in.res.Status <= 299 }

// begin learns how long the body may be, of which at most want bytes are read.
func (in *arriving) begin(want int64) error {
	in.limit, in.total = in.r.Limit, -1
	if !in.good() {
		in.limit = errorLimit
	}
	if n, err := strconv.ParseInt(in.res.Header["content-length"], 10, 64); err == nil && n >= 0 && !in.res.Decoded {
		in.total = n
	}
	if min(in.total, want) > in.limit {
		in.err = in.tooLarge()
	}
	return in.err
}

func (in *arriving) tooLarge() error {
	return &Error{TooLarge, in.r.URL, fmt.Sprintf("the answer is larger than the %d bytes that are read of it", in.limit)}
}

// Read gives what comes. Whatever ends it is given again by each further reading.
func (in *arriving) Read(p []byte) (int, error) {
	if in.err == nil {
		in.err = in.ctx.Err()
	}
	if in.err != nil {
		return 0, in.err
	}
	n, err := in.res.Body.Read(p)
	in.have += int64(n)
	in.idle++
	if n > 0 {
		in.idle = 0
		in.alive()
		if in.r.Arriving != nil && in.good() {
			in.r.Arriving(in.have-int64(n), p[:n])
		}
		in.f.tell(in.route, in.have, in.total, "")
	}
	switch {
	case in.total >= 0 && in.have > in.total:
		in.err = &Error{Overlong, in.r.URL, fmt.Sprintf("the answer goes on after the %d bytes it announced", in.total)}
	case in.have > in.limit:
		in.err = in.tooLarge()
	case err == io.EOF && in.have < in.total:
		in.err = &Error{Truncated, in.r.URL, fmt.Sprintf("the answer ended after %d of the %d bytes it announced", in.have, in.total)}
	case err == io.EOF:
		in.err = io.EOF
	case err != nil:
		in.err = broken{in.have, err}
	case in.idle == 100:
		in.err = broken{in.have, io.ErrNoProgress}
	}
	return n, in.err
}

// all reads the whole body, or of a part that is wanted no more than that.
func (in *arriving) all() ([]byte, error) {
	want := int64(math.MaxInt64) // how much of it is read
	if in.good() && in.r.First > 0 {
		want = in.r.First
	}
	if err := in.begin(want); err != nil {
		return nil, err
	}
	// An announced length is a claim: it reserves 1 MiB at most, and once that came all
	// of it, up to 16 times what came. Of unknown length are thousands of small records:
	// each takes 4 KiB, or what of it is here already, and more only where that is full.
	first := max(in.res.Ready, 4<<10)
	if in.total >= 0 {
		first = min(in.total, want)
	}
	body := make([]byte, 0, min(first+1, 1<<20))
	for {
		if len(body) == cap(body) {
			more := max(int64(len(body)), 16<<10)
			if left := min(in.total, want) - int64(len(body)); left > 0 && left < 16*int64(len(body)) {
				more = left + 1
			}
			body = slices.Grow(body, int(more))
		}
		n, err := in.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		switch {
		case in.have >= want:
			return body[:want:want], nil
		case err == io.EOF:
			return fitted(body), nil
		case err != nil:
			return nil, err
		}
	}
}

// broken is a body that ended with an error after some bytes.
type broken struct {
	have int64
	err  error
}

func (b broken) Error() string { return b.err.Error() }
func (b broken) Unwrap() error { return b.err }
