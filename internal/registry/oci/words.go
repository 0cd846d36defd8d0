package oci

import (
	"strconv"
	"strings"
)

// quoted is a text from outside, inside a sentence.
func quoted(s string) string {
	if len(s) > 200 {
		s = strings.ToValidUTF8(s[:200], "") + "…"
	}
	return strconv.Quote(s)
}
