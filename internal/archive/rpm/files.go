package rpm

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"touchstone/internal/archive"
)

// The tags of the list of files.
const (
	tagBaseNames  Tag = 1117
	tagDirNames   Tag = 1118
	tagDirIndexes Tag = 1116
	tagOldNames   Tag = 1027 // before rpm 4
	tagSizes      Tag = 1028
	tagLongSizes  Tag = 5008
	tagModes      Tag = 1030
	tagDigests    Tag = 1035
	tagAlgorithm  Tag = 5011
	tagLinks      Tag = 1036
	tagFlags      Tag = 1037
	tagInodes     Tag = 1096
	tagDevices    Tag = 1095
)

// maxFiles bounds the files of a package, as package archive does the entries.
const maxFiles = 200_000

// maxPaths bounds the bytes of all paths together: folders' names are shared in a
// header, and are not here.
const maxPaths = 16 << 20

// flagGhost marks a file that the package owns and does not carry.
const flagGhost = 1 << 6

// The kinds of files, by their mode.
const (
	modeKind    = 0o170000
	modeRegular = 0o100000
	modeLink    = 0o120000
	modeFolder  = 0o040000
)

// A File is one entry of the header's list.
type File struct {
	Path string // from the root, without the first "/"
	Mode uint64
	Size int64
	// Algorithm and Digest are of a regular file's bytes; empty where none is
	// stated.
	Algorithm, Digest string
	Link              string // target of a link
	Ghost             bool   // owned, and not in the payload
	inode             string // what the names of one file share
}

// Regular tells whether it is a file that has bytes, Linked whether it is a
// symbolic link.
func (f File) Regular() bool { return f.Mode&modeKind == modeRegular }

// Linked tells whether it is a symbolic link.
func (f File) Linked() bool { return f.Mode&modeKind == modeLink }

// Executable tells whether somebody may run it.
func (f File) Executable() bool { return f.Regular() && f.Mode&0o111 != 0 }

// algorithms name digests as OpenPGP numbers them (RFC 9580, section 9.5).
var algorithms = map[uint64]string{0: "md5", 1: "md5", 2: "sha1", 8: "sha256", 9: "sha384", 10: "sha512"}

// Files is the header's list of files, in its order. The lists that make it must be
// equally long.
func (p *Package) Files() ([]File, error) {
	h := p.Header
	names, err := paths(h)
	if err != nil {
		return nil, err
	}
	sizes, modes, digests, links, flags := h.Numbers(tagSizes), h.Numbers(tagModes), h.Texts(tagDigests), h.Texts(tagLinks), h.Numbers(tagFlags)
	if h.Has(tagLongSizes) {
		sizes = h.Numbers(tagLongSizes)
	}
	n := len(names)
	if len(sizes) != n || len(modes) != n || len(digests) != n || len(links) != n || len(flags) != n {
		return nil, errors.New("its lists of files are not equally long")
	}
	number, _ := h.Number(tagAlgorithm)
	algorithm := cmp.Or(algorithms[number], fmt.Sprintf("digest %d", number))
	inodes, devices := h.Numbers(tagInodes), h.Numbers(tagDevices)
	out := make([]File, n)
	for i, name := range names {
		f := File{Path: name, Mode: modes[i], Size: int64(sizes[i]), Digest: strings.ToLower(digests[i]), Link: links[i], Ghost: flags[i]&flagGhost != 0}
		if f.Digest != "" {
			f.Algorithm = algorithm
		}
		if i < len(inodes) && i < len(devices) {
			f.inode = fmt.Sprintf("%x:%x", devices[i], inodes[i])
		}
		out[i] = f
	}
	return out, nil
}

// entries are what the list says of the payload's entries, for a cpio whose headers
// say only which file of the list they are. Of several names of one file the last
// has the bytes.
func entries(files []File) []archive.CPIOEntry {
	names, last := map[string]int{}, map[string]int{}
	for i, f := range files {
		if f.Regular() && !f.Ghost && f.inode != "" {
			names[f.inode]++
			last[f.inode] = i
		}
	}
	out := make([]archive.CPIOEntry, len(files))
	for i, f := range files {
		e := archive.CPIOEntry{Path: f.Path, Mode: int64(f.Mode)}
		switch {
		case f.Linked():
			e.Size = int64(len(f.Link))
		case f.Regular() && names[f.inode] > 1:
			if e.Inode = f.inode; last[f.inode] == i {
				e.Size = f.Size
			}
		case f.Regular():
			e.Size = f.Size
		}
		out[i] = e
	}
	return out
}

// paths joins folders and names.
func paths(h Header) ([]string, error) {
	names := h.Texts(tagBaseNames)
	if !h.Has(tagBaseNames) {
		names = h.Texts(tagOldNames)
		for i := range names {
			names[i] = rooted(names[i])
		}
		if len(names) > maxFiles {
			return nil, fmt.Errorf("it lists more than %d files", maxFiles)
		}
		return names, nil
	}
	folders, indexes := h.Texts(tagDirNames), h.Numbers(tagDirIndexes)
	if len(indexes) != len(names) || len(names) > maxFiles {
		return nil, fmt.Errorf("it lists %d names in %d folders; at most %d are read", len(names), len(indexes), maxFiles)
	}
	total := 0
	for i, name := range names {
		if indexes[i] >= uint64(len(folders)) {
			return nil, errors.New("a file stands in a folder that is not listed")
		}
		names[i] = rooted(folders[indexes[i]] + name)
		if total += len(names[i]); total > maxPaths {
			return nil, fmt.Errorf("the paths of its files have more than %d bytes together", maxPaths)
		}
	}
	return names, nil
}

func rooted(path string) string {
	return strings.TrimPrefix(strings.TrimPrefix(path, "."), "/")
}
