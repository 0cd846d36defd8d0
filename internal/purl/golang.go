package purl

import (
	"slices"
	"strings"

	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"
)

// maxElements bounds how many prefixes a Go path can have. The longest paths
// of known modules have about ten elements.
const maxElements = 32

// newGo makes a reference of a Go path. Unless the path surely is a module's,
// it may be that of a package inside one, and every prefix that can be a
// module is a candidate, longest first (go.dev/ref/mod#resolve-pkg-mod).
func newGo(path, version string, sure bool) (Ref, error) {
	ref := Ref{Type: Golang}
	if err := checkGoPath(path); err != nil {
		return Ref{}, err
	}
	if err := goVersion(&ref, version); err != nil {
		return Ref{}, err
	}
	var candidates []string
	named := false // some prefix is a module path, whatever its version
	for prefix := path; prefix != ""; prefix = prefix[:max(strings.LastIndexByte(prefix, '/'), 0)] {
		if strings.Count(prefix, "/")+1 >= shortestModule(path) && module.CheckPath(prefix) == nil {
			named = true
			if ref.Version == "" || fits(prefix, ref.Version) {
				candidates = append(candidates, prefix)
			}
		}
		if sure {
			break
		}
	}
	switch {
	case len(candidates) > 0:
	case named:
		return Ref{}, unfitting(path, ref.Version)
	default:
		return Ref{}, fail(BadName, "%s is no Go module path and none of its prefixes is; expected for example golang.org/x/text", shown(path))
	}
	ref.setPath(candidates[0])
	ref.Subpath = strings.TrimPrefix(path[len(candidates[0]):], "/")
	if len(candidates) > 1 {
		ref.Candidates = candidates
	}
	return ref, nil
}

// checkGoPath tells why a path can be neither a module's nor a package's.
func checkGoPath(path string) error {
	first, _, _ := strings.Cut(path, "/")
	if first == "std" || first == "stdlib" || first == "cmd" {
		return fail(BadName, "%s belongs to Go's standard library, which comes with the toolchain and is no module; paste a module such as golang.org/x/text", shown(path))
	}
	if module.CheckImportPath(path) != nil {
		return badName("Go module", path, "its elements hold ASCII letters, digits and -._~ and neither begin nor end with a dot")
	}
	if !strings.Contains(first, ".") {
		return fail(BadName, "%s is no Go module path: its first element has no dot (the standard library is no module); expected for example golang.org/x/text", shown(path))
	}
	if strings.Count(path, "/") >= maxElements {
		return fail(BadName, "%s has more than %d elements; paste the module's path", shown(path), maxElements)
	}
	return nil
}

// shortestModule is how many elements a module path has at least on the hosts
// where that is known.
func shortestModule(path string) int {
	switch host, _, _ := strings.Cut(path, "/"); host {
	case "github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "golang.org":
		return 3
	case "gopkg.in":
		return 2
	}
	return 1
}

// goVersion reads a version or a version query (go.dev/ref/mod#version-queries)
// into the reference.
func goVersion(ref *Ref, version string) error {
	switch version {
	case "":
		return nil
	case "latest":
		ref.Tag = version
		ref.note("moving", "latest is a moving name: it means the newest version, as the Go module proxy answers now.")
		return nil
	case "upgrade", "patch", "none":
		return fail(BadVersion, "@%s depends on the module that asks; give an exact version such as v1.2.3, or none for the newest", version)
	}
	v := version
	if v[0] >= '0' && v[0] <= '9' {
		if v = "v" + v; semver.IsValid(v) {
			ref.note("guess", "You pasted the version %s; Go versions begin with v, so it was read as %s.", version, v)
		}
	}
	switch {
	case isCommit(version) && !semver.IsValid(v):
		return fail(BadVersion, "%s is a commit, not a version; give a version such as v1.2.3 (for a commit, the pseudo-version that go list -m prints), or none for the newest", shown(version))
	case !semver.IsValid(v):
		return fail(BadVersion, "%s is no version of a Go module; give an exact one such as v1.2.3, or none for the newest", shown(version))
	case module.CanonicalVersion(v) == v:
		ref.Version = v
		return nil
	case semver.Build(v) != "":
		return fail(BadVersion, "%s carries build metadata, which versions of Go modules don't have (only +incompatible); leave it out", shown(version))
	}
	ref.Tag = v
	ref.note("moving", "%s is a version prefix: to the go command it means the newest version that begins so.", v)
	return nil
}

// fits tells whether a module of this path can have this version. Of a major
// version from v2 on, the path has the ending or the version says
// +incompatible, never both (go.dev/ref/mod#incompatible-versions).
func fits(path, version string) bool {
	if strings.HasSuffix(version, "+incompatible") {
		_, pathMajor, _ := module.SplitPathVersion(path)
		if major := semver.Major(version); pathMajor != "" || major == "v0" || major == "v1" {
			return false
		}
	}
	return module.Check(path, version) == nil
}

// isCommit tells whether a text looks like a (shortened) commit hash.
func isCommit(s string) bool {
	return len(s) >= 7 && len(s) <= 64 && strings.Trim(s, "0123456789abcdef") == ""
}

// unfitting is the error for a version that no prefix of the path can have.
func unfitting(path, version string) error {
	prefix, pathMajor, ok := module.SplitPathVersion(path)
	major := semver.Major(version)
	switch {
	case !ok:
		return fail(BadVersion, "no module that holds %s can have version %s: the ending of the path and the major version differ", shown(path), version)
	case strings.HasSuffix(version, "+incompatible"):
		return fail(BadVersion, "%s can't be a version of %s: +incompatible is for major versions from v2 on, of a path without that ending", version, shown(path))
	case pathMajor == "" && major != "v0" && major != "v1":
		return fail(BadVersion, "version %s does not fit the path %s: the module of that major version is %s/%s, or the version is %s+incompatible; paste one of the two", version, shown(path), prefix, major, version)
	}
	return fail(BadVersion, "version %s does not fit the path %s: its ending %s stands for another major version", version, shown(path), pathMajor)
}

// readGoSpec reads "path@version" or "path" of the command line.
func readGoSpec(spec string, sure bool) (Ref, error) {
	path, version, found := strings.Cut(spec, "@")
	if found && version == "" {
		return Ref{}, fail(BadVersion, "nothing follows the @; give a version such as v1.2.3, or leave the @ out")
	}
	trimmed := strings.TrimSuffix(path, "/...")
	ref, err := newGo(trimmed, version, sure)
	if err == nil && trimmed != path {
		ref.note("guess", "You pasted %s, which means every package below; audited is the module that holds them.", path)
	}
	return ref, err
}

// readGoLines reads lines of a go.sum or go.mod file, all of one module:
//
//	module v1.2.3 h1:…=           digest of the module's files
//	module v1.2.3/go.mod h1:…=    digest of its go.mod
//	[require] module v1.2.3 [// indirect]
func readGoLines(text string) (Ref, error) {
	var ref Ref
	for line := range strings.Lines(text) {
		words := unquote(strings.Fields(line))
		// A comment begins a word; slashes inside a hash do not.
		if i := slices.IndexFunc(words, func(w string) bool { return strings.HasPrefix(w, "//") }); i >= 0 {
			words = words[:i]
		}
		words = slices.DeleteFunc(words, func(w string) bool { return w == "require" || w == "(" || w == ")" })
		if len(words) == 0 {
			continue
		}
		if len(words) < 2 || len(words) > 3 {
			return Ref{}, fail(Malformed, "%s is no line of a go.mod or go.sum file; expected: module version, or module version h1:hash", shown(line))
		}
		version, isMod := strings.CutSuffix(words[1], "/go.mod")
		if isMod && len(words) < 3 {
			return Ref{}, fail(BadVersion, "%s is not a version; expected for example v1.2.3", shown(words[1]))
		}
		next, err := newGo(words[0], version, true)
		if err != nil {
			return Ref{}, err
		}
		if len(words) == 3 {
			of := "artifact"
			if isMod {
				of = "go.mod"
			}
			d, err := goHash(words[2], of)
			if err != nil {
				return Ref{}, fail(Malformed, "the hash of the go.sum line can't be read: %v; paste the whole line", err)
			}
			next.Digests = []Digest{d}
		}
		if ref.Type != "" && (ref.Path() != next.Path() || ref.Version != next.Version) {
			return Ref{}, fail(Malformed, "the lines name several modules or versions (%s and %s); paste those of one", ref, next)
		}
		next.Digests = append(ref.Digests, next.Digests...)
		ref = next
	}
	if ref.Type == "" {
		return Ref{}, fail(Malformed, "no module and version found; expected for example golang.org/x/text v0.3.0")
	}
	return ref, nil
}
