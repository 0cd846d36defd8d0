package archive

import (
	"io"
	"strings"
)

// A tarReader reads the tar inside a gzip member.
type tarReader struct {
	r     *reader
	in    io.Reader
	block [blockLen]byte
	meta  []byte
	next  tarExtra // for the next entry
}

// readTarGz reads a gzip-compressed tar:
//
//  1. inflate the first gzip member (RFC 1952); there must be no other;
//  2. read header after header until two zero blocks (POSIX.1-2017 pax): long
//     names and extended headers tell about the entry after them, files are
//     hashed, everything else is named;
//  3. after the zero blocks there must be only zeros;
//  4. compare the member's checksum and size, and see that nothing follows.
func (r *reader) readTarGz() error {
	in, err := r.openGzip()
	if err != nil {
		return err
	}
	if err := r.readTar(in); err != nil {
		return err
	}
	return in.close()
}

// readTar does steps 2 and 3.
func (r *reader) readTar(in io.Reader) error {
	t := &tarReader{r: r, in: in}
	for first := true; ; first = false {
		more, err := t.header(first)
		if err != nil {
			return err
		}
		if !more {
			break
		}
	}
	if t.next.any() {
		r.lose(TarPax, "", "The archive ends with a header about an entry that does not come.")
	}
	return nil
}

// header reads one header and its entry; false at the archive's end.
func (t *tarReader) header(first bool) (bool, error) {
	b := t.block[:]
	n, err := full(t.in, b)
	if err != nil {
		return false, err
	}
	switch {
	case n == 0:
		t.r.problem(NoEnd, "", "The two zero blocks that end a tar archive are missing.")
		return false, nil
	case first && (n < blockLen || !allZero(b) && !checksumFits(b) && !looksLikeTar(b)):
		return false, &FormatError{Want: t.r.c.Format, Found: "data that holds no tar archive"}
	case n < blockLen:
		return false, t.r.stop(Truncated, "", "The archive ends inside a header.")
	case allZero(b):
		return false, t.end()
	case !checksumFits(b):
		return false, t.r.stop(TarChecksum, "", "The checksum of the header of entry %d is wrong.", t.r.entries+1)
	}
	if err := t.r.entry(); err != nil {
		return false, err
	}
	h, doubt := parseHeader(b)
	if doubt != "" {
		return false, t.r.stop(TarHeader, h.name, "The header of %q is malformed: %s.", cut(h.name), doubt)
	}
	return true, t.entry(h)
}

// end reads what follows the first zero block: a second one, and zeros.
func (t *tarReader) end() error {
	n, err := full(t.in, t.block[:])
	if err != nil {
		return err
	}
	if n < blockLen {
		t.r.problem(NoEnd, "", "The second of the two zero blocks that end a tar archive is missing.")
	}
	for n > 0 {
		if !allZero(t.block[:n]) {
			return t.r.stop(Trailing, "", "Bytes stand after the zero block that ends the tar archive; some readers go on there.")
		}
		if n, err = full(t.in, t.block[:]); err != nil {
			return err
		}
	}
	return nil
}

// entry reads the entry of a header.
func (t *tarReader) entry(h tarHeader) error {
	switch h.kind {
	case tarPax, tarPaxGlobal:
		return t.readPax(h)
	case tarLongName, tarLongLink:
		return t.readLong(h)
	}
	next := t.next
	t.next = tarExtra{}
	if next.hasPath {
		h.name = next.path
	}
	if next.hasLink {
		h.link = next.link
	}
	if next.hasSize && next.size != h.size {
		return t.r.stop(TarPax, h.name, "The extended header of %q states %d bytes and its own header %d; readers differ in where the next entry starts.", cut(h.name), next.size, h.size)
	}
	if h.kind == tarSparse {
		return t.r.stop(Sparse, h.name, "%q is a file with holes, which is not supported.", cut(h.name))
	}
	if next.hasLink && h.kind != tarHard && h.kind != tarSym {
		return t.r.stop(TarHeader, h.name, "A header states the target of a link for %q, which is none; some readers drop that entry.", cut(h.name))
	}
	folder := h.kind == tarFolder || (h.kind == tarOld || h.kind == tarFile) && strings.HasSuffix(h.name, "/")
	if h.name = t.r.rooted(h.name); h.name == "" && folder && t.r.o.System {
		return nil // the root itself
	}
	listed, err := t.r.name(h.name, folder)
	if err != nil {
		return err
	}
	switch h.kind {
	case tarHard, tarSym, tarChar, tarBlock, tarPipe, tarFolder:
		return t.bare(h, listed)
	case tarOld, tarFile:
		if folder {
			if h.kind == tarFile || !h.named {
				t.r.problem(Type, h.name, "%q is named like a folder, but marked as a file.", cut(h.name))
			}
			return t.bare(h, listed)
		}
		if h.kind == tarOld && h.named {
			t.r.problem(Type, h.name, "The short name of %q is a folder's, its long one is not.", cut(h.name))
		}
	default:
		t.r.lose(Special, h.name, "%q is of a kind (%q) that readers treat differently.", cut(h.name), h.kind)
		return t.skip(h)
	}
	if next.sparse {
		t.r.lose(Sparse, h.name, "%q is a file with holes, which is not supported.", cut(h.name))
		return t.skip(h)
	}
	if !listed {
		return t.skip(h)
	}
	return t.file(h)
}

// bare notes an entry that has no bytes. Where one states bytes, readers differ
// in whether these follow or the next header does.
func (t *tarReader) bare(h tarHeader, listed bool) error {
	switch h.kind {
	case tarHard, tarSym:
		if t.r.o.System && listed {
			l := Linked{Path: h.name, Target: h.link, Hard: h.kind == tarHard}
			if l.Hard {
				l.Target = t.r.rooted(l.Target)
			}
			t.r.c.Links = append(t.r.c.Links, l)
			break
		}
		what := "symbolic"
		if h.kind == tarHard {
			what = "hard"
		}
		t.r.problem(Link, h.name, "%q is a %s link to %q.", cut(h.name), what, cut(h.link))
	case tarChar, tarBlock, tarPipe:
		t.r.problem(Special, h.name, "%q is a device or a pipe.", cut(h.name))
	default:
		if listed {
			t.r.c.Folders = append(t.r.c.Folders, strings.TrimSuffix(h.name, "/")+"/")
		}
	}
	if h.size != 0 {
		return t.r.stop(FolderData, h.name, "%q is no file, but states %d bytes; readers differ in where the next entry starts.", cut(h.name), h.size)
	}
	return nil
}

// file reads and hashes a regular file.
func (t *tarReader) file(h tarHeader) error {
	if h.size > t.r.limits.Total-t.r.total {
		return t.r.stop(TooMuch, h.name, "The archive inflates to more than %d bytes.", t.r.limits.Total)
	}
	b := t.r.open(h.name, h.size)
	if err := t.bytes(h, b.write); err != nil {
		return err
	}
	if kind := h.mode & modeType; kind != 0 && kind != modeRegular {
		t.r.problem(Type, h.name, "%q is marked as a file, but its mode (%o) is another kind's.", cut(h.name), h.mode)
	}
	t.r.c.Files = append(t.r.c.Files, b.file(h.name, h.mode&0o111 != 0))
	return t.padding(h)
}

// skip passes over an entry's bytes.
func (t *tarReader) skip(h tarHeader) error {
	if err := t.bytes(h, func([]byte) {}); err != nil {
		return err
	}
	return t.padding(h)
}

// bytes hands an entry's bytes on, some at a time.
func (t *tarReader) bytes(h tarHeader, take func([]byte)) error {
	for left := h.size; left > 0; {
		p := t.r.buf[:min(left, chunk)]
		if err := t.r.exactly(t.in, p, h.name); err != nil {
			return err
		}
		take(p)
		left -= int64(len(p))
	}
	return nil
}

// padding reads the bytes that fill an entry's last block: zeros.
func (t *tarReader) padding(h tarHeader) error {
	p := t.block[:-h.size&(blockLen-1)]
	if err := t.r.exactly(t.in, p, h.name); err != nil {
		return err
	}
	if !allZero(p) {
		t.r.problem(Hidden, h.name, "The padding behind %q is not empty.", cut(h.name))
	}
	return nil
}
