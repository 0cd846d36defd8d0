package archive

import (
	"bytes"
	"slices"
	"strings"
)

const blockLen = 512

// Kinds of tar entries (POSIX.1-2017 pax, "ustar Interchange Format"; GNU tar's
// manual, "Basic Tar Format").
const (
	tarOld       = 0 // a file as before POSIX; a folder where the name ends in "/"
	tarFile      = '0'
	tarHard      = '1'
	tarSym       = '2'
	tarChar      = '3'
	tarBlock     = '4'
	tarFolder    = '5'
	tarPipe      = '6'
	tarPax       = 'x'
	tarPaxGlobal = 'g'
	tarLongName  = 'L'
	tarLongLink  = 'K'
	tarSparse    = 'S'
)

// A tarHeader is one header block.
type tarHeader struct {
	name, link string
	mode, size int64
	kind       byte
	named      bool // the header's own name, without prefix, ends like a folder's
}

// The header's fields by place.
type span struct{ at, length int }

var (
	fieldName     = span{0, 100}
	fieldMode     = span{100, 8}
	fieldUID      = span{108, 8}
	fieldGID      = span{116, 8}
	fieldSize     = span{124, 12}
	fieldTime     = span{136, 12}
	fieldChecksum = span{148, 8}
	fieldLink     = span{157, 100}
	fieldMagic    = span{257, 8} // with the version
	fieldUser     = span{265, 32}
	fieldGroup    = span{297, 32}
	fieldMajor    = span{329, 8}
	fieldMinor    = span{337, 8}
	fieldPrefix   = span{345, 155}
	fieldPad      = span{500, 12}
)

const (
	magicPosix = "ustar\x0000"
	magicGNU   = "ustar  \x00"
)

func (s span) of(b []byte) []byte { return b[s.at : s.at+s.length] }

// checksumFits tells whether a header block has the sum of its bytes that it
// states, its checksum field counted as spaces. Octal digits must state it and
// something must end them inside the field: one reader looks on behind it.
func checksumFits(b []byte) bool {
	field := fieldChecksum.of(b)
	stated, ok := tarOctal(field)
	sum := int64(0)
	for i, c := range b {
		if i >= fieldChecksum.at && i < fieldChecksum.at+fieldChecksum.length {
			c = ' '
		}
		sum += int64(c)
	}
	return ok && sum == stated && !isOctal(field[len(field)-1])
}

// looksLikeTar tells whether a block that has a wrong checksum was meant to be
// a header.
func looksLikeTar(b []byte) bool {
	return bytes.HasPrefix(fieldMagic.of(b), []byte("ustar"))
}

// parseHeader parses a header block whose checksum fits. Every field must be in
// its one form, also those of no interest here: a reader that cannot make sense
// of one drops the whole header and takes the entry's bytes for the next. Where
// the meaning depends on the reader it gives the reason.
func parseHeader(b []byte) (h tarHeader, doubt string) {
	var okName, okLink, okMode, okSize bool
	h.kind = b[156]
	h.name, okName = tarText(fieldName.of(b))
	h.link, okLink = tarText(fieldLink.of(b))
	h.mode, okMode = tarOctal(fieldMode.of(b))
	h.size, okSize = tarNumber(fieldSize.of(b))
	okPrefix, nameless := true, h.name == ""
	h.named = strings.HasSuffix(h.name, "/")
	tail := b[fieldPrefix.at:]
	switch magic := string(fieldMagic.of(b)); {
	case magic == magicPosix:
		var prefix string
		prefix, okPrefix = tarPrefix(b)
		if prefix != "" {
			h.name = prefix + "/" + h.name
		}
		tail = fieldPad.of(b)
	case magic == magicGNU:
	default:
		tail = b[fieldMagic.at:] // before POSIX there was nothing
	}
	switch {
	case !okName || !okLink || !okPrefix:
		doubt = "bytes stand behind the end of a name"
	case nameless:
		doubt = "it has no name of its own"
	case !okMode:
		doubt = "the mode is no octal number"
	case !okSize || h.size < 0 || isBlank(fieldSize.of(b)):
		doubt = "the size is no number"
	case !okOthers(b):
		doubt = "owner, time or device is no number"
	case !allZero(tail):
		doubt = "there are bytes where this kind of header has none"
	case h.link != "" && !strings.ContainsRune(mayLink, rune(h.kind)):
		doubt = "it has the target of a link and is none"
	}
	return h, doubt
}

// mayLink are the kinds that may name a link's target: links, and extended
// headers, of which no reader asks for it.
const mayLink = string(tarHard) + string(tarSym) + string(tarPax) + string(tarPaxGlobal)

// okOthers tells whether what is of no further interest has its form: owners'
// numbers and names, time and device.
func okOthers(b []byte) bool {
	noNumber := func(s span) bool { _, ok := tarNumber(s.of(b)); return !ok }
	_, okUser := tarText(fieldUser.of(b))
	_, okGroup := tarText(fieldGroup.of(b))
	return okUser && okGroup && !slices.ContainsFunc([]span{fieldUID, fieldGID, fieldTime, fieldMajor, fieldMinor}, noNumber)
}

// tarText reads a field that NUL ends unless it is full; false where anything
// but NUL follows the end.
func tarText(b []byte) (string, bool) {
	end := bytes.IndexByte(b, 0)
	if end < 0 {
		return string(b), true
	}
	return string(b[:end]), allZero(b[end:])
}

// tarPrefix reads the prefix of a POSIX header. Some writers (star, node-tar)
// make it 131 bytes and put two times into the last 24: no reader takes them
// for a part of the name, which ended before.
func tarPrefix(b []byte) (string, bool) {
	const short, times = 131, 24
	field := fieldPrefix.of(b)
	if prefix, ok := tarText(field); ok || bytes.IndexByte(field[:short], 0) < 0 {
		return prefix, ok
	}
	prefix, ok := tarText(field[:short])
	late := field[len(field)-times:]
	for _, time := range [][]byte{late[:times/2], late[times/2:]} {
		// It is written out, so that a stray byte is not taken for one.
		_, octal := tarOctal(time)
		ok = ok && octal && isOctal(time[0])
	}
	return prefix, ok
}

// tarNumber reads a numeric field: octal, or GNU's base 256 with the first byte
// 0x80, or 0xff for negative numbers, below 2^53: beyond it readers differ.
func tarNumber(b []byte) (int64, bool) {
	if b[0]&0x80 == 0 {
		return tarOctal(b)
	}
	n := int64(0)
	if b[0] == 0xff {
		n = -1
	}
	for _, c := range b[1:] {
		n = n<<8 | int64(c)
		if n >= 1<<53 || n <= -1<<53 {
			return 0, false
		}
	}
	return n, b[0] == 0x80 || b[0] == 0xff
}

// tarOctal reads octal digits: leading spaces, and spaces or NULs to the end.
// Nothing but those is 0.
func tarOctal(b []byte) (int64, bool) {
	text := strings.TrimRight(strings.TrimLeft(string(b), " "), " \x00")
	n := int64(0)
	for _, c := range []byte(text) {
		if !isOctal(c) {
			return 0, false
		}
		n = n<<3 | int64(c-'0')
	}
	return n, true
}

func isOctal(c byte) bool { return '0' <= c && c <= '7' }

// isBlank tells whether a numeric field holds no number.
func isBlank(b []byte) bool { return strings.Trim(string(b), " \x00") == "" }

func allZero(b []byte) bool { return len(bytes.TrimLeft(b, "\x00")) == 0 }
