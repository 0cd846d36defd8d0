// Package layers reads the files of a container image out of its layers (OCI
// image-spec, layer.md): each is a tar archive, perhaps compressed, that adds to
// those before it, replaces, or takes away (whiteouts).
//
// A layer may hold links and devices, in which an image differs from a package;
// they are no files, and are left out. What leads out of the root is a problem.
package layers

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"touchstone/internal/archive"

	"github.com/klauspost/compress/zstd"
)

// Limits of an image, in the terms of [archive.Limits].
var Limits = archive.Limits{Total: 4 << 30, Entries: 500_000, Names: 64 << 20, Name: 4096, Depth: 255}

// Read reads the layers in their order. The problems
// are those of [archive.Contents]; an error is [archive.ErrCancelled].
//
//  1. Decompress, by what the bytes begin with.
//  2. Every entry: its path is cleaned, and must stay inside.
//  3. A whiteout takes away what layers before it brought; an opaque one all of a
//     folder (layer.md, "Whiteouts", "Opaque Whiteout").
//  4. A file replaces what stands at its path, a folder keeps what is in it.
func Read(parts [][]byte, how archive.Options) (*archive.Contents, error) {
	r := &reader{how: how, out: &archive.Contents{Format: "image", Complete: true}, root: &node{}}
	for i, part := range parts {
		r.layer, r.hidden = i+1, map[string]bool{}
		if err := r.read(part); err != nil {
			if errors.Is(err, archive.ErrCancelled) {
				return nil, err
			}
			r.problem(kindOf(err), "", fmt.Sprintf("layer %d: %v", i+1, err))
			r.out.Complete = false
		}
	}
	r.list(r.root)
	slices.SortFunc(r.out.Files, func(a, b archive.File) int { return strings.Compare(a.Path, b.Path) })
	return r.out, nil
}

// A node is one path of the image.
type node struct {
	below map[string]*node // by their last part; nil for none
	file  archive.File
	kind  kind
	layer int // that it is of
}

type kind int

const (
	folder kind = iota
	regular
	other // a link or a device
)

type reader struct {
	how    archive.Options
	out    *archive.Contents
	root   *node
	layer  int
	hidden map[string]bool // the folders of which this layer hides what was below
	total  int64
	count  int
	names  int
}

// at is the node of a path; made where make is set, nil where there is none.
func (r *reader) at(name string, create bool) *node {
	n := r.root
	for part := range strings.SplitSeq(name, "/") {
		next := n.below[part]
		if next == nil {
			if !create {
				return nil
			}
			next = &node{layer: r.layer}
			if n.below == nil {
				n.below = map[string]*node{}
			}
			n.below[part] = next
		}
		n = next
	}
	return n
}

// list adds the files at and below a node.
func (r *reader) list(n *node) {
	if n.kind == regular {
		r.out.Files = append(r.out.Files, n.file)
	}
	for _, next := range n.below {
		r.list(next)
	}
}

// hide takes away what layers before this one brought below a node; what is left
// tells whether something is.
func (r *reader) hide(n *node) (left bool) {
	for part, next := range n.below {
		if !r.hide(next) && next.layer < r.layer {
			delete(n.below, part)
			continue
		}
		left = true
	}
	return left
}

// A limitError is a bound that was reached.
type limitError struct {
	kind archive.ProblemKind
	text string
}

func (e limitError) Error() string { return e.text }

func kindOf(err error) archive.ProblemKind {
	if l := (limitError{}); errors.As(err, &l) {
		return l.kind
	}
	return archive.Corrupt
}

const maxProblems = 100

func (r *reader) problem(kind archive.ProblemKind, path, detail string) {
	if len(r.out.Problems) < maxProblems {
		r.out.Problems = append(r.out.Problems, archive.Problem{Kind: kind, Path: path[:min(len(path), 200)], Detail: detail})
	}
}

func (r *reader) read(part []byte) error {
	plain, done, err := open(part) // 1.
	if err != nil {
		return err
	}
	defer done()
	t := tar.NewReader(&counting{r: plain, reader: r})
	for {
		if r.how.Cancelled != nil && r.how.Cancelled() {
			return archive.ErrCancelled
		}
		h, err := t.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("its tar cannot be read to its end: %w", err)
		}
		if r.count++; r.count > Limits.Entries {
			return limitError{archive.TooMany, fmt.Sprintf("it brings the image to more than %d entries", Limits.Entries)}
		}
		name, ok := r.clean(h.Name) // 2.
		if !ok || name == "." {
			continue
		}
		dir, base := path.Split(name)
		switch {
		case base == ".wh..wh..opq": // 3.
			r.remove(strings.TrimSuffix(dir, "/"), false)
		case strings.HasPrefix(base, ".wh."):
			r.remove(dir+strings.TrimPrefix(base, ".wh."), true)
		default: // 4.
			if err := r.take(t, h, name); err != nil {
				return err
			}
		}
	}
}

// clean is a path as it stands below the root. Layers are written from the root:
// a leading "/" or "./" means nothing else.
func (r *reader) clean(name string) (string, bool) {
	if r.names += len(name); r.names > Limits.Names {
		return "", false
	}
	switch {
	case !utf8.ValidString(name) || strings.ContainsRune(name, 0):
		r.problem(archive.NameEncoding, strings.ToValidUTF8(name, "?"), "the name is no text")
		return "", false
	case len(name) > Limits.Name:
		r.problem(archive.NameLong, name, "the name is longer than systems take")
		return "", false
	case slices.Contains(strings.Split(name, "/"), ".."):
		r.problem(archive.NameDotDot, name, "the path leads out of its folder")
		return "", false
	}
	return path.Clean(strings.TrimLeft(name, "/")), true
}

// remove takes away what layers before this one brought at a path, or only below
// it.
func (r *reader) remove(at string, self bool) {
	if self {
		dir, base := path.Split(at)
		parent := r.root
		if dir != "" {
			parent = r.at(strings.TrimSuffix(dir, "/"), false)
		}
		if parent == nil || parent.below[base] == nil {
			return
		}
		if gone := parent.below[base]; !r.hide(gone) && gone.layer < r.layer {
			delete(parent.below, base)
		}
		return
	}
	n := r.root
	if at != "" {
		n = r.at(at, false)
	}
	if n != nil && !r.hidden[at] {
		r.hidden[at] = true
		r.hide(n)
	}
}

func (r *reader) take(t *tar.Reader, h *tar.Header, name string) error {
	n := r.at(name, true)
	again := n.layer == r.layer && n.kind != folder
	n.layer = r.layer
	if h.Typeflag == tar.TypeDir {
		n.kind = folder
		return nil
	}
	if again {
		r.problem(archive.Duplicate, name, fmt.Sprintf("layer %d holds two entries of this path", r.layer))
	}
	n.below = nil // a file takes a folder's place
	switch h.Typeflag {
	case tar.TypeReg:
		f, err := r.hash(t, h, name)
		if err != nil {
			n.kind = other
			return err
		}
		n.kind, n.file = regular, f
	case tar.TypeLink:
		// A hard link is its target's bytes under another name.
		n.kind = other
		target, ok := r.clean(h.Linkname)
		if from := r.at(target, false); ok && from != nil && from != n && from.kind == regular {
			n.kind, n.file = regular, from.file
			n.file.Path = name
			return nil
		}
		r.problem(archive.Link, name, "the link leads to no file of the image")
	default:
		n.kind = other
	}
	return nil
}

// elevated are the bits by which a file runs with the rights of its owner or group.
const elevated = 0o6000

func (r *reader) hash(t *tar.Reader, h *tar.Header, name string) (archive.File, error) {
	sum := sha256.New()
	var to io.Writer = sum
	if r.how.Inspect != nil {
		if w := r.how.Inspect(name, h.Size); w != nil {
			to = io.MultiWriter(sum, w)
		}
	}
	n, err := io.Copy(to, t)
	if err != nil {
		return archive.File{}, fmt.Errorf("%.200q cannot be read to its end: %w", name, err)
	}
	f := archive.File{Path: name, Size: n, Executable: h.Mode&0o111 != 0, Elevated: h.Mode&elevated != 0 && h.Mode&0o111 != 0}
	sum.Sum(f.SHA256[:0])
	return f, nil
}

// open decompresses a layer by what its bytes begin with: media types are a claim.
func open(part []byte) (io.Reader, func(), error) {
	switch {
	case bytes.HasPrefix(part, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(bytes.NewReader(part))
		if err != nil {
			return nil, nil, fmt.Errorf("its gzip cannot be read: %w", err)
		}
		return z, func() { z.Close() }, nil
	case bytes.HasPrefix(part, []byte{0x28, 0xb5, 0x2f, 0xfd}), bytes.HasPrefix(part, []byte{0x50, 0x2a, 0x4d, 0x18}):
		z, err := zstd.NewReader(bytes.NewReader(part), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(256<<20), zstd.WithDecoderMaxWindow(128<<20))
		if err != nil {
			return nil, nil, fmt.Errorf("its zstd cannot be read: %w", err)
		}
		return z, z.Close, nil
	}
	return bytes.NewReader(part), func() {}, nil
}

// counting bounds what all layers inflate to.
type counting struct {
	r      io.Reader
	reader *reader
	since  int64
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.reader.total += int64(n)
	if c.since += int64(n); c.since > 256<<10 {
		c.since = 0
		if c.reader.how.Cancelled != nil && c.reader.how.Cancelled() {
			return n, archive.ErrCancelled
		}
	}
	if c.reader.total > Limits.Total {
		return n, limitError{archive.TooMuch, fmt.Sprintf("the layers inflate to more than %d bytes", Limits.Total)}
	}
	return n, err
}
