package archive

import (
	"bytes"
	"compress/flate"
	"errors"
	"hash/crc32"
	"io"
)

// gzip flags (RFC 1952, 2.3.1).
const (
	gzHeaderCRC = 1 << 1
	gzExtra     = 1 << 2
	gzName      = 1 << 3
	gzComment   = 1 << 4
	gzReserved  = 0xe0

	gzHeaderLen  = 10
	gzTrailerLen = 8
	gzMagic      = "\x1f\x8b"
)

// A gzipMember is the first member of a gzip file as it inflates. Its errors
// are io.EOF at the clean end, errStopped after a Problem, and ErrCancelled.
type gzipMember struct {
	r    *reader
	in   io.Reader
	crc  uint32
	size uint32 // modulo 2^32, as in the trailer
}

// openGzip reads the header of the first member.
func (r *reader) openGzip() (*gzipMember, error) {
	if !hasSig(r.data, gzMagic) {
		return nil, &FormatError{Want: r.c.Format, Found: sniff(r.data)}
	}
	head, ok := gzipHeader(r.data)
	if !ok {
		return nil, r.stop(Truncated, "", "The archive ends inside its gzip header.")
	}
	flags := r.data[3]
	if r.data[2] != methodDeflate {
		return nil, r.stop(Method, "", "The gzip header names the compression method %d, which is not supported.", r.data[2])
	}
	if flags&gzReserved != 0 {
		return nil, r.stop(GzipHeader, "", "The gzip header has reserved flags (%#02x).", flags)
	}
	if flags&gzHeaderCRC != 0 && le.Uint16(r.data[head-2:]) != uint16(crc32.ChecksumIEEE(r.data[:head-2])) {
		r.problem(GzipHeader, "", "The checksum of the gzip header is wrong.")
	}
	return &gzipMember{r: r, in: r.inflater(r.data[head:])}, nil
}

// gzipHeader is the length of a member's header; false where it is cut.
func gzipHeader(b []byte) (int, bool) {
	if len(b) < gzHeaderLen {
		return 0, false
	}
	flags, n := b[3], gzHeaderLen
	if flags&gzExtra != 0 {
		if len(b) < n+2 {
			return 0, false
		}
		n += 2 + int(le.Uint16(b[n:]))
	}
	for _, text := range []byte{gzName, gzComment} {
		if flags&text == 0 {
			continue
		}
		if n > len(b) {
			return 0, false
		}
		end := bytes.IndexByte(b[n:], 0)
		if end < 0 {
			return 0, false
		}
		n += end + 1
	}
	if flags&gzHeaderCRC != 0 {
		n += 2
	}
	return n, n <= len(b)
}

// Read inflates some bytes.
func (g *gzipMember) Read(p []byte) (int, error) {
	n, err := g.in.Read(p)
	g.crc = crc32.Update(g.crc, crc32.IEEETable, p[:n])
	g.size += uint32(n)
	if err := g.r.spend(n); err != nil {
		return 0, err
	}
	var corrupt flate.CorruptInputError
	switch {
	case err == nil, errors.Is(err, io.EOF):
		return n, err
	case errors.Is(err, io.ErrUnexpectedEOF):
		return n, g.r.stop(Truncated, "", "The compressed bytes end too early.")
	case errors.As(err, &corrupt):
		return n, g.r.stop(Corrupt, "", "The compressed bytes are damaged (deflate, near byte %d).", int64(corrupt))
	}
	return n, g.r.stop(Corrupt, "", "The compressed bytes are damaged.")
}

// close checks the trailer and what follows it.
func (g *gzipMember) close() error {
	r := g.r
	rest := r.data[len(r.data)-r.src.Len():]
	if len(rest) < gzTrailerLen {
		return r.stop(Truncated, "", "The archive ends inside its gzip trailer.")
	}
	if crc := le.Uint32(rest); crc != g.crc {
		r.lose(Checksum, "", "The inflated bytes have the CRC-32 %08x; %08x is stated.", g.crc, crc)
	}
	if size := le.Uint32(rest[4:]); size != g.size {
		r.lose(Size, "", "%d bytes were inflated; %d are stated.", g.size, size)
	}
	rest = rest[gzTrailerLen:]
	switch {
	case len(rest) == 0:
	case hasSig(rest, gzMagic):
		r.lose(MultiMember, "", "A second gzip member of at most %d bytes follows; some readers stop before it, and so did this one.", len(rest))
	default:
		r.problem(Trailing, "", "%d bytes stand after the archive's end.", len(rest))
	}
	return nil
}
