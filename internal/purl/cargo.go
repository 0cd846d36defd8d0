package purl

import "strings"

// cargoDialect is the row of crates.io.
func cargoDialect() *dialect {
	return &dialect{
		typ: Cargo, name: "crates.io", many: "crates of crates.io", one: "Rust crate", page: "cargo",
		read:    newCargo,
		origins: []string{"index.crates.io", "static.crates.io", "crates.io"},
		flat:    true,
		hosts: map[string]func(address) (Ref, error){
			"crates.io": readCratesPage, "www.crates.io": readCratesPage, "static.crates.io": readCratesPage,
			"docs.rs": readRustDocs, "lib.rs": readRustDocs, "index.crates.io": readCratesIndex,
		},
		tools: map[string]*tool{"cargo": {
			verbs:     []string{"add", "install", "binstall", "info"},
			valued:    []string{"-F", "--features", "-p", "--package", "--target", "--bin", "--profile", "-j", "--jobs", "--root", "--rename"},
			elsewhere: []string{"--registry", "--index", "--git", "--path", "--branch", "--tag", "--rev"},
			version:   []string{"--version", "--vers"},
			read:      readCargoSpec,
		}},
		text: readCargoText,
		word: func(word string) (Ref, bool, error) {
			if !strings.HasSuffix(word, ".crate") {
				return Ref{}, false, nil
			}
			ref, err := readCrateFile(word)
			return ref, true, err
		},
	}
}

const cargoRule = "Names of crates hold at most 64 ASCII letters, digits, - and _ and begin with a letter."

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
		ref.note("guess", "You pasted the version %s. crates.io writes versions without v, so it was read as %s.", version, bare)
	case isRange(version):
		return Ref{}, rangeRefused(version, "1.2.3").Offer(ref, "the newest version")
	default:
		return Ref{}, Refuse(BadVersion, "%s is no version of a crate. Give an exact one such as 1.2.3, or none for the newest.", shown(version)).Offer(ref, "the newest version")
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
		return Ref{}, fail(BadVersion, "Nothing follows the @. Give a version such as 1.2.3, or leave the @ out.")
	}
	return newCargo(name, strings.TrimPrefix(version, "="))
}

// readCrateFile makes a reference of a crate's file name, "name-1.2.3.crate".
// The name ends at the first hyphen after which a full version stands.
func readCrateFile(file string) (Ref, error) {
	if base, ok := strings.CutSuffix(file, ".crate"); ok {
		if name, version, ok := cutVersion(base); ok {
			return newCargo(name, version)
		}
	}
	return Ref{}, fail(Malformed, "%s is no file name of a crate. Expected is for example serde-1.0.0.crate.", shown(file))
}

// readCargoText reads a line of Cargo.toml, an entry of Cargo.lock and the
// imports of Rust.
func readCargoText(text string) (Ref, bool, error) {
	if ref, ok, err := readCargoTable(text); ok {
		return ref, true, err
	}
	if ref, ok, err := readCargoSource(text); ok {
		return ref, true, err
	}
	if strings.HasPrefix(text, "[[package]]") || strings.Contains(text, "rust-lang/crates.io-index") {
		ref, err := readCargoEntry(text)
		return ref, true, err
	}
	if strings.Contains(text, "\n") {
		return Ref{}, false, nil
	}
	name, value, found := strings.Cut(text, "=")
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	if path, ok := strings.CutPrefix(text, "use "); ok && strings.Contains(path, "::") && path[0] >= 'a' && path[0] <= 'z' {
		ref, err := readRustUse(path)
		return ref, true, err
	}
	if !found || !crateName(name) || value == "" || !strings.Contains(`"'{`, value[:1]) {
		return Ref{}, false, nil
	}
	inline := value[0] == '{'
	if inline && (strings.Contains(value, "module") || strings.Contains(value, "group")) || value[0] != '{' && isCoordinates(value) {
		return Ref{}, false, nil // a line of Gradle's version catalogue
	}
	if inline {
		_, rest, ok := strings.Cut(value, "version")
		if !ok || strings.Contains(value, "git ") || strings.Contains(value, "path ") || strings.Contains(value, "registry") {
			return Ref{}, true, fail(Malformed, "The line takes the crate from elsewhere than crates.io, or names no version. Paste the crate's name and version.")
		}
		value = strings.TrimLeft(rest, " =")
		if value == "" {
			return Ref{}, true, fail(Malformed, "The line is not whole. Paste the crate's name and version.")
		}
		value = value[:max(strings.IndexByte(value[1:], value[0])+2, 1)]
	}
	version := strings.TrimPrefix(unquote([]string{value})[0], "=")
	if inline {
		ref, err := cargoLine(name, version)
		return ref, true, err
	}
	asked := Refuse(Ambiguous, "Lines like this stand in Cargo.toml, where they name a crate, and in pyproject.toml, where they name a PyPI package. Choose one.")
	for _, typ := range []string{Cargo, PyPI} {
		d := dialectOf(typ)
		if ref, err := d.read(name, version); err == nil {
			asked.Offer(ref, "")
		} else if ref, err := d.read(name, ""); err == nil {
			asked.Offer(ref, d.one+", the newest version")
		}
	}
	return Ref{}, true, asked
}

// cargoLine is what a line of Cargo.toml that names a crate is read as.
func cargoLine(name, version string) (Ref, error) {
	ref, err := newCargo(name, version)
	if err == nil {
		ref.note("guess", "You pasted a line of a Cargo.toml file. Read as the crate %s, exactly this version.", ref.Bare())
	}
	return ref, err
}

// readCargoTable reads a dependency that is a table of its own in Cargo.toml,
// "[dependencies.serde]", as every published one has them.
func readCargoTable(text string) (Ref, bool, error) {
	header, rest, _ := strings.Cut(text, "\n")
	header = strings.TrimSpace(header)
	inner, open := strings.CutPrefix(header, "[")
	inner, closed := strings.CutSuffix(inner, "]")
	i := strings.LastIndex(inner, "dependencies.")
	if !open || !closed || i < 0 || strings.HasPrefix(inner, "tool.") || strings.HasPrefix(inner, "[") {
		return Ref{}, false, nil
	}
	name, version := strings.Trim(inner[i+len("dependencies."):], `"'`), ""
	for line := range strings.Lines(rest) {
		key, value, _ := strings.Cut(line, "=")
		value = strings.Trim(strings.TrimSpace(value), `"'`)
		switch strings.TrimSpace(key) {
		case "version":
			version = strings.TrimPrefix(value, "=")
		case "package":
			name = value
		case "git", "path", "registry", "registry-index":
			return Ref{}, true, fail(Malformed, "The table takes the crate from elsewhere than crates.io. Paste the crate's name and version.")
		}
	}
	ref, err := cargoLine(name, version)
	return ref, true, err
}

// readCargoSource reads how older Cargo.lock files name a crate: in a list of
// dependencies, and in the metadata, which hold the checksums.
func readCargoSource(text string) (Ref, bool, error) {
	crate, sum, _ := strings.Cut(text, "=")
	words := strings.Fields(strings.TrimPrefix(strings.Trim(crate, `", `), "checksum "))
	if len(words) != 3 || words[2] != "(registry+https://github.com/rust-lang/crates.io-index)" {
		return Ref{}, false, nil
	}
	ref, err := newCargo(words[0], words[1])
	if sum = strings.Trim(sum, `", `); err != nil || sum == "" {
		return ref, true, err
	}
	d, err := hexDigest("sha256", sum)
	if err != nil {
		return Ref{}, true, fail(Malformed, "The checksum of the entry can't be compared: %v. Paste the whole entry.", err)
	}
	ref.Digests = []Digest{d}
	return ref, true, nil
}

// readCargoEntry reads one [[package]] of a Cargo.lock file
// (doc.rust-lang.org/cargo/guide/cargo-toml-vs-cargo-lock.html).
func readCargoEntry(text string) (Ref, error) {
	fields := map[string]string{}
	for line := range strings.Lines(text) {
		key, value, found := strings.Cut(strings.TrimSpace(line), " = ")
		if !found {
			continue
		}
		if _, twice := fields[key]; twice {
			return Ref{}, errSeveral()
		}
		fields[key] = strings.Trim(value, `"`)
	}
	switch source := fields["source"]; {
	case source == "" && fields["checksum"] == "":
		return Ref{}, fail(Malformed, "The entry names no source, so it is part of a project and not of crates.io, or it is of another lock file. Paste name and version.")
	case source != "registry+https://github.com/rust-lang/crates.io-index" && source != "sparse+https://index.crates.io/":
		return Ref{}, fail(Malformed, "The entry takes the crate from %s, and only crates.io is asked. Paste the crate's name and version to check that.", shown(source))
	}
	ref, err := newCargo(fields["name"], fields["version"])
	if err != nil || fields["checksum"] == "" {
		return ref, err
	}
	d, err := hexDigest("sha256", fields["checksum"])
	if err != nil {
		return Ref{}, fail(Malformed, "The checksum of the entry can't be compared: %v. Paste the whole entry.", err)
	}
	ref.Digests = []Digest{d}
	return ref, nil
}

// readRustUse reads the path of a use declaration.
func readRustUse(path string) (Ref, error) {
	name, _, _ := strings.Cut(path, "::")
	switch name {
	case "std", "core", "alloc", "proc_macro", "test":
		return Ref{}, fail(NoPackage, "%s is part of Rust itself. It comes with the compiler and is no crate of crates.io.", shown(name))
	case "crate", "self", "super":
		return Ref{}, fail(NoPackage, "%s is the project's own code, and no crate of crates.io.", shown(name))
	}
	ref, err := newCargo(name, "")
	if err != nil {
		return Ref{}, err
	}
	return Ref{}, Refuse(Ambiguous, "This is a line of Rust. The crate of that name may be meant, or a module of the project. Where the name has an underscore, the crate may have a hyphen.").Offer(ref, "Rust crate")
}
