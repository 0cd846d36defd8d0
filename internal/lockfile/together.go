package lockfile

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
)

// A Document is one of the files that belong together.
type Document struct {
	// Name is what it is called, with the folders that are known ("a/go.sum");
	// empty where that is not known.
	Name string
	Text []byte
}

// MostDocuments is how many are read together.
const MostDocuments = 200

// A beside is what is read of documents that pin nothing themselves, and say what
// the pins are for.
type beside struct {
	name string
	text []byte
}

// ReadAll reads a lock file together with what belongs to it: go.sum with go.mod,
// go.work, go.work.sum and vendor/modules.txt; those of Node's clients with
// package.json; requirements files with those that they include. Errors name the
// document where there are several.
//
//  1. What pins something is read by its format; all must be of one that comes in
//     several files, or there is one.
//  2. What a requirements file includes is one, whatever it looks like. One that
//     cannot be read leaves the line that includes it not understood.
//  3. What says more of these pins is joined to them.
func ReadAll(docs []Document) (*File, error) {
	if len(docs) == 0 || len(docs) > MostDocuments {
		return nil, fmt.Errorf("reading the lock file: %d documents were given; between 1 and %d are read", len(docs), MostDocuments)
	}
	size := 0
	for _, doc := range docs {
		size += len(doc.Text)
	}
	if size > Largest {
		return nil, fmt.Errorf("reading the lock file: it has %d bytes; at most %d are read", size, Largest)
	}
	docs = slices.Clone(docs)
	// 1.
	all := make([]*File, len(docs)) // nil for those that pin nothing, or were not read
	var more []beside
	unread := map[int]error{}
	for i, doc := range docs {
		ready, err := text(doc.Text)
		docs[i].Text = ready
		if err == nil && slices.Contains(companions, base(doc.Name)) {
			more = append(more, beside{doc.Name, ready})
			continue
		}
		if err == nil {
			all[i], err = readOne(doc.Name, ready)
		}
		if err != nil {
			unread[i] = err
			continue
		}
		all[i].Name = doc.Name
	}
	// 2.
	broken := readIncluded(docs, all, unread)
	for i, doc := range docs {
		switch err := unread[i]; {
		case err == nil:
		case errors.Is(err, errUnknown) && len(docs) == 1:
			return nil, err
		case len(docs) > 1:
			return nil, fmt.Errorf("reading the lock file: %.200s: %w", doc.Name, err)
		default:
			return nil, fmt.Errorf("reading the lock file: %w", err)
		}
	}
	all = slices.DeleteFunc(all, func(f *File) bool { return f == nil })
	if len(all) == 0 {
		return nil, fmt.Errorf("reading the lock file: %s pins nothing by itself; add the lock file beside it", base(more[0].name))
	}
	f, err := joined(all, broken)
	if err == nil && len(more) > 0 {
		err = f.join(more) // 3.
	}
	if err != nil {
		return nil, fmt.Errorf("reading the lock file: %w", err)
	}
	return f, nil
}

// readIncluded reads the documents that requirements files include among those that
// were not read, and takes them from there. Those that cannot be read even so are
// given by name, with why.
func readIncluded(docs []Document, all []*File, unread map[int]error) (broken map[string]error) {
	broken = map[string]error{}
	for again := true; again; {
		again = false
		for i, doc := range docs {
			err, is := unread[i]
			if !is || !slices.ContainsFunc(all, func(f *File) bool { return f != nil && f.includes(doc.Name) }) {
				continue
			}
			again = true
			delete(unread, i)
			f := &File{Name: doc.Name}
			if errors.Is(err, errUnknown) || errors.Is(err, errEmpty) {
				err = readRequirements(f, doc.Text)
			}
			if err != nil {
				broken[doc.Name] = err
				continue
			}
			all[i] = f
		}
	}
	return broken
}

// includes tells whether a line of the file includes a document.
func (f *File) includes(name string) bool {
	return slices.ContainsFunc(f.Pins, func(p Pin) bool { return p.includes != "" && besideOf(f.Name, p.includes) == name })
}

// join adds what documents say of the pins that pin nothing themselves.
func (f *File) join(more []beside) error {
	isNode := func(b beside) bool { return base(b.name) == manifestName }
	if f.node != nil && !slices.ContainsFunc(more, func(b beside) bool { return !isNode(b) }) {
		return f.joinNode(more)
	}
	if f.Format == "go.sum" { // a project may have both
		more = slices.DeleteFunc(more, isNode)
	}
	if len(more) == 0 {
		return nil
	}
	return f.joinGo(more)
}

// joined is several lock files as one. A requirements file's line that includes
// another of them is answered by its pins; broken are those that could not be read.
func joined(all []*File, broken map[string]error) (*File, error) {
	f := all[0]
	for _, one := range all {
		for i, p := range one.Pins {
			if err := broken[besideOf(one.Name, p.includes)]; p.includes != "" && err != nil {
				one.Pins[i] = p.is(NotRead, "It leads to another file, which could not be read: "+sentence(err.Error()))
			}
		}
	}
	if len(all) == 1 {
		return f, nil
	}
	for _, one := range all {
		if !one.joins || one.Format != f.Format {
			return nil, fmt.Errorf("%.200q and %.200q are two lock files that do not belong together; check each alone", f.Name, one.Name)
		}
		for i := range one.Pins {
			one.Pins[i].File = one.Name
		}
	}
	for _, one := range all[1:] {
		f.Entries, f.Repeated = f.Entries+one.Entries, f.Repeated+one.Repeated
		f.Pins = append(f.Pins, one.Pins...)
		f.Notes = append(f.Notes, one.Notes...)
	}
	if len(f.Pins) > Most {
		return nil, fmt.Errorf("they have more than %d pins together, which is as many as are read", Most)
	}
	for _, one := range all {
		f.useIndex(one.index)
	}
	for i, p := range f.Pins {
		if p.Kind == NotRead && p.includes != "" && slices.ContainsFunc(all, func(one *File) bool { return one.Name == besideOf(p.File, p.includes) }) {
			f.Pins[i] = p.is(Own, "It leads to a file of the project whose pins are read, too.")
		}
	}
	return f, nil
}

// besideOf is a path that a document names, seen from where the document stands.
func besideOf(name, other string) string {
	return path.Join(path.Dir(strings.ReplaceAll(name, `\`, "/")), other)
}

// Beside are the paths of the documents that belong to a lock file, or to one of
// those, as seen from the folder of the first: they may exist or not, and lie in
// the folder or below. In those of workspaces a star stands for any part of a
// folder's name, and two for any folders.
func Beside(name string, doc []byte) []string {
	var out []string
	add := func(paths ...string) {
		for _, p := range paths {
			absolute := path.IsAbs(p) || strings.ContainsAny(p, `\:`)
			p = besideOf(name, p)
			if !absolute && p != name && p != ".." && !strings.HasPrefix(p, "../") && !slices.Contains(out, p) {
				out = append(out, p)
			}
		}
	}
	switch base(name) {
	case "package-lock.json", "npm-shrinkwrap.json", "yarn.lock":
		add(manifestName)
		for _, folder := range ownFolders(name, doc) {
			add(path.Join(folder, manifestName))
		}
	case manifestName:
		for _, pattern := range workspacePatterns(doc) {
			add(path.Join(pattern, manifestName))
		}
	case "go.sum", "go.work.sum":
		add("go.mod", "go.work", "vendor/modules.txt")
		if base(name) == "go.work.sum" {
			add("go.sum")
		}
	case "go.work":
		add("go.work.sum")
		for _, folder := range workFolders(doc) {
			add(path.Join(folder, "go.mod"), path.Join(folder, "go.sum"))
		}
	default:
		ready, err := text(doc)
		if err != nil {
			return nil
		}
		f, err := readOne(name, ready)
		if errors.Is(err, errUnknown) { // what a requirements file includes may look like nothing
			f, err = &File{}, nil
			if readRequirements(f, ready) != nil {
				return nil
			}
		}
		if err != nil {
			return nil
		}
		for _, p := range f.Pins {
			if p.includes != "" {
				add(p.includes)
			}
		}
	}
	return out
}

// ownFolders are the workspaces of which a lock file of Node's clients has entries.
func ownFolders(name string, doc []byte) []string {
	ready, err := text(doc)
	if err != nil {
		return nil
	}
	if looksNPM(ready) { // of thousands of entries the pins are not read for that
		root, err := ofJSON(ready)
		if err != nil {
			return nil
		}
		return slices.Sorted(mapKeys(npmProject(root.get("packages"), root.get("dependencies")).folders))
	}
	f, err := readOne(name, ready)
	if err != nil || f.node == nil {
		return nil
	}
	return slices.Sorted(mapKeys(f.node.folders))
}

// workspacePatterns are those of a package.json that lead to folders below it.
func workspacePatterns(doc []byte) []string {
	ready, err := text(doc)
	if err != nil {
		return nil
	}
	root, err := ofJSON(ready)
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(workspaces(root), func(pattern string) bool {
		return pattern == "" || strings.HasPrefix(pattern, "!") || strings.ContainsAny(pattern, "{}[]?()") || strings.HasPrefix(path.Clean(pattern), "../")
	})
}

// errTwoProjects tells that documents do not say which belong together.
var errTwoProjects = errors.New("there are several go.mod files and no go.work that names them; check each project alone")
