// Package jar reads the manifest by which a Java archive describes itself
// (docs.oracle.com, "JAR File Specification", "JAR Manifest").
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

// Headers are those of the main section, by name in lower case: names do not
// distinguish upper and lower case.
type Headers map[string]string

// Get is the value of a header; empty for none.
func (h Headers) Get(name string) string { return h[strings.ToLower(name)] }

// ReadManifest reads a manifest, whole or not at all, and returns its main section.
//
//  1. Lines end with CR LF, LF or CR; one that begins with a blank continues the
//     line before.
//  2. An empty line ends a section; the first is the main one.
//  3. Each section after it begins with the name of its entry, and there is one for
//     each.
func ReadManifest(doc []byte) (Headers, error) {
	if len(doc) > MaxManifest || !utf8.Valid(doc) {
		return nil, errors.New("it is larger than is read, or no text")
	}
	var main, section Headers
	first, last := "", "" // of the section's headers
	names := map[string]bool{}
	end := func() error {
		switch {
		case main == nil:
			if main = section; main == nil {
				main = Headers{}
			}
		case section == nil:
		case first != "name":
			return errors.New("a section does not begin with the name of its entry")
		case names[section["name"]]:
			return fmt.Errorf("it has two sections about %.200q", section["name"])
		case len(names) == maxSections:
			return errors.New("it has more sections than are read")
		default:
			names[section["name"]] = true
		}
		section, first, last = nil, "", ""
		return nil
	}
	for at := 0; at < len(doc); {
		line, next := lineAt(doc, at) // 1.
		at = next
		if len(line) == 0 { // 2.
			if err := end(); err != nil { // 3.
				return nil, err
			}
			continue
		}
		if line[0] == ' ' {
			if last == "" {
				return nil, errors.New("its first line continues another")
			}
			if section[last] += string(line[1:]); len(section[last]) > maxHeader {
				return nil, errors.New("one of its lines is longer than is read")
			}
			continue
		}
		name, value, found := strings.Cut(string(line), ":")
		if !found || !validName(name) {
			return nil, fmt.Errorf("the line %.100q is no header", line)
		}
		if section == nil {
			section = Headers{}
		}
		last = strings.ToLower(name)
		if _, twice := section[last]; twice {
			return nil, fmt.Errorf("a section has %.100q twice", name)
		}
		if section[last] = strings.TrimPrefix(value, " "); first == "" {
			first = last
		}
	}
	if err := end(); err != nil {
		return nil, err
	}
	return main, nil
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
