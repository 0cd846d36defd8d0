package purl

import (
	"strings"
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
	return fail(Malformed, "the text holds more than one entry of a lock file; paste one")
}

// isLockEntry tells whether a text looks like an entry of a lock file: JSON,
// or lines below one that ends in a colon.
func isLockEntry(text string) bool {
	if strings.HasPrefix(text, `"node_modules/`) || strings.Contains(text, "{") && strings.Contains(text, `"`) && !strings.HasPrefix(text, "require") {
		return true
	}
	for _, field := range []string{`"version"`, `"resolved"`, `"integrity"`, `"name"`} {
		if strings.HasPrefix(text, field) {
			return true
		}
	}
	first, rest, several := strings.Cut(text, "\n")
	return several && strings.HasSuffix(strings.TrimSpace(first), ":") && strings.TrimSpace(rest) != ""
}

// readLockEntry reads an entry of package-lock.json, yarn.lock or
// pnpm-lock.yaml.
//
//  1. Read the fields, refusing a field that stands there twice.
//  2. The key names the package, and in pnpm's files the version.
//  3. The resolved address must be the registry's and name the same.
//  4. The integrity is kept; Yarn's own checksum can't be compared.
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
		return Ref{}, fail(Malformed, "this is a whole lock file; paste the entry of one package")
	case e.severalKeys:
		return Ref{}, errSeveral()
	case e.resolved == "" && e.integrity == "" && e.resolution == "" && !strings.Contains(e.key, "node_modules/"):
		return Ref{}, fail(Malformed, "this is no entry of a lock file; paste one with its key, version and integrity, or a package URL")
	}

	// 2.
	name, version, alias, err := e.named()
	if err != nil {
		return Ref{}, err
	}

	// 3.
	var digests []Digest
	if e.resolved != "" {
		from, err := readAddress(e.resolved)
		if err != nil || from.Type != NPM || from.Version == "" {
			return Ref{}, fail(Malformed, "the entry was resolved from %s, which is no tarball of the public npm registry; nothing else is audited", shown(e.resolved))
		}
		if name == "" {
			name = from.Path()
		}
		if version == "" {
			version = from.Version
		}
		if from.Path() != name || from.Version != version {
			return Ref{}, fail(Malformed, "the entry contradicts itself: it says %s version %s, and its address %s version %s", shown(name), shown(version), from.Path(), from.Version)
		}
		digests = from.Digests
	}
	ref, err := newNPM(name, version)
	if err != nil {
		return Ref{}, err
	}
	if ref.Version == "" {
		return Ref{}, fail(BadVersion, "the entry of %s names no exact version; paste it whole", name)
	}
	if alias != "" {
		ref.note("guess", "The entry installs this package under the name %s; audited is %s.", shown(alias), name)
	}

	// 4.
	ref.Digests, err = digestWords(strings.Fields(e.integrity))
	ref.Digests = append(ref.Digests, digests...)
	if e.checksum != "" {
		ref.note("guess", "The checksum of the entry is of an archive that Yarn makes itself; it can't be compared with what the registry serves.")
	}
	return ref, err
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
	key = strings.TrimPrefix(strings.Trim(key, `"' `), "/")
	version = e.version
	name = key
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
			return "", "", "", fail(Malformed, "the entry says %s version %s, and its resolution %s; only packages of the public npm registry are audited", shown(name), shown(version), shown(e.resolution))
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
				return fail(Malformed, "a quoted string has no end; paste the whole entry")
			}
			s := text[i+1 : i+1+end]
			if strings.HasSuffix(s, `\`) {
				return fail(Malformed, "a quoted string holds an escaped quote, which is not read; paste only the fields version, resolved and integrity")
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
			if depth == entry && key == "lockfileVersion" {
				e.wholeFile = true
			}
		}
	}
	return nil
}
