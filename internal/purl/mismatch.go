package purl

import (
	"slices"
	"strings"
)

// mismatches are what package managers print when a digest differs.
var mismatches = [...]string{
	"checksum mismatch", "SECURITY ERROR", "EINTEGRITY", "integrity checksum failed", "ERR_PNPM_TARBALL_INTEGRITY",
	"Got unexpected checksum", "Integrity check failed", "DO NOT MATCH THE HASHES", "Integrity checksum",
	"verify the checksum of", "changed between lock files", // cargo
	"ash mismatch", "not found in known hashes", // uv, poetry
	": dir has been modified", ": zip has been modified", // go mod verify
}

// readMismatch reads the message of a package manager that found another
// digest than it wanted. Both digests are kept: which of them is the published
// one is what the reader asks.
//
//  1. Every word that is a digest is one of the reference's.
//  2. Every word, or two words, that name a package with certainty must name the
//     same.
//
// Where the message names no package, the reader is asked for it. Where it holds
// no digest, that is said.
func readMismatch(text string) (Ref, bool, error) {
	said := false
	for _, m := range mismatches {
		said = said || strings.Contains(text, m)
	}
	if !said {
		return Ref{}, false, nil
	}
	var digests []Digest
	var found []Ref
	of, before := "artifact", ""
	for _, word := range strings.Fields(text) {
		raw := word
		word = strings.Trim(word, "\"'`().,;:[]")
		switch d, err := readDigest(strings.Trim(word, "\"'()")); {
		case err == nil: // 1.
			d.Of = of
			digests = append(digests, d)
			continue
		case word == "":
			continue
		}
		ref, ok := surely(word) // 2.
		if !ok {
			ref, ok = inTwoWords(before, raw)
		}
		before = raw
		if !ok {
			continue
		}
		if strings.HasSuffix(word, "/go.mod") {
			of = "go.mod"
		}
		found = append(found, ref.Bare())
	}
	if len(found) == 0 {
		return Ref{}, true, fail(Malformed, "This is a message about a digest that differs, but it names no package. Paste the package, with the digest behind it.")
	}
	// A file says more exactly what a requirement says before it.
	for _, f := range found {
		found = slices.DeleteFunc(found, func(r Ref) bool {
			return f.File != "" && r.File == "" && r.Path() == f.Path() && r.Version == f.Version
		})
	}
	ref, err := one(found)
	if err != nil {
		return Ref{}, true, err
	}
	ref.Digests = digests
	switch n := len(distinct(digests)); n {
	case 0:
		ref.note("guess", "You pasted a message about digests that differ, and no digest stands in it. What you have is not compared: give its digest or its file.")
	case 1:
		ref.note("guess", "You pasted a message about digests that differ. The digest in it is compared with the published one.")
	default:
		ref.note("guess", "You pasted a message about digests that differ. All %d digests in it are compared, and the published one is named below.", n)
	}
	return ref, true, nil
}

// inTwoWords reads a name and a version that stand beside each other:
// `name v1.2.3` as cargo writes it, name (1.2.3) as Poetry does, and path v1.2.3:
// as go mod verify does.
func inTwoWords(name, version string) (Ref, bool) {
	var ref Ref
	var err error
	crate, opens := strings.CutPrefix(name, "`")
	bare, dotted := strings.CutPrefix(strings.TrimRight(version, "`:"), "v")
	inner, round := strings.CutPrefix(version, "(")
	switch {
	case opens && dotted && strings.HasSuffix(version, "`"):
		ref, err = newCargo(crate, bare)
	case round && strings.HasSuffix(inner, ")") && looksLikeVersion(inner[:len(inner)-1]):
		ref, err = newPyPI(name, inner[:len(inner)-1])
	case dotted && strings.HasSuffix(version, ":") && strings.Contains(name, "."):
		ref, err = newGo(name, "v"+bare, true)
	default:
		return Ref{}, false
	}
	return ref, err == nil && ref.Version != ""
}

// surely reads a word that names one version of a package with certainty:
// a package URL, an address, path@v1.2.3 of Go, name@1.2.3, name==1.2.3.
func surely(word string) (Ref, bool) {
	var ref Ref
	var err error
	name, version, found := strings.Cut(strings.TrimSuffix(word, "/go.mod"), "@")
	if scoped, rest, ok := strings.Cut(word[min(1, len(word)):], "@"); word[0] == '@' && ok {
		name, version, found = "@"+scoped, rest, true
	}
	switch {
	case strings.HasPrefix(word, "pkg:"):
		ref, err = readPURL(word)
	case strings.Contains(word, "://"):
		ref, err = readAddress(word)
	case strings.Contains(word, "==") && !strings.Contains(word, "/"):
		ref, err = readRequirement(word)
	case !found || !looksLikeVersion(version):
		return Ref{}, false
	case strings.Contains(name, "/") && name[0] != '@':
		ref, err = newGo(name, version, true)
	default:
		ref, err = newNPM(name, version)
	}
	return ref, err == nil && ref.Version != ""
}
