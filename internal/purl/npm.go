package purl

import (
	"strings"

	"golang.org/x/mod/semver"
)

const npmRule = "npm names hold ASCII letters, digits and -._~!'()*, don't begin with a dot, underscore or hyphen, and a scope reads @scope/name"

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
	for _, c := range []byte(s) {
		if !alphanumeric(c) && strings.IndexByte("-_.~!'()*", c) < 0 {
			return false
		}
	}
	return s != ""
}

func alphanumeric(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// exactSemver tells whether s is a full semantic version, without leading v
// (semver.org 2.0.0).
func exactSemver(s string) bool {
	v := "v" + s
	return semver.IsValid(v) && semver.Canonical(v)+semver.Build(v) == v
}

// npmVersion reads an exact version or a tag into the reference. What npm
// reads as a range is refused: which version it means changes.
func npmVersion(ref *Ref, version string) error {
	bare := strings.TrimPrefix(version, "v")
	switch {
	case version == "":
	case exactSemver(version):
		ref.Version = version
	case exactSemver(bare):
		ref.Version = bare
		ref.note("guess", "You pasted the version %s; npm writes versions without v, so it was read as %s.", version, bare)
	case isRange(version):
		return rangeRefused(version, "1.2.3")
	case npmWord(version) && !strings.HasPrefix(version, "."):
		ref.Tag = version
		ref.note("moving", "%s is a moving name (a tag): it means whatever version the npm registry gives it now.", version)
	default:
		return fail(BadVersion, "%s is neither a version nor a tag; give an exact version such as 1.2.3, or none for the newest", shown(version))
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

func rangeRefused(version, example string) error {
	return fail(BadVersion, "%s is a range of versions, and an audit is of one; give an exact version such as %s, or none for the newest", shown(version), example)
}

// readNPMSpec reads "name@version", "@scope/name", "npm:name@tag".
func readNPMSpec(spec string) (Ref, error) {
	spec = strings.TrimPrefix(spec, "npm:")
	if strings.Contains(spec, "@npm:") {
		return Ref{}, fail(Malformed, "%s is an alias; paste the package behind it, what follows npm:", shown(spec))
	}
	name, version := spec, ""
	if i := strings.LastIndexByte(spec, '@'); i > 0 {
		name, version = spec[:i], spec[i+1:]
		if version == "" {
			return Ref{}, fail(BadVersion, "nothing follows the @; give a version such as 1.2.3, or leave the @ out")
		}
	}
	if strings.Contains(name, "/") && name[0] != '@' {
		return Ref{}, fail(BadName, "%s is no npm name (npm reads it as a GitHub repository or a folder, which have no registry record); paste the package's name", shown(name))
	}
	return newNPM(name, version)
}

// npmTarball reads the last segment of a tarball's address: the name without
// its scope, the version, ".tgz".
func npmTarball(name, file string) (version string, err error) {
	base := name[strings.LastIndexByte(name, '/')+1:]
	version, isTarball := strings.CutSuffix(file, ".tgz")
	version, isIts := strings.CutPrefix(version, base+"-")
	if !isTarball || !isIts || !exactSemver(version) {
		return "", fail(Malformed, "the address names the package %s and the file %s, which don't belong together; expected %s-1.2.3.tgz", shown(name), shown(file), shown(base))
	}
	return version, nil
}
