package archive

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// name checks an entry's name, notes its problems and enters it among the
// paths. It is false where the name cannot stand in a list of paths at all.
func (r *reader) name(raw string, folder bool) (listed bool, err error) {
	if r.names += len(raw); r.names > r.limits.Names {
		return false, r.stop(TooMany, "", "The paths have more than %d bytes together.", r.limits.Names)
	}
	return r.listed(raw, folder), nil
}

func (r *reader) listed(raw string, folder bool) bool {
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
		if r.o.System && slices.Contains(elsewhere, f.kind) {
			continue
		}
		r.problem(f.kind, raw, "The name %q %s.", cut(raw), f.text)
	}
	switch c := r.paths.add(clean(path), folder, raw, 2*r.limits.Entries); c.kind {
	case Duplicate:
		r.problem(c.kind, raw, "There is more than one entry for %q; in most readers the last one wins.", cut(raw))
	case CaseFold:
		if r.o.System {
			break
		}
		r.problem(c.kind, raw, "%q and %q are one where case, the spelling of accents or what stands at a name's end does not count.", cut(c.at), cut(c.other))
	case FileAndFolder:
		r.problem(c.kind, raw, "%q is both a file and a folder.", cut(c.at))
	case TooMany:
		r.lose(c.kind, raw, "The paths have more than %d folders and files.", 2*r.limits.Entries)
	}
	return true
}

// elsewhere are the faults that a name has on other systems than those of the Unix
// kind.
var elsewhere = []ProblemKind{NameBackslash, NameDrive, NameReserved}

// rooted is a path without the root at which it begins, where it may.
func (r *reader) rooted(path string) string {
	if !r.o.System {
		return path
	}
	if path == "." {
		return ""
	}
	return strings.TrimPrefix(strings.TrimPrefix(path, "./"), "/")
}

// maxPart is how long a part of a path may be on the usual file systems, in
// bytes: what is longer is not written.
const maxPart = 255

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
	add(strings.HasPrefix(path, "/") || path == "", NameAbsolute, "starts at the root of the file system")
	add(strings.Contains(path, `\`), NameBackslash, "has a backslash, which some systems take for a separator")
	add(strings.ContainsFunc(path, isControl), NameControl, "has control characters")
	var dotDot, dot, empty, drive, reserved bool
	long := len(path) > l.Name
	depth := 0
	for part := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		depth++
		long = long || len(part) > maxPart
		switch part {
		case "..":
			dotDot = true
		case ".":
			dot = true
		case "":
			empty = true
		default:
			drive = drive || len(part) >= 2 && part[1] == ':' && isLetter(part[0])
			reserved = reserved || isReserved(part)
		}
	}
	add(long, NameLong, "is longer than file systems take")
	add(dotDot, NameDotDot, `has a part ".."`)
	add(dot, NameDot, `has a part "."`)
	add(empty && path != "", NameEmptyPart, "has an empty part")
	add(drive, NameDrive, "has a part that starts at a drive, which installers drop or follow")
	add(reserved && !drive, NameReserved, "cannot be written as it stands on Windows")
	add(depth > l.Depth, NameDeep, "has too many parts")
	return faults
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// isControl tells control characters and those that change the direction of
// the text after them (Unicode's Bidi_Control), which make a name look like
// another.
func isControl(c rune) bool {
	if c < utf8.RuneSelf {
		return c < ' ' || c == 0x7f
	}
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
