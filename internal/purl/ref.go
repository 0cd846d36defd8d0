// Package purl reads what people paste and says which package it names.
//
// It stands over packageurl-go, which knows the purl grammar; what that
// library gets wrong for our types (it lower-cases Go module paths) is kept
// right here, and what people paste that is no purl at all (registry pages,
// download addresses, install commands, lock file lines) becomes the same
// [Ref].
package purl

import (
	"fmt"
	"strings"

	packageurl "github.com/package-url/packageurl-go"
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

// A Digest is a digest that came with the reference.
type Digest struct {
	// Algorithm is "sha256", "sha384", "sha512", "sha1", "md5",
	// "blake2b-256", … or "h1" (Go's hash of a file list).
	Algorithm string
	// Value is lower-case hexadecimal. A hash whose pasted spelling no tool
	// would write stands here as pasted, and so equals nothing.
	Value string
	// Of is "artifact", or "go.mod" for the second kind of go.sum line.
	Of string
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
	p := packageurl.PackageURL{
		Type: r.Type, Namespace: r.Namespace, Name: r.Name, Version: r.Version, Subpath: r.Subpath,
	}
	if r.Type == PyPI {
		p.Name = canonicalPyPIName(r.Name)
	}
	if len(r.Digests) > 0 {
		var all []string
		for _, d := range r.Digests {
			all = append(all, d.String())
		}
		p.Qualifiers = packageurl.Qualifiers{{Key: "checksum", Value: strings.Join(all, ",")}}
	}
	if r.File != "" {
		p.Qualifiers = append(p.Qualifiers, packageurl.Qualifier{Key: "file_name", Value: r.File})
	}
	return p.ToString()
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

// note adds a note.
func (r *Ref) note(kind, format string, args ...any) {
	r.Notes = append(r.Notes, Note{Kind: kind, Text: fmt.Sprintf(format, args...)})
}
