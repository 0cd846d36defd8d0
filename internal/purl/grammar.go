package purl

import (
	"errors"
	"maps"
	"slices"
	"sort"
	"strings"

	packageurl "github.com/package-url/packageurl-go"
)

// Components are the parts of a package URL as the specification defines them
// (ECMA-427, section 5), decoded. An absent part is empty.
type Components struct {
	Type, Namespace, Name, Version string
	Qualifiers                     map[string]string
	Subpath                        string
}

// split takes a package URL apart by the grammar alone: every part keeps the
// case it was written in. packageurl-go applies rules of types, of which some
// name another package (it lower-cases Go paths), so it is asked under a type
// that has none.
func split(text string) (Components, error) {
	if len(text) < 4 || !strings.EqualFold(text[:4], "pkg:") {
		return Components{}, errors.New(`it does not begin with "pkg:"`)
	}
	typ, rest, ok := strings.Cut(strings.TrimLeft(text[4:], "/"), "/")
	typ = strings.ToLower(typ)
	if !ok || !validType(typ) {
		return Components{}, errors.New("no type was found")
	}
	if strings.HasPrefix(rest, "@") && strings.Contains(rest, "/") {
		rest = "%40" + rest[1:] // npm's scope as people write it; no version is empty
	}
	p, err := packageurl.FromString("pkg:generic/" + rest)
	if err != nil {
		return Components{}, err
	}
	c := Components{Type: typ, Namespace: p.Namespace, Name: p.Name, Version: p.Version}
	if c.Subpath, err = cleanSubpath(p.Subpath); err != nil {
		return Components{}, err
	}
	if len(p.Qualifiers) > 0 {
		c.Qualifiers = p.Qualifiers.Map()
	}
	return c, nil
}

// String writes the components as a package URL, each as it stands.
func (c Components) String() string {
	p := packageurl.PackageURL{Type: c.Type, Namespace: c.Namespace, Name: c.Name, Version: c.Version, Subpath: c.Subpath}
	p.Qualifiers = packageurl.QualifiersFromMap(c.Qualifiers)
	sort.Slice(p.Qualifiers, func(i, j int) bool { return p.Qualifiers[i].Key < p.Qualifiers[j].Key })
	return p.ToString()
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

// cleanSubpath drops empty segments and refuses what would leave the package.
func cleanSubpath(subpath string) (string, error) {
	segments := slices.DeleteFunc(strings.Split(subpath, "/"), func(s string) bool { return s == "" })
	for _, s := range segments {
		if s == "." || s == ".." {
			return "", errors.New("the subpath holds a segment of dots only")
		}
	}
	return strings.Join(segments, "/"), nil
}

// subpathOf reads a place inside a package: no dots, nothing invisible.
func subpathOf(s string) (string, error) {
	s, err := cleanSubpath(s)
	if err != nil {
		return "", fail(Malformed, "The place inside the package has a segment of dots only. Leave it out.")
	}
	for i, r := range []rune(s) {
		if r == '\\' || r == '?' || r == '#' || r == 0xFFFD || oddity(r) != "" && !isLookAlike(r) || r == ' ' {
			return "", fail(Malformed, "The place inside the package, %s, has %s as character %d. Leave it out.", shown(s), named(r), i+1)
		}
	}
	return s, nil
}

// readPURL reads a package URL as a reference.
//
//  1. The type is read first, so that an ecosystem that is not served is
//     named whatever its own rules are.
//  2. The grammar takes the rest apart.
//  3. Name and version pass the grammar of the ecosystem.
//  4. Every qualifier is honoured or refused.
func readPURL(text string) (Ref, error) {
	// 1.
	typ, rest, ok := strings.Cut(strings.TrimLeft(text[len("pkg:"):], "/"), "/")
	if !ok || !validType(strings.ToLower(typ)) {
		return Ref{}, fail(Malformed, "This package URL has no type. One reads pkg:type/name@version, for example pkg:npm/lodash@4.17.21.")
	}
	d := dialectOf(strings.ToLower(typ))
	if d == nil || d.read == nil && d.spelled == nil {
		return Ref{}, NotServed(strings.ToLower(typ))
	}
	read := d.read
	if d.spelled != nil {
		read = d.spelled
	}

	// 2. Normalising drops qualifiers without a value; here they are refused.
	if _, query, found := strings.Cut(strings.SplitN(rest, "#", 2)[0], "?"); found {
		for part := range strings.SplitSeq(query, "&") {
			if key, value, _ := strings.Cut(part, "="); key == "" || value == "" {
				return Ref{}, fail(RefusedQualifier, "The qualifier %s has no name or no value. Leave it out.", shown(part))
			}
		}
	}
	c, err := split(text)
	if err != nil {
		return Ref{}, fail(Malformed, "The package URL does not follow its grammar: %v. One reads pkg:type/name@version.", err)
	}
	subpath, err := subpathOf(c.Subpath)
	if err != nil {
		return Ref{}, err
	}

	// 3.
	if strings.Contains(c.Name, "/") {
		return Ref{}, fail(BadName, "The name %s holds an encoded slash. Write namespace and name as two segments.", shown(c.Name))
	}
	if d.flat && c.Namespace != "" {
		return Ref{}, fail(BadName, "%s have no namespace, found %s. Leave it out.", strings.ToUpper(d.many[:1])+d.many[1:], shown(c.Namespace))
	}
	path := c.Name
	if c.Namespace != "" {
		path = c.Namespace + "/" + c.Name
	}
	ref, err := read(path, c.Version)
	if isMajor(subpath) && d.typ == Golang && kindOf(err) == BadVersion {
		// Some tools write the ending of the major version as a subpath.
		if ref, err = d.read(path+"/"+subpath, c.Version); err == nil {
			ref.note("guess", "The package URL has the major version's ending %s as a place inside. This checks the module %s.", subpath, ref.Path())
			subpath = ""
		}
	}
	if err != nil {
		return Ref{}, err
	}
	if subpath != "" {
		ref.Subpath = strings.TrimPrefix(ref.Subpath+"/"+subpath, "/")
	}

	// 4.
	var refused *Refused
	for _, key := range slices.Sorted(maps.Keys(c.Qualifiers)) {
		honour := d.qualifiers[key]
		if key == "checksum" {
			honour = readChecksum
		}
		if honour == nil {
			refused = Refuse(RefusedQualifier, "The qualifier %s is refused: %s", shown(key), refusal(key))
			continue
		}
		if err := honour(&ref, c.Qualifiers[key]); err != nil {
			return Ref{}, err
		}
	}
	if refused != nil {
		return Ref{}, refused.Offer(ref, "without what is refused")
	}
	return ref, nil
}

// readChecksum reads the digests of the qualifier checksum.
func readChecksum(ref *Ref, value string) error {
	for part := range strings.SplitSeq(value, ",") {
		d, err := labelledDigest(part)
		if err != nil {
			return fail(RefusedQualifier, "The qualifier checksum can't be compared: %v. Give for example sha256 and 64 hexadecimal digits.", err)
		}
		ref.Digests = append(ref.Digests, d)
	}
	return nil
}

// refusal is why a qualifier is not read, and what to do.
func refusal(key string) string {
	switch key {
	case "repository_url":
		return "it names another repository, and only the ecosystem's public one is asked. Leave it out to check that one."
	case "download_url", "vcs_url":
		return "it names another place to fetch from. Leave it out to check what the ecosystem's public repository serves."
	case "file_name":
		return "one version of these packages is one file. Leave it out."
	}
	return "it means nothing here, and nothing that you ask for is silently ignored. Leave it out."
}
