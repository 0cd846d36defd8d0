package archive

import "bytes"

// A zipEnd says where a zip's directory is.
type zipEnd struct {
	start, stop int64 // the directory's bytes in the archive
	base        int64 // bytes that stand before the archive proper: add to every offset
	count       uint64
}

// An endRecord holds what the end record, 32-bit or zip64, states.
type endRecord struct {
	disk, dirDisk, diskCount, count, size, offset uint64
}

// findEnd finds the end of the directory (APPNOTE 4.3.16):
//
//  1. the end record is the last one in the last 64 KiB + 22 bytes; its comment
//     must reach exactly to the end, and no other may do so;
//  2. where a zip64 locator stands before it, the zip64 record rules, and must
//     agree with every 32-bit field that is not at its maximum (4.4.1.4);
//  3. the directory must end where the end records start.
func (r *reader) findEnd() (zipEnd, error) {
	// 1.
	at, err := r.findEndRecord()
	if err != nil {
		return zipEnd{}, err
	}
	b := r.data[at:]
	rec := endRecord{
		disk: uint64(le.Uint16(b[4:])), dirDisk: uint64(le.Uint16(b[6:])),
		diskCount: uint64(le.Uint16(b[8:])), count: uint64(le.Uint16(b[10:])),
		size: uint64(le.Uint32(b[12:])), offset: uint64(le.Uint32(b[16:])),
	}
	stop := at
	// 2.
	locator := at - locatorLen
	if locator >= 0 && hasSig(r.data[locator:], locatorSig) {
		stop = locator - end64Len
		if rec, err = r.findEnd64(locator, rec); err != nil {
			return zipEnd{}, err
		}
	}
	if rec.disk != 0 || rec.dirDisk != 0 || rec.diskCount != rec.count {
		r.lose(MultiDisk, "", "The archive says that it is one of several parts.")
	}
	// 3.
	end := zipEnd{stop: stop, count: rec.count}
	if rec.size > uint64(stop) || rec.offset > uint64(stop)-rec.size {
		return end, r.stop(Directory, "", "The directory cannot be where the end record says (%d bytes at %d).", rec.size, rec.offset)
	}
	end.start = stop - int64(rec.size)
	end.base = end.start - int64(rec.offset)
	if end.base > 0 {
		r.placeDirectory(&end, int64(rec.offset))
	}
	if stop < at && le.Uint64(r.data[locator+8:]) != uint64(stop-end.base) {
		r.problem(Zip64, "", "The zip64 locator points somewhere else than to the zip64 record before it.")
	}
	return end, nil
}

// placeDirectory decides about bytes that the end record does not account for:
// they stand before the archive, or else between directory and end.
func (r *reader) placeDirectory(end *zipEnd, offset int64) {
	atEnd := hasSig(r.data[end.start:end.stop], centralSig)
	atOffset := hasSig(r.data[offset:end.stop], centralSig)
	switch {
	case atEnd && atOffset:
		r.lose(AmbiguousEnd, "", "The directory can be read from two places.")
	case atOffset:
		r.problem(Hidden, "", "%d bytes stand between the directory and the end record.", end.base)
		end.stop, end.start, end.base = end.stop-end.base, offset, 0
	default:
		r.problem(Prepended, "", "%d bytes stand before the archive.", end.base)
	}
}

// findEndRecord finds the 32-bit end record.
func (r *reader) findEndRecord() (int64, error) {
	low := max(0, len(r.data)-endLen-max16)
	at, fitting := -1, 0
	for i := len(r.data) - endLen; i >= low; i-- {
		if !hasSig(r.data[i:], endSig) {
			continue
		}
		if r.afterComment(i) == 0 {
			fitting++
		}
		if at < 0 {
			at = i
		}
	}
	if at < 0 {
		if hasSig(r.data, localSig) || hasSig(r.data, endSig) {
			return 0, r.stop(Truncated, "", "The archive starts as a zip, but its directory is not at its end.")
		}
		return 0, &FormatError{Want: Zip, Found: sniff(r.data)}
	}
	rest := r.afterComment(at)
	if rest > 0 {
		r.problem(Trailing, "", "%d bytes stand after the archive's end.", rest)
	}
	if rest < 0 {
		r.problem(Truncated, "", "The archive's comment lacks %d bytes.", -rest)
	}
	if fitting > 1 || fitting == 1 && rest != 0 {
		r.lose(AmbiguousEnd, "", "There is more than one end record.")
	}
	return int64(at), nil
}

// afterComment is the number of bytes after the comment of the end record at i.
func (r *reader) afterComment(i int) int {
	return len(r.data) - i - endLen - int(le.Uint16(r.data[i+20:]))
}

// findEnd64 reads the zip64 end record before the locator and compares it with
// the 32-bit one (APPNOTE 4.3.14, 4.3.15). Some readers take the record that
// stands before the locator, others the one it points to: here they must be one.
func (r *reader) findEnd64(locator int64, short endRecord) (endRecord, error) {
	at := locator - end64Len
	if at < 0 || !hasSig(r.data[at:], end64Sig) || le.Uint64(r.data[at+4:]) != end64Len-12 {
		return short, r.stop(Zip64, "", "There is a zip64 locator, but no plain zip64 record before it.")
	}
	if le.Uint32(r.data[locator+4:]) != 0 || le.Uint32(r.data[locator+16:]) != 1 {
		r.lose(MultiDisk, "", "The zip64 locator says that the archive is one of several parts.")
	}
	b := r.data[at:]
	long := endRecord{
		disk: uint64(le.Uint32(b[16:])), dirDisk: uint64(le.Uint32(b[20:])),
		diskCount: le.Uint64(b[24:]), count: le.Uint64(b[32:]),
		size: le.Uint64(b[40:]), offset: le.Uint64(b[48:]),
	}
	agree := func(short, long, max uint64) bool { return short == max || short == long }
	if !agree(short.disk, long.disk, max16) || !agree(short.dirDisk, long.dirDisk, max16) ||
		!agree(short.diskCount, long.diskCount, max16) || !agree(short.count, long.count, max16) ||
		!agree(short.size, long.size, max32) || !agree(short.offset, long.offset, max32) {
		r.problem(Zip64, "", "The zip64 record contradicts the 32-bit end record.")
	}
	return long, nil
}

func hasSig(b []byte, sig string) bool { return bytes.HasPrefix(b, []byte(sig)) }
