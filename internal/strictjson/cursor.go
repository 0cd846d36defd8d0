// Package strictjson reads JSON (RFC 8259) from outside so that it says one
// thing to every reader: readers differ in which of two equal keys counts, in
// whether "Name" is "name", and in what they make of bytes that are no text, so
// one of them could be shown what another did not verify.
//
// A [Cursor] walks a document without building it; [Parse] and [Fields] give an
// object by the exact spelling of its keys. What JSON is and what a string means is
// as encoding/json has it.
package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxDepth bounds the nesting of what is looked into.
const maxDepth = 256

// Check tells why not every reader of a document understands the same: it is to
// be exactly one value in UTF-8, with no key twice in one object, nesting 256
// deep at most.
func Check(doc []byte) error {
	c, err := Open(doc)
	if err != nil {
		return err
	}
	return c.walk(0)
}

// A Cursor stands before a value of a document. What it passes without a visit
// is valid JSON, but may hold a key twice.
type Cursor struct {
	doc []byte
	at  int
	// ends are where large objects and lists end, by where they begin, as far as
	// that is known.
	ends map[int]int
}

// Open stands at the start of a document, which is one value in UTF-8.
func Open(doc []byte) (*Cursor, error) {
	switch trimmed := bytes.TrimLeft(doc, " \t\r\n"); {
	case len(trimmed) == 0:
		return nil, errors.New("it is empty")
	case trimmed[0] == '<':
		return nil, errors.New("it is a web page, not JSON")
	case !utf8.Valid(doc):
		return nil, errors.New("it is not valid UTF-8")
	}
	ends := map[int]int{}
	if !valid(doc, ends) {
		return nil, errors.New("it is not JSON" + whereNot(doc))
	}
	return &Cursor{doc: doc, ends: ends}, nil
}

// whereNot says where a document stops being JSON.
func whereNot(doc []byte) string {
	var any json.RawMessage
	if syntax, ok := errors.AsType[*json.SyntaxError](json.Unmarshal(doc, &any)); ok {
		return fmt.Sprintf(" (byte %d: %s)", syntax.Offset, syntax)
	}
	return ""
}

func (c *Cursor) walk(depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("it nests deeper than %d", maxDepth)
	}
	switch c.Peek() {
	case '{':
		return c.Members(func(string) error { return c.walk(depth + 1) })
	case '[':
		return c.Elements(func() error { return c.walk(depth + 1) })
	}
	return c.Skip()
}

// Members visits the members of the object at the cursor, which stands at a
// member's value then: visit must pass it. A key that stands twice is an error,
// and so is one that readers decode differently.
func (c *Cursor) Members(visit func(key string) error) error {
	if !c.take('{') {
		return errors.New("it has something else where an object should stand")
	}
	var seen keys
	for !c.take('}') {
		raw := c.Raw()
		key := Text(raw)
		if strings.ContainsRune(key, utf8.RuneError) && bytes.IndexByte(raw, '\\') >= 0 {
			return fmt.Errorf("the key %.100s holds half a character", raw)
		}
		if !seen.add(key) {
			return fmt.Errorf("the key %.100q stands twice in one object", key)
		}
		c.take(':')
		if err := visit(key); err != nil {
			return err
		}
		c.take(',')
	}
	return nil
}

// keys are those of one object. Most objects have few: a map for each would cost
// more than all else.
type keys struct {
	few  []string
	many map[string]bool
}

// add tells whether a key is new.
func (k *keys) add(key string) bool {
	const most = 16
	switch {
	case k.many != nil:
		if k.many[key] {
			return false
		}
		k.many[key] = true
		return true
	case slices.Contains(k.few, key):
		return false
	case len(k.few) < most:
		k.few = append(k.few, key)
		return true
	}
	k.many = map[string]bool{key: true}
	for _, one := range k.few {
		k.many[one] = true
	}
	return true
}

// Elements visits the elements of the list at the cursor, like Members.
func (c *Cursor) Elements(visit func() error) error {
	if !c.take('[') {
		return errors.New("it has something else where a list should stand")
	}
	for !c.take(']') {
		if err := visit(); err != nil {
			return err
		}
		c.take(',')
	}
	return nil
}

// Offset is where the value at the cursor begins, in bytes.
func (c *Cursor) Offset() int {
	c.Peek()
	return c.at
}

// Raw passes the value at the cursor and returns it.
func (c *Cursor) Raw() json.RawMessage {
	c.Peek()
	start := c.at
	c.pass()
	return c.doc[start:c.at:c.at]
}

// Text passes the value at the cursor, and is the string that it is; empty where
// it is something else.
func (c *Cursor) Text() string { return Text(c.Raw()) }

// Skip passes the value at the cursor without looking into it. It never fails.
func (c *Cursor) Skip() error {
	c.pass()
	return nil
}

// structural are the bytes that end a number or a literal.
var structural = [256]bool{' ': true, '\t': true, '\r': true, '\n': true, ',': true, ':': true, '[': true, ']': true, '{': true, '}': true, '"': true}

// pass moves over a value. That the document is valid was seen before.
func (c *Cursor) pass() {
	for depth := 0; ; {
		switch c.Peek() {
		case 0:
			return
		case '{', '[':
			if end := c.ends[c.at]; end > 0 {
				c.at = end
			} else {
				depth++
				c.at++
			}
		case '}', ']':
			depth--
			c.at++
		case ',', ':':
			c.at++
		case '"':
			c.at = text(c.doc, c.at)
		default:
			for c.at < len(c.doc) && !structural[c.doc[c.at]] {
				c.at++
			}
		}
		if depth == 0 {
			return
		}
	}
}

// Peek is the first byte of the value at the cursor; 0 at the document's end.
func (c *Cursor) Peek() byte {
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

func (c *Cursor) take(b byte) bool {
	if c.Peek() != b {
		return false
	}
	c.at++
	return true
}
