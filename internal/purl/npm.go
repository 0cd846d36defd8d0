package purl

import (
	"strings"

	"golang.org/x/mod/semver"
)

// npmDialect is npm's row.
func npmDialect() *dialect {
	installs := func() *tool {
		return &tool{
			verbs:     []string{"install", "i", "in", "isntall", "add", "exec", "x", "dlx", "view", "info", "show", "v", "create", "init"},
			runs:      []string{"exec", "x", "dlx", "view", "info", "show", "v", "create", "init"},
			prefixes:  map[string]string{"create": "create-", "init": "create-"},
			valued:    []string{"--prefix", "-w", "--workspace", "--filter", "-C", "--dir", "--tag"},
			elsewhere: []string{"--registry", "--@"},
			read:      readNPMOperand,
		}
	}
	runs := func() *tool {
		return &tool{runs: []string{""}, named: []string{"-p", "--package"}, elsewhere: []string{"--registry"}, read: readNPMOperand}
	}
	mirror := mirrored(func(a address) (Ref, error) {
		a.segments = trimPrefix(a.segments, "npm")
		return readNPMRegistry(a)
	})
	return &dialect{
		typ: NPM, name: "npm", many: "npm packages", one: "npm package", page: "npm",
		read:    newNPM,
		origins: []string{"registry.npmjs.org", "registry.yarnpkg.com"}, // two names of one
		hosts: map[string]func(address) (Ref, error){
			"www.npmjs.com": readNPMPage, "npmjs.com": readNPMPage, "npmjs.org": readNPMPage, "www.npmjs.org": readNPMPage,
			"npmx.dev":           readNPMPage,
			"registry.npmjs.org": readNPMRegistry, "registry.yarnpkg.com": readNPMRegistry,
			"registry.npmmirror.com": mirror, "registry.npm.taobao.org": mirror, "registry.cnpmjs.org": mirror,
			"r.cnpmjs.org": mirror, "mirrors.cloud.tencent.com": mirror, "mirrors.tencent.com": mirror, "repo.huaweicloud.com": mirror,
			"npmmirror.com": mirrored(readNPMPage),
		},
		tools: map[string]*tool{
			"npm": installs(), "pnpm": installs(), "yarn": installs(), "bun": installs(), "cnpm": installs(), "ni": runs(),
			"npx": runs(), "bunx": runs(), "pnpx": runs(),
			"deno": {verbs: []string{"add", "install", "run", "i", "x", "jupyter"}, runs: []string{"run", "x"}, read: readDenoOperand},
		},
		text: readNPMText,
		word: func(word string) (Ref, bool, error) {
			switch {
			case word[0] == '@' && strings.Contains(word, "/"), strings.HasPrefix(word, "npm:"):
				ref, err := readNPMSpec(word)
				return ref, true, err
			case strings.HasSuffix(word, ".tgz") && !strings.Contains(word, "/"):
				name, version, ok := cutVersion(strings.TrimSuffix(word, ".tgz"))
				if !ok {
					return Ref{}, false, nil
				}
				ref, err := newNPM(name, version)
				if err != nil {
					return Ref{}, true, err
				}
				return Ref{}, true, Refuse(Ambiguous, "%s looks like a file that npm packed. Of a scoped package its name does not show the scope. Choose, or paste @scope/name@version.", shown(word)).Offer(ref, "npm package")
			}
			return Ref{}, false, nil
		},
	}
}

const npmRule = "npm names hold ASCII letters, digits and -._~!'()*, and begin with none of ._-. A scope reads @scope/name."

// newNPM makes a reference of an npm name, "name" or "@scope/name". The
// grammar is what validate-npm-package-name allows for old packages: upper
// case and some punctuation are grandfathered in.
func newNPM(name, version string) (Ref, error) {
	ref := Ref{Type: NPM}
	plain := name
	if scope, rest, scoped := strings.Cut(name, "/"); scoped {
		scope, at := strings.CutPrefix(scope, "@")
		if !at || !npmWord(scope) || scope[0] == '.' {
			return Ref{}, badName("npm", name, npmRule)
		}
		plain = rest
	} else if name != "" && strings.IndexByte("_-", name[0]) >= 0 {
		return Ref{}, badName("npm", name, npmRule)
	}
	if !npmWord(plain) || plain[0] == '.' || strings.EqualFold(name, "node_modules") || strings.EqualFold(name, "favicon.ico") {
		return Ref{}, badName("npm", name, npmRule)
	}
	ref.setPath(name)
	if err := npmVersion(&ref, version); err != nil {
		return Ref{}, err
	}
	return ref, nil
}

// npmWord tells whether a part of a name is what encodeURIComponent leaves
// unchanged.
func npmWord(s string) bool {
	return consists(s, "-_.~!'()*")
}

func alphanumeric(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// consists tells whether s consists of letters, digits and those others, at least one.
func consists(s, others string) bool {
	for _, c := range []byte(s) {
		if !alphanumeric(c) && strings.IndexByte(others, c) < 0 {
			return false
		}
	}
	return s != ""
}

// exactSemver tells whether s is a full semantic version, without leading v
// (semver.org 2.0.0).
func exactSemver(s string) bool {
	v := "v" + s
	return semver.IsValid(v) && semver.Canonical(v)+semver.Build(v) == v
}

// cutVersion takes "name-1.2.3" apart: the name ends at the first hyphen after
// which a full version stands.
func cutVersion(s string) (name, version string, ok bool) {
	for i := range len(s) {
		if s[i] == '-' && i > 0 && exactSemver(s[i+1:]) {
			return s[:i], s[i+1:], true
		}
	}
	return "", "", false
}

// npmVersion reads an exact version or a tag into the reference. What npm
// reads as a range is refused: which version it means changes.
func npmVersion(ref *Ref, version string) error {
	bare := strings.TrimPrefix(strings.TrimPrefix(version, "="), "v")
	newest := func(r *Refused) error { return r.Offer(*ref, "the newest version") }
	switch {
	case version == "":
	case exactSemver(version):
		ref.Version = version
	case exactSemver(bare):
		ref.Version = bare
		if version != "="+bare {
			ref.note("guess", "You pasted the version %s. npm writes versions without v, so it was read as %s.", version, bare)
		}
	case isRange(version):
		return newest(rangeRefused(version, "1.2.3"))
	case npmWord(version) && !strings.HasPrefix(version, "."):
		ref.Tag = version
		ref.note("moving", "%s is a moving name (a tag): it means whatever version the npm registry gives it now.", version)
	default:
		return newest(Refuse(BadVersion, "%s is neither a version nor a tag. Give an exact version such as 1.2.3, or none for the newest.", shown(version)))
	}
	return nil
}

// isRange tells whether npm, pip or cargo would read s as a set of versions:
// a comparison, a wildcard, or a number with parts missing.
func isRange(s string) bool {
	if strings.ContainsAny(s, "^<>=*|, ") || strings.HasPrefix(s, "~") {
		return true
	}
	s = strings.TrimPrefix(s, "v")
	for part := range strings.SplitSeq(s, ".") {
		if part != "x" && part != "X" && strings.Trim(part, "0123456789") != "" {
			return false
		}
	}
	return s != ""
}

func rangeRefused(version, example string) *Refused {
	r := Refuse(BadVersion, "%s allows many versions, and one is checked at a time. Check the newest, or give an exact version such as %s.", shown(version), example)
	r.Range = version
	return r
}

// readNPMSpec reads "name@version", "@scope/name", "npm:name@tag".
func readNPMSpec(spec string) (Ref, error) {
	spec = strings.TrimPrefix(spec, "npm:")
	if alias, target, found := strings.Cut(spec, "@npm:"); found {
		if isVersionWord(target) || !npmWord(target[:min(1, len(target))]) && target[:min(1, len(target))] != "@" {
			return readNPMSpec(alias + "@" + target) // Yarn writes the range so
		}
		ref, err := readNPMSpec(target)
		if err == nil {
			ref.note("guess", "%s is another name under which this package is installed. This checks %s.", shown(alias), ref.Path())
		}
		return ref, err
	}
	name, version := spec, ""
	if i := strings.LastIndexByte(spec, '@'); i > 0 {
		name, version = spec[:i], spec[i+1:]
		if version == "" {
			return Ref{}, fail(BadVersion, "Nothing follows the @. Give a version such as 1.2.3, or leave the @ out.")
		}
	}
	if strings.Contains(name, "/") && name[0] != '@' {
		return Ref{}, fail(BadName, "%s is no npm name. npm reads it as a GitHub repository or a folder, which have no record in the registry. Paste the package's name.", shown(name))
	}
	return newNPM(name, version)
}

// readNPMOperand reads what npm is told to install.
func readNPMOperand(spec string) (Ref, error) {
	if strings.Contains(spec, "://") {
		return readOperandAddress(NPM, spec)
	}
	if isOwnPath(spec) {
		return Ref{}, ownFile(spec)
	}
	return readNPMSpec(spec)
}

// readDenoOperand reads what deno is told to add: "npm:name@1", "jsr:@s/name".
func readDenoOperand(spec string) (Ref, error) {
	switch {
	case strings.HasPrefix(spec, "npm:"):
		return readNPMSpec(spec)
	case strings.HasPrefix(spec, "jsr:"), strings.HasPrefix(spec, "@"):
		return Ref{}, NotServed("jsr")
	case strings.Contains(spec, "://"):
		return readAddress(spec)
	}
	return Ref{}, ownFile(spec)
}

// npmTarball reads the last segment of a tarball's address: the name without
// its scope, the version, ".tgz".
func npmTarball(name, file string) (version string, err error) {
	base := name[strings.LastIndexByte(name, '/')+1:]
	version, isTarball := strings.CutSuffix(file, ".tgz")
	version, isIts := strings.CutPrefix(version, base+"-")
	if !isTarball || !isIts || !exactSemver(version) {
		return "", fail(Malformed, "The address names the package %s and the file %s, which don't belong together. Expected is %s-1.2.3.tgz.", shown(name), shown(file), base)
	}
	return version, nil
}

// npmName takes a name from the beginning of segments: "name", "@scope",
// "name", or "@scope/name" with its slash encoded.
func npmName(segments []string) (name string, rest []string) {
	if len(segments) == 0 {
		return "", nil
	}
	name, rest = segments[0], segments[1:]
	if strings.HasPrefix(name, "@") && !strings.Contains(name, "/") && len(rest) > 0 {
		name, rest = name+"/"+rest[0], rest[1:]
	}
	return name, rest
}

// readNPMPage reads /package/<name>[/v/<version>].
func readNPMPage(a address) (Ref, error) {
	const example = "https://www.npmjs.com/package/lodash/v/4.17.21"
	if !a.is("package") || len(a.segments) < 2 {
		if ref, err := readNPMSpec(a.at(0)); err == nil && len(a.segments) == 1 { // whose path people forget
			return Ref{}, Refuse(Malformed, "This address on %s is no page of a package, which is below /package/. The one of this name may be meant.", a.host).Offer(ref, "")
		}
		return Ref{}, unknownPage(a, example)
	}
	name, rest := npmName(a.segments[1:])
	switch {
	case len(rest) == 0 && strings.LastIndexByte(name, '@') > 0:
		return readNPMSpec(name)
	case len(rest) == 0:
		return newNPM(name, "")
	case len(rest) == 2 && rest[0] == "v":
		return newNPM(name, rest[1])
	}
	return Ref{}, unknownPage(a, example)
}

// readNPMRegistry reads addresses of the registry itself:
//
//	/<name>[/<version or tag>]
//	/<name>/-/<basename>-<version>.tgz[#sha1]
//	/-/npm/v1/attestations/<name>@<version>
func readNPMRegistry(a address) (Ref, error) {
	const example = "https://registry.npmjs.org/lodash/4.17.21"
	if a.is("-", "npm", "v1", "attestations") && len(a.segments) > 4 {
		name, rest := npmName(a.segments[4:])
		if len(rest) > 0 {
			return Ref{}, unknownPage(a, example)
		}
		return readNPMSpec(name)
	}
	name, rest := npmName(a.segments)
	switch {
	case name == "" || name == "-":
		return Ref{}, unknownPage(a, example)
	case len(rest) == 0:
		return newNPM(name, "")
	case len(rest) == 1:
		return newNPM(name, rest[0])
	case len(rest) != 2 || rest[0] != "-":
		return Ref{}, unknownPage(a, example)
	}
	version, err := npmTarball(name, rest[1])
	if err != nil {
		return Ref{}, err
	}
	ref, err := newNPM(name, version)
	if err != nil {
		return Ref{}, err
	}
	if a.fragment != "" {
		// Yarn writes the tarball's SHA-1 behind its address.
		d, err := hexDigest("sha1", a.fragment)
		if err != nil {
			return Ref{}, fail(Malformed, "What follows the # of the address is no SHA-1 digest (%v). Leave it out.", err)
		}
		ref.Digests = []Digest{d}
	}
	return ref, nil
}
