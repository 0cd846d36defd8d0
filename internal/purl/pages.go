package purl

import (
	"strings"
)

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
			return Ref{}, fail(Malformed, "what follows the # of the address is no SHA-1 digest (%v); leave it out", err)
		}
		ref.Digests = []Digest{d}
	}
	return ref, nil
}

// readPyPIPage reads the pages and records of PyPI:
//
//	/project/<name>[/<version>]
//	/pypi/<name>[/<version>][/json]
//	/simple/<name>
//	/integrity/<name>/<version>/<file>/provenance
func readPyPIPage(a address) (Ref, error) {
	switch {
	case a.is("project") && (len(a.segments) == 2 || len(a.segments) == 3):
		return newPyPI(a.at(1), a.at(2))
	case a.is("simple") && len(a.segments) == 2:
		return newPyPI(a.at(1), "")
	case a.is("pypi") && len(a.segments) >= 2 && len(a.segments) <= 4:
		rest := a.segments[2:]
		if n := len(rest); n > 0 && rest[n-1] == "json" {
			rest = rest[:n-1]
		}
		if len(rest) < 2 {
			return newPyPI(a.at(1), strings.Join(rest, ""))
		}
	case a.is("integrity") && len(a.segments) == 5 && a.at(4) == "provenance":
		if _, _, err := splitPyPIFile(a.at(3)); err != nil {
			return Ref{}, err
		}
		ref, err := newPyPI(a.at(1), a.at(2))
		ref.File = a.at(3)
		return ref, err
	}
	return Ref{}, unknownPage(a, "https://pypi.org/project/requests/2.31.0/")
}

// readPyPIFileAddress reads the address of a file. The 64 hexadecimal digits
// in /packages/<2>/<2>/<60>/<file> are the file's BLAKE2b-256; simple indexes
// add "#sha256=…". Older addresses (/packages/source/f/foo/<file>) have
// neither.
func readPyPIFileAddress(a address) (Ref, error) {
	if !a.is("packages") || len(a.segments) != 5 {
		return Ref{}, unknownPage(a, "https://files.pythonhosted.org/packages/source/r/requests/requests-2.31.0.tar.gz")
	}
	ref, err := readPyPIFile(strings.TrimSuffix(a.at(4), ".metadata"))
	if err != nil {
		return Ref{}, err
	}
	if len(a.at(1)) == 2 && len(a.at(2)) == 2 {
		d, err := hexDigest("blake2b-256", a.at(1)+a.at(2)+a.at(3))
		if err != nil {
			return Ref{}, fail(Malformed, "the address of a file on PyPI holds its BLAKE2b-256 digest, but %v", err)
		}
		ref.Digests = append(ref.Digests, d)
	}
	isFile := ref.File == a.at(4) // and not the metadata beside it
	if algorithm, value, ok := strings.Cut(a.fragment, "="); ok && isFile {
		d, err := hexDigest(algorithm, value)
		if err != nil {
			return Ref{}, fail(Malformed, "what follows the # of the address can't be compared: %v", err)
		}
		ref.Digests = append(ref.Digests, d)
	}
	return ref, nil
}

// readCratesPage reads the pages and downloads of crates.io:
//
//	/crates/<name>[/<version>][/<tab>]
//	/api/v1/crates/<name>[/<version>[/download]]
//	/crates/<name>/<name>-<version>.crate
func readCratesPage(a address) (Ref, error) {
	if a.is("api", "v1") {
		a.segments = a.segments[2:]
	}
	name, second := a.at(1), a.at(2)
	switch {
	case !a.is("crates") || name == "" || len(a.segments) > 4:
	case strings.HasSuffix(second, ".crate") && len(a.segments) == 3:
		ref, err := readCrateFile(second)
		if err == nil && ref.Name != name {
			return Ref{}, fail(Malformed, "the address names the crate %s and the file %s, which don't belong together", shown(name), shown(second))
		}
		return ref, err
	case isCratesTab(second):
		return newCargo(name, "")
	default:
		return newCargo(name, second)
	}
	return Ref{}, unknownPage(a, "https://crates.io/crates/serde/1.0.0")
}

// isCratesTab tells whether a segment is a tab of a crate's page.
func isCratesTab(s string) bool {
	switch s {
	case "versions", "dependencies", "reverse_dependencies", "owners", "security", "code", "settings":
		return true
	}
	return false
}

// readRustDocs reads docs.rs/[crate/]<name>[/<version>/…] and
// lib.rs/crates/<name>.
func readRustDocs(a address) (Ref, error) {
	if a.is("crate") || a.is("crates") {
		a.segments = a.segments[1:]
	}
	if len(a.segments) == 0 {
		return Ref{}, unknownPage(a, "https://docs.rs/serde/1.0.0")
	}
	if a.host == "lib.rs" {
		return newCargo(a.at(0), "")
	}
	return newCargo(a.at(0), a.at(1))
}

// readCratesIndex reads the address of a crate's index file, whose last
// segment is the name in lower case.
func readCratesIndex(a address) (Ref, error) {
	if n := len(a.segments); n == 2 || n == 3 {
		ref, err := newCargo(a.at(n-1), "")
		if err == nil {
			ref.note("guess", "The index writes names in lower case; audited is the crate that crates.io finds under %s.", ref.Name)
		}
		return ref, err
	}
	return Ref{}, unknownPage(a, "https://index.crates.io/se/rd/serde")
}
