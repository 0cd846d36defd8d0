package deb

import (
	"strings"

	"touchstone/internal/registry"
)

// Compare orders two versions as dpkg does (deb-version(7)): below 0 where a is
// the older one.
func Compare(a, b string) int {
	ea, ua, ra := split(a)
	eb, ub, rb := split(b)
	if c := part(ea, eb); c != 0 {
		return c
	}
	if c := part(ua, ub); c != 0 {
		return c
	}
	return part(ra, rb)
}

// split takes a version apart: epoch, upstream version, revision.
func split(v string) (epoch, upstream, revision string) {
	if e, rest, ok := strings.Cut(v, ":"); ok {
		epoch, v = e, rest
	}
	if i := strings.LastIndexByte(v, '-'); i >= 0 {
		v, revision = v[:i], v[i+1:]
	}
	return epoch, v, revision
}

// part compares two parts: by turns what is no digit, byte by byte, and numbers.
func part(a, b string) int {
	for a != "" || b != "" {
		for a != "" && !digit(a[0]) || b != "" && !digit(b[0]) {
			x, y := weight(a), weight(b)
			if x != y {
				return x - y
			}
			a, b = a[1:], b[1:]
		}
		if c := registry.CompareNumbers(number(&a), number(&b)); c != 0 {
			return c
		}
	}
	return 0
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

// weight orders one character: "~" before the end, letters before all else.
func weight(s string) int {
	switch {
	case s == "" || digit(s[0]):
		return 0
	case s[0] == '~':
		return -1
	case 'a' <= s[0]|0x20 && s[0]|0x20 <= 'z':
		return int(s[0])
	}
	return int(s[0]) + 256
}

// number takes the digits off the beginning.
func number(s *string) string {
	whole := *s
	*s = strings.TrimLeft(whole, "0123456789")
	return whole[:len(whole)-len(*s)]
}
