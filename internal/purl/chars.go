package purl

import (
	"fmt"
	"strings"
	"unicode"
)

// maxOddities is how many different characters are pointed out.
const maxOddities = 8

// oddities points out the characters of a text that a person can't see or may
// take for others, each once, where it first stands. Nothing is normalised:
// the person decides.
func oddities(text string) []Note {
	var notes []Note
	seen := map[rune]bool{}
	for i, r := range []rune(text) {
		if oddity(r) == "" || seen[r] {
			continue
		}
		seen[r] = true
		if len(notes) == maxOddities {
			return append(notes, Note{Kind: "characters", Text: "There are more characters outside ASCII; only the first are listed."})
		}
		notes = append(notes, Note{Kind: "characters", Text: fmt.Sprintf("Character %d of what you pasted is %s.", i+1, named(r))})
	}
	return notes
}

// firstOddity describes the first such character of a text; empty for none.
func firstOddity(text string) string {
	for i, r := range []rune(text) {
		if oddity(r) != "" {
			return fmt.Sprintf("character %d is %s", i+1, named(r))
		}
	}
	return ""
}

// named is a character's number, with what is odd about it.
func named(r rune) string {
	what := oddity(r)
	if what == "" {
		what = fmt.Sprintf("%q", r)
	}
	return fmt.Sprintf("U+%04X (%s)", r, what)
}

// oddity says what is odd about a character; empty for printable ASCII and
// the white space that separates words.
func oddity(r rune) string {
	switch {
	case r == '\t' || r == '\n' || r == '\r' || r >= ' ' && r < 0x7F:
		return ""
	case changesDirection(r):
		return "it changes the direction of the text around it"
	case unicode.IsControl(r):
		return "a control character"
	case invisible(r):
		return "invisible"
	case unicode.IsSpace(r) || unicode.Is(unicode.Zs, r):
		return "a space that is not the ordinary one"
	case r >= 0xFF01 && r <= 0xFF5E:
		return fmt.Sprintf("a wide form that looks like %q", r-0xFEE0)
	case unicode.IsMark(r):
		return "a mark that joins the character before it"
	case unicode.Is(unicode.Cyrillic, r):
		return "a Cyrillic letter, which can look like a Latin one"
	case unicode.Is(unicode.Greek, r):
		return "a Greek letter, which can look like a Latin one"
	case unicode.Is(unicode.Latin, r):
		return "a Latin letter outside ASCII"
	case unicode.IsLetter(r):
		return "a letter outside ASCII"
	case r == unicode.ReplacementChar:
		return "it stands for bytes that are no text"
	}
	return "outside ASCII"
}

// isLookAlike tells whether an odd character is at least visible and stays in
// its place.
func isLookAlike(r rune) bool {
	return unicode.IsGraphic(r) && !unicode.IsSpace(r) && !invisible(r) && !changesDirection(r)
}

func changesDirection(r rune) bool {
	return r == 0x061C || r == 0x200E || r == 0x200F || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069
}

// invisible tells whether a character shows as nothing: the format characters
// and those that Unicode lists as default-ignorable or that are drawn blank.
func invisible(r rune) bool {
	switch {
	case unicode.Is(unicode.Cf, r),
		r == 0x034F, r == 0x115F, r == 0x1160, r == 0x17B4, r == 0x17B5,
		r >= 0x180B && r <= 0x180F, r == 0x2065, r == 0x2800, r == 0x3164, r == 0xFFA0,
		r >= 0xFE00 && r <= 0xFE0F, r >= 0xFFF0 && r <= 0xFFF8, r >= 0xE0000 && r <= 0xE0FFF:
		return true
	}
	return false
}

// Hidden tells characters that must not be shown as they are: a terminal or a
// page obeys them, or nobody sees them, or they stand for bytes that are no
// text. web/static/report.js has the same rule.
func Hidden(r rune) bool {
	return unicode.IsControl(r) || changesDirection(r) || invisible(r) ||
		r == 0x2028 || r == 0x2029 || r == 0xFFFC || r == unicode.ReplacementChar
}

// badName is the refusal of a name that an ecosystem's grammar forbids. Rule
// says what is allowed, in a sentence.
func badName(what, name, rule string) error {
	detail := fmt.Sprintf("%s is no %s", shown(name), what)
	if !strings.HasSuffix(what, "path") {
		detail += " name"
	}
	if odd := firstOddity(name); odd != "" {
		detail += ": its " + odd
	} else if i := strings.IndexAny(name, " \t\r\n\\?#%"); i >= 0 {
		detail += fmt.Sprintf(": its character %d is %s", i+1, named(rune(name[i])))
	}
	return fail(BadName, "%s. %s", detail, rule)
}
