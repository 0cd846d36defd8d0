package purl

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	packageurl "github.com/package-url/packageurl-go"
)

// Components are the parts of a package URL as the specification defines them
// (ECMA-427, section 5), decoded and normalised for their type. An absent part
// is empty.
type Components struct {
	Type, Namespace, Name, Version string
	Qualifiers                     map[string]string
	Subpath                        string
}

// ParsePURL reads a package URL of any type into its canonical components.
// Unlike [Parse] it takes any qualifier and lower-cases Go paths, as the
// specification asks; it says nothing about what can be audited.
func ParsePURL(text string) (Components, error) {
	p, err := packageurl.FromString(text)
	if err != nil {
		return Components{}, fmt.Errorf("parsing the package URL: %w", err)
	}
	return canonical(p)
}

// BuildPURL writes components as a canonical package URL.
func BuildPURL(c Components) (string, error) {
	p := packageurl.PackageURL{
		Type: c.Type, Namespace: c.Namespace, Name: c.Name, Version: c.Version,
		Qualifiers: packageurl.QualifiersFromMap(c.Qualifiers), Subpath: c.Subpath,
	}
	if err := p.Normalize(); err != nil {
		return "", fmt.Errorf("building the package URL: %w", err)
	}
	c, err := canonical(p)
	if err != nil {
		return "", fmt.Errorf("building the package URL: %w", err)
	}
	p.Subpath = c.Subpath
	return p.ToString(), nil
}

// canonical applies the rules of the types served that packageurl-go leaves
// out: a prohibited namespace, and subpath segments that are empty or dots.
func canonical(p packageurl.PackageURL) (Components, error) {
	if p.Namespace != "" && (p.Type == PyPI || p.Type == Cargo) {
		return Components{}, fmt.Errorf("the type %s has no namespace, found %s", p.Type, shown(p.Namespace))
	}
	subpath, err := cleanSubpath(p.Subpath)
	if err != nil {
		return Components{}, err
	}
	c := Components{Type: p.Type, Namespace: p.Namespace, Name: p.Name, Version: p.Version, Subpath: subpath}
	if len(p.Qualifiers) > 0 {
		c.Qualifiers = p.Qualifiers.Map()
	}
	return c, nil
}

// cleanSubpath drops empty segments and refuses what would leave the package.
func cleanSubpath(subpath string) (string, error) {
	segments := slices.DeleteFunc(strings.Split(subpath, "/"), func(s string) bool { return s == "" })
	for _, s := range segments {
		if s == "." || s == ".." {
			return "", errors.New("the subpath holds a segment of dots only; write it without")
		}
	}
	return strings.Join(segments, "/"), nil
}

// parsePackageURL reads a package URL as a reference.
//
//  1. The type is read first, so that an ecosystem that is not served is
//     named whatever its own rules are.
//  2. The rest is read by packageurl-go, for Go and PyPI under a type that
//     has no rules: that keeps the case as pasted.
//  3. Every qualifier is honoured or refused.
//  4. Name and version pass the grammar of the ecosystem.
func parsePackageURL(text string) (Ref, error) {
	// 1.
	rest := strings.TrimLeft(text[len("pkg:"):], "/")
	typ, rest, ok := strings.Cut(rest, "/")
	typ = strings.ToLower(typ)
	if !ok || !validType(typ) {
		return Ref{}, fail(Malformed, "no package type found: a package URL reads pkg:type/name@version, for example pkg:npm/lodash@4.17.21")
	}
	if !slices.Contains(served[:], typ) {
		return Ref{}, NotServed(typ)
	}

	// 2.
	neutral := typ
	if typ == Golang || typ == PyPI {
		neutral = "generic"
	}
	// Normalising drops qualifiers without a value; here they are refused.
	if _, query, found := strings.Cut(strings.SplitN(rest, "#", 2)[0], "?"); found {
		for part := range strings.SplitSeq(query, "&") {
			if key, value, _ := strings.Cut(part, "="); key == "" || value == "" {
				return Ref{}, fail(RefusedQualifier, "the qualifier %s has no name or no value; leave it out", shown(part))
			}
		}
	}
	p, err := packageurl.FromString("pkg:" + neutral + "/" + rest)
	if err != nil {
		return Ref{}, fail(Malformed, "the package URL does not follow its grammar: %v", err)
	}
	subpath, err := subpathOf(p.Subpath)
	if err != nil {
		return Ref{}, err
	}

	// 3.
	digests, file, err := readQualifiers(typ, p.Qualifiers)
	if err != nil {
		return Ref{}, err
	}

	// 4.
	if strings.Contains(p.Name, "/") {
		return Ref{}, fail(BadName, "the name %s holds an encoded slash; write namespace and name as two segments", shown(p.Name))
	}
	path := p.Name
	switch {
	case p.Namespace == "":
	case typ == PyPI || typ == Cargo:
		return Ref{}, fail(BadName, "packages of type %s have no namespace, found %s; leave it out", typ, shown(p.Namespace))
	default:
		path = p.Namespace + "/" + p.Name
	}
	ref, err := newRef(typ, path, p.Version)
	if err != nil {
		return Ref{}, err
	}
	ref.Digests, ref.File = digests, file
	if subpath != "" {
		ref.Subpath = strings.TrimPrefix(ref.Subpath+"/"+subpath, "/")
	}
	return ref, nil
}

// validType tells whether s is a type by the grammar: ASCII letters, digits,
// '.', '+', '-', and a letter first. s is lower case.
func validType(s string) bool {
	for i, c := range []byte(s) {
		letter := 'a' <= c && c <= 'z'
		if !letter && (i == 0 || !(c >= '0' && c <= '9' || c == '.' || c == '-' || c == '+')) {
			return false
		}
	}
	return s != ""
}

// subpathOf reads a place inside a package: no dots, nothing invisible.
func subpathOf(s string) (string, error) {
	s, err := cleanSubpath(s)
	if err != nil {
		return "", fail(Malformed, "%v", err)
	}
	for i, r := range []rune(s) {
		if r == '\\' || r == '?' || r == '#' || r == 0xFFFD || oddity(r) != "" && !isLookAlike(r) || r == ' ' {
			return "", fail(Malformed, "the subpath %s has %s as character %d, which is not read; leave it out", shown(s), named(r), i+1)
		}
	}
	return s, nil
}

// readQualifiers honours the qualifiers that mean something to an audit and
// refuses every other: what it asks for would not be what is audited.
func readQualifiers(typ string, qualifiers packageurl.Qualifiers) ([]Digest, string, error) {
	var digests []Digest
	var file string
	for _, q := range qualifiers {
		switch {
		case q.Key == "checksum":
			for part := range strings.SplitSeq(q.Value, ",") {
				d, err := labelledDigest(part)
				if err != nil {
					return nil, "", fail(RefusedQualifier, "the qualifier checksum can't be compared: %v", err)
				}
				digests = append(digests, d)
			}
		case q.Key == "file_name" && typ == PyPI:
			if _, _, err := splitPyPIFile(q.Value); err != nil {
				return nil, "", err
			}
			file = q.Value
		default:
			return nil, "", fail(RefusedQualifier, "the qualifier %s is refused: %s", shown(q.Key), refusal(typ, q.Key))
		}
	}
	return digests, file, nil
}

// refusal is why a qualifier is not read, and what to do.
func refusal(typ, key string) string {
	switch key {
	case "repository_url":
		return "it names another repository, and only the ecosystem's public one is audited; leave it out to audit that one"
	case "download_url", "vcs_url":
		return "it names another place to fetch from, and only what the ecosystem's public repository serves is audited; leave it out to audit that"
	case "goos", "goarch", "cgo_enabled":
		if typ == Golang {
			return "a Go module is the same for every platform; leave it out"
		}
	case "type":
		if typ == Golang {
			return "only modules are audited; leave it out"
		}
	case "file_name":
		return "only PyPI has several files for one version; leave it out"
	}
	return "it means nothing to this audit, and what a reference asks for is never silently ignored; leave it out"
}
