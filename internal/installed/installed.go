// Package installed compares a folder in which a package was installed with the
// files of the package that was audited, file by file.
package installed

import (
	"cmp"
	"encoding/hex"
	"slices"
	"strings"

	"touchstone/internal/archive"
	"touchstone/internal/registry"
)

// A State is how a file of the folder stands.
type State string

// The states of a file that is not the same.
const (
	Changed State = "changed"
	Missing State = "missing"
	Extra   State = "extra"
)

// A File is one file in the folder, relative to the package's own.
type File struct {
	Path string `json:"path"`
	// SHA256 is in lower-case hexadecimal; empty for what is no regular file, as a
	// link.
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
}

// A Difference is one file that is not as published.
type Difference struct {
	Path  string `json:"path"`
	State State  `json:"state"`
	// Known says what installers are known to do there; empty where nothing is.
	Known string `json:"known,omitempty"`
	// Open tells that Known says why the file, which programs run, was compared
	// with nothing.
	Open bool `json:"open,omitempty"`
}

// A Comparison is a folder beside a package.
type Comparison struct {
	// Same counts the files that have the published bytes.
	Same int `json:"same"`
	// Differences are in the order of paths.
	Differences []Difference `json:"differences"`
	// Unread says why the package's files are not all known; empty where they are.
	Unread string `json:"unread,omitempty"`
}

// As tells whether every file is as published, or differs as installers are known
// to make it.
func (c Comparison) As() bool {
	return c.Unread == "" && !slices.ContainsFunc(c.Differences, func(d Difference) bool { return d.Known == "" || d.Open })
}

// Open tells whether nothing differs that was compared, and something was not.
func (c Comparison) Open() bool {
	return !c.As() && !slices.ContainsFunc(c.Differences, func(d Difference) bool { return d.Known == "" && (c.Unread == "" || d.State == Changed) })
}

// A Package is what was audited.
type Package struct {
	// Contents are nil where it did not arrive.
	Contents *archive.Contents
	Bytes    []byte
	// Read reads the bytes again ([registry.File.Contents]).
	Read   archive.Reader
	Rules  archive.Rules
	Finder registry.Finder
	// Pieces are those of a package that is fetched in pieces, the package file first;
	// nil where that did not arrive.
	Pieces []Piece
}

// largest is how many bytes of a published file are read to see what an installer
// did to it.
const largest = 1 << 20

// Compare compares: partial is why the installer leaves files out (see
// [registry.Placed]), texts hold the bytes of files by which packages are named,
// by path. Two files that the installer writes to one place leave the last.
func (p Package) Compare(found []File, partial string, texts map[string][]byte) Comparison {
	if c, saved := p.laidOut(found); saved {
		return c
	}
	c := Comparison{Differences: []Difference{}}
	if p.Contents == nil {
		c.Unread = "The package did not arrive, so nothing was compared."
		return c
	}
	if !p.Contents.Complete {
		c.Unread = "The package could not be read whole: a file that is extra may be one of its own."
	}
	published := map[string]archive.File{}
	for _, f := range p.Contents.Files {
		if path := p.Written(f.Path); path != "" {
			published[path] = f
		}
	}
	seen := map[string]bool{}
	for _, f := range found {
		seen[f.Path] = true
		want, there := published[f.Path]
		switch {
		case !there:
			c.add(p.extra(f.Path, texts[f.Path], published))
		case f.SHA256 == hex.EncodeToString(want.SHA256[:]):
			c.Same++
		default:
			bytes, err := archive.Open(p.Read, p.Bytes, want, largest)
			if err != nil {
				bytes = nil
			}
			c.add(Difference{Path: f.Path, State: Changed, Known: p.known(f.Path, bytes, texts[f.Path])})
		}
	}
	for path := range published {
		if !seen[path] {
			c.add(Difference{Path: path, State: Missing, Known: cmp.Or(partial, p.elsewhere(path))})
		}
	}
	slices.SortFunc(c.Differences, func(a, b Difference) int { return strings.Compare(a.Path, b.Path) })
	return c
}

func (c *Comparison) add(d Difference) { c.Differences = append(c.Differences, d) }

// extra is a file that the package does not have.
func (p Package) extra(path string, installed []byte, published map[string]archive.File) Difference {
	d := Difference{Path: path, State: Extra, Known: p.known(path, nil, installed)}
	doubter, ok := p.Finder.(registry.Doubter)
	if !ok || d.Known != "" {
		return d
	}
	d.Known = doubter.Uncompared(path, func(path string) bool { _, there := published[path]; return there })
	d.Open = d.Known != ""
	return d
}

func (p Package) known(path string, published, installed []byte) string {
	if p.Finder == nil {
		return ""
	}
	return p.Finder.Known(path, published, installed)
}

func (p Package) elsewhere(path string) string {
	if m, ok := p.Finder.(registry.Mover); ok {
		return m.Elsewhere(path)
	}
	return ""
}

// Written is where the installer puts a file, in the package's folder; empty for
// nowhere.
func (p Package) Written(path string) string {
	if p.Rules.Written != nil {
		path, _ = p.Rules.Written(path, false) // an error tells how that differs from what is listed
	}
	return strings.TrimPrefix(path, p.Rules.Prefix)
}
