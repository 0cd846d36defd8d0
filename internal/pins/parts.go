package pins

import (
	"hash/fnv"
	"slices"

	"touchstone/internal/lockfile"
	"touchstone/internal/purl"
)

// partOf is the part to which a package belongs, with all its versions: they share
// what is asked of the repository.
func partOf(ref purl.Ref, parts int) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(ref.Type + "/" + ref.Path())) // it never fails
	return int(h.Sum32() % uint32(parts))
}

// Divisible is how many packages of a file may be audited in parts, by programs that
// know nothing of each other; 0 where one remembers what the next is held to, as of
// the heads of a log.
func Divisible(f *lockfile.File) int {
	n := 0
	for _, p := range f.Pins {
		switch {
		case p.Kind != lockfile.Package:
		case slices.Contains(remembered, p.Ref.Type):
			return 0
		default:
			n++
		}
	}
	return n
}

// remembered are the ecosystems of which an audit keeps heads or dates.
var remembered = []string{purl.Golang, purl.Deb, purl.RPM, purl.FreeBSD}
