package purl

import (
	"errors"
	"strings"
)

// A lack is the message of a program that found no such package or module.
type lack struct {
	// before stands before the name; after, where it is not empty, behind it.
	before, after string
	typ           string
	read          func(name string) (Ref, error)
}

// lacks are the messages that are known.
var lacks = [...]lack{
	{"No module named ", "", PyPI, func(name string) (Ref, error) {
		name, _, _ = strings.Cut(name, ".")
		return newPyPI(name, "")
	}},
	{"No matching distribution found for ", "", PyPI, readRequirement},
	{"satisfies the requirement ", "", PyPI, readRequirement},
	{"failed to select a version for the requirement ", "", Cargo, readCargoSpec},
	{"failed to select a version for `", "", Cargo, readCargoSpec},
	{"no matching package named ", " found", Cargo, readCargoSpec},
	{"could not find ", " in registry `crates-io`", Cargo, readCargoSpec},
	{"unresolved import ", "", Cargo, readRustUse},
	{"undeclared crate or module ", "", Cargo, readRustUse},
	{"unresolved module or unlinked crate ", "", Cargo, readRustUse},
	{"can't find crate for ", "", Cargo, readRustUse},
	{"No matching version found for ", "", NPM, readNPMSpec},
	{"E: Unable to locate package ", "", Deb, readAptSpec},
	{"E: Package ", " has no installation candidate", Deb, readAptSpec},
	{"404 Not Found - GET ", "", NPM, readAddress},
	{"404 ", " is not in this registry", NPM, readNPMSpec},
	{"Cannot find module ", "", NPM, readSpecifier},
	{"Cannot find package ", "", NPM, readSpecifier},
	{"Can't resolve ", "", NPM, readSpecifier},
	{"Couldn't find package ", " on the ", NPM, readNPMSpec},
	{"ERR_PNPM_FETCH_404  GET ", " Not Found", NPM, readAddress},
	{"error: GET ", " - 404", NPM, readAddress},
	{"npm package ", " does not exist", NPM, readNPMSpec},
	{"ecause ", " was not found in the package registry", PyPI, readRequirement},
	{"matching version of package ", "", PyPI, readRequirement},
	{"no required module provides package ", "", Golang, func(name string) (Ref, error) { return newGo(name, "", false) }},
	{"unrecognized import path ", "", Golang, func(name string) (Ref, error) { return newGo(name, "", false) }},
	{"go: module ", " reading ", Golang, func(name string) (Ref, error) { return newGo(name, "", true) }},
	{"go: ", " reading ", Golang, func(name string) (Ref, error) { return readGoSpec(name, true) }},
	{"Could not find artifact ", " in ", Maven, readCoordinates},
	{"Could not find ", "", Maven, readCoordinates},
	{"not found: ", "", Maven, readAddress},
	{"Unable to find a match: ", "", RPM, func(name string) (Ref, error) { return readRPMSpec("fedora", name) }},
	{"No match for argument: ", "", RPM, func(name string) (Ref, error) { return readRPMSpec("fedora", name) }},
	{"No provider of ", " found", RPM, func(name string) (Ref, error) { return readRPMSpec("opensuse", name) }},
	{"available to install matching ", " have been found", FreeBSD, readFreeBSDSpec},
	{"pull access denied for ", " repository does not exist", OCI, readImage},
	{"manifest for ", " not found", OCI, readImage},
}

// readLack reads the messages of programs that found no such package. That the
// name is right is what such a message puts in doubt: each package that it names
// is offered, and none is taken as asked for. A message that names none that can
// be is left to whoever reads it next.
func readLack(text string) error {
	asked := Refuse(Ambiguous, "This message says that something was not found. Compare the spelling of the name before you check it.")
	var other error
	for _, l := range lacks {
		for _, line := range strings.Split(text, "\n") {
			_, rest, found := strings.Cut(line, l.before)
			name, behind := firstName(rest)
			if !found || name == "" || !strings.HasPrefix(behind, l.after) {
				continue
			}
			ref, err := l.read(name)
			if r := (*Refused)(nil); errors.As(err, &r) {
				asked.take(r.Choices) // the newest, where a range was given
				if r.Kind == NoPackage {
					other = err
				}
			}
			if err != nil || ref.Type != l.typ {
				continue
			}
			l.offer(asked, ref)
		}
	}
	switch {
	case len(asked.Choices) > 0:
		return asked
	case other != nil:
		return other
	}
	return nil
}

// offer offers what a message names.
func (l *lack) offer(r *Refused, ref Ref) {
	switch l.typ {
	case PyPI:
		if strings.HasPrefix(l.before, "No module") {
			r.Detail = "Python found no module of this name. The package that holds it may have another name: Python's yaml is in PyYAML."
		}
	case Deb:
		ref.Namespace = "debian"
		r.Offer(ref, "Debian package")
		ref.Namespace = "ubuntu"
		r.Offer(ref, "Ubuntu package")
		return
	}
	r.Offer(ref, "")
}

// firstName is the name with which a part of a message begins, with or without
// quotes, and what follows it.
func firstName(rest string) (name, behind string) {
	const quotes, blanks = "'\"`", " \t\r"
	rest = strings.TrimLeft(rest, blanks+quotes)
	if i := strings.IndexAny(rest, blanks+quotes); i >= 0 {
		rest, behind = rest[:i], strings.TrimLeft(rest[i:], quotes)
	}
	return strings.TrimRight(rest, ".;,:"), behind
}
