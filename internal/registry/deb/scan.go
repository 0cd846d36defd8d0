package deb

import (
	"errors"
	"io"
	"sync"

	"touchstone/internal/archive/packed"
)

// A scan looks for a package in a list while that still arrives. What it finds counts
// only once the list is there, and is the one that was signed.
type scan struct {
	name string
	most int64 // bytes that may come out of it
	// undo undoes the list's packing; nil for [packed.OpenStream].
	undo func(in io.Reader) (packed.Kind, io.ReadCloser, error)

	mu   sync.Mutex
	next int64 // the offset of the piece that is to come
	out  *io.PipeWriter
	in   *io.PipeReader
	done chan struct{} // closed when found and err are set
	// What the last try led to.
	found    []stanza
	err      error
	panicked any
}

var errAbandoned = errors.New("it is not read on")

// arrive is what [fetch.Request.Arriving] wants.
func (s *scan) arrive(offset int64, piece []byte) {
	s.mu.Lock()
	if offset == 0 {
		s.abandon()
		s.begin()
	}
	if offset != s.next {
		s.abandon()
	}
	out := s.out
	s.next = offset + int64(len(piece))
	s.mu.Unlock()
	if out != nil {
		_, _ = out.Write(piece) // that nobody reads on says the reader's own error
	}
}

// begin reads from now on what is written. What panics there panics in end, where
// whoever asked can deal with it; the bytes are not known to be the list's yet.
func (s *scan) begin() {
	in, out := io.Pipe()
	done := make(chan struct{})
	s.in, s.out, s.done = in, out, done
	go func() {
		defer close(done)
		var found []stanza
		var err error
		panicked := func() (v any) {
			defer func() { v = recover() }()
			found, err = s.read(in)
			return nil
		}()
		in.CloseWithError(errAbandoned)
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.done == done {
			s.found, s.err, s.panicked = found, err, panicked
		}
	}()
}

func (s *scan) read(in io.Reader) ([]stanza, error) {
	undo := s.undo
	if undo == nil {
		undo = packed.OpenStream
	}
	_, stream, err := undo(in)
	if err != nil {
		return nil, err
	}
	defer stream.Close()
	return find(packed.AtMost(stream, s.most), s.name)
}

// abandon ends what is under way. The caller holds the mutex.
func (s *scan) abandon() {
	if s.in != nil {
		s.in.CloseWithError(errAbandoned)
	}
	s.in, s.out, s.done, s.next = nil, nil, nil, 0
}

// stop ends what is under way.
func (s *scan) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.abandon()
}

// end waits for what was found, where all of so many bytes came this way.
func (s *scan) end(size int64) (found []stanza, err error, whole bool) {
	s.mu.Lock()
	out, done := s.out, s.done
	whole = out != nil && s.next == size
	s.mu.Unlock()
	if !whole {
		return nil, nil, false
	}
	_ = out.Close()
	<-done
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.panicked != nil {
		panic(s.panicked)
	}
	return s.found, s.err, true
}
