package archive_test

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"hash/crc32"
)

// A layout is bytes together with the names of the fields they belong to, so
// that a test can say which fields may change without anybody noticing.
type layout struct {
	bytes.Buffer
	field []string // one name a byte
}

func (l *layout) put(field string, b []byte) {
	l.Write(b)
	for range b {
		l.field = append(l.field, field)
	}
}

func (l *layout) text(field, s string) { l.put(field, []byte(s)) }
func (l *layout) u16(field string, v uint16) {
	l.put(field, binary.LittleEndian.AppendUint16(nil, v))
}
func (l *layout) u32(field string, v uint32) {
	l.put(field, binary.LittleEndian.AppendUint32(nil, v))
}
func (l *layout) u64(field string, v uint64) {
	l.put(field, binary.LittleEndian.AppendUint64(nil, v))
}

// A zipHead is what a local header and a directory entry have in common; every
// field can lie.
type zipHead struct {
	sig                 string
	flags, method       uint16
	needed              uint16 // 0 stands for 20
	crc, packed, size   uint32
	name                string
	extra               []byte
	nameLen, extraSpare int // added to the true lengths
}

func (h zipHead) put(l *layout, where string) {
	l.text(where+".sig", h.sig)
	if where == "central" {
		l.u16("central.made-by", 3<<8|20)
	}
	l.u16(where+".needed", cmp.Or(h.needed, 20))
	l.u16(where+".flags", h.flags)
	l.u16(where+".method", h.method)
	l.u16(where+".time", 0x6c32)
	l.u16(where+".date", 0x5a21)
	l.u32(where+".crc", h.crc)
	l.u32(where+".packed", h.packed)
	l.u32(where+".size", h.size)
	l.u16(where+".name-length", uint16(len(h.name)+h.nameLen))
	l.u16(where+".extra-length", uint16(len(h.extra)+h.extraSpare))
}

// A zipItem is one entry with all that belongs to it.
type zipItem struct {
	local, central zipHead
	disk           uint16
	attr           uint32
	attrField      string
	offset         *uint32 // instead of the true one
	comment        string
	before         []byte // a gap
	body           []part
	descriptor     func(*layout)
	noLocal        bool
	noCentral      bool
}

// A part is bytes of a compressed body with a field name.
type part struct {
	field string
	b     []byte
}

// zipFile is an entry as an ordinary tool writes it: deflated, as one stored
// block (RFC 1951, 3.2.4), of which every bit's meaning is known.
func zipFile(name, content string) zipItem {
	body := storedBlock(content)
	h := zipHead{
		sig: "PK\x03\x04", method: 8, name: name, crc: crc32.ChecksumIEEE([]byte(content)),
		packed: uint32(5 + len(content)), size: uint32(len(content)),
	}
	for _, c := range name {
		if c >= 0x80 {
			h.flags = 1 << 11
		}
	}
	item := zipItem{local: h, central: h, body: body, attr: 0o100644 << 16, attrField: "central.attr"}
	item.central.sig = "PK\x01\x02"
	return item
}

// storedBlock deflates content, at most 65535 bytes, without compressing it.
func storedBlock(content string) []part {
	n := uint16(len(content))
	var lens []byte
	lens = binary.LittleEndian.AppendUint16(lens, n)
	lens = binary.LittleEndian.AppendUint16(lens, ^n)
	return []part{{"stored.header", []byte{1}}, {"stored.length", lens}, {"data", []byte(content)}}
}

// zipStored is an entry that is not compressed.
func zipStored(name, content string) zipItem {
	item := zipFile(name, content)
	item.body = []part{{"data", []byte(content)}}
	item.both(func(h *zipHead) { h.method, h.packed = 0, h.size })
	return item
}

// both changes local header and directory alike.
func (i *zipItem) both(change func(*zipHead)) {
	change(&i.local)
	change(&i.central)
}

// describe moves checksum and sizes into a data descriptor.
func (i *zipItem) describe(sig bool, wide bool) {
	i.both(func(h *zipHead) { h.flags |= 1 << 3 })
	c := i.central
	i.local.crc, i.local.packed, i.local.size = 0, 0, 0
	i.descriptor = func(l *layout) {
		if sig {
			l.text("descriptor.sig", "PK\x07\x08")
		}
		l.u32("descriptor.crc", c.crc)
		if wide {
			l.u64("descriptor.packed", uint64(c.packed))
			l.u64("descriptor.size", uint64(c.size))
			return
		}
		l.u32("descriptor.packed", c.packed)
		l.u32("descriptor.size", c.size)
	}
}

// A zipEnd is the end record; every field can lie.
type zipEnd struct {
	disk, dirDisk, diskCount, count uint16
	size, offset                    uint32
	comment                         string
	commentSpare                    int
}

// A zipEnd64 is the zip64 end record with its locator.
type zipEnd64 struct {
	recordSize             uint64
	disk, dirDisk          uint32
	diskCount, count       uint64
	size, offset           uint64
	locDisk, locDisks      uint32
	locOffset              uint64
	noRecord, betweenBytes bool
}

// A zipSpec is a whole archive.
type zipSpec struct {
	before   []byte // before the archive, offsets not adjusted
	shifted  []byte // before the archive, as if it were not there
	items    []zipItem
	afterDir []byte
	end64    func(*zipEnd64)
	end      func(*zipEnd)
	after    []byte
}

func (z zipSpec) build() *layout {
	l := &layout{}
	l.put("before", z.before)
	l.put("before", z.shifted)
	base := uint32(len(z.shifted))
	offsets := make([]uint32, len(z.items))
	for n, i := range z.items {
		l.put("gap", i.before)
		offsets[n] = uint32(l.Len()) - base
		if i.noLocal {
			continue
		}
		i.local.put(l, "local")
		l.text("local.name", i.local.name)
		l.put("local.extra", i.local.extra)
		for _, p := range i.body {
			l.put(p.field, p.b)
		}
		if i.descriptor != nil {
			i.descriptor(l)
		}
	}
	start := uint32(l.Len()) - base
	count := 0
	for n, i := range z.items {
		if i.noCentral {
			continue
		}
		count++
		i.central.put(l, "central")
		l.u16("central.comment-length", uint16(len(i.comment)))
		l.u16("central.disk", i.disk)
		l.u16("central.internal", 0)
		l.u32(i.attrField, i.attr)
		if i.offset != nil {
			offsets[n] = *i.offset
		}
		l.u32("central.offset", offsets[n])
		l.text("central.name", i.central.name)
		l.put("central.extra.id", i.central.extra[:min(2, len(i.central.extra))])
		l.put("central.extra", i.central.extra[min(2, len(i.central.extra)):])
		l.text("central.comment", i.comment)
	}
	size := uint32(l.Len()) - base - start
	l.put("after-directory", z.afterDir)
	e := zipEnd{diskCount: uint16(count), count: uint16(count), size: size, offset: start}
	if z.end64 != nil {
		z.put64(l, zipEnd64{recordSize: 44, diskCount: uint64(count), count: uint64(count), size: uint64(size),
			offset: uint64(start), locDisks: 1, locOffset: uint64(l.Len()) - uint64(base)})
		e = zipEnd{diskCount: 0xffff, count: 0xffff, size: 0xffffffff, offset: 0xffffffff}
	}
	if z.end != nil {
		z.end(&e)
	}
	e.put(l)
	l.put("after", z.after)
	return l
}

func (z zipSpec) put64(l *layout, e zipEnd64) {
	z.end64(&e)
	if !e.noRecord {
		l.text("end64.sig", "PK\x06\x06")
		l.u64("end64.record-size", e.recordSize)
		l.u16("end64.made-by", 45)
		l.u16("end64.needed", 45)
		l.u32("end64.disk", e.disk)
		l.u32("end64.dir-disk", e.dirDisk)
		l.u64("end64.disk-count", e.diskCount)
		l.u64("end64.count", e.count)
		l.u64("end64.size", e.size)
		l.u64("end64.offset", e.offset)
	}
	if e.betweenBytes {
		l.text("end64.extensible", "abcd")
	}
	l.text("locator.sig", "PK\x06\x07")
	l.u32("locator.disk", e.locDisk)
	l.u64("locator.offset", e.locOffset)
	l.u32("locator.disks", e.locDisks)
}

func (e zipEnd) put(l *layout) {
	l.text("end.sig", "PK\x05\x06")
	l.u16("end.disk", e.disk)
	l.u16("end.dir-disk", e.dirDisk)
	l.u16("end.disk-count", e.diskCount)
	l.u16("end.count", e.count)
	l.u32("end.size", e.size)
	l.u32("end.offset", e.offset)
	l.u16("end.comment-length", uint16(len(e.comment)+e.commentSpare))
	l.text("end.comment", e.comment)
}

// extraField is one extra field.
func extraField(id uint16, b []byte) []byte {
	out := binary.LittleEndian.AppendUint16(nil, id)
	out = binary.LittleEndian.AppendUint16(out, uint16(len(b)))
	return append(out, b...)
}

// u64s are the values of a zip64 extra field.
func u64s(values ...uint64) []byte {
	var out []byte
	for _, v := range values {
		out = binary.LittleEndian.AppendUint64(out, v)
	}
	return out
}

// unicodePath is Info-ZIP's extra field that gives header another path.
func unicodePath(header, path string) []byte {
	b := binary.LittleEndian.AppendUint32([]byte{1}, crc32.ChecksumIEEE([]byte(header)))
	return extraField(0x7075, append(b, path...))
}
