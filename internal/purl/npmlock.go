package purl

import (
	"slices"
	"strings"

	"touchstone/internal/digest"
)

// A lockEntry is what one entry of a JavaScript lock file says. Its parts are
// compared with each other: an entry that contradicts itself is refused.
type lockEntry struct {
	key         string // "node_modules/lodash", "lodash@^4.17.0", "/lodash@4.17.21"
	name        string
	version     string
	resolved    string // address of the tarball
	integrity   string // SRI hashes, separated by spaces
	resolution  string // Yarn 2 and later: "lodash@npm:4.17.21"
	checksum    string // Yarn 2 and later: of its own archive
	bundled     bool   // comes inside another package
	link        bool   // is a folder of the project
	wholeFile   bool   // has what only a whole file has
	severalKeys bool
}

// set keeps a field; a second value of the same field means that several
// entries were pasted.
func (e *lockEntry) set(field, value string) error {
	var to *string
	switch field {
	case "name":
		to = &e.name
	case "version":
		to = &e.version
	case "resolved", "tarball":
		to = &e.resolved
	case "integrity":
		to = &e.integrity
	case "resolution":
		to = &e.resolution
	case "checksum":
		to = &e.checksum
	case "lockfileVersion":
		e.wholeFile = true
		return nil
	case "inBundle", "bundled":
		e.bundled = value == "true"
		return nil
	case "link":
		e.link = value == "true"
		return nil
	default:
		return nil
	}
	if *to != "" {
		return errSeveral()
	}
	*to = value
	return nil
}

func errSeveral() error {
	return fail(Several, "The text holds more than one entry of a lock file. Paste one.")
}

// isLockEntry tells whether a text looks like an entry of a lock file: JSON,
// or lines below one that ends in a colon.
func isLockEntry(text string) bool {
	if strings.HasPrefix(text, `"node_modules/`) || strings.HasPrefix(text, "{") || strings.HasPrefix(text, `"`) && strings.Contains(text, "{") {
		return true
	}
	for _, field := range []string{`"version"`, `"resolved"`, `"integrity"`, `"name"`} {
		if strings.HasPrefix(text, field) {
			return true
		}
	}
	first, rest, several := strings.Cut(text, "\n")
	return several && strings.HasSuffix(strings.TrimSpace(first), ":") && strings.TrimSpace(rest) != "" && strings.TrimLeft(rest, " \t") != rest
}

// readLockEntry reads an entry of package-lock.json, yarn.lock or
// pnpm-lock.yaml.
//
//  1. Read the fields, refusing a field that stands there twice.
//  2. What the entry says of itself counts: a folder or a bundled copy is not
//     what the registry serves.
//  3. The key names the package, and in pnpm's files the version.
//  4. The resolved address must name the same.
//  5. The integrity is kept; Yarn's own checksum can't be compared.
func readLockEntry(text string) (Ref, error) {
	// 1.
	read := readLockLines
	if isJSON(text) {
		read = readLockJSON
	}
	var e lockEntry
	if err := read(text, &e); err != nil {
		return Ref{}, err
	}
	switch {
	case e.wholeFile:
		return Ref{}, fail(Malformed, "This is a whole lock file. Paste the entry of one package.")
	case e.severalKeys:
		return Ref{}, errSeveral()
	// 2.
	case e.link || strings.HasPrefix(e.resolved, "file:") || strings.HasPrefix(e.resolved, "link:"):
		return Ref{}, fail(NoPackage, "The entry is a folder of the project's own, and comes from no package repository.")
	case e.resolved == "" && e.integrity == "" && e.resolution == "" && !strings.Contains(e.key, "node_modules/"):
		return Ref{}, fail(Malformed, "This is no entry of a lock file. Paste one with its key, version and integrity, or a package URL.")
	}

	// 3.
	name, version, alias, err := e.named()
	if err != nil {
		return Ref{}, err
	}
	if e.bundled {
		refused := Refuse(NoPackage, "The entry comes inside the archive of another package (inBundle), not from the registry. What the registry serves under this name may be other bytes.")
		if same, err := newNPM(name, version); err == nil {
			refused.Offer(same, "what the registry serves under this name")
		}
		if outer := e.outer(); outer != "" {
			if ref, err := newNPM(outer, ""); err == nil {
				refused.Offer(ref, "the package that it comes in")
			}
		}
		return Ref{}, refused
	}

	// 4.
	at, err := e.place(name, version)
	if err != nil {
		return Ref{}, err
	}
	if name == "" {
		name = at.Path()
	}
	if version == "" {
		version = at.Version
	}
	ref, err := newNPM(name, version)
	if err != nil {
		return Ref{}, err
	}
	if ref.Version == "" {
		return Ref{}, fail(BadVersion, "The entry of %s names no exact version. Paste it whole.", shown(name))
	}
	if alias != "" {
		ref.note("guess", "The entry installs this package under the name %s. This checks %s.", shown(alias), name)
	}

	// 5.
	ref.Digests, err = digestWords(strings.Fields(e.integrity))
	ref.Digests = append(ref.Digests, at.Digests...)
	ref.Notes = append(ref.Notes, at.Notes...)
	if e.checksum != "" {
		ref.note("guess", "The checksum of the entry is of an archive that Yarn makes itself. It can't be compared with what the registry serves.")
	}
	return ref, err
}

// outer is the package whose folder holds the entry's; empty for none.
func (e *lockEntry) outer() string {
	key := e.key[:max(strings.LastIndex(e.key, "node_modules/"), 0)]
	_, key, found := strings.Cut(key, "node_modules/")
	if !found {
		return ""
	}
	if i := strings.LastIndex(key, "node_modules/"); i >= 0 {
		key = key[i+len("node_modules/"):]
	}
	return strings.Trim(key, "/")
}

// place reads where the entry was fetched from: it must name the same package
// and version.
func (e *lockEntry) place(name, version string) (Ref, error) {
	if e.resolved == "" {
		return Ref{Name: name, Version: version}, nil
	}
	at, err := e.tarball(name)
	switch {
	case kindOf(err) == NoPackage:
		return Ref{}, err
	case err != nil || at.Type != NPM || at.Version == "":
		return Ref{}, fail(Malformed, "The entry was resolved from %s, which is no tarball of an npm registry. Only packages that the npm registry serves can be checked.", shown(e.resolved))
	case name != "" && at.Path() != name || version != "" && at.Version != version:
		return Ref{}, fail(Malformed, "The entry contradicts itself. It says %s version %s, and its address %s version %s.", shown(name), shown(version), at.Path(), at.Version)
	}
	return at, nil
}

// tarball reads the address of the entry's package. Behind another host the
// address must have the shape of a registry's, and a strong digest must tie the
// bytes to what the public registry serves under this name: then that is
// audited. Without one a stranger may have taken the name there.
func (e *lockEntry) tarball(name string) (Ref, error) {
	if !strings.Contains(e.resolved, "://") {
		at, err := readNPMRegistry(address{segments: strings.Split(e.resolved, "/")})
		at.note("guess", "The tarball's address in the entry is relative to a registry that it does not name. This checks what npm serves.")
		return at, err
	}
	a, err := splitAddress(e.resolved)
	if err != nil {
		return Ref{}, err
	}
	path := strings.Join(a.segments, "/")
	i := strings.Index("/"+path, "/"+name+"/-/")
	if name == "" || i < 0 || dialectOfHost(a.host) != nil {
		return readAddress(e.resolved)
	}
	digests, err := digestWords(strings.Fields(e.integrity))
	if err != nil {
		return Ref{}, err
	}
	if !slices.ContainsFunc(digests, func(d Digest) bool { return digest.Strong(d.Algorithm) }) {
		return Ref{}, fail(NoPackage, "The entry comes from %s and has no strong digest. Nothing ties it to the npm package of the same name, which may be a stranger's.", shown(a.host))
	}
	at, err := readNPMRegistry(address{segments: strings.Split(path[i:], "/")})
	at.note("guess", "The entry was made behind %s, which is not npm's own registry. This checks the package of this name that npm serves, against the entry's digest.", a.host)
	return at, err
}

// isJSON tells whether a text has JSON's fields; a quoted key of yarn.lock
// ends its line instead.
func isJSON(text string) bool {
	for _, mark := range []string{`": "`, `":"`, `": {`, `":{`} {
		if strings.Contains(text, mark) {
			return true
		}
	}
	return false
}

// named reads name and version out of key and fields. Alias is the other
// name under which the package is installed, if there is one.
func (e *lockEntry) named() (name, version, alias string, err error) {
	key := e.key
	if i := strings.LastIndex(key, "node_modules/"); i >= 0 {
		key = key[i+len("node_modules/"):]
	}
	key, _, _ = strings.Cut(key, ",") // Yarn lists every range that led here
	key, _, _ = strings.Cut(key, "(") // pnpm lists peers
	slashed := strings.HasPrefix(strings.Trim(key, `"' `), "/")
	key = strings.TrimPrefix(strings.Trim(key, `"' `), "/")
	version = e.version
	name = key
	if i := strings.LastIndexByte(key, '/'); slashed && i > 0 && exactSemver(strings.SplitN(key[i+1:], "_", 2)[0]) {
		// pnpm up to 5: /name/1.2.3, with peers behind an underscore.
		return key[:i], strings.SplitN(key[i+1:], "_", 2)[0], "", nil
	}
	if i := strings.IndexByte(key[min(1, len(key)):], '@'); i >= 0 {
		name = key[:i+1]
		specifier := key[i+2:]
		if target, ok := strings.CutPrefix(specifier, "npm:"); ok {
			if j := strings.LastIndexByte(target, '@'); j > 0 {
				alias, name = name, target[:j]
			}
		} else if version == "" && exactSemver(specifier) {
			version = specifier
		}
	}
	if e.name != "" && e.name != name {
		if name != "" {
			alias = name
		}
		name = e.name
	}
	if e.resolution != "" {
		resolved, exact, found := strings.Cut(e.resolution, "@npm:")
		if !found || name != resolved || version != exact {
			return "", "", "", fail(Malformed, "The entry says %s version %s, and its resolution %s. Only packages as the public npm registry serves them can be checked.", shown(name), shown(version), shown(e.resolution))
		}
	}
	return name, version, alias, nil
}

// readLockLines reads the line forms: "key value", "key: value" and
// "resolution: {integrity: …, tarball: …}" below a line with the key. What is
// indented deeper than the first field belongs to other packages.
func readLockLines(text string, e *lockEntry) error {
	depth := -1
	for line := range strings.Lines(text) {
		indent := len(line) - len(strings.TrimLeft(line, " \t"))
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#':
			continue
		case e.key == "":
			e.key = strings.TrimSuffix(line, ":")
			continue
		case depth < 0:
			depth = indent
		case indent > depth:
			continue
		case indent < depth:
			e.severalKeys = true
			continue
		}
		field, value, _ := strings.Cut(line, " ")
		field = strings.TrimSuffix(field, ":")
		value = strings.TrimSpace(value)
		if inline, ok := strings.CutPrefix(value, "{"); ok && field == "resolution" {
			for part := range strings.SplitSeq(strings.TrimSuffix(inline, "}"), ",") {
				f, v, _ := strings.Cut(part, ":")
				if err := e.set(strings.TrimSpace(f), unquote([]string{strings.TrimSpace(v)})[0]); err != nil {
					return err
				}
			}
			continue
		}
		if err := e.set(field, unquote([]string{value})[0]); err != nil {
			return err
		}
	}
	return nil
}

// readLockJSON reads the strings of a JSON fragment, whole or cut anywhere
// between two fields. The first object with a name is the entry; objects
// inside it belong to other packages.
func readLockJSON(text string, e *lockEntry) error {
	depth, entry := 0, 0 // entry is the depth of the entry's fields
	started := false     // a field was seen
	key := ""            // a string that waits for its value
	afterColon := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '"':
			end := strings.IndexByte(text[i+1:], '"')
			if end < 0 {
				return fail(Malformed, "A quoted string has no end. Paste the whole entry.")
			}
			s := text[i+1 : i+1+end]
			if strings.HasSuffix(s, `\`) {
				return fail(Malformed, "A quoted string holds an escaped quote, which is not read. Paste only the fields version, resolved and integrity.")
			}
			i += end + 1
			if !afterColon {
				key = s
				break
			}
			if depth == entry || !started && entry == 0 {
				started, entry = true, depth
				if err := e.set(key, s); err != nil {
					return err
				}
			}
			key, afterColon = "", false
		case ':':
			afterColon = true
		case '{', '[':
			if c == '{' && key != "" && !started && entry == 0 {
				e.key, entry, started = key, depth+1, true
			} else if c == '{' && key != "" && depth < entry {
				e.severalKeys = true
			}
			depth++
			key, afterColon = "", false
		case '}', ']':
			depth--
			key, afterColon = "", false
		case ',':
			key, afterColon = "", false
		default:
			switch word := text[i : i+len(text[i:])-len(strings.TrimLeft(text[i:], "abcdefghijklmnopqrstuvwxyz0123456789"))]; {
			case word == "" || depth != entry:
			case key == "lockfileVersion" || afterColon && (key == "inBundle" || key == "bundled" || key == "link"):
				if err := e.set(key, word); err != nil {
					return err
				}
				i += len(word) - 1
			}
		}
	}
	return nil
}
