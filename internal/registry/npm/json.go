package npm

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// fields is a JSON object by the exact spelling of its keys: decoding into a
// struct would take "Name" for "name", and npm does not.
type fields map[string]json.RawMessage

// parseFields reads an object; nil where doc is none.
func parseFields(doc []byte) fields {
	var f fields
	if json.Unmarshal(doc, &f) != nil {
		return nil
	}
	return f
}

// has tells whether a key has a value other than null.
func (f fields) has(key string) bool {
	raw, ok := f[key]
	return ok && string(raw) != "null"
}

// text is the string at a key; empty where there is none.
func (f fields) text(key string) string { return text(f[key]) }

func text(raw []byte) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

// object is the object at a key; nil where there is none.
func (f fields) object(key string) fields { return parseFields(f[key]) }

// list is the list at a key; nil where there is none.
func (f fields) list(key string) []json.RawMessage {
	var l []json.RawMessage
	if json.Unmarshal(f[key], &l) != nil {
		return nil
	}
	return l
}

// strict checks that every reader of a document understands the same: one JSON
// value in UTF-8, with no key twice in one object. Of two equal keys some
// readers take the first and others the last.
func strict(doc []byte) error {
	c, err := open(doc)
	if err != nil {
		return err
	}
	return c.walk()
}

// A cursor walks a JSON text without building it, so that one field of a large
// document costs no more memory than that field.
type cursor struct {
	doc []byte
	at  int
}

// open begins at the start of a document that is valid JSON in UTF-8. Nesting
// is bounded by encoding/json (10,000).
func open(doc []byte) (*cursor, error) {
	switch trimmed := bytes.TrimLeft(doc, " \t\r\n"); {
	case len(trimmed) == 0:
		return nil, errors.New("it is empty")
	case trimmed[0] == '<':
		return nil, errors.New("it is a web page, not JSON")
	case !utf8.Valid(doc):
		return nil, errors.New("it is not valid UTF-8")
	case !json.Valid(doc):
		return nil, errors.New("it is not JSON")
	}
	return &cursor{doc: doc}, nil
}

// walk visits everything below the cursor and finds keys that stand twice.
func (c *cursor) walk() error {
	switch c.peek() {
	case '{':
		return c.members(func(string) error { return c.walk() })
	case '[':
		return c.elements(c.walk)
	}
	return c.skip()
}

// members visits the members of the object at the cursor. visit stands at the
// value and must move over it.
func (c *cursor) members(visit func(key string) error) error {
	if !c.take('{') {
		return errors.New("it has something else where an object should stand")
	}
	if c.take('}') {
		return nil
	}
	seen := map[string]bool{}
	for {
		c.peek()
		start := c.at
		if err := c.skip(); err != nil {
			return err
		}
		key := text(c.doc[start:c.at])
		if seen[key] {
			return fmt.Errorf("the key %.100q stands twice in one object", key)
		}
		seen[key] = true
		if !c.take(':') {
			return c.broken()
		}
		if err := visit(key); err != nil {
			return err
		}
		switch {
		case c.take(','):
		case c.take('}'):
			return nil
		default:
			return c.broken()
		}
	}
}

// elements visits the elements of the list at the cursor, like members.
func (c *cursor) elements(visit func() error) error {
	c.at++
	if c.take(']') {
		return nil
	}
	for {
		if err := visit(); err != nil {
			return err
		}
		switch {
		case c.take(','):
		case c.take(']'):
			return nil
		default:
			return c.broken()
		}
	}
}

// raw moves over the value at the cursor and returns it.
func (c *cursor) raw() (json.RawMessage, error) {
	c.peek()
	start := c.at
	err := c.skip()
	return c.doc[start:c.at], err
}

// skip moves over the value at the cursor without looking into it.
func (c *cursor) skip() error {
	for depth := 0; ; {
		switch c.peek() {
		case 0:
			return c.broken()
		case '{', '[':
			depth++
			c.at++
		case '}', ']':
			depth--
			c.at++
		case ',', ':':
			c.at++
		case '"':
			c.at++
			for c.at < len(c.doc) && c.doc[c.at] != '"' {
				if c.doc[c.at] == '\\' {
					c.at++
				}
				c.at++
			}
			c.at++
		default:
			for c.at < len(c.doc) && bytes.IndexByte([]byte(" \t\r\n,:[]{}\""), c.doc[c.at]) < 0 {
				c.at++
			}
		}
		if depth <= 0 {
			return nil
		}
	}
}

// peek is the next byte that is no white space; 0 at the end.
func (c *cursor) peek() byte {
	for c.at < len(c.doc) {
		switch c.doc[c.at] {
		case ' ', '\t', '\r', '\n':
			c.at++
		default:
			return c.doc[c.at]
		}
	}
	return 0
}

func (c *cursor) take(b byte) bool {
	if c.peek() != b {
		return false
	}
	c.at++
	return true
}

func (c *cursor) broken() error { return fmt.Errorf("its structure breaks at byte %d", c.at) }
