package pypi

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"

	"touchstone/internal/archive"
	"touchstone/internal/registry"
)

// Bounds of what is read inside a package, in bytes.
const (
	maxMetadata  = 4 << 20   // of one document
	maxProject   = 512 << 10 // of pyproject.toml: TOML takes long to read
	maxRecord    = 64 << 20  // of RECORD
	maxDocuments = 96 << 20  // of all
)

// An inspector takes the documents that it wants while the package is hashed;
// wheel and sdist say what they tell.
type inspector struct {
	at     located
	wants  func(path string) (most int64)
	tells  func(i *inspector, ctx context.Context, files []archive.File) registry.Inside
	docs   map[string]*bytes.Buffer
	left   int64
	unread string // why not everything that was wanted was read
}

func newInspector(at located, name filename) *inspector {
	i := &inspector{at: at, wants: wantedOfSource, tells: (*inspector).source, docs: map[string]*bytes.Buffer{}, left: maxDocuments}
	if name.wheel {
		i.wants, i.tells = wantedOfWheel, (*inspector).wheel
	}
	return i
}

// Open asks for the documents.
func (i *inspector) Open(name string, size int64) io.Writer {
	most := i.wants(name)
	switch {
	case most == 0:
		return nil
	case size > most || size > i.left || i.docs[name] != nil:
		i.leave("%s is larger, or one of more, than is read.", name)
		return nil
	}
	i.left -= size
	i.docs[name] = &bytes.Buffer{}
	return i.docs[name]
}

// leave notes that something was not read.
func (i *inspector) leave(format, name string) {
	if i.unread == "" {
		i.unread = fmt.Sprintf(format, shown(name))
	}
}

// Inside tells what was found in files that arrived whole.
func (i *inspector) Inside(ctx context.Context, files []archive.File) registry.Inside {
	present := make(map[string]bool, len(files))
	for n, f := range files {
		if n%1024 == 0 && ctx.Err() != nil {
			return registry.Inside{Unread: "Reading it was cancelled."}
		}
		present[f.Path] = true
	}
	for name := range i.docs {
		if !present[name] {
			delete(i.docs, name)
		}
	}
	in := i.tells(i, ctx, files)
	in.Read, in.Unread = i.unread == "", i.unread
	return in
}

// read is a document that was taken; nil where there is none.
func (i *inspector) read(name string) []byte {
	if doc := i.docs[name]; doc != nil {
		return doc.Bytes()
	}
	return nil
}

// describe adds what the core metadata says.
func (i *inspector) describe(in *registry.Inside, document string) metadata {
	m := readMetadata(i.read(document))
	in.Names = append(in.Names, m.names(document, i.at)...)
	in.Ingredients = append(in.Ingredients, m.requires()...)
	in.Repository = m.repository()
	return m
}

// security tells whether a file says how to report a vulnerability.
func security(name string) bool { return strings.EqualFold(path.Base(name), "SECURITY.md") }

// run adds what would run, where there is such.
func run(in *registry.Inside, when, what, stop string, files []string) {
	if len(files) > 0 {
		in.Runs = append(in.Runs, registry.Run{When: when, What: what, Stop: stop}.In(files))
	}
}

// shown is a name from outside, inside a sentence.
func shown(name string) string {
	name = registry.Cut(name, 200)
	if quoted := strconv.Quote(name); quoted != `"`+name+`"` {
		return quoted
	}
	return name
}
