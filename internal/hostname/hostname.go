// Package hostname is the one grammar of host names: of what may be asked, linked or
// named as a registry, and of what can only be told apart from others.
package hostname

import (
	"strings"
	"unicode/utf8"
)

// Valid tells whether a text is the name of a host on the Internet in its one
// spelling: two labels or more (RFC 1123, section 2.1) of at most 63 bytes, 253 in all
// (RFC 1035, section 2.3.4), each of lower-case ASCII letters, digits and hyphens with
// no hyphen at its ends. The last is of letters alone, as all of the root zone's are,
// or the ASCII form of one in other letters (RFC 5890, section 2.3.2.1), so that no
// number is a host: readers take "0x7f.1" for an address. Without port, and without
// the last dot of a whole name. Where upper case is well, ask of [Lower].
func Valid(name string) bool {
	labels := strings.Split(name, ".")
	if len(labels) < 2 || len(name) > 253 {
		return false
	}
	for _, label := range labels {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' || strings.Trim(label, letters+"0123456789-") != "" {
			return false
		}
	}
	last := labels[len(labels)-1]
	return strings.Trim(last, letters) == "" || strings.HasPrefix(last, "xn--")
}

// Distinct tells whether a text, lower-case as [Lower] makes it, can name a host that
// is another than others are, for addresses that are compared and never asked: two
// labels or more of ASCII letters, digits, hyphens and underscores, and of whatever is
// no ASCII. A look-alike must be read to be told from what it looks like.
func Distinct(host string) bool {
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || strings.ContainsFunc(label, func(r rune) bool { return r < utf8.RuneSelf && !strings.ContainsRune(letters+"0123456789-_", r) }) {
			return false
		}
	}
	return strings.Contains(host, ".")
}

const letters = "abcdefghijklmnopqrstuvwxyz"

// Lower makes ASCII letters lower-case and leaves alone what merely looks like one:
// the Kelvin sign's lower case is "k".
func Lower(text string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, text)
}
