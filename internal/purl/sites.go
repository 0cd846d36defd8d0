package purl

import (
	"strings"
	"sync"
)

// The sites are filled by the first that asks: the readers among them ask, too.
var (
	allSites  map[string]func(address) (Ref, error)
	fillSites sync.Once
)

// sites are those whose addresses name packages of a repository that is not
// theirs: places that deliver npm's files to browsers, and places where
// packages of several ecosystems are looked up.
func sites() map[string]func(address) (Ref, error) {
	fillSites.Do(func() {
		allSites = map[string]func(address) (Ref, error){
			"unpkg.com": delivered(0), "www.unpkg.com": delivered(0), "app.unpkg.com": readUnpkgFiles,
			"esm.run": delivered(0), "cdn.skypack.dev": delivered(0), "npm.im": delivered(0), "npm.io": delivered(1),
			"cdn.jsdelivr.net": readJSDelivr, "www.jsdelivr.com": readJSDelivr, "fastly.jsdelivr.net": readJSDelivr, "data.jsdelivr.com": readJSDelivr,
			"esm.sh": readESM, "ga.jspm.io": readESM, "jspm.dev": readESM, "esm.unpkg.com": delivered(0),
			"bundlephobia.com": delivered(1), "npmtrends.com": readTrends, "www.jsdocs.io": delivered(1), "npm.runkit.com": delivered(0), "www.skypack.dev": delivered(1), "pkg-size.dev": delivered(0),
			"packagephobia.com": queried("p"), "packagephobia.now.sh": queried("p"), "npmgraph.js.org": queried("q"),
			"yarnpkg.com": queried("name"), "classic.yarnpkg.com": delivered(2), "arethetypeswrong.github.io": queried("p"),
			"deps.dev": readLookup(0), "libraries.io": readLookup(0), "api.deps.dev": readDepsAPI,
			"socket.dev": readSocket, "snyk.io": readSnyk, "security.snyk.io": readSnyk, "diff.rs": readDiff, "test.pypi.org": readTestPyPI, "osv.dev": readOSV, "nvd.nist.gov": readOSV,
		}
	})
	return allSites
}

// systems are the words for ecosystems in the addresses of look-up sites.
func systemOf(word string) string {
	switch strings.ToLower(word) {
	case "npm", "npm-package", "npmjs.org":
		return NPM
	case "go", "golang":
		return Golang
	case "pypi", "pip", "python":
		return PyPI
	case "cargo", "crates", "crates.io", "rust":
		return Cargo
	case "rubygems", "gem", "ruby":
		return "gem"
	case "maven":
		return Maven
	case "nuget", "composer", "cocoapods", "hex", "conda", "cran", "pub":
		return strings.ToLower(word)
	case "packagist":
		return "composer"
	}
	return ""
}

// delivered reads "name[@version][/file]" below the i-th segment, as places
// write it that deliver npm's files.
func delivered(i int) func(address) (Ref, error) {
	return func(a address) (Ref, error) {
		segments := a.from(i)
		name, rest := npmName(segments)
		if name == "" || strings.HasPrefix(name, "~") {
			return Ref{}, unknownPage(a, "https://unpkg.com/lodash@4.17.21/lodash.js")
		}
		ref, err := readNPMSpec(name)
		if err != nil {
			return Ref{}, err
		}
		inside, err := subpathOf(strings.Join(rest, "/"))
		if err != nil {
			return Ref{}, err
		}
		ref.Subpath = inside
		return ref, nil
	}
}

// queried reads "?q=name@version".
func queried(parameter string) func(address) (Ref, error) {
	return func(a address) (Ref, error) {
		spec := a.query.Get(parameter)
		if spec == "" {
			return delivered(1)(a)
		}
		if v := a.query.Get("version"); v != "" {
			spec += "@" + v
		}
		return readNPMSpec(spec)
	}
}

// readJSDelivr reads /npm/name@version/file, and /package/npm/name. What it
// delivers from GitHub is no package.
func readJSDelivr(a address) (Ref, error) {
	if a.is("combine") { // several packages in one answer
		var found []Ref
		for spec := range strings.SplitSeq(strings.Join(a.from(1), "/"), ",") {
			ref, err := readJSDelivr(address{host: a.host, segments: strings.Split(spec, "/")})
			if err != nil {
				return Ref{}, err
			}
			found = append(found, ref)
		}
		return one(found)
	}
	a.segments = trimPrefix(trimPrefix(trimPrefix(a.segments, "v1"), "packages"), "package")
	switch {
	case a.is("gh"):
		return Ref{}, fail(NoPackage, "The address is of a file in a GitHub repository, which is no package of a package repository.")
	case !a.is("npm"):
		return Ref{}, unknownPage(a, "https://cdn.jsdelivr.net/npm/lodash@4.17.21/lodash.js")
	}
	if v := a.query.Get("version"); v != "" && len(a.segments) > 1 && !strings.Contains(a.segments[len(a.segments)-1], "@") {
		a.segments[len(a.segments)-1] += "@" + v
	}
	return delivered(1)(a)
}

// readTrends reads /react-vs-vue: packages beside each other.
func readTrends(a address) (Ref, error) {
	var found []Ref
	for name := range strings.SplitSeq(strings.Join(a.segments, "/"), "-vs-") {
		ref, err := newNPM(name, "")
		if err != nil {
			return Ref{}, err
		}
		found = append(found, ref)
	}
	return one(found)
}

// readUnpkgFiles reads /name@version/files/file: unpkg's pages about what it
// delivers.
func readUnpkgFiles(a address) (Ref, error) {
	name, rest := npmName(a.segments)
	if name != "" && len(rest) > 0 && rest[0] == "files" {
		a.segments = append(a.segments[:len(a.segments)-len(rest):len(a.segments)-len(rest)], rest[1:]...)
	}
	return delivered(0)(a)
}

// readESM reads /name@version, /v135/name@version and /npm:name@version.
func readESM(a address) (Ref, error) {
	if len(a.segments) > 1 && (isMajor(a.at(0)) || a.at(0) == "stable") {
		a.segments = a.segments[1:]
	}
	first := strings.TrimPrefix(a.at(0), "npm:")
	switch {
	case strings.HasPrefix(first, "jsr"):
		return Ref{}, NotServed("jsr")
	case first == "gh", first == "pr", first == "github.com":
		return Ref{}, fail(NoPackage, "The address is of a file in a GitHub repository, which is no package of a package repository.")
	case first != "":
		a.segments[0] = strings.TrimPrefix(first, "*")
	}
	return delivered(0)(a)
}

// readLookup reads /system/name[/version], below some first segments.
func readLookup(skip int) func(address) (Ref, error) {
	return func(a address) (Ref, error) {
		segments := a.from(skip)
		if len(segments) < 2 || systemOf(segments[0]) == "" {
			return Ref{}, unknownPage(a, "https://deps.dev/npm/lodash/4.17.21")
		}
		return readNamed(systemOf(segments[0]), segments[1:])
	}
}

// readNamed reads a name and perhaps a version, however many segments the
// name has.
func readNamed(typ string, segments []string) (Ref, error) {
	d := dialectOf(typ)
	if d == nil || d.read == nil {
		return Ref{}, NotServed(typ)
	}
	version := ""
	if n := len(segments); n > 1 && (d.flat || looksLikeVersion(segments[n-1])) {
		segments, version = segments[:n-1], segments[n-1]
		if d.flat {
			segments = segments[:1]
		}
	}
	if !looksLikeVersion(version) {
		version = "" // a tab of the page
	}
	return d.read(strings.Join(segments, "/"), version)
}

// readDepsAPI reads /v3/systems/npm/packages/name/versions/1.2.3.
func readDepsAPI(a address) (Ref, error) {
	if a.at(1) != "systems" || a.at(3) != "packages" || len(a.segments) < 5 {
		return Ref{}, unknownPage(a, "https://api.deps.dev/v3/systems/npm/packages/lodash")
	}
	segments := []string{a.at(4)}
	if a.at(5) == "versions" && a.at(6) != "" {
		segments = append(segments, a.at(6))
	}
	typ := systemOf(a.at(2))
	if typ == "" {
		typ = a.at(2)
	}
	return readNamed(typ, segments)
}

// readSocket reads /npm/package/name[/overview/version].
func readSocket(a address) (Ref, error) {
	typ := systemOf(a.at(0))
	if typ == "" || a.at(1) != "package" || len(a.segments) < 3 {
		return Ref{}, unknownPage(a, "https://socket.dev/npm/package/lodash")
	}
	segments := a.from(2)
	for i, s := range segments {
		if s == "overview" || s == "files" || s == "alerts" || s == "dependencies" {
			segments = append(segments[:i:i], segments[i+1:]...)
			break
		}
	}
	if v := a.query.Get("version"); v != "" {
		segments = append(segments, v)
	}
	return readNamed(typ, segments)
}

// readSnyk reads what readLookup does; most other pages are about a vulnerability.
func readSnyk(a address) (Ref, error) {
	if !a.is("vuln") || len(a.segments) < 2 {
		return readLookup(1)(a)
	}
	if typ, name, ok := strings.Cut(a.at(1), ":"); ok && systemOf(typ) != "" && !strings.Contains(name, ":") {
		return readNamed(systemOf(typ), []string{name})
	}
	return Ref{}, vulnerability(a.at(1))
}

// readDiff reads /crate/version/version: two versions beside each other.
func readDiff(a address) (Ref, error) {
	var found []Ref
	for _, version := range []string{a.at(1), a.at(2)} {
		ref, err := newCargo(a.at(0), version)
		if err != nil {
			return Ref{}, err
		}
		found = append(found, ref)
	}
	return one(found)
}

// readTestPyPI refuses what is of PyPI's place to practise, where other people may
// hold a name.
func readTestPyPI(a address) (Ref, error) {
	r := Refuse(RefusedQualifier, "TestPyPI is another repository than PyPI, and is not asked here. A package of the same name may be somebody else's.")
	if ref, err := readPyPIPage(a); err == nil {
		r.Offer(ref, "what PyPI has under this name")
	}
	return Ref{}, r
}

// readOSV refuses what is about a vulnerability.
func readOSV(a address) (Ref, error) {
	return Ref{}, vulnerability(a.at(len(a.segments) - 1))
}
