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
// Cargo.toml, as in ~/.cargo/registry/src/INDEX, or is the one chosen. Strays are the
// manifests of those that are called otherwise, as cargo vendor may call them: their
// names tell no version.
func (Registry) Find(f registry.Folder) []registry.Placed {
	var found []registry.Placed
	var strays []string
	for _, p := range f.Paths {
		dir, base := path.Split(p)
		dir = strings.TrimSuffix(dir, "/")
		if base != "Cargo.toml" || strings.Count(dir, "/") > 1 {
			continue
		}
		named, n := path.Base(path.Join(f.Root, dir)), len(found)
		for i := 1; i < len(named)-1; i++ { // names may hold "-1" too: the version is the longest rest that is one
			if named[i] != '-' || named[i+1] < '0' || named[i+1] > '9' {
				continue
			}
			if ref, err := purl.Exact(purl.Cargo, named[:i], named[i+1:]); err == nil {
				found = append(found, registry.Placed{Reference: ref.String(), Folder: dir})
				break
			}
		}
		if len(found) == n {
			strays = append(strays, p)
		}
	}
	slices.SortFunc(found, func(a, b registry.Placed) int { return strings.Compare(a.Folder, b.Folder) })
	strays = slices.DeleteFunc(strays, func(p string) bool { // of a workspace inside one that was found
		return slices.ContainsFunc(found, func(one registry.Placed) bool { return one.Folder == "" || strings.HasPrefix(p, one.Folder+"/") })
	})
	return registry.WithStrays(found, strays)
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
