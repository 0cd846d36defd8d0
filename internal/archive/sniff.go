package archive

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// sniff says what bytes look like that are not the wanted archive: most often
// the page of a proxy or an error message.
func sniff(data []byte) string {
	if len(data) == 0 {
		return "nothing (0 bytes)"
	}
	for _, m := range []struct{ magic, name string }{
		{"PK\x03\x04", "a zip archive"},
		{"PK\x05\x06", "an empty zip archive"},
		{"\x1f\x8b", "gzip data"},
		{"BZh", "bzip2 data"},
		{"\xfd7zXZ\x00", "xz data"},
		{"\x28\xb5\x2f\xfd", "zstd data"},
		{"7z\xbc\xaf\x27\x1c", "a 7z archive"},
		{"!<arch>\n", "an ar archive"},
		{"\xed\xab\xee\xdb", "an RPM package"},
	} {
		if bytes.HasPrefix(data, []byte(m.magic)) {
			return m.name
		}
	}
	if len(data) >= 262 && string(data[257:262]) == "ustar" {
		return "a tar archive that is not compressed"
	}
	head := data[:min(len(data), 512)]
	text := strings.ToLower(strings.TrimSpace(strings.TrimPrefix(string(head), "\ufeff")))
	switch {
	case strings.HasPrefix(text, "<!doctype html"), strings.HasPrefix(text, "<html"):
		return "an HTML page"
	case strings.HasPrefix(text, "<?xml"):
		return "an XML document"
	case strings.HasPrefix(text, "{"), strings.HasPrefix(text, "["):
		return "a JSON document"
	case isText(head):
		return "text"
	}
	return "unknown binary data"
}

// isText tells whether a beginning of bytes reads as text; its last character
// may be cut.
func isText(head []byte) bool {
	for len(head) > 0 {
		c, n := utf8.DecodeRune(head)
		if c == utf8.RuneError && n == 1 {
			return len(head) < utf8.UTFMax && !utf8.FullRune(head)
		}
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' {
			return false
		}
		head = head[n:]
	}
	return true
}
