// Package packed undoes the compression of documents and of the insides of
// packages: gzip (RFC 1952), xz (the .xz format 1.2), Zstandard (RFC 8878) and
// bzip2. Only the page's second program carries it: Zstandard weighs more than
// all formats of the first.
//
// Its input is hostile. What one stream may ask for is bounded ([maxWindow]);
// how much comes out is bounded by the reader that takes it ([AtMost] is one).
package packed

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
	"github.com/mikelolasagasti/xz"
)

// A Kind names a compression.
type Kind string

// The kinds.
const (
	None  Kind = "none"
	Gzip  Kind = "gzip"
	XZ    Kind = "xz"
	Zstd  Kind = "zstd"
	Bzip2 Kind = "bzip2"
)

// maxWindow bounds how far back a stream may refer, and with it the memory that
// undoing it takes: 64 MiB, as xz at its highest preset.
const maxWindow = 64 << 20

// magics begin a compressed stream.
var magics = []struct {
	kind  Kind
	begin string
}{
	{Gzip, "\x1f\x8b"},
	{XZ, "\xfd7zXZ\x00"},
	{Zstd, "\x28\xb5\x2f\xfd"},
	{Bzip2, "BZh"},
}

// longestMagic is how many bytes tell the kind.
const longestMagic = 6

// Sniff tells by its first bytes how something is compressed.
func Sniff(b []byte) Kind {
	for _, m := range magics {
		if bytes.HasPrefix(b, []byte(m.begin)) {
			return m.kind
		}
	}
	return None
}

// Open begins to undo the compression of b. Several streams one after the other
// are one, as the tools of these formats have it; anything else behind the end is
// an error of the reader. The error says that b cannot be begun.
func Open(b []byte) (Kind, io.ReadCloser, error) { return undo(Sniff(b), bytes.NewReader(b)) }

// OpenStream begins to undo the compression of what is still arriving.
func OpenStream(in io.Reader) (Kind, io.ReadCloser, error) {
	buffered := bufio.NewReaderSize(in, 64<<10)
	begin, err := buffered.Peek(longestMagic)
	if err != nil && !errors.Is(err, io.EOF) {
		return None, nil, err
	}
	return undo(Sniff(begin), buffered)
}

func undo(kind Kind, in io.Reader) (Kind, io.ReadCloser, error) {
	switch kind {
	case Gzip:
		z, err := gzip.NewReader(in)
		if err != nil {
			return kind, nil, fmt.Errorf("reading the gzip header: %w", err)
		}
		return kind, z, nil
	case XZ:
		z, err := xz.NewReader(in, maxWindow)
		if err != nil {
			return kind, nil, fmt.Errorf("reading the xz header: %w", err)
		}
		return kind, io.NopCloser(z), nil
	case Zstd:
		z, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return kind, nil, fmt.Errorf("reading the zstd header: %w", err)
		}
		return kind, z.IOReadCloser(), nil
	case Bzip2:
		return kind, io.NopCloser(bzip2.NewReader(in)), nil
	}
	return None, io.NopCloser(in), nil
}

// AtMost reads what in gives up to so many bytes; more is an error.
func AtMost(in io.Reader, most int64) io.Reader { return &bounded{in, most, most} }

type bounded struct {
	in         io.Reader
	most, left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.in.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, fmt.Errorf("it inflates to more than %d bytes", b.most)
	}
	return n, err
}
