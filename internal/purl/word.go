package purl

import (
	"errors"
	"slices"
	"strings"
)

// readWord reads a single word that is neither a package URL nor an address.
func readWord(word string) (Ref, error) {
	if err := listed([]string{word}); err != nil {
		return Ref{}, err
	}
	if typ, rest, ok := strings.Cut(word, ":"); ok && rest != "" && !strings.Contains(rest, ":") && typ != "npm" {
		// "pypi:six@1.16.0": a package URL without its first word. What npm writes so
		// is npm's own, which reads more.
		switch d := dialectOf(typ); {
		case d == nil:
		case d.read != nil:
			return Parse("pkg:" + typ + "/" + strings.TrimLeft(rest, "/"))
		case !isVersionWord(rest): // "gem:rails"; images are called so, too ("swift:slim")
			r := d.notServed()
			if image, err := readImage(word); err == nil {
				r.Offer(image, "container image")
			}
			return Ref{}, r
		}
	}
	for _, d := range table() {
		if d.word == nil {
			continue
		}
		if ref, ok, err := d.word(word); ok {
			return ref, err
		}
	}
	name, version, versioned := strings.Cut(word, "@")
	switch {
	case slices.Contains([]string{".iso", ".dmg", ".exe", ".msi", ".pkg", ".appimage"}, strings.ToLower(word[max(strings.LastIndexByte(word, '.'), 0):])):
		return Ref{}, fail(NoPackage, "%s is called as installers and images of disks are, which stand in no package repository.", shown(word))
	case strings.Contains(word, ","):
		return Ref{}, sentence(strings.Split(word, ","))
	case strings.HasPrefix(word, "node:"):
		return readSpecifier(word)
	case strings.Contains(name, "/"):
		if n, v, _ := strings.Cut(name, "/"); exactSemver(v) {
			return readPair(n, v)
		}
		return Ref{}, path(word)
	case strings.ContainsAny(word, "<>=") && !versioned:
		refused := rangeRefused(word, "name==1.2.3")
		refused.Range = "" // of which package is not known
		return Ref{}, refused
	case strings.Contains(name, ":"):
		if n, v, _ := strings.Cut(name, ":"); v != "" && !versioned {
			if !isVersionWord(v) {
				return readImage(word) // alpine:latest
			}
			ref, err := readPair(n, v)
			if r := (*Refused)(nil); errors.As(err, &r) {
				if image, err := readImage(word); err == nil {
					r.Offer(image, "container image")
				}
			}
			return ref, err
		}
	case versioned && (!strings.Contains(name, ".") || !strings.HasPrefix(version, "v")):
		ref, err := readNPMSpec(word)
		if err == nil {
			ref.note("guess", "You pasted %s, which is how npm writes a package. Read as %s.", word, ref.Bare())
		}
		return ref, err
	case !versioned:
		if n, v, ok := cutVersion(word); ok {
			return readPair(n, v)
		}
	}
	return Ref{}, ambiguous(name, version)
}

// path is the refusal of "owner/name".
func path(word string) error {
	r := Refuse(NoPackage, "%s has the form of a repository on GitHub, a GitHub Action or a Docker image. A Go path begins with a host (github.com/owner/name), an npm scope with @ (@scope/name).", shown(word))
	if owner, name, ok := strings.Cut(word, "/"); ok && !strings.ContainsAny(word, "@:#") {
		if ref, err := newGo("github.com/"+owner+"/"+name, "", true); err == nil {
			r.Offer(ref, "the Go module of that repository on GitHub, if it is one")
		}
	}
	return r
}

// isCoordinates tells whether a word is Maven's group:artifact[:version].
func isCoordinates(word string) bool {
	word, _, _ = strings.Cut(strings.Trim(word, `"'(),`), "@") // what follows is the file's kind
	parts := strings.Split(word, ":")
	if n := len(parts); n == 6 && mavenScope(parts[5]) {
		parts = parts[:5]
	}
	if len(parts) < 2 || len(parts) > 5 || strings.ContainsAny(word, "/ =") {
		return false
	}
	for _, p := range parts {
		if p == "" {
			return false
		}
	}
	return strings.Contains(parts[0], ".") || len(parts) > 2 && !looksLikeVersion(parts[0]) || len(parts) == 2 && parts[0] == parts[1]
}

// isVersionWord tells whether a word beside a name can be a version or a range.
func isVersionWord(word string) bool {
	rest := strings.TrimLeft(word, "^~<>=v \"'(")
	if _, err := bareDigest(word); err == nil {
		return false // though it begins with a digit
	}
	return rest != "" && rest[0] >= '0' && rest[0] <= '9' && !strings.ContainsAny(word, ":/@")
}

// readPair reads a name and a version that stand apart.
func readPair(name, version string) (Ref, error) {
	version = strings.Trim(version, `"',()`)
	switch host, _, isPath := strings.Cut(name, "/"); {
	case strings.HasPrefix(name, "@"):
		return newNPM(name, version)
	case isPath && strings.Contains(host, "."):
		return newGo(name, version, false)
	case isPath:
		return Ref{}, path(name)
	}
	return Ref{}, ambiguous(name, version)
}

// ambiguous lists the packages that a word may mean, by every grammar that
// allows it. Where no grammar allows the version, the newest is offered.
func ambiguous(name, version string) error {
	asked := Refuse(Ambiguous, "%s alone does not say which ecosystem is meant. Choose one, or paste a package URL.", shown(name))
	newest := Refuse(BadVersion, "%s is no exact version. Check the newest, or give an exact version such as 1.2.3.", shown(version))
	var last error
	for _, d := range table() {
		if d.read == nil || d.wordless || d.typ == Golang && !strings.Contains(name, ".") {
			continue
		}
		ref, err := d.read(name, version)
		if err != nil {
			if kindOf(last) != BadVersion {
				last = err
			}
			if ref, err := d.read(name, ""); err == nil {
				newest.Offer(ref, d.one+", the newest version")
			}
			continue
		}
		asked.Offer(ref, d.one)
	}
	switch {
	case len(asked.Choices) > 0:
		if isStandard(name) {
			asked.Detail = name + " is a part of Go itself, which is no package. " + asked.Detail
		}
		return asked
	case kindOf(last) == BadVersion && len(newest.Choices) > 0:
		return newest
	case kindOf(last) == BadVersion:
		return last
	}
	return badName("package", name, "No ecosystem that is known here allows it.")
}
