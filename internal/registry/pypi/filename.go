package pypi

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"touchstone/internal/archive"
)

// A filename is what a distribution's file name says
// (packaging.python.org/specifications/binary-distribution-format,
// source-distribution-format).
type filename struct {
	project, version string   // as written
	wheel            bool     // else a source distribution
	build            string   // of a wheel, mostly empty
	tags             []string // of a wheel: "py3-none-any", one for each combination, sorted
	ending           string   // ".whl", ".tar.gz", …
}

// endings of source distributions, and how each is read; empty where it is not.
var endings = map[string]archive.Format{".tar.gz": archive.TarGz, ".tgz": archive.TarGz, ".zip": archive.Zip, ".tar.bz2": ""}

// maxTags bounds the combinations of a wheel's tags.
const maxTags = 4096

// parseFilename reads the name of one file of a project. What is neither wheel
// nor source distribution (an egg, an installer) is not ok.
func parseFilename(file, project string) (filename, bool) {
	if base, ok := strings.CutSuffix(file, ".whl"); ok {
		f, ok := parseWheel(base)
		return f, ok && canonical(f.project) == canonical(project)
	}
	for ending := range endings {
		base, ok := strings.CutSuffix(file, ending)
		if !ok {
			continue
		}
		// Names and versions may hold hyphens in old ones: the project's name
		// tells where the version begins.
		best := filename{}
		for i := range base {
			if base[i] != '-' || canonical(base[:i]) != canonical(project) {
				continue
			}
			f := filename{project: base[:i], version: base[i+1:], ending: ending}
			if _, versioned := parseVersion(f.version); versioned {
				return f, true
			}
			best = f
		}
		return best, best.version != ""
	}
	return filename{}, false
}

func parseWheel(base string) (filename, bool) {
	parts := strings.Split(base, "-")
	if n := len(parts); n != 5 && n != 6 || slices.Contains(parts, "") {
		return filename{}, false
	}
	f := filename{project: parts[0], version: parts[1], wheel: true, ending: ".whl"}
	if len(parts) == 6 {
		f.build, parts = parts[2], parts[1:]
	}
	sets := [3][]string{}
	combinations := 1
	for i, part := range parts[2:] {
		sets[i] = strings.Split(part, ".")
		combinations *= len(sets[i])
	}
	if combinations > maxTags {
		return filename{}, false
	}
	for _, python := range sets[0] {
		for _, abi := range sets[1] {
			for _, platform := range sets[2] {
				f.tags = append(f.tags, strings.ToLower(python+"-"+abi+"-"+platform))
			}
		}
	}
	slices.Sort(f.tags)
	f.tags = slices.Compact(f.tags)
	return f, true
}

// means tells whether two file names are of one file, as parsed: names and
// versions in any spelling, tags in any order (pypi.org/p/pypi-attestations,
// since 0.0.27).
func (f filename) means(g filename) bool {
	return canonical(f.project) == canonical(g.project) && sameVersion(f.version, g.version) &&
		f.ending == g.ending && f.build == g.build && slices.Equal(f.tags, g.tags)
}

// sameVersion compares versions in any spelling: wheels write "_" for "-".
func sameVersion(a, b string) bool {
	a, b = strings.ReplaceAll(a, "_", "-"), strings.ReplaceAll(b, "_", "-")
	if a == b {
		return true
	}
	v, okV := parseVersion(a)
	w, okW := parseVersion(b)
	return okV && okW && v.compare(w) == 0
}

// canonical is a project's name as PyPI's addresses have it
// (packaging.python.org/specifications/name-normalization).
func canonical(name string) string {
	var out strings.Builder
	hyphen := false
	for _, c := range []byte(name) {
		if c == '-' || c == '_' || c == '.' {
			hyphen = true
			continue
		}
		if hyphen {
			out.WriteByte('-')
			hyphen = false
		}
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		out.WriteByte(c)
	}
	if hyphen {
		out.WriteByte('-')
	}
	return out.String()
}

// format is how such a file is read; empty where it is not.
func (f filename) format() archive.Format {
	if f.wheel {
		return archive.Zip
	}
	return endings[f.ending]
}

// The ranks of files, by how many people get them: see [filename.rank].
const (
	rankAny = iota
	rankCommon
	rankOther
	rankSource
	rankUnread
)

// rank orders a version's files by how many people get them: the wheel for any
// platform, else that of the most common platform, else other wheels, else the
// source distribution.
func (f filename) rank() int {
	tagged := func(parts ...string) bool {
		return slices.ContainsFunc(f.tags, func(tag string) bool {
			return !slices.ContainsFunc(parts, func(p string) bool { return !strings.Contains(tag, p) })
		})
	}
	switch {
	case f.format() == "":
		return rankUnread
	case !f.wheel:
		return rankSource
	case tagged("py3-", "-any"):
		return rankAny
	case tagged("manylinux", "x86_64"):
		return rankCommon
	}
	return rankOther
}

// interpreter is the newest CPython of a wheel's tags, to choose among equals:
// its number, and whether it is an ordinary build of it.
func (f filename) interpreter() (number int, ordinary bool) {
	for _, tag := range f.tags {
		python, rest, _ := strings.Cut(tag, "-")
		minor, err := strconv.Atoi(strings.TrimPrefix(python, "cp3"))
		if strings.HasPrefix(python, "cp3") && err == nil && minor > number {
			number, ordinary = minor, !strings.HasPrefix(rest, python+"t-")
		}
	}
	return number, ordinary
}

// compareFiles orders files, first the one that most people get.
func compareFiles(a, b filename) int {
	x, xOrdinary := a.interpreter()
	y, yOrdinary := b.interpreter()
	ordinary := map[bool]int{true: 0, false: 1}
	return cmp.Or(cmp.Compare(a.rank(), b.rank()), cmp.Compare(ordinary[xOrdinary], ordinary[yOrdinary]), cmp.Compare(y, x), -cmp.Compare(a.build, b.build))
}

// platforms are words for what platform tags begin with.
var platforms = [][2]string{{"manylinux", "Linux"}, {"linux", "Linux"}, {"musllinux", "Linux with musl"}, {"macosx", "macOS"}, {"win", "Windows"}, {"ios", "iOS"}, {"android", "Android"}, {"pyodide", "browsers"}, {"emscripten", "browsers"}}

// kind is what a file is, for people.
func (f filename) kind() string {
	if f.wheel {
		return "wheel"
	}
	return "source distribution"
}

// String says what a file is and for whom, for people.
func (f filename) String() string {
	switch {
	case !f.wheel:
		return f.kind()
	case f.rank() == rankAny:
		return "wheel for any platform"
	}
	parts := strings.SplitN(f.tags[0], "-", 3)
	on := parts[2]
	for _, p := range platforms {
		if rest, ok := strings.CutPrefix(parts[2], p[0]); ok {
			on = p[1]
			for _, machine := range []string{"x86_64", "amd64", "aarch64", "arm64", "universal2", "i686", "armv7l", "ppc64le", "s390x", "riscv64"} {
				if strings.HasSuffix(rest, machine) {
					on += " on " + machine
				}
			}
			break
		}
	}
	return fmt.Sprintf("wheel for %s, %s", parts[0], on)
}
