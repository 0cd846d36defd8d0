package archive

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// A header of the new ASCII form: a magic number, and thirteen fields of eight
// hexadecimal digits (cpio(5), "New ASCII Format").
const (
	cpioHeader   = 6 + 13*8
	cpioStripped = 6 + 8 // of the form whose headers name entries of a list elsewhere
	cpioMagic    = "070701"
	cpioSums     = "070702" // the same with a sum of the bytes, which nobody compares
	cpioElse     = "07070X" // a place in that list follows
	cpioTrailer  = "TRAILER!!!"
	maxCPIOLink  = 4 << 10 // bytes of a link's target
)

// A CPIOEntry is what a list elsewhere says of an entry.
type CPIOEntry struct {
	Path  string
	Mode  int64  // as in a header
	Size  int64  // bytes that stand in the archive
	Inode string // what hard links share; empty for a file with one name
}

// A cpioEntry is one header.
type cpioEntry struct {
	mode, links, size int64
	inode             string // with the device: what hard links share
	name              string
}

// A cpioReader is the state of one reading.
type cpioReader struct {
	r  *reader
	in io.Reader
	at int64 // bytes read, for the padding
	// listed are the entries of a list elsewhere; nil where there is none.
	listed []CPIOEntry
	// waiting are the names of files whose bytes come with a later one of the same
	// inode, by inode.
	waiting map[string][]cpioEntry
	inodes  []string // those of waiting, in the order of the archive
}

// readCPIO reads header after header until the trailer:
//
//  1. each header, its name, and the zeros up to a multiple of four;
//  2. the bytes of a file or a link, and zeros again. Of several names of one
//     file the bytes stand with the last;
//  3. behind the trailer there must be only zeros.
func (r *reader) readCPIO(in io.Reader, listed []CPIOEntry) error {
	c := &cpioReader{r: r, in: in, listed: listed, waiting: map[string][]cpioEntry{}}
	for {
		e, err := c.header()
		if err != nil {
			return err
		}
		if e.name == cpioTrailer {
			break
		}
		if err := c.entry(e); err != nil {
			return err
		}
	}
	if err := c.rest(); err != nil {
		return err
	}
	for _, inode := range c.inodes {
		for _, e := range c.waiting[inode] { // several names of a file without bytes
			b := r.open(e.name, 0)
			r.c.Files = append(r.c.Files, b.file(e.name, e.mode&0o111 != 0))
		}
		delete(c.waiting, inode)
	}
	return nil
}

// read fills p and counts.
func (c *cpioReader) read(p []byte, path string) error {
	if err := c.r.exactly(c.in, p, path); err != nil {
		return err
	}
	c.at += int64(len(p))
	return nil
}

func (c *cpioReader) pad(path string) error {
	var p [3]byte
	zeros := p[:-c.at&3]
	if err := c.read(zeros, path); err != nil {
		return err
	}
	if !allZero(zeros) {
		c.r.problem(Hidden, path, "The padding behind %q is not empty.", cut(path))
	}
	return nil
}

// header reads step 1.
func (c *cpioReader) header() (cpioEntry, error) {
	var e cpioEntry
	var b [cpioHeader]byte
	if err := c.read(b[:cpioStripped], ""); err != nil {
		return e, err
	}
	magic := string(b[:6])
	if magic == cpioElse && c.listed != nil {
		return c.elsewhere(b[6:cpioStripped])
	}
	if magic != cpioMagic && magic != cpioSums {
		if c.r.entries == 0 {
			return e, &FormatError{Want: CPIO, Found: "data that holds no cpio archive of the new form"}
		}
		return e, c.r.stop(Corrupt, "", "Entry %d has no header of the cpio's form.", c.r.entries+1)
	}
	if err := c.read(b[cpioStripped:], ""); err != nil {
		return e, err
	}
	if err := c.r.entry(); err != nil {
		return e, err
	}
	var fields [13]int64
	for i := range fields {
		n, err := strconv.ParseUint(string(b[6+8*i:14+8*i]), 16, 32)
		if err != nil {
			return e, c.r.stop(Corrupt, "", "The header of entry %d has a field that is no number.", c.r.entries)
		}
		fields[i] = int64(n)
	}
	e.mode, e.links, e.size = fields[1], fields[4], fields[6]
	e.inode = fmt.Sprintf("%x:%x:%x", fields[7], fields[8], fields[0])
	length := fields[11]
	if length < 1 || length > int64(c.r.limits.Name)+3 {
		return e, c.r.stop(NameLong, "", "The name of entry %d has %d bytes, which is not read.", c.r.entries, length)
	}
	name := make([]byte, length)
	if err := c.read(name, ""); err != nil {
		return e, err
	}
	e.name = string(name[:length-1])
	if name[length-1] != 0 || strings.Contains(e.name, "\x00") {
		return e, c.r.stop(NameControl, e.name, "The name of entry %d does not end where its header says.", c.r.entries)
	}
	return e, c.pad(e.name)
}

// elsewhere is the entry at a place in the list that stands elsewhere.
func (c *cpioReader) elsewhere(place []byte) (cpioEntry, error) {
	if err := c.r.entry(); err != nil {
		return cpioEntry{}, err
	}
	n, err := strconv.ParseUint(string(place), 16, 32)
	if err != nil || n >= uint64(len(c.listed)) {
		return cpioEntry{}, c.r.stop(Corrupt, "", "Entry %d stands nowhere in the list of files.", c.r.entries)
	}
	l := c.listed[n]
	e := cpioEntry{name: l.Path, mode: l.Mode, size: l.Size, inode: l.Inode, links: 1}
	if l.Inode != "" {
		e.links = 2
	}
	return e, c.pad(e.name)
}

// entry reads step 2.
func (c *cpioReader) entry(e cpioEntry) error {
	kind := e.mode & modeType
	if e.size > c.r.limits.Total-c.r.total {
		return c.r.stop(TooMuch, e.name, "The archive inflates to more than %d bytes.", c.r.limits.Total)
	}
	e.name = c.r.rooted(e.name)
	root := e.name == "" && kind == modeFolder && c.r.o.System
	listed := false
	if !root {
		var err error
		if listed, err = c.r.name(e.name, kind == modeFolder); err != nil {
			return err
		}
	}
	switch {
	case kind == modeRegular:
		return c.file(e, listed)
	case kind == modeLink && e.size <= maxCPIOLink:
		target := make([]byte, e.size)
		if err := c.read(target, e.name); err != nil {
			return err
		}
		if c.r.o.System && listed {
			c.r.c.Links = append(c.r.c.Links, Linked{Path: e.name, Target: string(target)})
		} else {
			c.r.problem(Link, e.name, "%q is a symbolic link to %q.", cut(e.name), cut(string(target)))
		}
		return c.pad(e.name)
	case kind == modeFolder && e.size == 0:
		if listed {
			c.r.c.Folders = append(c.r.c.Folders, strings.TrimSuffix(e.name, "/")+"/")
		}
		return nil
	case e.size != 0:
		return c.r.stop(FolderData, e.name, "%q is no file, but states %d bytes.", cut(e.name), e.size)
	}
	c.r.problem(Special, e.name, "%q is a device, a pipe or a socket.", cut(e.name))
	return nil
}

// file reads and hashes a file, and gives its bytes to the names that wait.
func (c *cpioReader) file(e cpioEntry, listed bool) error {
	if e.links > 1 && e.size == 0 {
		if listed {
			if len(c.waiting[e.inode]) == 0 {
				c.inodes = append(c.inodes, e.inode)
			}
			c.waiting[e.inode] = append(c.waiting[e.inode], e)
		}
		return nil
	}
	b := c.r.open(e.name, e.size)
	for left := e.size; left > 0; {
		p := c.r.buf[:min(left, chunk)]
		if err := c.read(p, e.name); err != nil {
			return err
		}
		b.write(p)
		left -= int64(len(p))
	}
	f := b.file(e.name, e.mode&0o111 != 0)
	if e.links > 1 {
		for _, w := range c.waiting[e.inode] {
			same := f
			same.Path = w.name
			c.r.c.Files = append(c.r.c.Files, same)
		}
		delete(c.waiting, e.inode)
	}
	if listed {
		c.r.c.Files = append(c.r.c.Files, f)
	}
	return c.pad(e.name)
}

// rest reads what follows the trailer: zeros.
func (c *cpioReader) rest() error {
	for {
		n, err := c.in.Read(c.r.buf)
		if !allZero(c.r.buf[:n]) {
			return c.r.stop(Trailing, "", "Bytes stand after the entry that ends the cpio archive.")
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
