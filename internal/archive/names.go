package archive

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// name checks an entry's name, notes its problems and enters it among the
// paths. It is false where the name cannot stand in a list of paths at all.
func (r *reader) name(raw string, folder bool) bool {
	if raw == "" {
		r.lose(NameEmpty, "", "An entry has no name.")
		return false
	}
	if !utf8.ValidString(raw) {
		r.lose(NameEncoding, raw, "The name %q is not UTF-8.", cut(raw))
		return false
	}
	path := raw
	if folder {
		path = strings.TrimSuffix(raw, "/")
	}
	for _, f := range nameFaults(path, r.limits) {
		r.problem(f.kind, raw, "The name %q %s.", cut(raw), f.text)
	}
	kind, at, other := r.paths.add(clean(path), folder, 2*r.limits.Entries)
	switch kind {
	case Duplicate:
		r.problem(kind, raw, "There is more than one entry for %q; in most readers the last one wins.", cut(raw))
	case CaseFold:
		r.problem(kind, raw, "%q differs from %q only in case.", cut(at), cut(other))
	case FileAndFolder:
		r.problem(kind, raw, "%q is both a file and a folder.", cut(at))
	case TooMany:
		r.lose(kind, raw, "The paths have more than %d folders and files.", 2*r.limits.Entries)
	}
	return true
}

type fault struct {
	kind ProblemKind
	text string
}

// nameFaults lists what is wrong with a path by itself; a folder's comes
// without its last "/".
func nameFaults(path string, l Limits) []fault {
	var faults []fault
	add := func(found bool, kind ProblemKind, text string) {
		if found {
			faults = append(faults, fault{kind, text})
		}
	}
	add(len(path) > l.Name, NameLong, "is too long")
	add(strings.HasPrefix(path, "/") || path == "", NameAbsolute, "starts at the root of the file system")
	add(len(path) >= 2 && path[1] == ':' && isLetter(path[0]), NameDrive, "starts at a drive")
	add(strings.Contains(path, `\`), NameBackslash, "has a backslash, which some systems take for a separator")
	add(strings.ContainsFunc(path, isControl), NameControl, "has control characters")
	var dotDot, dot, empty bool
	depth := 0
	for part := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		depth++
		switch part {
		case "..":
			dotDot = true
		case ".":
			dot = true
		case "":
			empty = true
		}
	}
	add(dotDot, NameDotDot, `has a part ".."`)
	add(dot, NameDot, `has a part "."`)
	add(empty && path != "", NameEmptyPart, "has an empty part")
	add(depth > l.Depth, NameDeep, "has too many parts")
	return faults
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// isControl tells control characters and those that change the direction of
// the text after them (Unicode's Bidi_Control), which make a name look like
// another.
func isControl(c rune) bool {
	return unicode.IsControl(c) || unicode.Is(unicode.Bidi_Control, c)
}

// clean is the path as file systems understand it: without empty and "." parts.
func clean(path string) string {
	if !strings.HasPrefix(path, "/") && !strings.HasSuffix(path, "/") && !strings.Contains(path, "//") &&
		!strings.HasPrefix(path, ".") && !strings.Contains(path, "/.") {
		return path
	}
	var parts []string
	for part := range strings.SplitSeq(path, "/") {
		if part != "" && part != "." {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, "/")
}

// A tree holds the paths of an archive and of the folders in them, by what a
// file system that ignores case takes for the same.
type tree map[string]node

type node struct {
	path   string
	folder bool
}

// add enters a path and its folders. It returns the first collision: of what,
// with what; TooMany where the tree is full. The rules are those of
// golang.org/x/mod/zip: a folder may come more than once, all else may not.
func (t tree) add(path string, folder bool, limit int) (kind ProblemKind, at, other string) {
	for path != "" {
		key := strings.Map(fold, path)
		if known, ok := t[key]; ok {
			switch {
			case known.path != path:
				return CaseFold, path, known.path
			case known.folder != folder:
				return FileAndFolder, path, known.path
			case !folder:
				return Duplicate, path, known.path
			}
			return "", "", "" // a known folder's own folders are known too
		}
		if len(t) >= limit {
			return TooMany, path, ""
		}
		t[key] = node{path, folder}
		folder = true
		path = path[:max(0, strings.LastIndexByte(path, '/'))]
	}
	return "", "", ""
}

// fold maps all characters that Unicode's simple folding takes for one to the
// least of them, as strings.EqualFold compares.
func fold(c rune) rune {
	if c >= utf8.RuneSelf {
		least := c
		for next := unicode.SimpleFold(c); next != c; next = unicode.SimpleFold(next) {
			least = min(least, next)
		}
		c = least
	}
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// cut shortens a name for a sentence.
func cut(name string) string {
	const most = 200
	if len(name) <= most {
		return name
	}
	end := most
	for end > most-utf8.UTFMax && !utf8.RuneStart(name[end]) {
		end--
	}
	return name[:end] + "…"
}

// printable is a name for a Problem's Path, which must be UTF-8.
func printable(name string) string {
	return strings.ToValidUTF8(name, "\ufffd")
}
