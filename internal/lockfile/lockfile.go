// Package lockfile reads which packages a project has pinned: one reader for
// each format, found by what stands in the file. A reader lists every entry of
// the file, also those that are no package of a repository and those that it
// does not understand; what could hide one (a key that stands twice, a conflict
// left in, an alias of YAML) is an error that names the line.
//
// Nothing here asks anybody. What a pin is worth is for an audit to find.
package lockfile

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"touchstone/internal/purl"
)

// Largest is how large a file is read, in bytes, and Most how many pins.
const (
	Largest = 32 << 20
	Most    = 200_000
)

// most is Most, but in tests.
var most = Most

// A File is a lock file, read to its end.
type File struct {
	// Format says what it is, for people: "package-lock.json, version 3".
	Format string
	// Entries is how many the file has: each is one of Pins, or was read as the
	// same as one before it.
	Entries int
	// Repeated is how many say the same as one before, at the same place of the
	// tree (npm's files of version 2 hold everything twice).
	Repeated int
	// Pins are in the order of the file.
	Pins []Pin
	// Notes say in whole sentences what the file asks of its client beside the
	// pins (patches, overrides).
	Notes []string
	// Name is what the lock file is called that the others came with, as given.
	Name string

	// joins tells that documents of this format may come several together.
	joins bool
	// node is what package.json is joined to; nil where none belongs to the format.
	node *nodeProject
	// index is where a requirements file says that packages come from; empty for
	// the client's default.
	index string
}

// A Kind is what an entry pins.
type Kind string

// The kinds.
const (
	Package    Kind = "package"        // a version in a public repository
	Own        Kind = "own folder"     // of the project itself: a workspace, a link, a path
	Git        Kind = "git"            // a commit of a git repository
	Address    Kind = "address"        // an archive or file at some address
	Bundled    Kind = "bundled"        // inside the archive of another package
	Private    Kind = "private"        // in a repository that is not the public one
	Unserved   Kind = "not served"     // in a public repository that is not served here
	Thing      Kind = "no package"     // a file, a device: told, and nothing to check
	Setting    Kind = "setting"        // an option that pins nothing
	NotRead    Kind = "not understood" // nothing can be said of it
	Impossible Kind = "no exact pin"   // the file leaves open which version is installed
)

// A Pin is one entry of a lock file. All of it is what the file says.
type Pin struct {
	// Line begins the entry, counted from 1; 0 where that is not known.
	Line int
	// Key is its place by name: "packages › node_modules/lodash".
	Key string
	// Name and Version are as the file writes them; Version may be empty.
	Name, Version string
	Kind          Kind
	// Why says in whole sentences why it is of this kind, where that is not
	// Package.
	Why string
	// Ref is the package with its pinned digests, where Kind is Package.
	Ref purl.Ref
	// Address is where the file says that the package comes from; may be empty.
	Address string
	// Outside says in a whole sentence what is wrong with Address; empty where
	// it is the repository's own or not stated.
	Outside string
	// Unsafe tells that this is because what arrives is not protected on its way.
	Unsafe bool
	// Unheld tells that the client compares nothing with the digests of Ref: they are
	// those of which an address consists.
	Unheld bool
	// Bare are how many files of the version it lists without a digest, beside those
	// that Ref has: its client may take any.
	Bare int
	// Notes say in whole sentences what else is particular about it.
	Notes []string
	// Flags are the part that it has in the project, as the file says it.
	Flags []Flag
	// Runs tells that the file says that installing it runs code of its own.
	Runs bool
	// File is what the document is called in which it stands, where several were
	// read together.
	File string
	// Differs says in a whole sentence what another document that came with it
	// says otherwise; empty where none does.
	Differs string

	// includes is the document that it leads to; empty for none.
	includes string
}

// A format is one kind of lock file.
type format struct {
	// named are the base names of its files; a star stands for any letters.
	named []string
	// looks tells whether a text of unknown name is one.
	looks func(text []byte) bool
	read  func(*File, []byte) error
}

// text is a document as it is read: without a mark of its byte order, and with
// lines that end in one way.
func text(doc []byte) ([]byte, error) {
	for _, mark := range []string{"\xff\xfe", "\xfe\xff"} {
		if bytes.HasPrefix(doc, []byte(mark)) {
			return nil, fmt.Errorf("it is a text in UTF-16; save it in UTF-8, as its client writes it")
		}
	}
	doc = bytes.TrimPrefix(doc, []byte("\ufeff"))
	switch {
	case len(doc) > Largest:
		return nil, fmt.Errorf("it has %d bytes; at most %d are read", len(doc), Largest)
	case len(bytes.TrimSpace(doc)) == 0:
		return doc, errEmpty
	case !utf8.Valid(doc):
		return nil, fmt.Errorf("it is not a text in UTF-8")
	}
	if at := bytes.IndexByte(doc, 0); at >= 0 {
		return nil, fmt.Errorf("line %d: it holds a zero byte, which no lock file has", 1+bytes.Count(doc[:at], []byte("\n")))
	}
	if line := conflict(doc); line > 0 {
		return nil, fmt.Errorf("line %d: a merge conflict was left in it; settle it and make the file anew", line)
	}
	return bytes.ReplaceAll(doc, []byte("\r\n"), []byte("\n")), nil
}

var errEmpty = errors.New("it is empty")

var errUnknown = errors.New("this is no lock file that is read here")

// readOne reads a document that was prepared by [text].
func readOne(name string, doc []byte) (*File, error) {
	f := formatOf(base(name), doc)
	if f == nil {
		return nil, fmt.Errorf("%w; known are %s", errUnknown, strings.Join(Names(), ", "))
	}
	file := &File{}
	if err := f.read(file, doc); err != nil {
		return nil, err
	}
	if file.Format == "" || len(file.Pins)+file.Repeated != file.Entries {
		return nil, fmt.Errorf("%d of %d entries became pins; please report that", len(file.Pins)+file.Repeated, file.Entries)
	}
	if file.Entries == 0 {
		file.Notes = append(file.Notes, "It lists no package.")
	}
	return file, nil
}

// base is the last part of a path of either kind.
func base(name string) string { return path.Base(strings.ReplaceAll(name, `\`, "/")) }

// Names are the base names of the files that are read.
func Names() []string {
	var names []string
	for _, f := range formats() {
		names = append(names, f.named...)
	}
	return slices.Compact(names)
}

// formatOf finds a format by the file's name, and by its text where the name
// says nothing.
func formatOf(base string, doc []byte) *format {
	all := formats()
	for i, f := range all {
		for _, name := range f.named {
			// Two formats share a name only where their texts tell them apart.
			if is, _ := path.Match(name, base); is && (f.looks(doc) || only(all, name)) {
				return &all[i]
			}
		}
	}
	for i, f := range all {
		if f.looks(doc) {
			return &all[i]
		}
	}
	return nil
}

func only(all []format, name string) bool {
	n := 0
	for _, f := range all {
		for _, other := range f.named {
			if other == name {
				n++
			}
		}
	}
	return n == 1
}

// conflict is the line of a mark that git leaves where it could not merge.
func conflict(doc []byte) int {
	line := 0
	for text := range bytes.Lines(doc) {
		line++
		if bytes.HasPrefix(text, []byte("<<<<<<< ")) || bytes.HasPrefix(text, []byte(">>>>>>> ")) {
			return line
		}
	}
	return 0
}

// add counts an entry and keeps its pin.
func (f *File) add(p Pin) error {
	f.Entries++
	for _, text := range []*string{&p.Name, &p.Key, &p.Address, &p.Why, &p.Outside} {
		*text = withoutSecrets(*text)
	}
	if len(f.Pins) >= most {
		return fmt.Errorf("line %d: it has more than %d pins, which is as many as are read", p.Line, most)
	}
	f.Pins = append(f.Pins, p)
	return nil
}

// withoutSecrets is a text without the names and passwords that addresses in it
// carry ("https://user:password@host/"): what is read here is shown and saved.
func withoutSecrets(s string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(s, "://")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		b.WriteString("://")
		authority := rest[:len(rest)-len(strings.TrimLeftFunc(rest, func(r rune) bool { return !strings.ContainsRune("/?#\"' ", r) }))]
		if at := strings.LastIndex(authority, "@"); at >= 0 && strings.Contains(authority[:at], ":") {
			rest = "…" + rest[at:]
		}
		s = rest
	}
}

// formats are all that are read, in the order in which texts are tried.
func formats() []format {
	return []format{
		{[]string{"package-lock.json", "npm-shrinkwrap.json", ".package-lock.json"}, looksNPM, readNPM},
		{[]string{"Pipfile.lock"}, looksPipfile, readPipfile},
		{[]string{"deno.lock"}, looksDeno, readDeno},
		{[]string{"bun.lock"}, looksBun, readBun},
		{[]string{"*.cdx.json", "bom.json"}, looksCycloneDX, readCycloneDX},
		{[]string{"*.spdx.json"}, looksSPDX, readSPDX},
		{[]string{"pnpm-lock.yaml"}, looksPNPM, readPNPM},
		{[]string{"yarn.lock"}, looksBerry, readBerry},
		{[]string{"yarn.lock"}, looksYarn, readYarn},
		{[]string{"Cargo.lock"}, looksCargo, readCargo},
		{[]string{"uv.lock"}, looksUV, readUV},
		{[]string{"poetry.lock"}, looksPoetry, readPoetry},
		{[]string{"pdm.lock"}, looksPDM, readPDM},
		{[]string{"pylock.toml", "pylock.*.toml"}, looksPylock, readPylock},
		{[]string{"go.sum", "go.work.sum"}, looksGoSum, readGoSum},
		{[]string{"verification-metadata.xml"}, looksGradle, readGradle},
		{[]string{"requirements*.txt"}, looksRequirements, readRequirements},
	}
}

// oddEnd refuses what ends a line to some readers and not to others: a comment to
// one of them is an entry to the next. Lines here end in "\n".
func oddEnd(doc []byte) error {
	at := bytes.IndexAny(doc, "\r\v\f\x1c\x1d\x1e\u0085\u2028\u2029")
	if at < 0 {
		return nil
	}
	return fmt.Errorf("line %d: it holds a character (%+q) that ends the line to some programs and not to others", 1+bytes.Count(doc[:at], []byte("\n")), []rune(string(doc[at:min(at+4, len(doc))]))[0])
}
