package cargo

import (
	"path"
	"slices"
	"strings"

	"touchstone/internal/purl"
	"touchstone/internal/registry"
)

// Named is nothing: cargo's folders are called NAME-VERSION.
func (Registry) Named() []string { return nil }

// Find lists the crates of a folder: each folder NAME-VERSION that has a
// Cargo.toml, as in ~/.cargo/registry/src/INDEX, or is the one chosen.
func (Registry) Find(f registry.Folder) []registry.Placed {
	var found []registry.Placed
	for _, p := range f.Paths {
		dir, base := path.Split(p)
		dir = strings.TrimSuffix(dir, "/")
		if base != "Cargo.toml" || strings.Count(dir, "/") > 1 {
			continue
		}
		named := path.Base(path.Join(f.Root, dir))
		for i := 1; i < len(named)-1; i++ { // names may hold "-1" too: the version is the longest rest that is one
			if named[i] != '-' || named[i+1] < '0' || named[i+1] > '9' {
				continue
			}
			if ref, err := purl.Exact(purl.Cargo, named[:i], named[i+1:]); err == nil {
				found = append(found, registry.Placed{Reference: ref.String(), Folder: dir})
				break
			}
		}
	}
	slices.SortFunc(found, func(a, b registry.Placed) int { return strings.Compare(a.Folder, b.Folder) })
	return found
}

// Known is what cargo adds to a crate's files.
func (Registry) Known(p string, published, _ []byte) string {
	if published != nil {
		return ""
	}
	switch p {
	case ".cargo-ok":
		return "cargo writes it when a crate is unpacked whole."
	case ".cargo-checksum.json":
		return "cargo vendor writes the digests of a crate's files into it."
	}
	return ""
}
