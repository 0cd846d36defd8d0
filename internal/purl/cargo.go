package purl

import "strings"

const cargoRule = "crate names hold at most 64 ASCII letters, digits, - and _ and begin with a letter"

// newCargo makes a reference of a crate on crates.io
// (doc.rust-lang.org/cargo/reference/registry-index.html#name-restrictions).
func newCargo(name, version string) (Ref, error) {
	if !crateName(name) {
		return Ref{}, badName("crate", name, cargoRule)
	}
	ref := Ref{Type: Cargo, Name: name}
	bare := strings.TrimPrefix(version, "v")
	switch {
	case version == "":
	case version == "latest":
		ref.Tag = version
		ref.note("moving", "latest is a moving name: it means the version that crates.io shows as newest now.")
	case exactSemver(version):
		ref.Version = version
	case exactSemver(bare):
		ref.Version = bare
		ref.note("guess", "You pasted the version %s; crates.io writes versions without v, so it was read as %s.", version, bare)
	case isRange(version):
		return Ref{}, rangeRefused(version, "1.2.3")
	default:
		return Ref{}, fail(BadVersion, "%s is no version of a crate; give an exact one such as 1.2.3, or none for the newest", shown(version))
	}
	return ref, nil
}

func crateName(s string) bool {
	for i, c := range []byte(s) {
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && (i == 0 || !alphanumeric(c) && c != '-' && c != '_') {
			return false
		}
	}
	return s != "" && len(s) <= 64
}

// readCargoSpec reads "name@version" of the command line. To cargo add the
// version is the least one accepted; "=1.2.3" is exact.
func readCargoSpec(spec string) (Ref, error) {
	name, version, found := strings.Cut(spec, "@")
	if found && version == "" {
		return Ref{}, fail(BadVersion, "nothing follows the @; give a version such as 1.2.3, or leave the @ out")
	}
	return newCargo(name, strings.TrimPrefix(version, "="))
}

// readCrateFile makes a reference of a crate's file name, "name-1.2.3.crate".
// The name ends at the first hyphen after which a full version stands.
func readCrateFile(file string) (Ref, error) {
	if base, ok := strings.CutSuffix(file, ".crate"); ok {
		for i := range len(base) {
			if base[i] == '-' && exactSemver(base[i+1:]) {
				return newCargo(base[:i], base[i+1:])
			}
		}
	}
	return Ref{}, fail(Malformed, "%s is no file name of a crate; expected for example serde-1.0.0.crate", shown(file))
}
