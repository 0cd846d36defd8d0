package archive

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// errEnough ends a reading that found what it was for.
var errEnough = errors.New("enough was found")

// A Reader reads a container, as [Read] does those that are known here: an
// ecosystem may bring its own.
type Reader func(data []byte, o Options) (*Contents, error)

// Read reads an archive of this format (see [Read]).
func (f Format) Read(data []byte, o Options) (*Contents, error) { return Read(f, data, o) }

// Open returns the bytes of one file, at most the given number of them: the
// file of that path which holds the bytes with that digest, as [Read] lists it.
// The error says that there is none, or is one of Read's.
func Open(read Reader, data []byte, file File, most int64) ([]byte, error) {
	var copies []*head
	c, err := read(data, Options{Inspect: func(path string, _ int64) io.Writer {
		if path != file.Path {
			return nil
		}
		h := &head{most: most}
		copies = append(copies, h)
		return h
	}})
	if err != nil {
		return nil, err
	}
	i := 0
	for _, f := range c.Files {
		if f.Path != file.Path {
			continue
		}
		if f.SHA256 == file.SHA256 && i < len(copies) {
			return copies[i].Bytes(), nil
		}
		i++
	}
	return nil, fmt.Errorf("opening %q: the archive holds no such file with the digest %x", file.Path, file.SHA256)
}

// A Hit is a line of a file that holds what was looked for.
type Hit struct {
	Path string `json:"path"`
	Line int    `json:"line"` // from 1
	Text string `json:"text"` // the line, cut after 200 characters
}

// What is searched: of one file its first bytes, and a line's beginning is shown.
const (
	searched  = 4 << 20
	shownLine = 200
)

// Find lists the lines of text files that hold a text, in the archive's order,
// at most so many. Upper and lower case are the same. whole is false where there
// may be more: the number was reached, the archive cannot be read to its end, or
// a file is longer than 4 MiB.
func Find(read Reader, data []byte, text string, most int, cancelled func() bool) (hits []Hit, whole bool, err error) {
	hits, whole = []Hit{}, true
	text = strings.ToLower(text)
	var last *head
	look := func() {
		if last != nil && len(hits) < most {
			hits = append(hits, last.lines(text, most-len(hits))...)
			whole = whole && !last.cut
		}
		last = nil
	}
	c, err := read(data, Options{
		Inspect: func(path string, _ int64) io.Writer {
			look()
			last = &head{path: path, most: searched}
			return last
		},
		Cancelled: func() bool { return len(hits) >= most || cancelled != nil && cancelled() },
	})
	look()
	switch {
	case errors.Is(err, ErrCancelled) && len(hits) >= most:
		return hits, false, nil
	case err != nil:
		return nil, false, err
	}
	return hits, whole && c.Complete && len(hits) < most, nil
}

// A head keeps the first bytes of a file.
type head struct {
	bytes.Buffer
	path string
	most int64
	cut  bool
}

func (h *head) Write(p []byte) (int, error) {
	room := h.most - int64(h.Len())
	if int64(len(p)) > room {
		h.cut = true
		h.Buffer.Write(p[:room])
		return 0, errEnough
	}
	return h.Buffer.Write(p)
}

// lines are those that hold a text, which is in lower case; none of a file that
// is no text.
func (h *head) lines(text string, most int) []Hit {
	if bytes.IndexByte(h.Bytes(), 0) >= 0 {
		return nil
	}
	var hits []Hit
	n := 0
	for line := range strings.Lines(h.String()) {
		n++
		if len(hits) >= most || !utf8.ValidString(line) {
			break
		}
		if strings.Contains(strings.ToLower(line), text) {
			line = strings.TrimRight(line, "\r\n")
			if runes := []rune(line); len(runes) > shownLine {
				line = string(runes[:shownLine])
			}
			hits = append(hits, Hit{Path: h.path, Line: n, Text: line})
		}
	}
	return hits
}
