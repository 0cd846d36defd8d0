// Package jar reads the documents by which Java archives describe and sign
// themselves (docs.oracle.com, "JAR File Specification"): the manifest, and the
// signatures over it.
package jar

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Bounds of one document.
const (
	MaxManifest = 32 << 20 // bytes
	maxSections = 400_000
	maxHeader   = 64 << 10 // bytes of one value, its continuations joined
)

// A Section is a block of headers.
type Section struct {
	// Name is the entry that it is about; empty for the main section.
	Name string
	// Headers are in their order, each name once.
	Headers []Header
	// Raw are its bytes as they stand, with the empty line that ends it.
	Raw []byte
}

// A Header is one name and value.
type Header struct{ Name, Value string }

// Get is the value of a header; names do not distinguish upper and lower case.
func (s Section) Get(name string) string {
	for _, h := range s.Headers {
		if strings.EqualFold(h.Name, name) {
			return h.Value
		}
	}
	return ""
}

// A Manifest is a document of sections: a manifest, or a signature file.
type Manifest struct {
	Main    Section
	Entries []Section
}

// ReadManifest reads one document, whole or not at all.
//
//  1. Lines end with CR LF, LF or CR; one that begins with a blank continues the
//     line before.
//  2. An empty line ends a section; the first is the main one.
//  3. Each section after it begins with the name of its entry, and there is one for
//     each.
func ReadManifest(doc []byte) (*Manifest, error) {
	if len(doc) > MaxManifest || !utf8.Valid(doc) {
		return nil, errors.New("it is larger than is read, or no text")
	}
	m := &Manifest{}
	names := map[string]bool{}
	var headers []Header
	start, first := 0, true
	end := func(at int) error {
		raw := doc[start:at]
		start = at
		switch {
		case first:
			m.Main, first = Section{Headers: headers, Raw: raw}, false
		case len(headers) == 0:
			return nil
		case !strings.EqualFold(headers[0].Name, "Name"):
			return errors.New("a section does not begin with the name of its entry")
		case names[headers[0].Value]:
			return fmt.Errorf("it has two sections about %.200q", headers[0].Value)
		case len(m.Entries) == maxSections:
			return errors.New("it has more sections than are read")
		default:
			names[headers[0].Value] = true
			m.Entries = append(m.Entries, Section{Name: headers[0].Value, Headers: headers, Raw: raw})
		}
		headers = nil
		return nil
	}
	for at := 0; at < len(doc); {
		line, next := lineAt(doc, at) // 1.
		at = next
		switch {
		case len(line) == 0: // 2.
			if first || len(headers) > 0 {
				if err := end(at); err != nil {
					return nil, err
				}
			} else {
				start = at
			}
		case line[0] == ' ':
			if len(headers) == 0 {
				return nil, errors.New("its first line continues another")
			}
			last := &headers[len(headers)-1]
			if last.Value += string(line[1:]); len(last.Value) > maxHeader {
				return nil, errors.New("one of its lines is longer than is read")
			}
		default:
			name, value, found := strings.Cut(string(line), ": ")
			if !found {
				name, found = strings.CutSuffix(string(line), ":")
			}
			if !found || !validName(name) {
				return nil, fmt.Errorf("the line %.100q is no header", line)
			}
			for _, h := range headers {
				if strings.EqualFold(h.Name, name) {
					return nil, fmt.Errorf("a section has %.100q twice", name)
				}
			}
			headers = append(headers, Header{name, value})
		}
	}
	if first || len(headers) > 0 {
		if err := end(len(doc)); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// lineAt is the line that begins at a place, and where the next one begins.
func lineAt(doc []byte, at int) (line []byte, next int) {
	i := bytes.IndexAny(doc[at:], "\r\n")
	if i < 0 {
		return doc[at:], len(doc)
	}
	i += at
	next = i + 1
	if doc[i] == '\r' && next < len(doc) && doc[next] == '\n' {
		next++
	}
	return doc[at:i], next
}

func validName(name string) bool {
	for _, c := range []byte(name) {
		if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-' || c == '_') {
			return false
		}
	}
	return name != "" && len(name) <= 70
}
