package archive

import (
	"errors"
	"io"
)

// ReadTar reads a tar as it inflates from in, of which packed is the size in
// bytes as it arrived. An error of in that is not its end is a Problem: the
// compressed bytes are damaged.
func ReadTar(in io.Reader, packed int64, o Options) (*Contents, error) {
	return readStream(Tar, in, packed, o, (*reader).readTar)
}

// ReadCPIO reads a cpio of the "new ASCII" form as it inflates from in, as
// [ReadTar] does. Where its headers only say which entry of a list elsewhere they
// are, listed is that list; nil where there is none.
func ReadCPIO(in io.Reader, packed int64, listed []CPIOEntry, o Options) (*Contents, error) {
	return readStream(CPIO, in, packed, o, func(r *reader, in io.Reader) error { return r.readCPIO(in, listed) })
}

func readStream(format Format, in io.Reader, packed int64, o Options, read func(*reader, io.Reader) error) (*Contents, error) {
	r := newReader(format, nil, o)
	r.packed = packed
	if err := read(r, &inflating{r, in}); err != nil && !errors.Is(err, errStopped) {
		return nil, err
	}
	if r.o.Progress != nil {
		r.o.Progress(r.total)
	}
	return r.c, nil
}

// inflating counts what inflates against the limits, and tells what is damaged.
type inflating struct {
	r  *reader
	in io.Reader
}

func (i *inflating) Read(p []byte) (int, error) {
	n, err := i.in.Read(p)
	if err := i.r.spend(n); err != nil {
		return 0, err
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return n, i.r.stop(Corrupt, "", "The compressed bytes are damaged: %v.", err)
	}
	return n, err
}

// full reads exactly len(p) bytes, or fewer where the archive ends. Unlike
// [io.ReadFull] it gives an error that comes with the last of them: it stands among
// the problems already, and a further reading would name it again.
func full(in io.Reader, p []byte) (n int, err error) {
	for n < len(p) {
		m, err := in.Read(p[n:])
		n += m
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// exactly reads len(p) bytes of an entry.
func (r *reader) exactly(in io.Reader, p []byte, path string) error {
	n, err := full(in, p)
	if err == nil && n < len(p) {
		err = r.stop(Truncated, path, "The archive ends inside %q.", cut(path))
	}
	return err
}
