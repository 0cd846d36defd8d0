package archive

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A tree holds the paths of an archive and of the folders in them, by what
// their names become on file systems that take several spellings for one.
type tree struct {
	nodes map[place]node
	// The folder of the last path, with "/" at its end, and its id: the next path
	// is mostly in it.
	folder string
	id     int
}

// A place is a name inside a folder, both as such file systems see them.
type place struct {
	folder int // the folder's id, 0 for the root
	name   string
}

type node struct {
	id     int
	name   string // as written
	folder bool
	from   string // the entry that came first
}

// A collision is what an entry shares with an earlier one; its kind is empty
// where it shares nothing.
type collision struct {
	kind      ProblemKind
	at, other string // the path that collides, and what it collides with
	from      string // the earlier entry
}

// add enters the path of an entry, with its folders, and returns the first
// collision; TooMany where the tree is full. The rules are those of
// golang.org/x/mod/zip: a folder may come more than once, all else may not.
func (t *tree) add(path string, folder bool, from string, limit int) collision {
	if t.nodes == nil {
		t.nodes = map[place]node{}
	}
	start, in := 0, 0
	if t.folder != "" && len(path) > len(t.folder) && strings.HasPrefix(path, t.folder) {
		start, in = len(t.folder), t.id
	}
	for start < len(path) {
		end, last := len(path), true
		if i := strings.IndexByte(path[start:], '/'); i >= 0 {
			end, last = start+i, false
		}
		name, wanted := path[start:end], folder || !last
		at := place{in, fold(name)}
		known, ok := t.nodes[at]
		switch {
		case !ok && len(t.nodes) >= limit:
			return collision{kind: TooMany, at: path[:end]}
		case !ok:
			known = node{len(t.nodes) + 1, name, wanted, from}
			t.nodes[at] = known
		case known.name != name:
			return collision{CaseFold, path[:end], path[:start] + known.name, known.from}
		case known.folder != wanted:
			return collision{FileAndFolder, path[:end], path[:end], known.from}
		case last && !folder:
			return collision{Duplicate, path, path, known.from}
		}
		if last {
			t.folder, t.id = path[:start], in
		}
		in, start = known.id, end+1
	}
	return collision{}
}

// Fold is what a path becomes where spellings do not count: two paths with one
// fold are one file on some system. It has as many parts as the path.
func Fold(path string) string {
	name, rest, deep := strings.Cut(path, "/")
	if !deep {
		return fold(name)
	}
	var out strings.Builder
	for ; deep; name, rest, deep = strings.Cut(rest, "/") {
		out.WriteString(fold(name))
		out.WriteByte('/')
	}
	return out.String() + fold(name)
}

// fold is what a name becomes where spellings do not count: without case
// (Unicode's full case folding) and in one canonical form, as on macOS; without
// dots and blanks at its end and without the name of a stream, as on Windows.
func fold(name string) string {
	if isPlain(name) {
		return name
	}
	if stem, _, found := strings.Cut(name, ":"); found && stem != "" {
		name = stem
	}
	if stem := strings.TrimRight(name, ". "); stem != "" {
		name = stem
	}
	if isASCII(name) {
		return strings.ToLower(name)
	}
	var out strings.Builder
	for _, c := range nfd(name) {
		if more, ok := fullFolds[c]; ok {
			out.WriteString(more)
		} else if !unicode.Is(unicode.Cf, c) { // HFS+ drops most of these
			out.WriteRune(foldRune(c))
		}
	}
	return nfd(out.String())
}

// isPlain tells, at little cost, most names that are their own fold.
func isPlain(name string) bool {
	for i := range len(name) {
		if c := name[i]; (c < 'a' || c > 'z') && (c < '-' || c > '9' || c == '.' && i == len(name)-1) && c != '_' {
			return false
		}
	}
	return true
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(c rune) bool { return c >= utf8.RuneSelf })
}

// foldRune maps all characters that Unicode's simple folding takes for one to
// the least of them, as strings.EqualFold compares.
func foldRune(c rune) rune {
	least := c
	for next := unicode.SimpleFold(c); next != c; next = unicode.SimpleFold(next) {
		least = min(least, next)
	}
	return unicode.ToLower(least)
}

// fullFolds are the characters that full case folding makes several of
// (Unicode's CaseFolding.txt, status F) and canonical decomposition does not.
var fullFolds = map[rune]string{
	'ß': "ss", 'ẞ': "ss", 'ŉ': "ʼn", 'և': "եւ", 'ẚ': "aʾ",
	'ﬀ': "ff", 'ﬁ': "fi", 'ﬂ': "fl", 'ﬃ': "ffi", 'ﬄ': "ffl", 'ﬅ': "st", 'ﬆ': "st",
	'ﬓ': "մն", 'ﬔ': "մե", 'ﬕ': "մի", 'ﬖ': "վն", 'ﬗ': "մխ",
}

// isReserved tells names that Windows does not write as they stand (its "Naming
// Files, Paths, and Namespaces"): with reserved characters, those of devices,
// and with a dot or a blank at the end.
func isReserved(name string) bool {
	for i := range len(name) {
		switch name[i] {
		case '<', '>', ':', '"', '|', '?', '*':
			return true
		}
	}
	if last := name[len(name)-1]; last == '.' || last == ' ' {
		return true
	}
	if !strings.ContainsRune("aclnpACLNP", rune(name[0])) {
		return false // the names below begin so
	}
	stem, _, _ := strings.Cut(name, ".")
	stem = strings.ToLower(strings.TrimRight(stem, " "))
	switch stem {
	case "con", "prn", "aux", "nul", "conin$", "conout$":
		return true
	}
	for _, port := range []string{"com", "lpt"} {
		if digit, found := strings.CutPrefix(stem, port); found && utf8.RuneCountInString(digit) == 1 && strings.Contains("0123456789¹²³", digit) {
			return true
		}
	}
	return false
}
