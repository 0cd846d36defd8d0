package archive

import (
	"hash/crc32"
	"math"
	"strings"
)

const (
	methodStore   = 0
	methodDeflate = 8

	latestVersion = 63 // 6.3 (APPNOTE 4.4.3.2)

	extraZip64       = 0x0001
	extraUnicodePath = 0x7075
)

// Kinds of entries, by the file type bits of unix modes.
const (
	modeType    = 0o170000
	modeRegular = 0o100000
	modeFolder  = 0o040000
	modeLink    = 0o120000
	modeSpecial = 0 // stands for every other kind

	dosFolder = 0x10
)

// A zipEntry is what the directory says about an entry.
type zipEntry struct {
	name         string
	flags        uint16
	method       uint16
	crc          uint32
	packed, size int64
	offset       int64  // of the local header, in the archive as it arrived
	next         int64  // where the next entry or the directory starts
	mode         uint32 // unix mode; 0 where there is none
	dosAttr      uint32
}

// folder tells whether the name is a folder's.
func (e *zipEntry) folder() bool { return strings.HasSuffix(e.name, "/") }

// unixMode is the mode that an entry's attributes state. All bits set is the number
// -1 of writers that know none (plexus-archiver, and so most that Maven packs).
func unixMode(attr uint32) uint32 {
	if mode := attr >> 16; mode != max16 {
		return mode
	}
	return 0
}

// kind is modeRegular, modeFolder, modeLink or modeSpecial. The unix mode
// counts whatever system the entry claims to come from: readers differ in
// whether they look at that claim, and a link must not hide behind it.
func (e *zipEntry) kind() uint32 {
	switch e.mode & modeType {
	case modeLink:
		return modeLink
	case 0, modeRegular, modeFolder:
		if e.folder() {
			return modeFolder
		}
		return modeRegular
	}
	return modeSpecial
}

// readDirectory reads the directory's entries (APPNOTE 4.3.12).
func (r *reader) readDirectory(end zipEnd) ([]zipEntry, error) {
	dir := r.data[end.start:end.stop]
	if end.count > uint64(r.limits.Entries) {
		return nil, r.stop(TooMany, "", "The archive states %d entries; the limit is %d.", end.count, r.limits.Entries)
	}
	entries := make([]zipEntry, 0, min(end.count, uint64(len(dir)/centralLen)))
	for len(dir) > 0 {
		if len(entries) == r.limits.Entries {
			return nil, r.stop(TooMany, "", "The archive has more than %d entries.", r.limits.Entries)
		}
		e, n := r.readCentral(dir, end)
		if n == 0 {
			return entries, r.stop(Directory, "", "Entry %d of the directory is malformed or cut.", len(entries)+1)
		}
		entries = append(entries, e)
		dir = dir[n:]
	}
	if uint64(len(entries)) != end.count {
		r.lose(Directory, "", "The directory has %d entries; %d are stated.", len(entries), end.count)
	}
	return entries, nil
}

// readCentral reads one entry of the directory and its length; 0 where it is
// malformed.
func (r *reader) readCentral(b []byte, end zipEnd) (e zipEntry, length int) {
	if len(b) < centralLen || !hasSig(b, centralSig) {
		return e, 0
	}
	nameLen, extraLen := int(le.Uint16(b[28:])), int(le.Uint16(b[30:]))
	length = centralLen + nameLen + extraLen + int(le.Uint16(b[32:]))
	if length > len(b) {
		return e, 0
	}
	attr := le.Uint32(b[38:])
	e = zipEntry{
		name:  string(b[centralLen : centralLen+nameLen]),
		flags: le.Uint16(b[8:]), method: le.Uint16(b[10:]), crc: le.Uint32(b[16:]),
		mode: unixMode(attr), dosAttr: attr & max16,
	}
	extra := b[centralLen+nameLen:][:extraLen]
	wide := []*uint64{new(uint64), new(uint64), new(uint64)} // size, packed size, offset: the order of zip64 fields
	*wide[0], *wide[1], *wide[2] = uint64(le.Uint32(b[24:])), uint64(le.Uint32(b[20:])), uint64(le.Uint32(b[42:]))
	r.readExtra(e.name, extra, wide)
	if *wide[0] > math.MaxInt64 || *wide[1] > math.MaxInt64 || *wide[2] > uint64(end.start-end.base) {
		return e, 0
	}
	e.size, e.packed, e.offset = int64(*wide[0]), int64(*wide[1]), int64(*wide[2])+end.base
	if le.Uint16(b[34:]) != 0 {
		r.lose(MultiDisk, e.name, "%q says that it is on another disk.", cut(e.name))
	}
	if needed := b[6]; needed > latestVersion {
		r.problem(Flags, e.name, "%q asks for version %d.%d of the format, which does not exist; some readers refuse it.", cut(e.name), needed/10, needed%10)
	}
	r.checkCentral(&e)
	return e, length
}

// checkCentral notes what is odd about one entry by itself.
func (r *reader) checkCentral(e *zipEntry) {
	if e.flags&^flagsKnown != 0 {
		r.problem(Flags, e.name, "%q has reserved flags (%#04x).", cut(e.name), e.flags)
	}
	if e.flags&flagUTF8 == 0 && strings.ContainsFunc(e.name, func(c rune) bool { return c >= 0x80 }) {
		r.problem(NameEncoding, e.name, "The name %q is not marked as UTF-8; readers take it for different names.", cut(e.name))
	}
	unixFolder, unixFile := e.mode&modeType == modeFolder, e.mode&modeType == modeRegular
	if e.folder() && unixFile || !e.folder() && (unixFolder || e.dosAttr&dosFolder != 0) {
		r.problem(Type, e.name, "Name and attributes of %q differ about whether it is a folder.", cut(e.name))
	}
}

// readExtra checks the extra fields of a header. Those of wide that are at the
// 32-bit maximum are replaced by their zip64 values (APPNOTE 4.5.3); such a
// value without need must equal the 32-bit one.
func (r *reader) readExtra(name string, extra []byte, wide []*uint64) {
	seen64 := false
	for len(extra) > 0 {
		if len(extra) < 4 || int(le.Uint16(extra[2:])) > len(extra)-4 {
			r.problem(Extra, name, "The extra fields of %q are malformed.", cut(name))
			return
		}
		id, n := le.Uint16(extra), int(le.Uint16(extra[2:]))
		field := extra[4 : 4+n]
		extra = extra[4+n:]
		switch id {
		case extraZip64:
			if seen64 || !readZip64(field, wide) {
				r.problem(Zip64, name, "The zip64 sizes of %q contradict its header.", cut(name))
			}
			seen64 = true
		case extraUnicodePath:
			r.readUnicodePath(name, field)
		}
	}
}

// readZip64 takes the values of a zip64 field.
func readZip64(field []byte, wide []*uint64) bool {
	var short []uint64
	for _, v := range wide {
		if *v != max32 {
			short = append(short, *v)
			continue
		}
		if len(field) < 8 {
			return false
		}
		*v = le.Uint64(field)
		field = field[8:]
	}
	for ; len(field) >= 8; field = field[8:] {
		v := le.Uint64(field)
		for len(short) > 0 && short[0] != v {
			short = short[1:]
		}
		if len(short) == 0 {
			return false
		}
		short = short[1:]
	}
	return len(field) == 0
}

// readUnicodePath compares Info-ZIP's Unicode path with the header's name
// (APPNOTE 4.6.9): a reader may prefer either, so they must be the same.
func (r *reader) readUnicodePath(name string, field []byte) {
	const fixed = 5 // version, CRC-32 of the header's name
	if len(field) < fixed || field[0] != 1 || le.Uint32(field[1:]) != crc32.ChecksumIEEE([]byte(name)) || string(field[fixed:]) != name {
		r.problem(UnicodePath, name, "An extra field of %q gives it another path (%q).", cut(name), cut(string(field[min(fixed, len(field)):])))
	}
}
