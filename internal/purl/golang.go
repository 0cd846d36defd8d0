package purl

import (
	"slices"
	"strings"

	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"
)

// golangDialect is Go's row.
func golangDialect() *dialect {
	forge := func(a address) (Ref, error) { return readForge(a) }
	return &dialect{
		typ: Golang, name: "the Go module proxy", many: "Go modules", one: "Go module", page: "golang",
		read: func(path, version string) (Ref, error) { return newGo(path, version, false) },
		qualifiers: map[string]func(*Ref, string) error{
			"type": func(_ *Ref, value string) error {
				if value != "module" && value != "package" {
					return fail(RefusedQualifier, "The qualifier type=%s is refused: only Go modules can be checked. Leave it out.", shown(value))
				}
				return nil
			},
			"goos": sameEverywhere, "goarch": sameEverywhere, "cgo_enabled": sameEverywhere,
		},
		canonical: func(c *Components) {
			c.Namespace, c.Name = strings.ToLower(c.Namespace), strings.ToLower(c.Name)
		},
		hosts: map[string]func(address) (Ref, error){
			"pkg.go.dev": readGoPage, "pkg.geomys.dev": readGoPage, "godoc.org": readGoPage, "godocs.io": readGoPage,
			"goreportcard.com": func(a address) (Ref, error) {
				a.segments = trimPrefix(a.segments, "report")
				return readGoPage(a)
			},
			"proxy.golang.org": readGoProxy, "goproxy.cn": mirrored(readGoProxy), "goproxy.io": mirrored(readGoProxy),
			"sum.golang.org":            func(a address) (Ref, error) { return readGoSum(a, 0) },
			"github.com":                readGitHub,
			"www.github.com":            readGitHub,
			"raw.githubusercontent.com": readGitHubRaw, "codeload.github.com": readGitHubArchive,
			"gitlab.com": forge, "codeberg.org": forge, "bitbucket.org": forge,
			"gopkg.in": func(a address) (Ref, error) {
				path, err := a.path(0)
				if err != nil {
					return Ref{}, err
				}
				return newGo("gopkg.in/"+path, "", false)
			},
		},
		tools: map[string]*tool{"go": {
			verbs:     []string{"get", "install", "run", "list", "mod download"},
			runs:      []string{"run"},
			valued:    []string{"-tags", "-o", "-ldflags", "-gcflags", "-f", "-p", "-C"},
			elsewhere: []string{"-modfile", "-overlay"},
			read:      func(spec string) (Ref, error) { return readGoSpec(spec, false) },
		}},
		text: readGoText,
		word: func(word string) (Ref, bool, error) {
			path, _, _ := strings.Cut(word, "@")
			host, _, isPath := strings.Cut(path, "/")
			if isStandard(path) && isPath {
				return Ref{}, true, standard(path)
			}
			if !isPath || !strings.Contains(host, ".") || strings.HasPrefix(word, ".") {
				return Ref{}, false, nil
			}
			ref, err := readGoSpec(word, false)
			return ref, true, err
		},
	}
}

// sameEverywhere honours a qualifier that changes nothing.
func sameEverywhere(ref *Ref, _ string) error {
	const same = "A Go module is the same for every platform, so goos, goarch and cgo_enabled change nothing."
	if !slices.ContainsFunc(ref.Notes, func(n Note) bool { return n.Text == same }) {
		ref.note("guess", same)
	}
	return nil
}

// maxElements bounds how many prefixes a Go path can have. The longest paths
// of known modules have about ten elements.
const maxElements = 32

// newGo makes a reference of a Go path. Unless the path surely is a module's,
// it may be that of a package inside one, and every prefix that can be a
// module is a candidate, longest first (go.dev/ref/mod#resolve-pkg-mod).
func newGo(path, version string, sure bool) (Ref, error) {
	ref := Ref{Type: Golang}
	if unescaped, err := module.UnescapePath(path); strings.Contains(path, "!") && err == nil {
		// Module caches and proxies write "!x" for an upper-case X.
		ref.note("guess", "You pasted %s as the module cache writes it, where ! and a letter is its upper case. Read as %s.", shown(path), unescaped)
		path = unescaped
	}
	if err := checkGoPath(path); err != nil {
		return Ref{}, err
	}
	if err := goVersion(&ref, path, version); err != nil {
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
		return Ref{}, fail(BadName, "%s is no Go module path and none of its prefixes is. Expected is for example golang.org/x/text.", shown(path))
	}
	ref.setPath(candidates[0])
	ref.Subpath = strings.TrimPrefix(path[len(candidates[0]):], "/")
	if len(candidates) > 1 {
		ref.Candidates = candidates
	}
	return ref, nil
}

// goStandard are the first elements of the paths of Go's standard library
// (pkg.go.dev/std). No module's path begins with them: they have no dot.
const goStandard = " archive bufio builtin bytes cmd cmp compress container context crypto database debug embed encoding errors expvar flag fmt go hash html image index io iter log maps math mime net os path plugin reflect regexp runtime slices sort std strconv strings structs sync syscall testing text time unicode unique unsafe weak "

// isStandard tells whether a path is one of the standard library.
func isStandard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return first != "" && strings.Contains(goStandard, " "+first+" ")
}

func standard(path string) error {
	return fail(NoPackage, "%s is part of Go itself. It comes with the toolchain and is no module. Paste a module, such as golang.org/x/text.", shown(path))
}

// checkGoPath tells why a path can be neither a module's nor a package's.
func checkGoPath(path string) error {
	first, _, _ := strings.Cut(path, "/")
	if isStandard(path) || first == "stdlib" {
		return standard(path)
	}
	if module.CheckImportPath(path) != nil {
		return badName("Go module path", path, "Its elements hold ASCII letters, digits and -._~ and neither begin nor end with a dot.")
	}
	if !strings.Contains(first, ".") {
		return fail(BadName, "%s is no Go module path: its first element has no dot. Expected is for example golang.org/x/text.", shown(path))
	}
	if strings.Count(path, "/") >= maxElements {
		return fail(BadName, "%s has more than %d elements. Paste the module's path.", shown(path), maxElements)
	}
	return nil
}

// shortestModule is how many elements a module path has at least on the hosts
// where that is known.
func shortestModule(path string) int {
	switch host, rest, _ := strings.Cut(path, "/"); host {
	case "github.com", "gitlab.com", "bitbucket.org", "codeberg.org":
		return 3
	case "golang.org":
		if strings.HasPrefix(rest, "x/") {
			return 3
		}
		return 2 // golang.org/toolchain
	case "gopkg.in":
		return 2
	}
	return 1
}

// goVersion reads a version or a version query (go.dev/ref/mod#version-queries)
// into the reference.
func goVersion(ref *Ref, path, version string) error {
	newest := func(r *Refused) error {
		other := Ref{Type: Golang}
		other.setPath(path)
		return r.Offer(other, "the newest version")
	}
	switch version {
	case "":
		return nil
	case "latest":
		ref.Tag = version
		ref.note("moving", "latest is a moving name: it means the newest version, as the Go module proxy answers now.")
		return nil
	case "upgrade", "patch", "none":
		return newest(Refuse(BadVersion, "@%s depends on the module that asks. Give an exact version such as v1.2.3, or none for the newest.", version))
	}
	v := version
	if v[0] >= '0' && v[0] <= '9' {
		if v = "v" + v; semver.IsValid(v) {
			ref.note("guess", "You pasted the version %s. Go versions begin with v, so it was read as %s.", version, v)
		}
	}
	switch {
	case strings.ContainsAny(version, "^~<>=*| "):
		return newest(rangeRefused(version, "v1.2.3"))
	case isCommit(version) && !semver.IsValid(v):
		return newest(Refuse(BadVersion, "%s is a commit, not a version. Give a version such as v1.2.3, or the pseudo-version of the commit, as go list -m prints it.", shown(version)))
	case version == "(devel)":
		return newest(Refuse(BadVersion, "(devel) is a program built from a folder, not from a published version. Give a version, or none for the newest."))
	case !semver.IsValid(v):
		return newest(Refuse(BadVersion, "%s is no version of a Go module. Give an exact one such as v1.2.3, or none for the newest.", shown(version)))
	case module.CanonicalVersion(v) == v:
		ref.Version = v
		return nil
	case semver.Build(v) != "":
		return newest(Refuse(BadVersion, "%s carries build metadata, which versions of Go modules don't have (only +incompatible). Leave it out.", shown(version)))
	}
	ref.Tag = v
	ref.note("moving", "%s is the beginning of a version: to the go command it means the newest version that begins so.", v)
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

// unfitting is the refusal of a version that no prefix of the path can have.
func unfitting(path, version string) error {
	prefix, pathMajor, ok := module.SplitPathVersion(path)
	major := semver.Major(version)
	offer := func(r *Refused, path, version, why string) *Refused {
		other := Ref{Type: Golang, Version: version}
		other.setPath(path)
		return r.Offer(other, why)
	}
	switch {
	case !ok:
		return fail(BadVersion, "No module that holds %s can have version %s: the ending of the path and the major version differ.", shown(path), version)
	case strings.HasSuffix(version, "+incompatible"):
		return offer(Refuse(BadVersion, "%s can't be a version of %s: +incompatible is for major versions from v2 on, of a path without that ending.", version, shown(path)), path, "", "the newest version")
	case pathMajor == "" && major != "v0" && major != "v1":
		r := Refuse(BadVersion, "Version %s does not fit the path %s. A module of that major version ends in /%s, or its version in +incompatible.", version, shown(path), major)
		offer(r, prefix+"/"+major, version, "with the ending")
		return offer(r, path, version+"+incompatible", "without it")
	}
	return offer(Refuse(BadVersion, "Version %s does not fit the path %s: its ending %s stands for another major version.", version, shown(path), pathMajor), path, "", "the newest version")
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

// readGoSpec reads "path@version" or "path" of the command line.
func readGoSpec(spec string, sure bool) (Ref, error) {
	path, version, found := strings.Cut(spec, "@")
	if found && version == "" {
		return Ref{}, fail(BadVersion, "Nothing follows the @. Give a version such as v1.2.3, or leave the @ out.")
	}
	if isOwnPath(path) {
		return Ref{}, ownFile(path)
	}
	trimmed := strings.TrimSuffix(path, "/...")
	ref, err := newGo(trimmed, version, sure)
	if err == nil && trimmed != path {
		ref.note("guess", "You pasted %s, which means every package below. This checks the module that holds them.", path)
	}
	return ref, err
}
