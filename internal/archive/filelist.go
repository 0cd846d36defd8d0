package archive

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"sort"
	"strings"
)

// Describe is the File that a path and its bytes make.
func Describe(path string, data []byte) File {
	return File{Path: path, Size: int64(len(data)), SHA256: sha256.Sum256(data)}
}

// Listed are the files and, as files without bytes, the folders that have an
// entry of their own. golang.org/x/mod/sumdb/dirhash.HashZip lists a zip so.
func (c *Contents) Listed() []File {
	listed := slices.Clone(c.Files)
	for _, folder := range c.Folders {
		listed = append(listed, Describe(folder, nil))
	}
	return listed
}

// List is the canonical list of files that "sha256sum -c" reads: sorted by path
// (byte order), one line "<SHA-256, lower-case hexadecimal>  <path>\n" each.
// Paths are written with the prefix strip replaced by add. A path without that
// prefix, one with a line break, and one that comes twice with different bytes
// are errors, because then the list would not tell which file it means. What
// comes twice with the same, as a folder may, has two lines.
func List(files []File, strip, add string) ([]byte, error) {
	type line struct {
		path string
		sum  [sha256.Size]byte
	}
	lines := make([]line, 0, len(files))
	size := 0
	for _, f := range files {
		rest, found := strings.CutPrefix(f.Path, strip)
		if !found {
			return nil, fmt.Errorf("listing the files: %q does not start with %q; list it with another prefix", cut(f.Path), strip)
		}
		if strings.ContainsAny(rest+add, "\r\n") {
			return nil, fmt.Errorf("listing the files: %q has a line break; a list of lines cannot hold it", cut(f.Path))
		}
		lines = append(lines, line{add + rest, f.SHA256})
		size += 2*sha256.Size + len("  \n") + len(add) + len(rest)
	}
	sort.Slice(lines, func(i, j int) bool { return lines[i].path < lines[j].path })
	var out bytes.Buffer
	out.Grow(size)
	for i, l := range lines {
		if i > 0 && lines[i-1].path == l.path && lines[i-1].sum != l.sum {
			return nil, fmt.Errorf("listing the files: there are two different %q; a list cannot tell which is meant", cut(l.path))
		}
		out.WriteString(hex.EncodeToString(l.sum[:]))
		out.WriteString("  ")
		out.WriteString(l.path)
		out.WriteByte('\n')
	}
	return out.Bytes(), nil
}

// Hash1 is the SHA-256 of the files' [List]: what Go's "h1:" is the Base64 of
// (golang.org/x/mod/sumdb/dirhash.Hash1).
func Hash1(files []File) ([sha256.Size]byte, error) {
	list, err := List(files, "", "")
	if err != nil {
		return [sha256.Size]byte{}, fmt.Errorf("hashing the list of files: %w", err)
	}
	return sha256.Sum256(list), nil
}
