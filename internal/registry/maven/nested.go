package maven

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"touchstone/internal/archive"
	"touchstone/internal/jar"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
)

// Bounds of archives that stand inside others.
const (
	maxNestedArchive = 32 << 20  // bytes of one
	maxNestedTotal   = 256 << 20 // bytes that all inflate to
	maxNestedDepth   = 3         // archives in archives in the one that is audited
	maxNestedCount   = 2000
	maxNestedEntries = 200_000  // of all of them together
	maxDescription   = 64 << 10 // bytes of one description
)

// inside separates an archive from a file in it (java.net.JarURLConnection).
const inside = "!/"

// isArchive tells whether a file is a Java archive by its name.
func isArchive(name string) bool {
	return slices.Contains([]string{".jar", ".war", ".ear", ".rar", ".aar", ".nbm", ".hpi", ".jpi", ".kar"}, strings.ToLower(path.Ext(name)))
}

// An enclosedArchive is one inside, as far as it was opened.
type enclosedArchive struct {
	path      string        // as far as it is from the one that is audited: "a.jar!/b.jar"
	top       string        // the file of that one in which it stands
	sum       string        // its SHA-256; of those that stand there directly, empty
	shut      bool          // it was not opened
	described []coordinates // by the descriptions in it
	runs      runnable
}

// A nest opens the archives inside, each when all its bytes came.
type nest struct {
	all     []enclosedArchive
	left    int64 // bytes that they may still inflate to
	entries int   // that they may still have
	pending *bytes.Buffer
	name    string // of the pending one
}

// begin takes the bytes of the next file where it is an archive, after the one before
// it; nil where they are not wanted.
func (n *nest) begin(name string, size int64) io.Writer {
	n.finish()
	switch {
	case !isArchive(name):
		return nil
	case size > maxNestedArchive || n.spent():
		n.all = append(n.all, enclosedArchive{path: name, top: name, shut: true})
		return nil
	}
	n.pending, n.name = &bytes.Buffer{}, name
	return n.pending
}

// spent tells whether no more are opened.
func (n *nest) spent() bool {
	return n.left <= 0 || n.entries <= 0 || len(n.all) >= maxNestedCount
}

// finish opens the one whose bytes came last.
func (n *nest) finish() {
	if n.pending != nil {
		n.open(n.pending.Bytes(), n.name, n.name, "", 1)
		n.pending = nil
	}
}

// open reads one archive, and those inside it. One that two readers could read
// differently counts as shut.
func (n *nest) open(raw []byte, at, top, sum string, depth int) {
	one := enclosedArchive{path: at, top: top, sum: sum}
	docs := map[string]*bytes.Buffer{}
	// All that reading it takes counts, of files that are damaged, too: those are in no list.
	// The archive is asked about each entry, and about bytes now and then.
	inflated, entries := int64(0), 0
	spending := func(bytes int64) { inflated = bytes }
	counting := func() bool { entries++; return false }
	contents, err := archive.Read(archive.Zip, raw, archive.Options{Limits: archive.Limits{Archive: maxNestedArchive, Total: n.left, Entries: n.entries}, Progress: spending, Cancelled: counting, Inspect: func(name string, size int64) io.Writer {
		most := int64(maxDescription)
		switch _, _, document, ok := described(name); {
		case name == manifestPath:
			most = maxDocument
		case isArchive(name) && depth < maxNestedDepth:
			most = maxNestedArchive
		case !ok || document != "pom.properties":
			return nil
		}
		if size > most {
			return nil
		}
		docs[name] = &bytes.Buffer{}
		return docs[name]
	}})
	n.left, n.entries = n.left-inflated, n.entries-entries
	if one.shut = err != nil || !contents.Complete || len(contents.Problems) > 0; one.shut {
		n.all = append(n.all, one)
		return
	}
	if doc := docs[manifestPath]; doc != nil {
		if m, err := jar.ReadManifest(doc.Bytes()); err == nil {
			one.runs.manifest(m.Main.Headers, at+inside+manifestPath)
		}
	}
	for _, f := range contents.Files {
		one.runs.file(f.Path, at+inside+f.Path)
		if g, a, document, ok := described(f.Path); ok && document == "pom.properties" && docs[f.Path] != nil {
			one.described = append(one.described, coordinates{group: g, artifact: a, version: properties(docs[f.Path].Bytes())["version"]})
		}
	}
	n.all = append(n.all, one)
	for _, f := range contents.Files {
		if !isArchive(f.Path) {
			continue
		}
		within := enclosedArchive{path: at + inside + f.Path, top: top, sum: hex.EncodeToString(f.SHA256[:]), shut: true}
		if doc := docs[f.Path]; doc == nil || n.spent() {
			n.all = append(n.all, within)
		} else {
			n.open(doc.Bytes(), within.path, top, within.sum, depth+1)
		}
	}
}

// keep drops what stands in files that did not arrive whole, and gives those that did
// their digests.
func (n *nest) keep(files []archive.File) {
	n.finish()
	sums := make(map[string]string, len(files))
	for _, f := range files {
		if isArchive(f.Path) {
			sums[f.Path] = hex.EncodeToString(f.SHA256[:])
		}
	}
	n.all = slices.DeleteFunc(n.all, func(one enclosedArchive) bool { return sums[one.top] == "" })
	for i := range n.all {
		if n.all[i].sum == "" {
			n.all[i].sum = sums[n.all[i].top]
		}
	}
}

// ingredients are the archives inside and what they say that they carry. An archive is
// a file of the package that is described in it and after which it is called: that
// can be asked for, with its digest.
func (n *nest) ingredients() []registry.Ingredient {
	var out []registry.Ingredient
	for _, one := range n.all {
		itself := ""
		for _, at := range one.described {
			ref, err := purl.Exact(purl.Maven, at.group+"/"+at.artifact, at.version)
			if err != nil {
				continue
			}
			if kind, classifier, ok := at.called(path.Base(one.path)); ok && itself == "" {
				if kind != "jar" || classifier != "" {
					ref.Qualifiers = map[string]string{"type": kind}
				}
				if classifier != "" {
					ref.Qualifiers["classifier"] = classifier
				}
				ref.Digests = []purl.Digest{{Algorithm: "sha256", Value: one.sum, Of: "artifact"}}
				itself = ref.String()
				out = append(out, registry.Ingredient{Ref: itself, Kind: "holds"})
				continue
			}
			out = append(out, registry.Ingredient{Ref: ref.String(), Kind: "bundles"})
		}
		if itself == "" && one.sum != "" {
			out = append(out, registry.Ingredient{Ref: fmt.Sprintf("sha256:%s %s", one.sum, shown(one.path)), Kind: "unnamed"})
		}
	}
	return out
}

// called tells whether a file is called as one of this version's is, and as which.
func (at coordinates) called(file string) (extension, classifier string, ok bool) {
	extension = strings.TrimPrefix(path.Ext(file), ".")
	rest, ok := strings.CutPrefix(strings.TrimSuffix(file, path.Ext(file)), at.artifact+"-"+at.version)
	if ok && strings.HasPrefix(rest, "-") {
		return extension, rest[1:], onlyWord(rest[1:])
	}
	return extension, "", ok && rest == ""
}

// unopened says that archives are inside that were not opened; empty where none is.
func (n *nest) unopened() string {
	var names []string
	for _, one := range n.all {
		if one.shut {
			names = append(names, one.path)
		}
	}
	const most = 3
	switch count := len(names); {
	case count == 0:
		return ""
	case count > most:
		return fmt.Sprintf("It holds archives that could not be opened here: %s, and %d more.", shown(strings.Join(names[:most], ", ")), count-most)
	}
	return fmt.Sprintf("It holds archives that could not be opened here: %s.", shown(strings.Join(names, ", ")))
}
