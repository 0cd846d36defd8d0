package purl

import "strings"

// printed are lines that say which tool or language they are of by how they begin,
// each with who reads the words behind that; false where it is no such line.
var printed = []struct {
	begins string
	read   func(words []string) (Ref, bool, error)
}{
	{"Compiling ", printedCrate}, {"Checking ", printedCrate}, {"Downloaded ", printedCrate}, {"Adding ", printedCrate}, {"Fresh ", printedCrate},
	{"Collecting ", printedRequirement}, {"Requirement already satisfied: ", printedRequirement},
	{"Successfully installed ", printedInstalled},
	{"Setting up ", printedUnpacked}, {"Unpacking ", printedUnpacked},
	{"Get:", printedGet},
	{"extern crate ", func(words []string) (Ref, bool, error) {
		ref, err := readRustUse(words[0])
		return ref, true, err
	}},
	{"dependencies = [", printedArray}, {"requires = [", printedArray},
	{"library(", libraryOfR(true)}, {"require(", libraryOfR(false)},
}

func readPrinted(line string) (Ref, bool, error) {
	for _, p := range printed {
		rest, ok := strings.CutPrefix(line, p.begins)
		if words := strings.Fields(rest); ok && len(words) > 0 {
			return p.read(words)
		}
	}
	return Ref{}, false, nil
}

// printedCrate reads NAME vVERSION, behind which cargo writes where else than from
// crates.io a crate is.
func printedCrate(words []string) (Ref, bool, error) {
	if len(words) < 2 || words[1][0] != 'v' || !exactSemver(words[1][1:]) {
		return Ref{}, false, nil
	}
	if len(words) > 2 && words[2][0] == '(' && words[2] != "(proc-macro)" {
		return Ref{}, true, fail(NoPackage, "The crate %s is taken from %s, which is not crates.io.", shown(words[0]), shown(strings.Trim(words[2], "()")))
	}
	ref, err := newCargo(words[0], words[1][1:])
	return ref, true, err
}

func printedRequirement(words []string) (Ref, bool, error) {
	ref, err := readRequirement(words[0])
	return ref, true, err
}

// printedInstalled reads NAME-VERSION of each that was installed.
func printedInstalled(words []string) (Ref, bool, error) {
	r := Refuse(Ambiguous, "Both pip and RubyGems print this line. If pip printed it, choose one.")
	for _, w := range words {
		if name, version, err := splitPyPIFile(w + ".tar.gz"); err == nil {
			if ref, err := newPyPI(name, version); err == nil {
				r.Offer(ref, "")
			}
		}
	}
	return Ref{}, len(r.Choices) > 0, r
}

// printedUnpacked reads NAME (VERSION) of dpkg.
func printedUnpacked(words []string) (Ref, bool, error) {
	if len(words) < 2 || words[1][0] != '(' {
		return Ref{}, false, nil
	}
	ref, err := printedDeb(words[0], strings.Trim(words[1], "()"))
	return ref, true, err
}

// printedGet reads NUMBER ARCHIVE SUITE/PART ARCH NAME ARCH VERSION of apt.
func printedGet(words []string) (Ref, bool, error) {
	if len(words) < 7 || !strings.Contains(words[1], "://") {
		return Ref{}, false, nil
	}
	_, host, _ := strings.Cut(words[1], "://")
	host, _, _ = strings.Cut(host, "/")
	namespace := "debian"
	switch {
	case strings.HasSuffix(host, "archive.ubuntu.com"), host == "security.ubuntu.com", host == "ports.ubuntu.com":
		namespace = "ubuntu"
	case !strings.HasSuffix(host, ".debian.org"):
		return Ref{}, true, fail(NoPackage, "The package %s is taken from %s, which is not the archive of Debian or of Ubuntu.", shown(words[4]), shown(host))
	}
	ref, err := newDeb(namespace+"/"+words[4], words[6])
	suite, _, _ := strings.Cut(words[2], "/")
	for key, value := range map[string]string{"distro": suite, "arch": words[5]} {
		if err == nil {
			err = debQualifier(key, "amd64")(&ref, value)
		}
	}
	return ref, true, err
}

// printedArray reads the requirements in a line of pyproject.toml.
func printedArray(words []string) (Ref, bool, error) {
	several := Refuse(Several, "The line names several packages. Choose one.")
	var ref Ref
	var err error
	parts := strings.Split(strings.ReplaceAll(strings.Join(words, " "), "'", `"`), `"`)
	if len(parts) == 1 {
		return Ref{}, false, nil
	}
	for i := 1; i < len(parts); i += 2 {
		if ref, err = readRequirement(parts[i]); err == nil {
			several.Offer(ref, "")
			continue
		}
		r, ok := err.(*Refused)
		if !ok || len(r.Choices) == 0 {
			return Ref{}, true, err
		}
		several.take(r.Choices)
	}
	if len(several.Choices) > 1 {
		return Ref{}, true, several
	}
	return ref, true, err
}

// libraryOfR tells lines of R, which name a package with or without quotes; with
// them require( is JavaScript's, and library( with a comma behind is Gradle's.
func libraryOfR(quotes bool) func(words []string) (Ref, bool, error) {
	return func(words []string) (Ref, bool, error) {
		i := strings.IndexAny(words[0], ",)")
		if i < 0 {
			return Ref{}, false, nil
		}
		name := words[0][:i]
		if bare, ok := quoted(name); ok && quotes && words[0][i] == ')' {
			name = bare
		}
		return Ref{}, pypiWord(name), NotServed("cran")
	}
}
