// Package layers reads the files of a container image out of its layers (OCI
// image-spec, layer.md): each is a tar archive, perhaps compressed, that adds to
// those before it, replaces, or takes away (whiteouts).
//
// A layer may hold links and devices, in which an image differs from a package;
// they are no files, and are left out. What leads out of the root is a problem.
package layers

import (
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"touchstone/internal/archive"
)

// Limits of an image, in the terms of [archive.Limits].
var Limits = archive.Limits{Total: 4 << 30, Entries: 500_000, Names: 64 << 20, Name: 4096, Depth: 255}

// An Image is what layers make, one after another. It holds of each the entries and
// none of the bytes.
type Image struct {
	how    archive.Options
	out    *archive.Contents
	root   *node
	layer  int
	hidden map[string]bool // what this layer took away; a folder of which it hides what was below ends with "/"
	steps  int             // taken to follow symbolic links
	spent  spent
}

// spent is what reading has cost.
type spent struct {
	total        int64 // bytes inflated
	count, names int   // entries, bytes of their names
}

// New is an image without a layer. Of the options counts Cancelled.
func New(how archive.Options) *Image {
	return &Image{how: how, out: &archive.Contents{Format: "image", Complete: true}, root: &node{}}
}

// A Layer is what one layer would change in an image.
type Layer struct {
	// SHA256 is the digest of the whole layer once it is decompressed, its DiffID (OCI
	// image-spec, config.md, "Layer DiffID"), in hexadecimal; empty where it was not
	// read to its end.
	SHA256  string
	entries []entry
	spent   spent
	err     error // what ended the reading early
}

// An entry is one of a layer's archive, or what is wrong with one.
type entry struct {
	path    string
	kind    kind
	file    archive.File
	target  string // of a link: of a hard one as a path, of a symbolic one as written
	problem archive.ProblemKind
	detail  string
}

// Scan reads the next layer as it comes. What it gives is what those bytes say: the image
// does not change before [Image.Add], which is for who knows that they are the layer's.
// The error is [archive.ErrCancelled].
//
//  1. Decompress, by what the bytes begin with.
//  2. Every entry: its path is cleaned, and must stay inside.
//  3. What follows its archive is read, too: the layer's digest is over all of it.
func (i *Image) Scan(in io.Reader) (*Layer, error) {
	s := &scanner{image: i, out: &Layer{}}
	s.out.err = s.read(in)
	if errors.Is(s.out.err, archive.ErrCancelled) {
		return nil, archive.ErrCancelled
	}
	return s.out, nil
}

// Add lets a layer change the image.
//
//  1. Symbolic links among the folders of its path are followed inside the image, as
//     clients do that unpack it.
//  2. A whiteout takes away what layers before it brought; an opaque one all of a
//     folder (layer.md, "Whiteouts", "Opaque Whiteout").
//  3. A file replaces what stands at its path, a folder keeps what is in it.
func (i *Image) Add(l *Layer) {
	i.layer, i.hidden = i.layer+1, map[string]bool{}
	i.spent.total, i.spent.count, i.spent.names = i.spent.total+l.spent.total, i.spent.count+l.spent.count, i.spent.names+l.spent.names
	for _, e := range l.entries {
		if e.problem != "" {
			i.problem(e.problem, e.path, e.detail)
			continue
		}
		var ok bool
		if e.path, ok = i.real(e.path); !ok { // 1.
			continue
		}
		dir, base := path.Split(e.path)
		switch {
		case base == ".wh..wh..opq": // 2.
			i.remove(strings.TrimSuffix(dir, "/"), false)
		case slices.Contains([]string{".wh.", ".wh..", ".wh..."}, base):
			i.problem(archive.NameDotDot, e.path, fmt.Sprintf("layer %d takes away what has no name: some clients take away the folder", i.layer))
		case strings.HasPrefix(base, ".wh."):
			i.remove(dir+strings.TrimPrefix(base, ".wh."), true)
		default: // 3.
			i.take(e)
		}
	}
	if l.err != nil {
		i.problem(kindOf(l.err), "", fmt.Sprintf("layer %d: %v", i.layer, l.err))
		i.out.Complete = false
	}
}

// Contents are the files of the image, as far as its layers were added.
func (i *Image) Contents() *archive.Contents {
	out := *i.out
	out.Files = listed(i.root, nil)
	slices.SortFunc(out.Files, func(a, b archive.File) int { return strings.Compare(a.Path, b.Path) })
	return &out
}

// A node is one path of the image.
type node struct {
	below  map[string]*node // by their last part; nil for none
	file   archive.File
	kind   kind
	target string // of a symbolic link
	layer  int    // that it is of
}

type kind int

const (
	folder kind = iota
	regular
	other // a device
	soft  // a symbolic link
	hard  // another name of a file
)

// at is the node of a path; made where make is set, nil where there is none.
func (i *Image) at(name string, create bool) *node {
	n := i.root
	for part := range strings.SplitSeq(name, "/") {
		next := n.below[part]
		if next == nil {
			if !create {
				return nil
			}
			next = &node{layer: i.layer}
			if n.below == nil {
				n.below = map[string]*node{}
			}
			n.below[part] = next
		}
		n = next
	}
	return n
}

// maxFollowed bounds the symbolic links in one path, as systems do.
const maxFollowed = 40

// maxSteps bounds the parts of paths that are looked at in following them, in all.
const maxSteps = 16 << 20

// real is where a path stands once the symbolic links among its folders are followed;
// the last part is not. False for one that stands below what is no folder, or leads
// nowhere: clients refuse such a layer.
func (i *Image) real(name string) (string, bool) {
	dir, base := path.Split(name)
	if dir == "" {
		return name, true
	}
	left := strings.Split(strings.TrimSuffix(dir, "/"), "/")
	at, n := "", i.root // what is followed so far; n is nil where nothing is there yet
	for followed := 0; len(left) > 0; {
		part := left[0]
		left = left[1:]
		if i.steps++; i.steps > maxSteps {
			i.problem(archive.TooMany, name, fmt.Sprintf("layer %d puts it behind symbolic links that take longer to follow than is tried", i.layer))
			i.out.Complete = false
			return "", false
		}
		switch part {
		case "", ".":
			continue
		case "..":
			at = strings.TrimSuffix(path.Dir("/" + at)[1:], "/")
			n = i.found(at)
			continue
		}
		next := path.Join(at, part)
		if n != nil {
			n = n.below[part]
		}
		switch {
		case n == nil || n.kind == folder:
			at = next
			continue
		case n.kind != soft:
			i.problem(archive.FileAndFolder, name, fmt.Sprintf("layer %d puts it below a file", i.layer))
			return "", false
		}
		if followed++; followed > maxFollowed {
			i.problem(archive.Link, name, fmt.Sprintf("layer %d puts it behind more than %d symbolic links", i.layer, maxFollowed))
			return "", false
		}
		if strings.HasPrefix(n.target, "/") {
			at = ""
		}
		left = append(strings.Split(n.target, "/"), left...)
		n = i.found(at)
	}
	return path.Join(at, base), true
}

// found is the node of a path, the root's for none; nil where nothing is there.
func (i *Image) found(at string) *node {
	if at == "" {
		return i.root
	}
	return i.at(at, false)
}

// listed adds the files at and below a node.
func listed(n *node, to []archive.File) []archive.File {
	if n.kind == regular {
		to = append(to, n.file)
	}
	for _, next := range n.below {
		to = listed(next, to)
	}
	return to
}

// hide takes away what layers before this one brought below a node; what is left
// tells whether something is.
func (i *Image) hide(n *node) (left bool) {
	for part, next := range n.below {
		if !i.hide(next) && next.layer < i.layer {
			delete(n.below, part)
			continue
		}
		left = true
	}
	return left
}

const maxProblems = 100

func (i *Image) problem(kind archive.ProblemKind, path, detail string) {
	if len(i.out.Problems) < maxProblems {
		i.out.Problems = append(i.out.Problems, archive.Problem{Kind: kind, Path: path[:min(len(path), 200)], Detail: detail})
	}
}

// remove takes away what layers before this one brought at a path, or only below
// it.
func (i *Image) remove(at string, self bool) {
	if self {
		// Once is enough: nothing of the layers before comes back in this one.
		if i.hidden[at] {
			return
		}
		i.hidden[at] = true
		dir, base := path.Split(at)
		parent := i.found(strings.TrimSuffix(dir, "/"))
		if parent == nil || parent.below[base] == nil {
			return
		}
		if gone := parent.below[base]; !i.hide(gone) && gone.layer < i.layer {
			delete(parent.below, base)
		}
		return
	}
	if n := i.found(at); n != nil && !i.hidden[at+"/"] {
		i.hidden[at+"/"] = true
		i.hide(n)
	}
}

func (i *Image) take(e entry) {
	n := i.at(e.path, true)
	again := n.layer == i.layer && n.kind != folder
	n.layer = i.layer
	if e.kind == folder {
		n.kind = folder
		return
	}
	if again {
		i.problem(archive.Duplicate, e.path, fmt.Sprintf("layer %d holds two entries of this path", i.layer))
	}
	n.below = nil // a file takes a folder's place
	n.kind, n.file, n.target = e.kind, e.file, e.target
	n.file.Path = e.path
	if e.kind == hard { // its target's bytes under another name
		n.kind = other
		target, ok := i.real(e.target)
		if from := i.found(target); ok && from != nil && from != n && from.kind != folder {
			n.kind, n.file, n.target = from.kind, from.file, from.target
			n.file.Path = e.path
			return
		}
		i.problem(archive.Link, e.path, "the link leads to no file of the image")
	}
}
