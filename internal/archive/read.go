package archive

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
)

// ErrCancelled is what [Read] returns after Options.Cancelled said so.
var ErrCancelled = errors.New("reading the archive was cancelled")

// errStopped ends the reading after its reason became a Problem.
var errStopped = errors.New("stopped")

// A FormatError says that the bytes are no archive of the wanted format.
type FormatError struct {
	Want  Format
	Found string // what they look like, for people
}

func (e *FormatError) Error() string {
	return fmt.Sprintf("reading a %s archive: found %s; check that the address leads to the package itself and fetch it again", e.Want, e.Found)
}

const (
	chunk       = 64 << 10  // bytes inflated at a time
	tick        = 256 << 10 // bytes between two questions whether to go on
	maxProblems = 10_000    // so that hostile input cannot fill the memory with complaints
	freeRatio   = 1 << 20   // bytes inflated before the ratio counts
)

// Read reads an archive from its first to its last byte. Errors are
// *[FormatError] where the bytes are not that format at all, [ErrCancelled],
// and one for a format that this package does not know; everything else that is
// wrong is a Problem.
func Read(format Format, data []byte, o Options) (*Contents, error) {
	r := newReader(format, data, o)
	var read func() error
	switch format {
	case Zip:
		read = r.readZip
	case TarGz:
		read = r.readTarGz
	default:
		return nil, fmt.Errorf("reading an archive: format %q is not known; use %q or %q", format, Zip, TarGz)
	}
	if int64(len(data)) > r.limits.Archive {
		_ = r.stop(TooLarge, "", "The archive has %d bytes; the limit is %d.", len(data), r.limits.Archive)
		return r.c, nil
	}
	if err := read(); err != nil && !errors.Is(err, errStopped) {
		return nil, err
	}
	if r.o.Progress != nil {
		r.o.Progress(r.total)
	}
	return r.c, nil
}

// A reader is the state of one reading.
type reader struct {
	data   []byte
	packed int64 // bytes of the archive itself
	o      Options
	limits Limits
	c      *Contents
	paths  tree

	entries int
	names   int   // bytes of all paths so far
	total   int64 // bytes inflated so far
	told    int64 // of them, at the last tick

	sum     hash.Hash
	buf     []byte
	src     bytes.Reader
	inflate io.ReadCloser
}

func newReader(format Format, data []byte, o Options) *reader {
	l := o.Limits
	setDefault(&l.Archive, DefaultLimits.Archive)
	setDefault(&l.Total, DefaultLimits.Total)
	setDefault(&l.Entries, DefaultLimits.Entries)
	setDefault(&l.Ratio, DefaultLimits.Ratio)
	setDefault(&l.Name, DefaultLimits.Name)
	setDefault(&l.Names, DefaultLimits.Names)
	setDefault(&l.Depth, DefaultLimits.Depth)
	return &reader{
		data: data, packed: int64(len(data)), o: o, limits: l,
		c:   &Contents{Format: format, Complete: true},
		sum: sha256.New(),
		buf: make([]byte, chunk),
	}
}

func setDefault[T int | int64](field *T, value T) {
	if *field == 0 {
		*field = value
	}
}

// problem notes a problem and lets the reading go on.
func (r *reader) problem(kind ProblemKind, path, format string, args ...any) {
	switch n := len(r.c.Problems); {
	case n < maxProblems:
		r.c.Problems = append(r.c.Problems, Problem{Kind: kind, Path: printable(cut(path)), Detail: fmt.Sprintf(format, args...)})
	case n == maxProblems:
		r.c.Problems = append(r.c.Problems, Problem{Kind: TooManyProblems, Detail: fmt.Sprintf("There are more than %d problems; the rest was not read.", maxProblems)})
		r.c.Complete = false
	}
}

// lose notes a problem that keeps a file's bytes from being had.
func (r *reader) lose(kind ProblemKind, path, format string, args ...any) {
	r.c.Complete = false
	r.problem(kind, path, format, args...)
}

// stop notes a problem after which nothing more can be read.
func (r *reader) stop(kind ProblemKind, path, format string, args ...any) error {
	r.lose(kind, path, format, args...)
	return errStopped
}

// entry counts one entry.
func (r *reader) entry() error {
	r.entries++
	if r.entries > r.limits.Entries {
		return r.stop(TooMany, "", "The archive has more than %d entries.", r.limits.Entries)
	}
	if len(r.c.Problems) > maxProblems {
		return errStopped
	}
	return r.ask()
}

// ask asks whether to go on.
func (r *reader) ask() error {
	if r.o.Cancelled != nil && r.o.Cancelled() {
		return ErrCancelled
	}
	return nil
}

// spend counts inflated bytes against the limits.
func (r *reader) spend(n int) error {
	r.total += int64(n)
	if r.total > r.limits.Total {
		return r.stop(TooMuch, "", "The archive inflates to more than %d bytes.", r.limits.Total)
	}
	if r.total > freeRatio && r.total/r.limits.Ratio > r.packed {
		return r.stop(TooDense, "", "The archive inflates to more than %d times its size.", r.limits.Ratio)
	}
	if r.total-r.told < tick {
		return nil
	}
	r.told = r.total
	if r.o.Progress != nil {
		r.o.Progress(r.total)
	}
	return r.ask()
}

// inflater starts inflating packed; one flate reader serves the whole archive.
func (r *reader) inflater(packed []byte) io.Reader {
	r.src.Reset(packed)
	if reset, ok := r.inflate.(flate.Resetter); ok && reset.Reset(&r.src, nil) == nil {
		return r.inflate
	}
	r.inflate = flate.NewReader(&r.src)
	return r.inflate
}

// A body takes one file's bytes: digest, size and the inspector's copy.
type body struct {
	sum  hash.Hash
	size int64
	copy io.Writer
}

// open starts a body; the copy is for the inspector if it wants one.
func (r *reader) open(path string, size int64) *body {
	r.sum.Reset()
	b := &body{sum: r.sum}
	if r.o.Inspect != nil {
		b.copy = r.o.Inspect(path, size)
	}
	return b
}

func (b *body) write(p []byte) {
	b.sum.Write(p)
	b.size += int64(len(p))
	if b.copy == nil {
		return
	}
	if n, err := b.copy.Write(p); err != nil || n != len(p) {
		b.copy = nil
	}
}

// file makes a File of what was written.
func (b *body) file(path string, executable bool) File {
	f := File{Path: path, Size: b.size, Executable: executable}
	b.sum.Sum(f.SHA256[:0])
	return f
}
