package pypi

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestNothingIsHiddenBehindALine: expected is what email.message_from_string of
// Python 3.13 gives, by which installers learn what to pull.
func TestNothingIsHiddenBehindALine(t *testing.T) {
	for doc, want := range map[string]metadata{
		"Name: a\nSummary: x\rRequires-Dist: b\nVersion: 1\n": {"name": {"a"}, "summary": {"x"}, "requires-dist": {"b"}, "version": {"1"}},
		"Name: a\r\nRequires-Dist: b\r\n\r\nRequires-Dist: c": {"name": {"a"}, "requires-dist": {"b"}},
		"Name: a\n: x\n more\nRequires-Dist: b\n":             {"name": {"a"}, "requires-dist": {"b"}},
		"Name: a\nFrom x\n more\nRequires-Dist: b\n":          {"name": {"a"}, "requires-dist": {"b"}},
		"From x\nName: a\n":                                   {"name": {"a"}},
		"From: x\nName: a\n":                                  {"from": {"x"}, "name": {"a"}},
		" x\nName: a\n":                                       {"name": {"a"}},
		"Name: a\n b\n\tc\nVersion: 1":                        {"name": {"a\nb\nc"}, "version": {"1"}},
		"Name: a\r\r\nRequires-Dist: b\n":                     {"name": {"a"}},
		"Name: a\nN\x01: x\nRequires-Dist: b\n":               {"name": {"a"}},
		"Name: a\nN\u00e9: x\nRequires-Dist: b\n":             {"name": {"a"}},
		"Name: a\nA b: x\nRequires-Dist: b\n":                 {"name": {"a"}},
		"Name: a\n\fRequires-Dist: b\n":                       {"name": {"a"}},
		"\ufeffName: a\n":                                     {},
		"Name : a\n":                                          {},
		"\nName: a\n":                                         {},
		"Name: a\nno header\nRequires-Dist: b\n":              {"name": {"a"}},
	} {
		assert.Equal(t, want, readMetadata([]byte(doc)), "%q", doc)
	}
}

// TestAValueOfManyLines: joined line by line, it took a quarter of an hour.
func TestAValueOfManyLines(t *testing.T) {
	const lines = 1_000_000
	m := readMetadata([]byte("Name: a\nLicense: x\n" + strings.Repeat(" y\n", lines) + "Version: 1\n"))
	assert.Equal(t, []string{"1"}, m["version"])
	assert.Len(t, m["license"][0], 1+2*lines)
}
