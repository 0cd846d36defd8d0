package archive_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

// A tarItem is one header with its bytes; every field can lie.
type tarItem struct {
	label             string // starts the names of its fields
	name, link        string
	mode, size        string // as written, without the NUL
	kind              byte
	magic             string
	prefix            string
	pad               string // bytes 500 to 511
	data              []byte
	fill              []byte // the padding, nil for zeros
	checksum          func(sum int) string
	change            func(header []byte) // before the checksum
	dataField         string
	noData, noPadding bool
}

// tarFile is a regular file as an ordinary tool writes it.
func tarFile(name, content string) tarItem {
	return tarItem{
		label: "file", name: name, mode: "0000644", size: fmt.Sprintf("%011o", len(content)), kind: '0',
		magic: "ustar\x0000", data: []byte(content), dataField: "data",
	}
}

func tarOf(kind byte, name, link string) tarItem {
	i := tarFile(name, "")
	i.kind, i.link = kind, link
	return i
}

func tarFolder(name string) tarItem {
	i := tarOf('5', name, "")
	i.label, i.mode = "folder", "0000755"
	return i
}

// tarPax is an extended header.
func tarPax(kind byte, records ...string) tarItem {
	var text string
	for _, r := range records {
		text += paxRecord(r)
	}
	i := tarFile("PaxHeaders/x", text)
	i.label, i.kind, i.dataField = "pax", kind, "pax.data"
	return i
}

// paxRecord writes "key=value" with its length.
func paxRecord(kv string) string {
	n := len(kv) + 2
	for len(fmt.Sprint(n))+len(kv)+2 != n {
		n = len(fmt.Sprint(n)) + len(kv) + 2
	}
	return fmt.Sprintf("%d %s\n", n, kv)
}

// tarLong is a GNU long name or link target.
func tarLong(kind byte, text string) tarItem {
	i := tarFile("././@LongLink", text+"\x00")
	i.label, i.kind, i.magic, i.dataField = "long", kind, "ustar  \x00", "long.data"
	return i
}

func (i tarItem) put(l *layout) {
	h := &layout{}
	text := func(field, s string, n int) {
		b := make([]byte, n)
		copy(b, s)
		h.put(i.label+"."+field, b)
	}
	text("name", i.name, 100)
	text("mode", i.mode, 8)
	text("uid", "0001750", 8)
	text("gid", "0001750", 8)
	text("size", i.size, 12)
	text("mtime", "14371573620", 12)
	text("checksum", "        ", 8)
	text("kind", string(i.kind), 1)
	text("link", i.link, 100)
	text("magic", i.magic, 8)
	text("uname", "user", 32)
	text("gname", "users", 32)
	text("dev", "0000000\x000000000\x00", 16)
	text("prefix", i.prefix, 155)
	text("pad", i.pad, 12)
	b := h.Bytes()
	if i.change != nil {
		i.change(b)
	}
	fixChecksum(b, i.checksum)
	l.Write(b)
	l.field = append(l.field, h.field...)
	if i.noData {
		return
	}
	l.put(i.dataField, i.data)
	if i.noPadding {
		return
	}
	fill := make([]byte, -len(i.data)&511)
	copy(fill, i.fill)
	l.put(i.label+".padding", fill)
}

// fixChecksum writes a header's checksum.
func fixChecksum(b []byte, as func(int) string) {
	copy(b[148:156], "        ")
	sum := 0
	for _, c := range b[:512] {
		sum += int(c)
	}
	if as == nil {
		as = func(sum int) string { return fmt.Sprintf("%06o\x00 ", sum) }
	}
	copy(b[148:156], as(sum))
}

// tarSpec is a whole tar.
type tarSpec struct {
	items []tarItem
	end   []byte // nil: two zero blocks
}

func (t tarSpec) build() *layout {
	l := &layout{}
	for _, i := range t.items {
		i.put(l)
	}
	if t.end == nil {
		t.end = make([]byte, 1024)
	}
	l.put("end", t.end)
	return l
}

// gzipOf wraps bytes into one gzip member, as stored blocks of deflate.
func gzipOf(data []byte) *layout {
	l := &layout{}
	l.text("gzip.magic", "\x1f\x8b")
	l.text("gzip.method", "\x08")
	l.text("gzip.flags", "\x08")
	l.u32("gzip.time", 0x5a21)
	l.text("gzip.level", "\x02")
	l.text("gzip.system", "\x03")
	l.text("gzip.name", "p.tar")
	l.text("gzip.name-end", "\x00")
	for rest := data; ; {
		piece := rest[:min(len(rest), 0xffff)]
		rest = rest[len(piece):]
		final := byte(0)
		if len(rest) == 0 {
			final = 1
		}
		l.put("stored.header", []byte{final})
		l.u16("stored.length", uint16(len(piece)))
		l.u16("stored.length", ^uint16(len(piece)))
		l.put("tar", piece)
		if final == 1 {
			break
		}
	}
	l.u32("gzip.crc", crc32.ChecksumIEEE(data))
	l.u32("gzip.size", uint32(len(data)))
	return l
}

// gzipped wraps bytes into one gzip member without naming the fields.
func gzipped(data []byte) []byte {
	le := binary.LittleEndian
	b := gzipHeader(0)
	for rest := data; ; {
		piece := rest[:min(len(rest), 0xffff)]
		rest = rest[len(piece):]
		b = append(b, 0)
		if len(rest) == 0 {
			b[len(b)-1] = 1
		}
		b = le.AppendUint16(b, uint16(len(piece)))
		b = le.AppendUint16(b, ^uint16(len(piece)))
		b = append(b, piece...)
		if len(rest) == 0 {
			break
		}
	}
	b = le.AppendUint32(b, crc32.ChecksumIEEE(data))
	return le.AppendUint32(b, uint32(len(data)))
}

// gzipWith makes a member with a header of one's own.
func gzipWith(header []byte, data []byte) []byte {
	var b bytes.Buffer
	b.Write(header)
	whole := gzipOf(data)
	b.Write(whole.Bytes()[16:])
	return b.Bytes()
}

// gzipHeader is a header with flags and what they announce.
func gzipHeader(flags byte, rest ...byte) []byte {
	return append([]byte{0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 255}, rest...)
}

// headerCRC appends the header's checksum, changed by delta.
func headerCRC(header []byte, delta uint16) []byte {
	return binary.LittleEndian.AppendUint16(header, uint16(crc32.ChecksumIEEE(header))+delta)
}
