package archive

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// maxMeta bounds an extended header or a long name, in bytes.
const maxMeta = 1 << 20

// A tarExtra is what extended headers and long names say about the next entry.
type tarExtra struct {
	pax, longName, longLink bool // which of them came
	path, link              string
	hasPath, hasLink        bool
	size                    int64
	hasSize                 bool
	sparse                  bool
}

func (x *tarExtra) any() bool { return x.pax || x.longName || x.longLink }

// readMeta reads the bytes of a header that is about the next entry.
func (t *tarReader) readMeta(h tarHeader, kind ProblemKind) ([]byte, error) {
	if h.size > maxMeta {
		return nil, t.r.stop(kind, h.name, "A header has %d bytes; the limit is %d.", h.size, maxMeta)
	}
	if int64(cap(t.meta)) < h.size {
		t.meta = make([]byte, h.size)
	}
	b := t.meta[:h.size]
	if err := t.r.exactly(t.in, b, h.name); err != nil {
		return nil, err
	}
	return b, t.padding(h)
}

// readLong reads a GNU long name ("L") or link target ("K").
func (t *tarReader) readLong(h tarHeader) error {
	b, err := t.readMeta(h, TarLongName)
	if err != nil {
		return err
	}
	text, ok := tarText(b)
	isName := h.kind == tarLongName
	again := isName && t.next.longName || !isName && t.next.longLink
	if !ok || text == "" || again || t.next.pax || cuts(h, text) {
		return t.r.stop(TarLongName, text, "A GNU long name is malformed, or one of several for one entry; readers take different names from it.")
	}
	if isName {
		t.next.longName, t.next.hasPath, t.next.path = true, true, text
	} else {
		t.next.longLink, t.next.hasLink, t.next.link = true, true, text
	}
	return nil
}

// cuts tells whether a reader may cut a character in two that counts: npm's tar
// decodes what is longer than a block piece by piece, as it arrives, and passes
// over a record that is damaged by that.
func cuts(h tarHeader, text string) bool { return h.size > blockLen && !isASCII(text) }

// readPax reads an extended header for the next entry ("x"), or for all that
// follow ("g"). A global one may state only what changes neither names nor
// bytes, because readers differ in whether they heed it.
func (t *tarReader) readPax(h tarHeader) error {
	b, err := t.readMeta(h, TarPax)
	if err != nil {
		return err
	}
	if t.next.any() {
		return t.r.stop(TarPax, "", "Several extended headers stand before one entry; readers differ in which they heed.")
	}
	records, ok := paxRecords(b)
	if !ok {
		return t.r.stop(TarPax, "", "An extended header is malformed.")
	}
	t.next.pax = h.kind == tarPax
	seen := map[string]bool{}
	for _, rec := range records {
		if !rec.wellFormed() || rec.tells() && (h.kind == tarPaxGlobal || seen[rec.key] || cuts(h, rec.value) || !t.next.set(rec)) {
			return t.r.stop(TarPax, "", "An extended header states %q in a way that readers understand differently.", cut(rec.key))
		}
		seen[rec.key] = true
	}
	return nil
}

type paxRecord struct{ key, value string }

// tells is true for records about an entry's name or bytes. Of GNU's own all
// are taken for that.
func (rec paxRecord) tells() bool {
	switch rec.key {
	case "path", "linkpath", "size", "hdrcharset", "SCHILY.realsize":
		return true
	}
	return strings.HasPrefix(rec.key, "GNU.")
}

// wellFormed tells whether all readers can split and take a record: one of them
// splits at line ends, others end a value at NUL, GNU's passes over blanks before a
// key, and some give up where an owner or a time is no number.
func (rec paxRecord) wellFormed() bool {
	if strings.ContainsAny(rec.key+rec.value, "\n\x00") || rec.key[0] <= ' ' {
		return false
	}
	switch rec.key {
	case "uid", "gid":
		_, err := strconv.ParseInt(rec.value, 10, 54)
		return err == nil || rec.value == ""
	case "mtime", "atime", "ctime":
		return paxTime().MatchString(rec.value)
	case "path", "linkpath", "uname", "gname":
		return utf8.ValidString(rec.value)
	}
	return true
}

// paxTime is a time in seconds (POSIX.1-2017 pax, "pax Extended Header File
// Times"), or nothing.
var paxTime = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(-?[0-9]{1,15}(\.[0-9]*)?)?$`) })

// set takes one record that tells about names or bytes.
func (x *tarExtra) set(rec paxRecord) bool {
	switch rec.key {
	case "path":
		x.path, x.hasPath = rec.value, true
	case "linkpath":
		x.link, x.hasLink = rec.value, true
	case "size":
		n, err := strconv.ParseUint(rec.value, 10, 53)
		x.size, x.hasSize = int64(n), err == nil
		return err == nil
	case "hdrcharset":
		return rec.value == "ISO-IR 10646 2000 UTF-8"
	default:
		x.sparse = true
	}
	return rec.value != ""
}

// paxRecords splits the bytes of an extended header into its records
// "<length> <key>=<value>\n" (POSIX.1-2017 pax, "pax Extended Header").
func paxRecords(b []byte) ([]paxRecord, bool) {
	var records []paxRecord
	for len(b) > 0 {
		space := bytes.IndexByte(b[:min(len(b), 8)], ' ')
		if space <= 0 || b[0] < '1' || b[0] > '9' {
			return nil, false
		}
		n, err := strconv.ParseUint(string(b[:space]), 10, 31)
		if err != nil || int(n) > len(b) || int(n) < space+2 || b[n-1] != '\n' {
			return nil, false
		}
		key, value, found := strings.Cut(string(b[space+1:n-1]), "=")
		if !found || key == "" {
			return nil, false
		}
		records = append(records, paxRecord{key, value})
		b = b[n:]
	}
	return records, true
}
