package layers

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
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

// A scanner reads one layer.
type scanner struct {
	image *Image
	out   *Layer
}

func (s *scanner) read(in io.Reader) error {
	plain, done, err := open(in) // 1.
	if err != nil {
		return err
	}
	defer done()
	sum := sha256.New()
	all := io.TeeReader(&counting{in: plain, scanner: s}, sum)
	t := tar.NewReader(all)
	for {
		if s.cancelled() {
			return archive.ErrCancelled
		}
		h, err := t.Next()
		if err == io.EOF {
			if _, err := io.Copy(io.Discard, all); err != nil { // 3.
				return fmt.Errorf("what follows its tar cannot be read: %w", err)
			}
			s.out.SHA256 = hex.EncodeToString(sum.Sum(nil))
			return nil
		}
		if err != nil {
			return fmt.Errorf("its tar cannot be read to its end: %w", err)
		}
		if s.out.spent.count++; s.image.spent.count+s.out.spent.count > Limits.Entries {
			return limitError{archive.TooMany, fmt.Sprintf("it brings the image to more than %d entries", Limits.Entries)}
		}
		name, ok := s.clean(h.Name) // 2.
		if s.image.spent.names+s.out.spent.names > Limits.Names {
			return limitError{archive.TooMany, fmt.Sprintf("it brings the image to names of more than %d bytes together", Limits.Names)}
		}
		if !ok || name == "." || h.Typeflag == tar.TypeXGlobalHeader {
			continue
		}
		if err := s.entry(t, h, name); err != nil {
			return err
		}
	}
}

func (s *scanner) cancelled() bool {
	how := s.image.how
	return how.Cancelled != nil && how.Cancelled()
}

func (s *scanner) problem(kind archive.ProblemKind, path, detail string) {
	s.out.entries = append(s.out.entries, entry{path: path, problem: kind, detail: detail})
}

// clean is a path as it stands below the root. Layers are written from the root:
// a leading "/" or "./" means nothing else.
func (s *scanner) clean(name string) (string, bool) {
	s.out.spent.names += len(name)
	switch {
	case !utf8.ValidString(name) || strings.ContainsRune(name, 0):
		s.problem(archive.NameEncoding, strings.ToValidUTF8(name, "?"), "the name is no text")
		return "", false
	case len(name) > Limits.Name:
		s.problem(archive.NameLong, name, "the name is longer than systems take")
		return "", false
	case slices.Contains(strings.Split(name, "/"), ".."):
		s.problem(archive.NameDotDot, name, "the path leads out of its folder")
		return "", false
	}
	return path.Clean(strings.TrimLeft(name, "/")), true
}

// entry reads one that has a good name.
func (s *scanner) entry(t *tar.Reader, h *tar.Header, name string) error {
	e := entry{path: name, kind: other}
	var err error
	switch h.Typeflag {
	case tar.TypeDir:
		e.kind = folder
	case tar.TypeReg:
		if e.file, err = hash(t, h, name); err == nil {
			e.kind = regular
		}
	case tar.TypeSymlink:
		e.kind, e.target = soft, h.Linkname
		s.out.spent.names += len(h.Linkname)
	case tar.TypeLink:
		e.kind = hard
		if e.target, _ = s.clean(h.Linkname); e.target == "." {
			e.target = ""
		}
	case tar.TypeChar, tar.TypeBlock, tar.TypeFifo:
	default:
		s.problem(archive.Special, name, fmt.Sprintf("the entry is of the kind %q, which clients refuse", h.Typeflag))
	}
	s.out.entries = append(s.out.entries, e)
	return err
}

// elevated are the bits by which a file runs with the rights of its owner or group.
const elevated = 0o6000

func hash(t *tar.Reader, h *tar.Header, name string) (archive.File, error) {
	sum := sha256.New()
	n, err := io.Copy(sum, t)
	if err != nil {
		return archive.File{}, fmt.Errorf("%.200q cannot be read to its end: %w", name, err)
	}
	f := archive.File{Path: name, Size: n, Executable: h.Mode&0o111 != 0, Elevated: h.Mode&elevated != 0 && h.Mode&0o111 != 0}
	sum.Sum(f.SHA256[:0])
	return f, nil
}

// open decompresses a layer by what its bytes begin with: media types are a claim.
func open(in io.Reader) (io.Reader, func(), error) {
	buffered := bufio.NewReaderSize(in, 64<<10)
	begins, _ := buffered.Peek(4) // what ends it is met again
	switch {
	case bytes.HasPrefix(begins, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, nil, fmt.Errorf("its gzip cannot be read: %w", err)
		}
		return z, func() { z.Close() }, nil
	case bytes.HasPrefix(begins, []byte{0x28, 0xb5, 0x2f, 0xfd}), bytes.HasPrefix(begins, []byte{0x50, 0x2a, 0x4d, 0x18}):
		z, err := zstd.NewReader(buffered, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(256<<20), zstd.WithDecoderMaxWindow(128<<20))
		if err != nil {
			return nil, nil, fmt.Errorf("its zstd cannot be read: %w", err)
		}
		return z, z.Close, nil
	}
	return buffered, func() {}, nil
}

// counting bounds what all layers inflate to.
type counting struct {
	in      io.Reader
	scanner *scanner
	since   int64
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.in.Read(p)
	s := c.scanner
	s.out.spent.total += int64(n)
	if c.since += int64(n); c.since > 256<<10 {
		c.since = 0
		if s.cancelled() {
			return n, archive.ErrCancelled
		}
	}
	if s.image.spent.total+s.out.spent.total > Limits.Total {
		return n, limitError{archive.TooMuch, fmt.Sprintf("the layers inflate to more than %d bytes", Limits.Total)}
	}
	return n, err
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
