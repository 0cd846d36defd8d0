package purl

import (
	"slices"

	"touchstone/internal/hostname"
)

// IsOrigin tells whether an ecosystem's own client fetches from a host, unless
// it is told otherwise.
func IsOrigin(typ, host string) bool {
	d := dialectOf(typ)
	return d != nil && slices.Contains(d.origins, hostname.Lower(host))
}

// Exact is the reference of one version of a package, by the name that its
// ecosystem writes (path) and by no more than that: for who reads it in a
// document that says both, such as a lock file. The error is a *Refused: the
// type is unknown, the name or the version is against the grammar, or the
// version is not exact.
func Exact(typ, path, version string) (Ref, error) {
	d := dialectOf(typ)
	if d == nil || d.read == nil {
		return Ref{}, NotServed(typ)
	}
	read := d.read
	if typ == Golang {
		read = func(path, version string) (Ref, error) { return newGo(path, version, true) }
	}
	ref, err := read(path, version)
	switch {
	case err != nil:
		return Ref{}, err
	case version == "" || ref.Version == "":
		return Ref{}, fail(BadVersion, "%s has no exact version.", shown(path))
	case ref.Path() != path || len(ref.Candidates) > 0:
		return Ref{}, fail(BadName, "%s is not written as its ecosystem writes it.", shown(path))
	}
	ref.Pasted = ref.String()
	return ref, nil
}
