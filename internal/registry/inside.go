package registry

import (
	"context"
	"io"
	"slices"
	"strings"

	"touchstone/internal/archive"
)

// An Inspector reads an ecosystem's own documents inside a package while it is
// hashed. It is used once.
type Inspector interface {
	// Open is asked for every file; nil means that its bytes are not wanted.
	Open(path string, size int64) io.Writer
	// Inside tells what was found, after the last file. What it costs is in
	// proportion to the files' names and what Open took. Where the context ends
	// it stops, and has read nothing whole.
	Inside(ctx context.Context, files []archive.File) Inside
}

// Inside is what the documents inside a package say. Claims, like all else. Its
// zero value says nothing.
type Inside struct {
	// Read tells that everything that could say what follows was read whole.
	// Only then does an empty list mean that there is nothing; else Unread is
	// one sentence that says why not.
	Read   bool
	Unread string
	// Undeclared says in one sentence why the package states nowhere which
	// others it needs; empty where it has the place to do so.
	Undeclared string
	// Needless says in one sentence that it needs no others; empty for the usual one.
	Needless string
	// Names are the names and versions written inside, each beside the one
	// that was asked for.
	Names []NameInside
	// Unbound says in one sentence why they do not tell this file from others of the
	// same version; empty where they do, or there are no such.
	Unbound string
	// Reserved is one sentence of what they do not say, where they tell enough; empty
	// for nothing.
	Reserved string
	// Runs is what installing, building or importing would run.
	Runs []Run
	// Ingredients are other packages that come with it or are pulled next.
	Ingredients []Ingredient
	// Repository is where the package says that its source is, Revision the
	// commit, and Folder the folder inside; empty where it does not say. Dirty
	// tells that the tree held changes that no commit has.
	Repository, Revision, Folder string
	Dirty                        bool
	// Contact are files that say how to report a vulnerability.
	Contact []string
	// Manifest is where the manifest that is served beside the package stands
	// inside, where only the package itself tells; else File.Manifest does.
	Manifest string
	// List is the package's own list of its files; nil where it carries none.
	List *FileList
	// Enclosed are the signatures that it carries over its own files; nil where its
	// format has none.
	Enclosed *Enclosed
}

// A FileList is a list of its files that a package carries.
type FileList struct {
	// Path is where it stands inside.
	Path string
	// Broken says why it could not be read; empty where it could.
	Broken string
	// Files are those that it names, in its order.
	Files []Listed
	// Free are the files inside that need not be in it, such as itself.
	Free []string
}

// A Listed is a file as a list names it.
type Listed struct {
	Path string
	Size int64 // bytes; below 0 where the list does not say
	// Algorithm and Value are its digest, as a Stated's; empty where the list
	// states none.
	Algorithm, Value string
}

// A NameInside is one statement inside a package about its own name.
type NameInside struct {
	Document string // path inside the package
	Field    string
	Stated   string
	Asked    string // what it must equal
	// Enforced tells that nobody can have published a package in which this differs:
	// the repository takes none, or writes its record from what is inside.
	Enforced bool
}

// A Run is something that would run.
type Run struct {
	When string // "install", "build", "start", "import", "use"
	What string // one sentence for people
	// Files are where it stands, at most twenty; More is how many others there are.
	Files []string
	More  int
	// Stop says how to prevent it; empty where it cannot be.
	Stop string
}

// mostFiles is how many files a run names.
const mostFiles = 20

// In names the files in which it stands.
func (r Run) In(files []string) Run {
	r.Files, r.More = files, 0
	if len(files) > mostFiles {
		r.Files, r.More = files[:mostFiles], len(files)-mostFiles
	}
	return r
}

// mostLine bounds a line that is shown of a script, in bytes.
const mostLine = 160

// Showing shows the beginning of a script in the place of files: some words about
// it, then its first lines that are not blank.
func (r Run) Showing(script string, about ...string) Run {
	lines := slices.Clone(about)
	for line := range strings.Lines(script) {
		if line = strings.TrimSpace(line); line != "" && len(lines) < mostFiles {
			lines = append(lines, line)
		}
	}
	for i, line := range lines {
		lines[i] = Cut(strings.ToValidUTF8(line, "\ufffd"), mostLine)
	}
	r.Files = lines
	return r
}

// Cut is a text from outside, of so many bytes at most before the mark that there
// is more.
func Cut(text string, most int) string {
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}

// An Ingredient is another package.
type Ingredient struct {
	Ref  string // purl
	Kind string // "requires", "indirect" (for others that it needs, by its own word), "runtime" (only to run), "profile" (on some machines), "holds" (an archive inside, with its digest), "unnamed" (one that does not say what it is: Ref is its digest and path), "optional" (only when asked for), "left" (to whoever uses it), "listed" (as versions for others), "bundles", "declares", "built-on" (what it is made on top of)
	// Asked is which versions of it are asked for, as the package writes that;
	// empty where Ref names one.
	Asked string
}
