package archive

import (
	"bufio"
	"fmt"
	"hash/crc32"
	"io"
	"math"
)

// A Member is one file to be put into an archive.
type Member struct {
	Path string // ASCII, "/" between parts
	Data []byte
}

// WriteZip writes a zip archive (APPNOTE 6.3.10) whose members are stored, not
// compressed: the same members give the same bytes with every version of every
// compressor. Members have no time and no mode. [Read] finds no problem in it.
//
//  1. Every member: a local header (4.3.7), then its bytes.
//  2. The directory, a header for each member (4.3.12), in the same order.
//  3. The end record (4.3.16). There is no zip64: what it would need is an error.
func WriteZip(w io.Writer, members []Member) error {
	out := &counted{w: bufio.NewWriter(w)}
	starts := make([]uint32, len(members))
	sums := make([]uint32, len(members))
	if len(members) >= max16 {
		return fmt.Errorf("writing a zip archive: %d members are more than %d", len(members), max16-1)
	}
	for i, m := range members { // 1
		if err := out.room(m); err != nil {
			return err
		}
		starts[i], sums[i] = uint32(out.n), crc32.ChecksumIEEE(m.Data)
		out.write([]byte(localSig))
		out.common(m, sums[i])
		out.write([]byte(m.Path))
		out.write(m.Data)
	}
	directory := out.n
	for i, m := range members { // 2
		if err := out.room(Member{Path: m.Path}); err != nil {
			return err
		}
		out.write([]byte(centralSig))
		out.write(le.AppendUint16(nil, version))
		out.common(m, sums[i])
		out.write(make([]byte, 10)) // comment, disk, attributes
		out.write(le.AppendUint32(nil, starts[i]))
		out.write([]byte(m.Path))
	}
	size := out.n - directory
	out.write([]byte(endSig)) // 3
	out.write(make([]byte, 4))
	out.write(le.AppendUint16(le.AppendUint16(nil, uint16(len(members))), uint16(len(members))))
	out.write(le.AppendUint32(le.AppendUint32(nil, uint32(size)), uint32(directory)))
	out.write(make([]byte, 2))
	if err := out.w.Flush(); err != nil {
		return fmt.Errorf("writing a zip archive: %w", err)
	}
	return nil
}

const (
	// version is that of the specification which reading needs: 2.0.
	version = 20
	// firstDay is 1 January 1980, the first day that a zip can name.
	firstDay = 1<<5 | 1
)

// counted writes and counts; an error shows when it is flushed.
type counted struct {
	w *bufio.Writer
	n int64
}

func (c *counted) write(b []byte) {
	_, _ = c.w.Write(b) // the writer keeps its first error for Flush
	c.n += int64(len(b))
}

// room tells whether a member still fits.
func (c *counted) room(m Member) error {
	if len(m.Path) > math.MaxUint16 || c.n+int64(len(m.Data)+len(m.Path)+centralLen+endLen) >= max32 {
		return fmt.Errorf("writing a zip archive: with %q it would have more than 4 GiB", cut(m.Path))
	}
	return nil
}

// common are the fields that both headers of a member have, from the version on.
func (c *counted) common(m Member, sum uint32) {
	b := le.AppendUint16(nil, version)
	b = le.AppendUint16(b, 0)           // flags
	b = le.AppendUint16(b, methodStore) // method
	b = le.AppendUint16(b, 0)           // time
	b = le.AppendUint16(b, firstDay)
	b = le.AppendUint32(b, sum)
	b = le.AppendUint32(b, uint32(len(m.Data)))
	b = le.AppendUint32(b, uint32(len(m.Data)))
	b = le.AppendUint16(b, uint16(len(m.Path)))
	b = le.AppendUint16(b, 0) // extra
	c.write(b)
}
