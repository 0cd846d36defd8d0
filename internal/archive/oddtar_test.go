package archive_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
)

// oddTar is a gzip-compressed tar as somebody may write it who wants two readers
// to see different files: its headers have odd forms in every field, and bodies
// are headers themselves, for a reader that loses its place. Many are in order
// all the same. (POSIX.1-2017 pax, "ustar Interchange Format".)
func oddTar(random *rand.Rand) []byte {
	r := odds{random, []int{5, 20, 60}[random.IntN(3)]}
	var tar []byte
	if r.IntN(5) > 0 {
		tar = append(tar, tarEntry{name: "package/package.json", body: `{"name":"thing","version":"1.0.0"}`}.write(r)...)
	}
	for range 1 + r.IntN(3) {
		if r.chance(5) {
			tar = append(tar, cutCharacter(r, len(tar))...)
		}
		tar = append(tar, oddEntry(r)...)
	}
	switch r.IntN(4000 / r.often) {
	case 0:
		tar = append(tar, make([]byte, 512)...)
	case 1:
		tar = append(tar, append(make([]byte, 512), tarEntry{name: "package/late.js", body: "late"}.write(r)...)...)
	case 2:
		tar = append(tar, append(make([]byte, 1024), tarEntry{name: "package/late.js", body: "late"}.write(r)...)...)
	default:
		tar = append(tar, make([]byte, 1024+512*r.IntN(3))...)
	}
	packed := gzipped(tar)
	switch r.IntN(6000 / r.often) {
	case 0:
		packed = append(packed, gzipped(smuggled(r))...)
	case 1:
		packed = append(packed, "\x00trailing"...)
	}
	return packed
}

// odds are for how often something odd is done, in percent of the chances named.
type odds struct {
	*rand.Rand
	often int
}

func (r odds) chance(percent int) bool { return r.IntN(10_000) < percent*r.often }

func pick[T any](r odds, of ...T) T { return of[r.IntN(len(of))] }

// smuggled are entries that only a reader sees that has lost its place.
func smuggled(r odds) []byte {
	return slices.Concat(tarEntry{name: "package/package.json", body: `{"name":"evil"}`}.write(r),
		tarEntry{name: "package/smuggled.js", body: "smuggled"}.write(r))
}

// cutCharacter is a long extended header that stands where a stream is often cut
// into pieces, in the middle of a character.
func cutCharacter(r odds, at int) []byte {
	const piece = 16 << 10
	filler := tarEntry{name: fmt.Sprintf("package/filler%d", at), body: strings.Repeat("f", 2*piece-512*(3+r.IntN(2))-at%piece)}
	return append(filler.write(r), tarEntry{name: "PaxHeader/x", kind: 'x',
		body: paxRecord("comment="+strings.Repeat("w", 380+r.IntN(120))) + paxRecord("path=package/"+strings.Repeat("é", 60))}.write(r)...)
}

// oddName is a path: most are plain.
func oddName(r odds) string {
	if !r.chance(40) {
		return "package/" + pick(r, "a.js", "b/c.js", "lib/x", "README.md", "node_modules/x/index.js", "d/e/f/g")
	}
	name := pick(r, "package", "package", "package", "other", "", ".", "c:", "pa\u0301ckage", "package/sub")
	for range r.IntN(4) {
		name += "/" + pick(r, "a.js", "package.json", "index.js", "c:", "D:q", "c:d:e", "..", ".", "", "é", "e\u0301", "É", "ß", "SS", "A.JS",
			".gitignore", ".npmignore", "a.", "a ", "con", "x\\y", "~1", "\ufeffq", "%2e%2e", "n\nl", "n\x00l", "\u2028z", "\xff", "12", "|", "?",
			strings.Repeat("n", 90+r.IntN(80)), strings.Repeat("é", 45+r.IntN(8)), "__proto__", "constructor")
	}
	return name + pick(r, "", "", "", "", "", "/")
}

// oddNumber is a numeric field of some width.
func oddNumber(r odds, width int, n int64) string {
	octal := fmt.Sprintf("%o", n)
	wide := make([]byte, width)
	for i := range min(8, width-1) {
		wide[width-1-i] = byte(n >> (8 * i))
	}
	wide[0] = 0x80
	ff := strings.Repeat("\xff", width)
	return pick(r,
		fmt.Sprintf("%0*o\x00", width-1, n), fmt.Sprintf("%0*o ", width-1, n), fmt.Sprintf("%0*o", width, n),
		fmt.Sprintf("%*o ", width-1, n), fmt.Sprintf("%*o", width, n), octal+" \x00", octal+"\x00", octal+" ",
		octal+"\x00 \x001", octal+" 1", "\x00"+octal, " \x00"+octal, "-"+octal, "+"+octal, "0x"+octal, "0o"+octal, "\t"+octal, octal+"\n", octal+"9", octal+".",
		string(wide), "\x81"+string(wide[1:]), "\xc0"+string(wide[1:]), ff, "\xff"+string(wide[1:]), ff[:width-2]+string(wide[width-2:]),
		"\x80"+ff[1:], "\x80\x1f"+ff[2:], "\x80\x20"+string(make([]byte, width-2)), "", strings.Repeat(" ", width), strings.Repeat("7", width))
}

// A tarEntry is a header with its body; field holds, by place, what else stands
// in the header.
type tarEntry struct {
	name, body string
	kind       byte
	field      map[int]string
	sum        string // format of the checksum
	flips      int    // bytes of the header changed at random
	fill       byte   // of the body's last block
}

func (e tarEntry) write(r odds) []byte {
	if e.kind == 0 {
		e.kind = '0'
	}
	h := make([]byte, 512)
	copy(h, e.name[:min(len(e.name), 100)])
	for at, text := range map[int]string{100: "0000644", 108: "0000000", 116: "0000000", 136: "07370000000", 257: "ustar\x0000", 329: "0000000", 337: "0000000"} {
		copy(h[at:], text)
	}
	copy(h[124:], fmt.Sprintf("%011o", len(e.body)))
	h[156] = e.kind
	for _, at := range slices.Sorted(maps.Keys(e.field)) {
		text := e.field[at]
		clear(h[at:min(at+fieldWidth[at], 512)])
		copy(h[at:min(at+fieldWidth[at], 512)], text)
	}
	for range e.flips {
		h[r.IntN(512)] = byte(pick(r, 0, 0x20, 0x0a, 0x30, 0x2f, 0x80, 0xff, r.IntN(256)))
	}
	copy(h[148:156], "        ")
	sum := 0
	for _, c := range h {
		sum += int(c)
	}
	if e.sum == "" {
		e.sum = "%06o\x00 "
	}
	if e.sum == "wide" {
		copy(h[148:156], binary.BigEndian.AppendUint64(nil, 1<<63|uint64(sum)))
	} else {
		copy(h[148:156], fmt.Sprintf(e.sum, sum))
	}
	body := append(h, e.body...)
	return append(body, bytes.Repeat([]byte{e.fill}, -len(e.body)&511)...)
}

// fieldWidth are the widths of a header's fields by their place.
var fieldWidth = map[int]int{0: 100, 100: 8, 108: 8, 116: 8, 124: 12, 136: 12, 156: 1, 157: 100, 257: 8, 265: 32, 297: 32, 329: 8, 337: 8, 345: 155, 475: 25, 500: 12}

// oddEntry is an entry and what stands before it about it.
func oddEntry(r odds) []byte {
	var out []byte
	e := tarEntry{name: oddName(r), field: map[int]string{}}
	e.body = pick(r, "", "x", "hello\n", string(smuggled(r)), string(smuggled(r)), string(smuggled(r))+strings.Repeat("\x00", 512), strings.Repeat("y", 511+r.IntN(3)))
	for _, f := range []struct{ at, percent int }{{100, 5}, {108, 12}, {116, 8}, {124, 10}, {136, 8}, {329, 4}, {337, 4}} {
		if r.chance(f.percent) {
			n := int64(r.IntN(1000))
			if f.at == 124 {
				n = int64(len(e.body)) + int64(pick(r, 0, 0, 0, 0, -1, 1, 512, -512))
			}
			e.field[f.at] = oddNumber(r, fieldWidth[f.at], max(n, 0))
		}
	}
	if r.chance(7) {
		e.field[157] = pick(r, "x", " ", "\x00x", "package/a.js", "../x", "\n")
	}
	if r.chance(7) {
		e.field[257] = pick(r, "ustar  \x00", "\x00\x00\x00\x00\x00\x00\x00\x00", "ustar\x00\x00\x00", "ustar\x0001", "USTAR\x0000", "ustar  ", "ustar\x00 0")
	}
	if r.chance(6) {
		e.field[pick(r, 265, 297, 500)] = pick(r, "user", "\x00x", strings.Repeat("u", 32), "é", "\xff", "tar\x00")
	}
	if r.chance(10) {
		e.field[345] = pick(r, "package", "p", "package/sub", strings.Repeat("p", 130), strings.Repeat("p", 131), strings.Repeat("a", 155), "package\x00x", "/", "c:", "package/", "..", "é")
	}
	if r.chance(5) {
		e.field[475] = pick(r, "\x0014371573620\x0014371573620\x00", "\x00\x80", "\x00            1", "x", "\x0014371573620\x00\xff")
	}
	if r.chance(12) {
		e.kind = pick(r, []byte("\x00\x00\x00555127DALKNXVSgxI \n\xe9")...)
	}
	if r.chance(15) {
		e.sum = pick(r, "%06o \x00", "%07o ", "%07o\x00", "%08o", "%6o\x00 ", "wide", "%06o\x00\x00", "%06o  ", " %05o\x00 ", "%06o\x001", "%06o9\x00", "\x00%06o ", "+%06o\x00")
	}
	if r.chance(12) {
		e.flips = 1 + r.IntN(2)
	}
	if r.chance(3) {
		e.fill = 'z'
	}
	for r.IntN(4) == 0 {
		out = append(out, oddExtra(r, len(e.body))...)
	}
	return append(out, e.write(r)...)
}

// oddExtra is an extended header, or a GNU long name, about the next entry.
func oddExtra(r odds, size int) []byte {
	e := tarEntry{name: pick(r, "PaxHeader/x", "././@LongLink", "package/x"), kind: pick(r, []byte("xxxxxgL")...), field: map[int]string{}}
	if r.chance(20) {
		e.kind = pick(r, []byte("xgLKX")...)
	}
	if strings.ContainsRune("LK", rune(e.kind)) {
		e.body = oddName(r) + "\x00"
		if r.chance(30) {
			e.body = oddName(r) + pick(r, "", "\x00\x00", "\x00x", "\n\x00")
		}
		e.field[257] = pick(r, "ustar  \x00", "ustar\x0000")
	} else {
		if r.chance(20) {
			e.body = paxRecord("comment=" + strings.Repeat("w", 400+r.IntN(120)))
		}
		for range 1 + r.IntN(2) {
			e.body += oddRecord(r, size)
		}
	}
	if r.chance(8) {
		e.field[pick(r, 108, 116, 136)] = oddNumber(r, 8, 7)
	}
	if r.chance(5) {
		e.field[157] = "x"
	}
	if r.chance(4) {
		e.flips = 1
	}
	return e.write(r)
}

// oddRecord is a record of an extended header.
func oddRecord(r odds, size int) string {
	if !r.chance(60) {
		plain := pick(r, [2]string{"comment", "a=b"}, [2]string{"uname", "é"}, [2]string{"SCHILY.dev", "5"}, [2]string{"mtime", "1.5"}, [2]string{"uid", "12345678"},
			[2]string{"size", fmt.Sprint(size)}, [2]string{"path", oddName(r)}, [2]string{"path", "package/" + strings.Repeat("é", 60)})
		return paxRecord(plain[0] + "=" + plain[1])
	}
	key := pick(r, "path", "path", "path", "linkpath", "size", "comment", "comment", "mtime", "atime", "mode", "type", "uid", "gid", "uname", "charset", "hdrcharset",
		"SCHILY.dev", "SCHILY.path", "SCHILY.realsize", "GNU.sparse.name", "GNU.sparse.size", "GNU.dumpdir", "LIBARCHIVE.xattr.a", "global", "PATH", "path ", " path", "pa\nth", "pa\x00th", "é", "\xff", "__proto__")
	value := pick(r, "package/p.js", oddName(r), "1", "0", fmt.Sprint(size), fmt.Sprint(size), "0"+fmt.Sprint(size), "x", "", "a=b", "0x10", "1e1", " 5", "-1", "5 ", "NaN", "UTF-8", "1.5", "\xff", "a\x00b", "é", "99999999999999999999",
		"x\n"+paxRecord("size=0"), "x\n"+paxRecord("path=package/package.json"), "x\n10 size=0\n", "ISO-IR 10646 2000 UTF-8", "BINARY")
	if r.chance(90) {
		return paxRecord(key + "=" + value)
	}
	return pick(r, "0", "+", " ", "00", "1", "") + paxRecord(key+"="+value) + pick(r, "", "", "\x00", "\n")
}
