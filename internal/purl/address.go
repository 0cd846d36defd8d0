package purl

import (
	"net/url"
	"slices"
	"strings"

	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"
)

// An address is a pasted https address, taken apart. Nothing is ever fetched
// from it: it only names a package.
type address struct {
	host     string
	segments []string // of the path, unescaped; each may hold any character
	fragment string
}

// is tells whether the path begins with the segments given.
func (a address) is(prefix ...string) bool {
	return len(a.segments) >= len(prefix) && slices.Equal(a.segments[:len(prefix)], prefix)
}

// at is the i-th segment, empty where there is none.
func (a address) at(i int) string {
	if i < len(a.segments) {
		return a.segments[i]
	}
	return ""
}

// path joins the segments from the i-th on. A slash that was escaped would
// move their boundaries.
func (a address) path(i int) (string, error) {
	for _, s := range a.segments {
		if strings.Contains(s, "/") {
			return "", fail(Malformed, "the segment %s of the address holds an encoded slash; paste the address of the package's own page", shown(s))
		}
	}
	return strings.Join(a.segments[min(i, len(a.segments)):], "/"), nil
}

// splitAddress takes an address apart and refuses what a page of a registry
// never has: a user, a port, empty segments.
func splitAddress(text string) (address, error) {
	u, err := url.Parse(text)
	if err != nil {
		return address{}, fail(Malformed, "this is no valid address; check it for characters that don't belong there")
	}
	if u.Scheme != "https" && u.Scheme != "http" {
		return address{}, fail(Malformed, "addresses with %s: are not read; paste the https address of the package's page", shown(u.Scheme))
	}
	if u.User != nil || u.Port() != "" {
		return address{}, fail(Malformed, "the address holds a user name or a port, which the pages of registries don't; paste the page's plain address")
	}
	a := address{host: strings.ToLower(u.Hostname()), fragment: u.Fragment}
	if path := strings.Trim(u.EscapedPath(), "/"); path != "" {
		a.segments = strings.Split(path, "/")
	}
	for i, s := range a.segments {
		a.segments[i], err = url.PathUnescape(s)
		if err != nil || s == "" {
			return address{}, fail(Malformed, "the address has an empty or wrongly encoded segment; paste the page's address as the browser shows it")
		}
	}
	return a, nil
}

// readAddress reads the address of a page, a file or a registry's record.
func readAddress(text string) (Ref, error) {
	a, err := splitAddress(text)
	if err != nil {
		return Ref{}, err
	}
	switch a.host {
	case "pkg.go.dev", "pkg.geomys.dev":
		return readGoPage(a)
	case "proxy.golang.org":
		return readGoProxy(a)
	case "sum.golang.org":
		return readGoSum(a, 0)
	case "github.com", "www.github.com":
		return readGitHub(a)
	case "gopkg.in":
		path, err := a.path(0)
		if err != nil {
			return Ref{}, err
		}
		return newGo("gopkg.in/"+path, "", false)
	case "www.npmjs.com", "npmjs.com", "npmx.dev":
		return readNPMPage(a)
	case "registry.npmjs.org", "registry.yarnpkg.com":
		return readNPMRegistry(a)
	case "pypi.org", "www.pypi.org", "pypi.python.org":
		return readPyPIPage(a)
	case "files.pythonhosted.org":
		return readPyPIFileAddress(a)
	case "crates.io", "www.crates.io", "static.crates.io":
		return readCratesPage(a)
	case "docs.rs", "lib.rs":
		return readRustDocs(a)
	case "index.crates.io":
		return readCratesIndex(a)
	}
	if typ := typeOfHost(a.host); typ != "" {
		return Ref{}, NotServed(typ)
	}
	return Ref{}, fail(Malformed, "%s is not the host of a registry that is known here; paste the package's page at its registry, or a package URL", shown(a.host))
}

// unknownPage is the error for an address on a known host that names nothing.
func unknownPage(a address, example string) error {
	return fail(Malformed, "this address on %s names no package; expected for example %s", a.host, example)
}

// isPageHost tells whether a text without scheme begins with the host of a
// registry's site, as address bars show it.
func isPageHost(text string) bool {
	host, rest, found := strings.Cut(text, "/")
	if !found {
		return false
	}
	host = strings.ToLower(host)
	switch host {
	case "pkg.go.dev", "pkg.geomys.dev", "proxy.golang.org", "sum.golang.org",
		"www.npmjs.com", "npmjs.com", "npmx.dev", "registry.npmjs.org", "registry.yarnpkg.com",
		"pypi.org", "files.pythonhosted.org", "crates.io", "static.crates.io", "index.crates.io", "docs.rs", "lib.rs":
		return true
	case "github.com":
		// Otherwise it is the path of a Go module.
		parts := strings.Split(rest, "/")
		return len(parts) > 2 && slices.Contains([]string{"tree", "blob", "releases", "commit"}, parts[2])
	}
	return typeOfHost(host) != ""
}

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
		return Ref{}, fail(BadVersion, "nothing follows the @ in the address; paste it with a version, or without the @")
	}
	// With the version in the middle, what stands before it is the module; with
	// the version at the end it may be a package inside one.
	ref, err := newGo(module, version, inside != "")
	if err != nil {
		return Ref{}, err
	}
	ref.Subpath, err = subpathOf(inside)
	return ref, err
}

// readGoProxy reads an address of the module proxy
// (go.dev/ref/mod#goproxy-protocol).
func readGoProxy(a address) (Ref, error) {
	if a.is("sumdb", "sum.golang.org") {
		return readGoSum(a, 2)
	}
	if a.is("cached-only") {
		a.segments = a.segments[1:]
	}
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
		return Ref{}, badName("Go module", escapedPath, "in addresses of the module proxy an upper-case letter is written ! and its lower-case form")
	}
	version := escapedVersion
	if version != "" {
		if version, err = module.UnescapeVersion(escapedVersion); err != nil {
			return Ref{}, fail(BadVersion, "%s is no version as the module proxy writes it; expected for example v1.2.3", shown(escapedVersion))
		}
	}
	return newGo(path, version, true)
}

// readGitHub guesses the Go module that a repository holds.
//
//	/o/r[.git]                     module github.com/o/r
//	/o/r/v2                        module github.com/o/r/v2
//	/o/r/releases/tag/[dir/]v1.2.3 that version, of the module in dir
//	/o/r/tree/v1.2.3[/dir]         that version
//	/o/r/tree/branch[/dir], …      the newest version
func readGitHub(a address) (Ref, error) {
	owner, repo := a.at(0), strings.TrimSuffix(a.at(1), ".git")
	if owner == "" || repo == "" {
		return Ref{}, unknownPage(a, "https://github.com/owner/repository")
	}
	base := "github.com/" + owner + "/" + repo
	if strings.Contains(owner+repo, "/") {
		return Ref{}, badName("repository", owner+"/"+repo, "an encoded slash can't stand in it")
	}
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
	ref.note("guess", "You pasted the address of a source repository, which names no package; audited is the Go module %s, if there is one.", ref.Path())
	if revision != "" {
		ref.note("guess", "The address shows %s, which is no version of a Go module; without a version the newest is audited.", shown(revision))
	}
	return ref, nil
}

// isGoTag tells whether a tag is the full version of a module.
func isGoTag(tag string) bool {
	return semver.IsValid(tag) && module.CanonicalVersion(tag) == tag
}

// isMajor tells whether a path element is the ending of a major version.
func isMajor(s string) bool {
	return len(s) > 1 && len(s) < 8 && s[0] == 'v' && s[1] != '0' && s != "v1" && strings.Trim(s[1:], "0123456789") == ""
}

// withMajor adds the ending that a module of the version's major must have.
func withMajor(path, version string) string {
	major := semver.Major(version)
	if isMajor(major) && !strings.HasSuffix(version, "+incompatible") && !strings.HasSuffix(path, "/"+major) {
		return path + "/" + major
	}
	return path
}
