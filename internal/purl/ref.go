// Package purl reads what people paste and says which package it names.
//
// It stands over packageurl-go, which knows the purl grammar. What people paste
// that is no purl at all (registry pages, download addresses, install commands,
// lock file entries, imports, what tools print) becomes the same [Ref]. What
// was pasted is read whole or refused: no word of it is dropped in silence.
//
// What is known about an ecosystem is one row of a table, in a file of its own.
// To serve another:
//
//	func gemDialect() *dialect {
//		return &dialect{
//			typ: "gem", name: "RubyGems", many: "RubyGems packages", one: "RubyGems package", page: "rubygems",
//			read:  newGem,  // name and version or tag, by the ecosystem's grammar
//			flat:  true,    // no namespace
//			hosts: map[string]func(address) (Ref, error){"rubygems.org": readGemPage},
//			tools: map[string]*tool{"gem": {verbs: []string{"install"}, read: readGemSpec}},
//		}
//	}
//
// and its row in table, in the place of its line in named.json.
package purl

import (
	"fmt"
	"maps"
	"strings"
)

// A Ref names one package, perhaps one version of it, as the person gave it.
// Nothing in it has been looked up.
type Ref struct {
	Type      string // purl type, lower case: "golang", "npm", "pypi", "cargo"
	Namespace string // unescaped, as pasted (case kept); may be empty
	Name      string // unescaped, as pasted (case kept)
	Version   string // exact version as pasted; empty when none was given
	// Tag is a moving name for a version ("latest", "next"), where one was
	// given instead of a version.
	Tag string
	// File is the one distribution file meant (purl qualifier file_name).
	File string
	// Qualifiers are the others that the ecosystem honours, as checked by its
	// row (a deb's arch, a Maven file's classifier).
	Qualifiers map[string]string
	// Subpath is a place inside the package: kept, not audited by itself.
	Subpath string
	// Candidates are all package names that the pasted text may mean, longest
	// first, when the text does not say (a Go package path: any prefix may be
	// the module). Name and Namespace hold the first of them. Empty when only
	// one name is possible.
	Candidates []string
	// Digests are the digests that the pasted text carries: compared first.
	// Several of one algorithm (pip lists one for each file) mean that one of
	// them must match.
	Digests []Digest
	// Notes say in words how the text was read where that was a guess
	// ("you pasted X, audited Y") and what is odd about it (invisible,
	// bidirectional or look-alike characters).
	Notes []Note
	// Pasted is the text as it came, trimmed of surrounding white space.
	Pasted string
}

// A Note is something the person should know about how the text was read.
type Note struct {
	Kind string // "guess", "characters", "moving"
	Text string // whole sentences
}

// Path is namespace and name as the ecosystem writes them together:
// "golang.org/x/text", "@scope/name", "requests".
func (r Ref) Path() string {
	if r.Namespace == "" {
		return r.Name
	}
	return r.Namespace + "/" + r.Name
}

// String is the canonical package URL with everything that was asked: version,
// file name, digests and subpath. Read again it asks the same question. A Go
// path keeps the case it was pasted in: the specification asks for lower case,
// which names another module. A Tag is not part of it.
func (r Ref) String() string {
	c := Components{Type: r.Type, Namespace: r.Namespace, Name: r.Name, Version: r.Version, Subpath: r.Subpath, Qualifiers: maps.Clone(r.Qualifiers)}
	if d := dialectOf(r.Type); d != nil && d.canonical != nil && r.Type != Golang {
		d.canonical(&c)
	}
	set := func(key, value string) {
		if value == "" {
			return
		}
		if c.Qualifiers == nil {
			c.Qualifiers = map[string]string{}
		}
		c.Qualifiers[key] = value
	}
	set("file_name", r.File)
	var digests []string
	for _, d := range r.Digests {
		if d.String() != r.Version { // else it is said already
			digests = append(digests, d.String())
		}
	}
	set("checksum", strings.Join(digests, ","))
	text := c.String()
	if rest, found := strings.CutSuffix(text, "."); found {
		return rest + "%2E" // else Parse takes it for the end of a sentence
	}
	return text
}

// Bare is the package alone, without the digests that it is compared with.
func (r Ref) Bare() Ref {
	r.Digests = nil
	return r
}

// setPath splits a path into namespace and name at its last slash.
func (r *Ref) setPath(path string) {
	i := strings.LastIndexByte(path, '/')
	r.Namespace, r.Name = path[:max(i, 0)], path[i+1:]
}

// setQualifier keeps a qualifier.
func (r *Ref) setQualifier(key, value string) {
	if r.Qualifiers == nil {
		r.Qualifiers = map[string]string{}
	}
	r.Qualifiers[key] = value
}

// note adds a note.
func (r *Ref) note(kind, format string, args ...any) {
	r.Notes = append(r.Notes, Note{Kind: kind, Text: fmt.Sprintf(format, args...)})
}
