package purl

import "strings"

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
			return Ref{}, fail(Malformed, "The address names the crate %s and the file %s, which don't belong together. Paste the crate's page.", shown(name), shown(second))
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
			ref.note("guess", "The index writes names in lower case. Checked is the crate that crates.io finds under %s.", ref.Name)
		}
		return ref, err
	}
	return Ref{}, unknownPage(a, "https://index.crates.io/se/rd/serde")
}
