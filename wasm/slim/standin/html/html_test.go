package html

import (
	"html"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

// What is escaped, and how, is what Go's own package does.
func TestEscapesAsGo(t *testing.T) {
	for r := range utf8.MaxRune {
		if s := string(r); EscapeString(s) != html.EscapeString(s) {
			t.Fatalf("%q becomes %q, not %q", s, EscapeString(s), html.EscapeString(s))
		}
	}
	const all = `<a href="x?a&amp;b" title='&'>` + "\x00\xff</a>"
	assert.Equal(t, html.EscapeString(all), EscapeString(all))
}
