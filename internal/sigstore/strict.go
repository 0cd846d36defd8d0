package sigstore

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// maxDepth bounds the nesting of a JSON document.
const maxDepth = 256

// strict checks that every reader of a JSON document understands the same:
// exactly one value, valid UTF-8, no key twice in one object, nesting bounded.
//
// Readers differ in whether the first or the last of two equal keys counts, so
// one of them could be shown a statement that the other did not verify.
func strict(doc []byte) error {
	if !utf8.Valid(doc) {
		return errors.New("it is not valid UTF-8")
	}
	s := scanner{doc: doc}
	if err := s.value(0); err != nil {
		return err
	}
	if s.space(); s.at != len(doc) {
		return fmt.Errorf("it goes on after its end, at byte %d", s.at)
	}
	return nil
}

// A scanner walks a JSON text (RFC 8259) once, without building it.
type scanner struct {
	doc []byte
	at  int
}

func (s *scanner) space() {
	for s.at < len(s.doc) {
		switch s.doc[s.at] {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return
		}
	}
}

// peek returns the next byte that is no white space; 0 at the end.
func (s *scanner) peek() byte {
	s.space()
	if s.at >= len(s.doc) {
		return 0
	}
	return s.doc[s.at]
}

func (s *scanner) value(depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("it nests deeper than %d", maxDepth)
	}
	switch s.peek() {
	case '{':
		return s.object(depth)
	case '[':
		return s.list(depth)
	case '"':
		_, err := s.text()
		return err
	}
	return s.scalar()
}

func (s *scanner) object(depth int) error {
	s.at++
	seen := map[string]bool{}
	if s.peek() == '}' {
		s.at++
		return nil
	}
	for {
		if s.peek() != '"' {
			return s.unexpected("a key")
		}
		key, err := s.text()
		if err != nil {
			return err
		}
		if seen[key] {
			return fmt.Errorf("the key %q stands twice in one object", key)
		}
		seen[key] = true
		if s.peek() != ':' {
			return s.unexpected("a colon")
		}
		s.at++
		if err := s.value(depth + 1); err != nil {
			return err
		}
		switch s.peek() {
		case ',':
			s.at++
		case '}':
			s.at++
			return nil
		default:
			return s.unexpected("a comma or the object's end")
		}
	}
}

func (s *scanner) list(depth int) error {
	s.at++
	if s.peek() == ']' {
		s.at++
		return nil
	}
	for {
		if err := s.value(depth + 1); err != nil {
			return err
		}
		switch s.peek() {
		case ',':
			s.at++
		case ']':
			s.at++
			return nil
		default:
			return s.unexpected("a comma or the list's end")
		}
	}
}

// text reads a string and returns it decoded.
func (s *scanner) text() (string, error) {
	start, escaped := s.at, false
	for i := s.at + 1; i < len(s.doc); i++ {
		switch c := s.doc[i]; {
		case c == '\\':
			escaped = true
			i++
		case c == '"':
			s.at = i + 1
			if !escaped {
				return string(s.doc[start+1 : i]), nil
			}
			var decoded string
			if err := json.Unmarshal(s.doc[start:s.at], &decoded); err != nil {
				return "", fmt.Errorf("the string at byte %d is not valid", start)
			}
			return decoded, nil
		case c < 0x20:
			return "", fmt.Errorf("the string at byte %d holds a control character", start)
		}
	}
	return "", fmt.Errorf("the string at byte %d does not end", start)
}

// scalar reads a number, true, false or null.
func (s *scanner) scalar() error {
	start := s.at
	for s.at < len(s.doc) && bytes.IndexByte([]byte(" \t\r\n,:[]{}\""), s.doc[s.at]) < 0 {
		s.at++
	}
	if !json.Valid(s.doc[start:s.at]) {
		s.at = start
		return s.unexpected("a value")
	}
	return nil
}

func (s *scanner) unexpected(want string) error {
	if s.at >= len(s.doc) {
		return fmt.Errorf("it ends where %s should stand", want)
	}
	return fmt.Errorf("at byte %d stands something else than %s", s.at, want)
}
