package pypi

import (
	"regexp"
	"strings"
	"sync"
)

// markerWords splits a marker: texts in quotes, brackets, comparisons, names.
var markerWords = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`"[^"]*"|'[^']*'|[()]|[<>=!~]=?=?|[^\s"'()<>=!~]+`) })

// maxNested is how deep brackets may nest in a marker that is understood.
const maxNested = 32

// extrasOnly tells whether a dependency is pulled only by who asks for an extra of
// the package: whether its marker cannot hold where none is asked for, on whatever
// machine (packaging.python.org/specifications/dependency-specifiers,
// "Environment Markers"; installers then take extra for the empty text). A marker
// that is not understood may hold, and so a mention of extra hides nothing.
func extrasOnly(marker string) bool {
	m := &markerReader{words: markerWords().FindAllString(marker, -1)}
	may := m.either(0)
	return !may && !m.broken && len(m.words) == 0
}

// A markerReader reads a marker from its beginning.
type markerReader struct {
	words  []string // those left
	broken bool     // it is no marker
}

func (m *markerReader) next() string {
	if len(m.words) == 0 {
		m.broken = true
		return ""
	}
	word := m.words[0]
	m.words = m.words[1:]
	return word
}

func (m *markerReader) takes(word string) bool {
	if len(m.words) == 0 || m.words[0] != word {
		return false
	}
	m.words = m.words[1:]
	return true
}

// either reads markers with "or" between them, and tells whether one may hold.
func (m *markerReader) either(depth int) bool {
	may := m.both(depth)
	for m.takes("or") {
		also := m.both(depth)
		may = may || also
	}
	return may
}

// both reads comparisons with "and" between them, and tells whether all may hold.
func (m *markerReader) both(depth int) bool {
	may := m.one(depth)
	for m.takes("and") {
		also := m.one(depth)
		may = may && also
	}
	return may
}

// one reads a marker in brackets, or one comparison: only that of extra with
// another text than the empty one cannot hold.
func (m *markerReader) one(depth int) bool {
	if m.takes("(") {
		if depth == maxNested {
			m.broken = true
			return true
		}
		may := m.either(depth + 1)
		m.broken = !m.takes(")") || m.broken
		return may
	}
	left, op := m.next(), m.next()
	if op == "not" {
		op += " " + m.next()
	}
	right := m.next()
	if right == "extra" {
		left, right = right, left
	}
	quoted := len(right) > len(`""`) && strings.ContainsAny(right[:1], `"'`)
	return left != "extra" || !quoted || op != "==" && op != "==="
}
