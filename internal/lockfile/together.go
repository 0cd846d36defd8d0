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
// go.work, go.work.sum and vendor/modules.txt; requirements files with those that
// they include. Errors name the document where there are several.
//
//  1. What pins something is read by its format; all must be of one that comes in
//     several files, or there is one.
//  2. What says more of these pins is joined to them.
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
	// 1.
	var all []*File
	var more []beside
	for _, doc := range docs {
		ready, err := text(doc.Text)
		if err == nil {
			if slices.Contains(companions, base(doc.Name)) {
				more = append(more, beside{doc.Name, ready})
				continue
			}
			var f *File
			if f, err = readOne(doc.Name, ready); err == nil {
				f.Name = doc.Name
				all = append(all, f)
				continue
			}
		}
		if errors.Is(err, errUnknown) && len(docs) == 1 {
			return nil, err
		}
		if len(docs) > 1 {
			err = fmt.Errorf("%.200s: %w", doc.Name, err)
		}
		return nil, fmt.Errorf("reading the lock file: %w", err)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("reading the lock file: %s pins nothing by itself; add the go.sum beside it", base(more[0].name))
	}
	f, err := joined(all)
	if err != nil {
		return nil, fmt.Errorf("reading the lock file: %w", err)
	}
	// 2.
	if len(more) > 0 {
		if err := f.joinGo(more); err != nil {
			return nil, fmt.Errorf("reading the lock file: %w", err)
		}
	}
	return f, nil
}

// joined is several lock files as one. A requirements file's line that includes
// another of them is answered by its pins.
func joined(all []*File) (*File, error) {
	f := all[0]
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
// the folder or below.
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
		if ready, err := text(doc); err == nil {
			if f, err := readOne(name, ready); err == nil {
				for _, p := range f.Pins {
					if p.includes != "" {
						add(p.includes)
					}
				}
			}
		}
	}
	return out
}

// errTwoProjects tells that documents do not say which belong together.
var errTwoProjects = errors.New("there are several go.mod files and no go.work that names them; check each project alone")
