// Package jar reads the manifest by which a Java archive describes itself, and
// verifies the signatures that it carries inside (docs.oracle.com, "JAR File
// Specification", "JAR Manifest" and "Signed JAR File").
//
// A signer lists digests of the manifest in a signature file, and signs that file
// in a block beside it (CMS, RFC 5652); the manifest lists digests of the files.
// Who the signer is only the certificate in the block says: nothing here vouches
// for whoever issued it.
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
	maxHeader   = 4 << 20 // bytes of one value, its continuations joined
)

// Headers are those of the main section, by name in lower case: names do not
// distinguish upper and lower case.
type Headers map[string]string

// Get is the value of a header; empty for none.
func (h Headers) Get(name string) string { return h[strings.ToLower(name)] }

// A Section is a part of a manifest, about one entry or about the whole.
type Section struct {
	Name    string // of the entry; empty for the main section
	Headers Headers
	// Raw are its bytes, with the empty line that ends it: what is hashed of it.
	Raw []byte
}

// A Manifest is one that was read whole; a signature file has its form, too.
type Manifest struct {
	Main    Section
	Entries []Section
}

// ReadManifest reads a manifest, whole or not at all.
//
//  1. Lines end with CR LF, LF or CR; one that begins with a blank continues the
//     line before.
//  2. An empty line ends a section; the first is the main one.
//  3. Each section after it begins with the name of its entry, and there is one for
//     each.
func ReadManifest(doc []byte) (*Manifest, error) {
	if len(doc) > MaxManifest {
		return nil, errors.New("it is larger than is read")
	}
	r := reader{names: map[string]bool{}, began: -1}
	for at := 0; at < len(doc); {
		line, next := lineAt(doc, at) // 1.
		if err := r.line(line, at); err != nil {
			return nil, err
		}
		if at = next; len(line) == 0 { // 2.
			if err := r.end(doc, at); err != nil {
				return nil, err
			}
		}
	}
	if err := r.end(doc, len(doc)); err != nil {
		return nil, err
	}
	return &r.read, nil
}

// A reader is a manifest being read.
type reader struct {
	read    Manifest
	main    bool // the main section was read
	names   map[string]bool
	section Headers // under way; nil for none
	began   int     // where it did
	// first and last are the names of its first and last header, and value what the
	// last one has so far.
	first, last string
	value       []byte
}

// line adds a line that begins at a place.
func (r *reader) line(line []byte, at int) error {
	switch {
	case len(line) == 0:
		return nil
	case line[0] == ' ' && r.last == "":
		return errors.New("its first line continues another")
	case line[0] == ' ':
		if r.value = append(r.value, line[1:]...); len(r.value) > maxHeader {
			return errors.New("one of its lines is longer than is read")
		}
		return nil
	}
	if err := r.take(); err != nil {
		return err
	}
	name, value, found := strings.Cut(string(line), ":")
	if !found || !validName(name) {
		return fmt.Errorf("the line %.100q is no header", line)
	}
	if r.section == nil {
		r.section, r.began = Headers{}, at
	}
	r.last = strings.ToLower(name)
	if _, twice := r.section[r.last]; twice {
		return fmt.Errorf("a section has %.100q twice", name)
	}
	r.section[r.last] = ""
	if r.value = append(r.value[:0], strings.TrimPrefix(value, " ")...); r.first == "" {
		r.first = r.last
	}
	return nil
}

// take keeps the value of the last header, which is whole now: older tools of Java's
// broke lines inside characters.
func (r *reader) take() error {
	switch {
	case r.last == "":
		return nil
	case !utf8.Valid(r.value) || bytes.IndexByte(r.value, 0) >= 0:
		return errors.New("one of its lines is no text")
	}
	r.section[r.last] = string(r.value)
	return nil
}

// end takes the section that ends before a place.
func (r *reader) end(doc []byte, at int) error {
	if err := r.take(); err != nil {
		return err
	}
	done := Section{Headers: r.section}
	if r.section != nil {
		done.Raw = doc[r.began:at]
	}
	switch {
	case !r.main:
		if r.main = true; done.Headers == nil {
			done.Headers = Headers{}
		}
		r.read.Main = done
	case r.section == nil:
	case r.first != "name": // 3.
		return errors.New("a section does not begin with the name of its entry")
	case r.names[r.section["name"]]:
		return fmt.Errorf("it has two sections about %.200q", r.section["name"])
	case len(r.names) == maxSections:
		return errors.New("it has more sections than are read")
	default:
		done.Name = r.section["name"]
		r.names[done.Name] = true
		r.read.Entries = append(r.read.Entries, done)
	}
	r.section, r.first, r.last = nil, "", ""
	return nil
}

// maxLine is the most that Java reads of one line, with its end
// (java.util.jar.Attributes).
const maxLine = 512

// tooLongForJava tells whether Java refuses a document for one of its lines: none may be
// longer, and the last has to end, too.
func tooLongForJava(doc []byte) bool {
	for at := 0; at < len(doc); {
		_, next := lineAt(doc, at)
		if next-at > maxLine || next == len(doc) && doc[next-1] != '\n' && doc[next-1] != '\r' {
			return true
		}
		at = next
	}
	return false
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
	const may = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return name != "" && len(name) <= 70 && strings.Trim(name, may) == ""
}
