package archive

// locate finds an entry's packed bytes and compares its local header and data
// descriptor with the directory. It is false where they cannot be found.
func (r *reader) locate(e *zipEntry, end zipEnd) ([]byte, bool) {
	b := r.data[e.offset:end.start]
	if len(b) < localLen || !hasSig(b, localSig) {
		r.lose(Directory, e.name, "There is no entry where the directory says that %q is.", cut(e.name))
		return nil, false
	}
	nameLen, extraLen := int(le.Uint16(b[26:])), int(le.Uint16(b[28:]))
	head := int64(localLen + nameLen + extraLen)
	if head > int64(len(b)) || e.packed > int64(len(b))-head {
		r.lose(Overlap, e.name, "%q reaches into the directory.", cut(e.name))
		return nil, false
	}
	name := string(b[localLen : localLen+nameLen])
	r.compareLocal(e, b, name, b[localLen+nameLen:head])
	packed := b[head : head+e.packed]
	r.checkAfter(e, e.offset+head+e.packed)
	if e.method == methodStore && e.packed != e.size {
		r.problem(Size, e.name, "%q is stored in %d bytes, but stated to have %d.", cut(e.name), e.packed, e.size)
	}
	return packed, true
}

// compareLocal compares a local header with the directory. With a data
// descriptor, the checksum and the sizes may be there instead, and all 0 here.
func (r *reader) compareLocal(e *zipEntry, b []byte, name string, extra []byte) {
	differs := func(what string) {
		r.problem(Mismatch, e.name, "Directory and local header of %q differ about its %s.", cut(e.name), what)
	}
	size, packed := uint64(le.Uint32(b[22:])), uint64(le.Uint32(b[18:]))
	r.readExtra(name, extra, []*uint64{&size, &packed})
	crc := le.Uint32(b[14:])
	if e.flags&flagDescriptor != 0 && crc == 0 && packed == 0 && size == 0 {
		crc, packed, size = e.crc, uint64(e.packed), uint64(e.size)
	}
	if name != e.name {
		differs("name")
	}
	if le.Uint16(b[6:]) != e.flags {
		differs("flags")
	}
	if le.Uint16(b[8:]) != e.method {
		differs("compression method")
	}
	if crc != e.crc {
		differs("checksum")
	}
	if packed != uint64(e.packed) || size != uint64(e.size) {
		differs("size")
	}
}

// checkAfter checks what stands between an entry's bytes and the next entry:
// nothing, or its data descriptor (APPNOTE 4.3.9).
func (r *reader) checkAfter(e *zipEntry, stop int64) {
	gap := e.next - stop
	switch {
	case gap < 0:
		r.problem(Overlap, e.name, "%q shares bytes with the next entry.", cut(e.name))
	case e.flags&flagDescriptor == 0:
		if gap > 0 {
			r.problem(Hidden, e.name, "%d bytes that belong to no entry stand behind %q.", gap, cut(e.name))
		}
	default:
		n := e.descriptor(r.data[stop:e.next])
		switch {
		case n == 0:
			r.problem(Descriptor, e.name, "The data descriptor of %q is missing or differs from the directory.", cut(e.name))
		case gap > n:
			r.problem(Hidden, e.name, "%d bytes that belong to no entry stand behind %q.", gap-n, cut(e.name))
		}
	}
}

// descriptor is the length of the data descriptor that b starts with: with or
// without signature, with sizes of 32 or 64 bits; 0 where there is none that
// states what the directory does.
func (e *zipEntry) descriptor(b []byte) int64 {
	n := int64(0)
	if hasSig(b, descriptorSig) && e.descriptorAt(b[4:]) > 0 {
		b, n = b[4:], 4
	}
	if size := e.descriptorAt(b); size > 0 {
		return n + size
	}
	return 0
}

// descriptorAt is descriptor without the signature.
func (e *zipEntry) descriptorAt(b []byte) int64 {
	switch {
	case len(b) < 12 || le.Uint32(b) != e.crc:
		return 0
	case len(b) >= 20 && le.Uint64(b[4:]) == uint64(e.packed) && le.Uint64(b[12:]) == uint64(e.size):
		return 20
	case uint64(le.Uint32(b[4:])) == uint64(e.packed) && uint64(le.Uint32(b[8:])) == uint64(e.size):
		return 12
	}
	return 0
}
