package rpm

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// The limits of a header (rpm's lib/header.c): entries, and bytes of their values.
const (
	maxEntries = 0xffff
	maxStore   = 64 << 20 // rpm takes four times as much
	maxValues  = 1 << 20  // of one tag that are no plain bytes
)

// The parts of a header.
const (
	introLen = 16 // magic, reserved bytes, count of entries, bytes of their values
	entryLen = 16 // tag, type, offset, count
)

// magic begins a header; four reserved bytes follow.
var magic = []byte{0x8e, 0xad, 0xe8, 0x01, 0, 0, 0, 0}

// The types of values.
const (
	typeNull        = 0
	typeChar        = 1
	typeInt8        = 2
	typeInt16       = 3
	typeInt32       = 4
	typeInt64       = 5
	typeString      = 6
	typeBin         = 7
	typeStringArray = 8
	typeI18N        = 9 // of which the first string is the one in plain English
)

// sizes are the bytes of one value, by type; 0 for strings.
var sizes = [...]int64{typeNull: 0, typeChar: 1, typeInt8: 1, typeInt16: 2, typeInt32: 4, typeInt64: 8, typeString: 0, typeBin: 1, typeStringArray: 0, typeI18N: 0}

// A Tag names a value.
type Tag uint32

// A Header is a set of values by tag.
type Header struct {
	values map[Tag]value
}

type value struct {
	kind  uint32
	count int64
	data  []byte // from the value's first byte to its last
}

// readHeader reads the header at the beginning of b, and tells its length:
//
//  1. the intro;
//  2. the index: each tag once, of a known type, its value inside the store;
//  3. the values of strings end where the store does or before;
//  4. no two values share bytes, as rpm asks (rpm's lib/header.c, hdrblobVerifyInfo).
func readHeader(b []byte) (Header, int64, error) {
	// 1.
	if len(b) < introLen || !bytes.Equal(b[:len(magic)], magic) {
		return Header{}, 0, errors.New("no header begins where one should")
	}
	entries, store := int64(binary.BigEndian.Uint32(b[8:])), int64(binary.BigEndian.Uint32(b[12:]))
	if entries < 1 || entries > maxEntries || store > maxStore {
		return Header{}, 0, fmt.Errorf("it states %d entries with %d bytes, which is not read", entries, store)
	}
	length := introLen + entries*entryLen + store
	if length > int64(len(b)) {
		return Header{}, 0, fmt.Errorf("it ends inside a header of %d bytes", length)
	}
	index, data := b[introLen:introLen+entries*entryLen], b[introLen+entries*entryLen:length]
	h, left := Header{values: make(map[Tag]value, entries)}, store
	var taken [][2]int64
	for ; len(index) > 0; index = index[entryLen:] {
		// 2.
		tag, kind := Tag(binary.BigEndian.Uint32(index)), binary.BigEndian.Uint32(index[4:])
		at, count := int64(binary.BigEndian.Uint32(index[8:])), int64(binary.BigEndian.Uint32(index[12:]))
		if _, twice := h.values[tag]; twice {
			return Header{}, 0, fmt.Errorf("the tag %d is named twice", tag)
		}
		if kind >= uint32(len(sizes)) {
			return Header{}, 0, fmt.Errorf("the value of tag %d is of an unknown type", tag)
		}
		if at > store || kind != typeBin && count > maxValues {
			return Header{}, 0, fmt.Errorf("the value of tag %d leaves the header, or has too many parts", tag)
		}
		// Values never share bytes, so all together are as long as the store.
		v := value{kind: kind, count: count, data: data[at:min(at+left, store)]}
		end := sizes[kind] * count
		if isText(kind) { // 3.
			var ok bool
			if end, ok = textEnd(v.data, count); !ok {
				return Header{}, 0, fmt.Errorf("the text of tag %d does not end inside the header", tag)
			}
		}
		if kind == typeString && count != 1 || end > int64(len(v.data)) {
			return Header{}, 0, fmt.Errorf("the value of tag %d leaves the header", tag)
		}
		v.data, left = v.data[:end], left-end
		taken = append(taken, [2]int64{at, at + end})
		h.values[tag] = v
	}
	// 4.
	slices.SortFunc(taken, func(a, b [2]int64) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	for i := range taken[1:] {
		if taken[i][1] > taken[i+1][0] {
			return Header{}, 0, errors.New("two of its values share bytes")
		}
	}
	return h, length, nil
}

func isText(kind uint32) bool {
	return kind == typeString || kind == typeStringArray || kind == typeI18N
}

// textEnd is behind the last of count strings, each of which NUL ends.
func textEnd(data []byte, count int64) (end int64, ok bool) {
	for ; count > 0; count-- {
		n := bytes.IndexByte(data[end:], 0)
		if n < 0 {
			return 0, false
		}
		end += int64(n) + 1
	}
	return end, true
}

// Has tells whether a tag is there.
func (h Header) Has(t Tag) bool { _, ok := h.values[t]; return ok }

// Text is a tag's only or first string; empty where there is none.
func (h Header) Text(t Tag) string {
	v := h.values[t]
	if !isText(v.kind) || v.count == 0 {
		return ""
	}
	text, _, _ := bytes.Cut(v.data, []byte{0})
	return string(text)
}

// Texts are a tag's strings.
func (h Header) Texts(t Tag) []string {
	v := h.values[t]
	if !isText(v.kind) {
		return nil
	}
	out := make([]string, 0, v.count)
	for data := v.data; len(data) > 0; {
		n := bytes.IndexByte(data, 0)
		out, data = append(out, string(data[:n])), data[n+1:]
	}
	return out
}

// Bytes are a tag's plain bytes.
func (h Header) Bytes(t Tag) []byte {
	v := h.values[t]
	if v.kind != typeBin {
		return nil
	}
	return v.data
}

// Numbers are a tag's numbers, without a sign.
func (h Header) Numbers(t Tag) []uint64 {
	v := h.values[t]
	size := int64(0)
	if v.kind >= typeInt8 && v.kind <= typeInt64 {
		size = sizes[v.kind]
	}
	if size == 0 {
		return nil
	}
	out := make([]uint64, 0, v.count)
	for data := v.data; len(data) > 0; data = data[size:] {
		n := uint64(0)
		for _, b := range data[:size] {
			n = n<<8 | uint64(b)
		}
		out = append(out, n)
	}
	return out
}

// Number is a tag's only or first number.
func (h Header) Number(t Tag) (uint64, bool) {
	all := h.Numbers(t)
	if len(all) == 0 {
		return 0, false
	}
	return all[0], true
}
