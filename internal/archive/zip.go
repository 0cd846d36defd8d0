package archive

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"slices"
)

// Signatures and fixed lengths (APPNOTE 4.3).
const (
	localSig      = "PK\x03\x04"
	descriptorSig = "PK\x07\x08"
	centralSig    = "PK\x01\x02"
	endSig        = "PK\x05\x06"
	end64Sig      = "PK\x06\x06"
	locatorSig    = "PK\x06\x07"

	localLen   = 30
	centralLen = 46
	endLen     = 22
	end64Len   = 56
	locatorLen = 20

	max16 = 0xffff
	max32 = 0xffffffff
)

// General purpose flags (APPNOTE 4.4.4).
const (
	flagEncrypted  = 1 << 0
	flagDescriptor = 1 << 3
	flagPatch      = 1 << 5
	flagStrong     = 1 << 6
	flagUTF8       = 1 << 11
	flagMasked     = 1 << 13
	// flagsLocked keep the bytes from being read.
	flagsLocked = flagEncrypted | flagPatch | flagStrong | flagMasked
	// flagsKnown adds the two bits by which deflate tells how hard it tried.
	flagsKnown = flagsLocked | flagDescriptor | flagUTF8 | 1<<1 | 1<<2
)

var le = binary.LittleEndian

// readZip reads a zip archive (APPNOTE 6.3.10):
//
//  1. find the one end record, and the zip64 records before it (4.3.14 to 16);
//  2. read the directory, which must fill exactly its place (4.3.12);
//  3. order the entries by where they start: together they must cover every
//     byte before the directory, once;
//  4. for each entry in the directory's order: compare its local header (4.3.7)
//     and data descriptor (4.3.9), check its name, inflate and hash.
func (r *reader) readZip() error {
	end, err := r.findEnd()
	if err != nil {
		return err
	}
	entries, err := r.readDirectory(end)
	if err != nil {
		return err
	}
	r.layOut(entries, end)
	for i := range entries {
		if err := r.entry(); err != nil {
			return err
		}
		if err := r.readEntry(&entries[i], end); err != nil {
			return err
		}
	}
	return nil
}

// layOut tells each entry where the next thing starts, and notes what stands
// before the first.
func (r *reader) layOut(entries []zipEntry, end zipEnd) {
	order := make([]*zipEntry, len(entries))
	for i := range entries {
		order[i] = &entries[i]
	}
	slices.SortStableFunc(order, func(a, b *zipEntry) int {
		switch {
		case a.offset < b.offset:
			return -1
		case a.offset > b.offset:
			return 1
		}
		return 0
	})
	next := end.start
	for _, e := range slices.Backward(order) {
		e.next = next
		next = e.offset
	}
	switch {
	case next == end.base:
	case end.base == 0:
		r.problem(Prepended, "", "%d bytes stand before the first entry.", next)
	default:
		r.problem(Hidden, "", "%d bytes stand before the first entry.", next-end.base)
	}
}

// readEntry checks and reads one entry.
func (r *reader) readEntry(e *zipEntry, end zipEnd) error {
	packed, ok := r.locate(e, end)
	listed, err := r.name(e.name, e.folder())
	if err != nil || !ok || !listed {
		return err
	}
	switch {
	case e.flags&flagsLocked != 0:
		r.lose(Encrypted, e.name, "%q is encrypted or patched and cannot be read.", cut(e.name))
		return nil
	case e.method != methodStore && e.method != methodDeflate:
		r.lose(Method, e.name, "%q is compressed by method %d, which is not supported.", cut(e.name), e.method)
		return nil
	}
	switch e.kind() {
	case modeLink:
		var target bytes.Buffer
		_, err := r.unpack(e, packed, &body{sum: r.sum, copy: &capped{w: &target, left: r.limits.Name}})
		r.problem(Link, e.name, "%q is a symbolic link to %q.", cut(e.name), cut(target.String()))
		return err
	case modeFolder:
		r.c.Folders = append(r.c.Folders, e.name)
		ok, err := r.unpack(e, packed, &body{sum: r.sum})
		if ok && e.size > 0 {
			r.problem(FolderData, e.name, "The folder %q comes with %d bytes.", cut(e.name), e.size)
		}
		return err
	case modeSpecial:
		r.problem(Special, e.name, "%q is a device, a pipe or a socket.", cut(e.name))
		return nil
	}
	if e.size > r.limits.Total-r.total {
		return r.stop(TooMuch, e.name, "The archive inflates to more than %d bytes.", r.limits.Total)
	}
	b := r.open(e.name, e.size)
	if ok, err := r.unpack(e, packed, b); err != nil || !ok {
		return err
	}
	r.c.Files = append(r.c.Files, b.file(e.name, e.mode&0o111 != 0))
	return nil
}

// unpack inflates one entry into b and compares size and checksum with the
// directory. It is false where they differ or the bytes cannot be had.
func (r *reader) unpack(e *zipEntry, packed []byte, b *body) (bool, error) {
	var in io.Reader
	if e.method == methodStore {
		r.src.Reset(packed)
		in = &r.src
	} else {
		in = r.inflater(packed)
	}
	b.sum.Reset()
	var crc uint32
	for {
		n, err := in.Read(r.buf)
		if b.size+int64(n) > e.size {
			r.lose(Size, e.name, "%q has more than the %d bytes stated.", cut(e.name), e.size)
			return false, nil
		}
		if err := r.spend(n); err != nil {
			return false, err
		}
		crc = crc32.Update(crc, crc32.IEEETable, r.buf[:n])
		b.write(r.buf[:n])
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			r.loseInflate(e.name, err)
			return false, nil
		}
	}
	switch {
	case b.size != e.size:
		r.lose(Size, e.name, "%q has %d bytes; %d are stated.", cut(e.name), b.size, e.size)
		return false, nil
	case crc != e.crc:
		r.lose(Checksum, e.name, "%q has the CRC-32 %08x; %08x is stated.", cut(e.name), crc, e.crc)
		return false, nil
	}
	if r.src.Len() != 0 {
		r.problem(Hidden, e.name, "%d bytes stand behind the end of the compressed bytes of %q.", r.src.Len(), cut(e.name))
	}
	return true, nil
}

// loseInflate notes why inflating failed.
func (r *reader) loseInflate(path string, err error) {
	var corrupt flate.CorruptInputError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		r.lose(Truncated, path, "The compressed bytes end too early.")
	case errors.As(err, &corrupt):
		r.lose(Corrupt, path, "The compressed bytes are damaged (deflate, near byte %d).", int64(corrupt))
	default:
		r.lose(Corrupt, path, "The compressed bytes are damaged.")
	}
}

// capped passes on the first bytes only.
type capped struct {
	w    io.Writer
	left int
}

func (c *capped) Write(p []byte) (int, error) {
	if len(p) > c.left {
		p = p[:c.left]
	}
	c.left -= len(p)
	return c.w.Write(p)
}
