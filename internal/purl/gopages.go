package purl

import (
	"strings"

	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"
)

// readGoPage reads a page of pkg.go.dev. The version may stand anywhere:
// what stands before it is the module, what follows a package inside.
func readGoPage(a address) (Ref, error) {
	path, err := a.path(0)
	if err != nil {
		return Ref{}, err
	}
	path = strings.TrimPrefix(path, "mod/")
	if path == "" {
		return Ref{}, unknownPage(a, "https://pkg.go.dev/golang.org/x/mod@v0.30.0")
	}
	module, rest, found := strings.Cut(path, "@")
	if !found {
		return newGo(path, "", false)
	}
	version, inside, _ := strings.Cut(rest, "/")
	if version == "" {
		return Ref{}, fail(BadVersion, "Nothing follows the @ in the address. Paste it with a version, or without the @.")
	}
	// With the version in the middle, what stands before it is the module; with
	// the version at the end it may be a package inside one.
	ref, err := newGo(module, version, inside != "")
	if err != nil {
		return Ref{}, err
	}
	ref.Subpath, err = subpathOf(strings.TrimPrefix(ref.Subpath+"/"+inside, "/"))
	return ref, err
}

// readGoProxy reads an address of the module proxy
// (go.dev/ref/mod#goproxy-protocol).
func readGoProxy(a address) (Ref, error) {
	if a.is("sumdb", "sum.golang.org") {
		return readGoSum(a, 2)
	}
	a.segments = trimPrefix(a.segments, "cached-only")
	path, err := a.path(0)
	if err != nil {
		return Ref{}, err
	}
	const example = "https://proxy.golang.org/golang.org/x/mod/@v/v0.30.0.info"
	if escaped, ok := strings.CutSuffix(path, "/@latest"); ok {
		return unescapeGo(escaped, "")
	}
	escaped, file, ok := strings.Cut(path, "/@v/")
	if !ok {
		return Ref{}, unknownPage(a, example)
	}
	if file == "list" {
		return unescapeGo(escaped, "")
	}
	for _, ending := range []string{".info", ".mod", ".zip"} {
		if version, ok := strings.CutSuffix(file, ending); ok && version != "" {
			return unescapeGo(escaped, version)
		}
	}
	return Ref{}, unknownPage(a, example)
}

// readGoSum reads a lookup at the checksum database, below the i-th segment.
func readGoSum(a address, i int) (Ref, error) {
	path, err := a.path(i)
	if err != nil {
		return Ref{}, err
	}
	lookup, ok := strings.CutPrefix(path, "lookup/")
	escaped, version, found := strings.Cut(lookup, "@")
	if !ok || !found || version == "" {
		return Ref{}, unknownPage(a, "https://sum.golang.org/lookup/golang.org/x/mod@v0.30.0")
	}
	return unescapeGo(escaped, strings.TrimSuffix(version, "/go.mod"))
}

// unescapeGo makes a reference from the proxy's spelling, in which "!x" is
// an upper-case X (go.dev/ref/mod#goproxy-protocol).
func unescapeGo(escapedPath, escapedVersion string) (Ref, error) {
	path, err := module.UnescapePath(escapedPath)
	if err != nil {
		return Ref{}, badName("Go module path", escapedPath, "In addresses of the module proxy an upper-case letter is written ! and its lower-case form.")
	}
	version := escapedVersion
	if version != "" {
		if version, err = module.UnescapeVersion(escapedVersion); err != nil {
			return Ref{}, fail(BadVersion, "%s is no version as the module proxy writes it. Expected is for example v1.2.3.", shown(escapedVersion))
		}
	}
	return newGo(path, version, true)
}

// readGitHub guesses the Go module that a repository holds.
//
//	/o/r[.git]                     module github.com/o/r
//	/o/r/v2                        module github.com/o/r/v2
//	/o/r/releases/tag/[dir/]v1.2.3 that version, of the module in dir
//	/o/r/archive/refs/tags/v1.2.3.zip that version
//	/o/r/tree/v1.2.3[/dir]         that version
//	/o/r/tree/branch[/dir], …      the newest version
func readGitHub(a address) (Ref, error) {
	if ref, is, err := readContainerPage(a); is {
		return ref, err
	}
	owner, repo := a.at(0), strings.TrimSuffix(a.at(1), ".git")
	if owner == "" || repo == "" {
		return Ref{}, unknownPage(a, "https://github.com/owner/repository")
	}
	if strings.Contains(owner+repo, "/") {
		return Ref{}, badName("repository", owner+"/"+repo, "An encoded slash can't stand in it.")
	}
	if owner == "advisories" {
		return Ref{}, vulnerability(repo)
	}
	if owner == "orgs" || owner == "marketplace" {
		return Ref{}, unknownPage(a, "https://github.com/owner/repository")
	}
	base := "github.com/" + owner + "/" + repo
	// A tag may have been pasted with its slashes encoded.
	rest := strings.Split(strings.Join(a.segments[2:], "/"), "/")
	var version, subpath, revision string
	switch {
	case len(rest) > 2 && rest[0] == "releases" && (rest[1] == "tag" || rest[1] == "download"):
		n := 3
		if rest[1] == "tag" {
			n = len(rest)
		}
		version = rest[n-1]
		base = strings.Join(append([]string{base}, rest[2:n-1]...), "/")
	case len(rest) > 1 && rest[0] == "archive":
		version = trimArchive(rest[len(rest)-1])
	case len(rest) > 1 && (rest[0] == "tree" || rest[0] == "blob") && isGoTag(rest[1]):
		version, subpath = rest[1], strings.Join(rest[2:], "/")
	case len(rest) > 1 && (rest[0] == "tree" || rest[0] == "blob"):
		revision, subpath = rest[1], strings.Join(rest[2:], "/")
	case len(rest) > 1 && rest[0] == "commit":
		revision = rest[1]
	case isMajor(rest[0]):
		base += "/" + rest[0]
	}
	if version != "" && !isGoTag(version) {
		revision, version = version, ""
	}
	if version != "" {
		base = withMajor(base, version)
	}
	ref, err := newGo(base, version, true)
	if err != nil {
		return Ref{}, err
	}
	if ref.Subpath, err = subpathOf(subpath); err != nil {
		return Ref{}, err
	}
	ref.note("guess", "You pasted the address of a source repository, which names no package. This checks the Go module %s, if there is one.", ref.Path())
	if revision != "" {
		ref.note("guess", "The address shows %s, which is no version of a Go module. Without a version the newest is checked.", shown(revision))
	}
	return ref, nil
}

// readGitHubRaw reads /o/r/REVISION/file.
func readGitHubRaw(a address) (Ref, error) {
	if len(a.segments) < 3 {
		return Ref{}, unknownPage(a, "https://github.com/owner/repository")
	}
	rest := trimPrefix(trimPrefix(a.segments[2:], "refs"), "tags")
	a.segments = append([]string{a.at(0), a.at(1), "tree"}, rest...)
	return readGitHub(a)
}

// readGitHubArchive reads /o/r/tar.gz/refs/tags/v1.2.3.
func readGitHubArchive(a address) (Ref, error) {
	if len(a.segments) < 4 {
		return Ref{}, unknownPage(a, "https://github.com/owner/repository")
	}
	a.segments = []string{a.at(0), a.at(1), "archive", a.segments[len(a.segments)-1]}
	return readGitHub(a)
}

func trimArchive(file string) string {
	for _, ending := range []string{".zip", ".tar.gz", ".tgz"} {
		file = strings.TrimSuffix(file, ending)
	}
	return file
}

// readForge guesses the Go module of a repository on another site. What
// follows "/-/" is one of the site's own pages.
func readForge(a address) (Ref, error) {
	path, err := a.path(0)
	if err != nil {
		return Ref{}, err
	}
	path, _, _ = strings.Cut(path, "/-/")
	if a.host != "gitlab.com" && len(a.segments) > 2 { // only there groups nest
		path = a.at(0) + "/" + a.at(1)
	}
	ref, err := newGo(a.host+"/"+strings.TrimSuffix(path, ".git"), "", false)
	if err == nil {
		ref.note("guess", "You pasted the address of a source repository, which names no package. This checks the Go module %s, if there is one.", ref.Path())
	}
	return ref, err
}

// isGoTag tells whether a tag is the full version of a module.
func isGoTag(tag string) bool {
	return semver.IsValid(tag) && module.CanonicalVersion(tag) == tag
}
