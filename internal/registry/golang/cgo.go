package golang

import (
	"strconv"
	"strings"
)

// A cgoScanner reads a Go file up to its last import and looks for the import
// of "C" that turns it into a cgo file (go.dev/ref/spec#Import_declarations).
// It keeps one token at a time. A file that ends inside a token, or is no Go at
// all, is not compiled either.
type cgoScanner struct {
	file  string
	found bool

	token   []byte
	lexing  lexing
	escaped bool // the last byte of a string was a backslash that counts
	place   place
}

// lexing is what the bytes at hand belong to.
type lexing int

const (
	between lexing = iota
	word
	slash       // may begin a comment
	lineComment // to the line's end
	blockComment
	blockStar // may end it
	text      // "…"
	rawText   // `…`
)

// place is where in the file the scanner is.
type place int

const (
	atPackage place = iota // before the word "package"
	atName                 // before its name
	atTop                  // before an import, or what ends them
	atSpec                 // behind the word "import"
	inGroup                // inside import ( … )
	finished
)

// longestToken is more than the longest spelling of "C".
const longestToken = 64

// Write never fails: a scanner must not disturb the hashing beside it.
func (s *cgoScanner) Write(p []byte) (int, error) {
	for i := 0; i < len(p) && s.place != finished; i++ {
		for again := true; again && s.place != finished; {
			again = s.step(p[i])
		}
	}
	return len(p), nil
}

// step takes one byte; true asks for the same byte again, because it ended a
// token that it does not belong to.
func (s *cgoScanner) step(c byte) (again bool) {
	switch s.lexing {
	case between:
		s.begin(c)
	case word:
		if !inWord(c) {
			s.end(s.isWord)
			return true
		}
		s.keep(c)
	case slash:
		switch c {
		case '/':
			s.lexing = lineComment
		case '*':
			s.lexing = blockComment
		default:
			s.place = finished // a division cannot stand among imports
		}
	case lineComment:
		if c == '\n' {
			s.lexing = between
		}
	case blockComment, blockStar:
		switch {
		case c == '*':
			s.lexing = blockStar
		case c == '/' && s.lexing == blockStar:
			s.lexing = between
		default:
			s.lexing = blockComment
		}
	case text:
		s.keep(c)
		switch {
		case s.escaped:
			s.escaped = false
		case c == '\\':
			s.escaped = true
		case c == '"':
			s.end(s.isString)
		}
	case rawText:
		if c != '\r' { // not part of the string (go.dev/ref/spec#String_literals)
			s.keep(c)
		}
		if c == '`' {
			s.end(s.isString)
		}
	}
	return false
}

// begin starts a token, or takes a sign that is one.
func (s *cgoScanner) begin(c byte) {
	switch {
	case inWord(c):
		s.lexing = word
		s.keep(c)
	case c == '/':
		s.lexing = slash
	case c == '"':
		s.lexing = text
		s.keep(c)
	case c == '`':
		s.lexing = rawText
		s.keep(c)
	case c == '(' && s.place == atSpec:
		s.place = inGroup
	case c == ')' && s.place == inGroup:
		s.place = atTop
	}
}

// end hands a token over and waits for the next.
func (s *cgoScanner) end(take func(token string)) {
	take(string(s.token))
	s.token, s.lexing = s.token[:0], between
}

func (s *cgoScanner) isWord(token string) {
	if s.place == atPackage {
		if token = strings.TrimPrefix(token, "\uFEFF"); token == "" {
			return // a byte order mark with a blank behind it
		}
	}
	switch {
	case s.place == atPackage && token == "package":
		s.place = atName
	case s.place == atName:
		s.place = atTop
	case s.place == atTop && token == "import":
		s.place = atSpec
	case s.place == atPackage, s.place == atTop:
		s.place = finished
	}
}

func (s *cgoScanner) isString(token string) {
	if s.place != atSpec && s.place != inGroup {
		s.place = finished
		return
	}
	if path, err := strconv.Unquote(token); err == nil && path == "C" {
		s.found, s.place = true, finished
		return
	}
	if s.place == atSpec {
		s.place = atTop
	}
}

func (s *cgoScanner) keep(c byte) {
	if len(s.token) < longestToken {
		s.token = append(s.token, c)
	}
}

// inWord takes every byte beyond ASCII for part of a name, the byte order mark
// at a file's beginning too.
func inWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c >= 0x80
}
