package maven

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Bounds of one document.
const (
	maxDepth = 64
	maxNodes = 200_000
)

// A node is one element, without its attributes: the documents of Maven have none
// that say anything.
type node struct {
	name     string
	text     string // its own, trimmed
	children []*node
	comments []string
}

// isXML tells whether a body can be a document of Maven's: markup, and no web page.
func isXML(body []byte) bool {
	text := bytes.TrimLeft(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")), " \t\r\n")
	if len(text) > 1 && slices.Contains([]string{"\xfe\xff", "\xff\xfe", "<\x00", "\x00<"}, string(text[:2])) {
		return true
	}
	head := bytes.ToLower(text[:min(len(text), 256)])
	return bytes.HasPrefix(head, []byte("<")) && !bytes.Contains(head, []byte("<html")) && !bytes.Contains(head, []byte("<!doctype html"))
}

// parseXML reads a document as a tree.
//
//  1. UTF-8, UTF-16, or the character set that its declaration names, of those known.
//  2. No document type, and so no entities of its own. Those of HTML are known, as
//     Maven's own reader knows them.
//  3. One root, and bounds of depth and number.
func parseXML(doc []byte) (*node, error) {
	// 1.
	doc, err := unicoded(doc)
	if err != nil {
		return nil, err
	}
	d := xml.NewDecoder(bytes.NewReader(doc))
	d.Entity = xml.HTMLEntity
	d.CharsetReader = func(charset string, in io.Reader) (io.Reader, error) { return in, nil } // done by unicoded
	root := &node{}
	open := []*node{root}
	texts := []*strings.Builder{{}} // of those: what stands between may cut a text into many pieces
	for nodes := 0; ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("it is no XML that can be read: %w", err)
		}
		top := open[len(open)-1]
		switch t := token.(type) {
		case xml.StartElement:
			if nodes++; nodes > maxNodes || len(open) > maxDepth {
				return nil, errors.New("it has too many elements, or they nest too deep")
			}
			n := &node{name: t.Name.Local}
			top.children = append(top.children, n)
			open, texts = append(open, n), append(texts, new(strings.Builder))
		case xml.EndElement:
			top.text = strings.TrimSpace(texts[len(texts)-1].String())
			open, texts = open[:len(open)-1], texts[:len(texts)-1]
		case xml.CharData:
			if len(top.children) == 0 || len(bytes.TrimSpace(t)) > 0 {
				texts[len(texts)-1].Write(t)
			}
		case xml.Comment:
			if len(open) <= 2 {
				top.comments = append(top.comments, string(t))
			}
		case xml.Directive: // 2.
			return nil, errors.New("it has a document type of its own, which Maven's documents have not")
		}
	}
	// 3.
	if len(root.children) != 1 || strings.TrimSpace(texts[0].String()) != "" {
		return nil, errors.New("it is not one element")
	}
	root.children[0].comments = append(root.comments, root.children[0].comments...)
	return root.children[0], nil
}

// unicoded is a document in UTF-8. UTF-16 is known by its mark, or by how its first
// character stands there; else its declaration names its character set in ASCII
// characters, which those that are read share (www.w3.org/TR/xml, appendix F).
func unicoded(doc []byte) ([]byte, error) {
	for _, mark := range []struct {
		mark, kept string
		order      binary.ByteOrder
	}{{"\xff\xfe", "", binary.LittleEndian}, {"\xfe\xff", "", binary.BigEndian}, {"<\x00", "<\x00", binary.LittleEndian}, {"\x00<", "\x00<", binary.BigEndian}} {
		if rest, ok := bytes.CutPrefix(doc, []byte(mark.mark)); ok {
			return fromUTF16(append([]byte(mark.kept), rest...), mark.order)
		}
	}
	doc = bytes.TrimPrefix(doc, []byte("\xef\xbb\xbf"))
	charset := strings.ToLower(declared(doc))
	switch charset {
	case "", "utf-8", "utf8", "us-ascii", "ascii":
		if !utf8.Valid(doc) {
			return nil, fmt.Errorf("it is not written in %.40q, as it says", cmp.Or(charset, "utf-8"))
		}
		return doc, nil
	}
	return fromBytes(doc, charset)
}

// declared is the character set that a document's declaration names; empty for none.
func declared(doc []byte) string {
	head := doc[:min(len(doc), 200)]
	if !bytes.HasPrefix(head, []byte("<?xml")) {
		return ""
	}
	declaration, _, _ := strings.Cut(string(head), "?>")
	_, rest, _ := strings.Cut(declaration, "encoding")
	rest, equals := strings.CutPrefix(strings.TrimLeft(rest, " \t\r\n"), "=")
	rest = strings.TrimLeft(rest, " \t\r\n")
	if !equals || rest == "" {
		return ""
	}
	value, _, _ := strings.Cut(rest[1:], rest[:1])
	return value
}

// fromUTF16 is a document in UTF-8 that was in UTF-16 behind its mark.
func fromUTF16(doc []byte, order binary.ByteOrder) ([]byte, error) {
	if len(doc)%2 != 0 {
		return nil, errors.New("it is not written in UTF-16, as it says: it ends amid a character")
	}
	units := make([]uint16, len(doc)/2)
	for i := range units {
		units[i] = order.Uint16(doc[2*i:])
	}
	text := utf16.Decode(units)
	if slices.Contains(text, utf8.RuneError) {
		return nil, errors.New("it is not written in UTF-16, as it says")
	}
	return []byte(string(text)), nil
}

// child is the one element of a name below this; nil for none. Twice is known by
// once.
func (n *node) child(name string) *node {
	if n == nil {
		return nil
	}
	for _, c := range n.children {
		if c.name == name {
			return c
		}
	}
	return nil
}

// at is the text of the element below these names; empty for none.
func (n *node) at(names ...string) string {
	for _, name := range names {
		n = n.child(name)
	}
	if n == nil {
		return ""
	}
	return n.text
}

// all are the elements of a name below this.
func (n *node) all(name string) []*node {
	if n == nil {
		return nil
	}
	var out []*node
	for _, c := range n.children {
		if c.name == name {
			out = append(out, c)
		}
	}
	return out
}

// has tells whether an element of a name and text stands somewhere below.
func (n *node) has(name, text string, depth int) bool {
	for _, c := range n.children {
		if c.name == name && c.text == text || depth < maxNested && c.has(name, text, depth+1) {
			return true
		}
	}
	return false
}

// once says which of the elements directly below this stands there twice, where
// Maven takes one; empty for none.
func (n *node) once() string {
	seen := map[string]bool{}
	for _, c := range n.children {
		if seen[c.name] {
			return c.name
		}
		seen[c.name] = true
	}
	return ""
}
