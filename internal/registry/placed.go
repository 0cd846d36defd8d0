package registry

import (
	"path"
	"slices"
)

// A Folder is what a person chose on their device to be compared: a package
// where it was installed, or a place that holds many.
type Folder struct {
	// Root is the folder's own path as far as it is known, "/" between parts.
	Root string
	// Paths are its files, relative to Root.
	Paths []string
	// Out are those of Paths that are links to what is not in Root.
	Out []string
	// Links are those of Paths that are links to what is in Root. A browser follows
	// them and tells of none.
	Links []string
	// Texts are the contents of those that tell which packages are there: files
	// called as one of [Finder.Named].
	Texts map[string][]byte
}

// LeadsOut tells which paths are links to what is not in the folder.
func (f Folder) LeadsOut() map[string]bool {
	out := make(map[string]bool, len(f.Out))
	for _, p := range f.Out {
		out[p] = true
	}
	return out
}

// A Placed is a package where an installer put it. What it is called is the
// folder's own word: the audit of the reference, and the comparison, decide.
type Placed struct {
	// Reference is a purl; empty where Files are of no package, and would run.
	Reference string `json:"reference"`
	// Folder is relative to the one that was chosen; empty for that itself.
	Folder string `json:"folder"`
	// Partial says why an installer leaves files out there; empty where it does not.
	Partial string `json:"partial,omitempty"`
	// Files are those of the package, relative to the chosen folder, where several
	// packages share a folder; nil where all of Folder is its own.
	Files []string `json:"files"`
	// Open says why Files, which are of no package, may stand there, though they are
	// compared with nothing; empty where nothing is known to put them there.
	Open string `json:"open,omitempty"`
	// Marker is the folder in which the package says what it is, among such.
	Marker string `json:"-"`
}

// WithStrays are the packages of a folder, and behind them files that are of none of
// them and would run; without packages nothing says whose folder it is.
func WithStrays(found []Placed, strays []string) []Placed {
	if len(found) == 0 || len(strays) == 0 {
		return found
	}
	return append(found, Placed{Files: strays})
}

// Outside are the paths that are in no folder of a package.
func Outside(paths []string, found []Placed) []string {
	folders := map[string]bool{}
	for _, p := range found {
		folders[p.Folder] = true
	}
	return slices.DeleteFunc(slices.Clone(paths), func(p string) bool {
		for dir := path.Dir(p); dir != "." && dir != "/"; dir = path.Dir(dir) {
			if folders[dir] {
				return true
			}
		}
		return folders[""]
	})
}

// A Mover is a Finder whose installers put some files outside a package's
// folder.
type Mover interface {
	// Elsewhere says where a file goes; empty for what belongs into the folder.
	Elsewhere(path string) string
}

// A Doubter is a Finder in whose folders programs run files that nobody published
// and that are made there from published ones, so that there is nothing to compare
// them with.
type Doubter interface {
	// Uncompared says why such a file is not compared; empty for every other.
	// published tells whether the package has a file at a path.
	Uncompared(path string, published func(path string) bool) string
}

// A Finder is an adapter that knows how installers of its ecosystem lay packages
// out in folders.
type Finder interface {
	// Named are the files, by their last part, whose contents Find needs.
	Named() []string
	// Find lists the packages of a folder, in the order of their folders.
	Find(f Folder) []Placed
	// Known says what installers are known to do at a path relative to the
	// package's folder; empty where that is nothing. published is nil for a file
	// that the package does not have, installed for one whose bytes are not given.
	Known(path string, published, installed []byte) string
}
