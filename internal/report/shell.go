package report

import "strings"

// Shell writes a command for a POSIX shell (IEEE Std 1003.1, section 2.2.2:
// inside single quotes every character stands for itself). It refuses what a
// person could not paste as seen: control characters and anything outside
// printable ASCII, because terminals and clipboards change those. A refused
// command is withheld, never repaired.
func Shell(env [][2]string, argv []string) (string, bool) {
	if len(argv) == 0 {
		return "", false
	}
	var words []string
	for _, e := range env {
		if !variable(e[0]) {
			return "", false
		}
		value, ok := quote(e[1])
		if !ok {
			return "", false
		}
		words = append(words, e[0]+"="+value)
	}
	for i, arg := range argv {
		word, ok := quote(arg)
		// A first word with "=" would be an assignment; an argument that
		// begins with "-" is the adapter's own affair, a value never is one.
		if !ok || i == 0 && strings.Contains(arg, "=") {
			return "", false
		}
		words = append(words, word)
	}
	return strings.Join(words, " "), true
}

// quote returns s as one shell word.
func quote(s string) (string, bool) {
	plain := s != ""
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c < 0x20 || c > 0x7e {
			return "", false
		}
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("@%+:,./_-", c) >= 0) {
			plain = false
		}
	}
	if plain {
		return s, true
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'", true
}

func variable(name string) bool {
	for i := 0; i < len(name); i++ {
		c := name[i]
		if !(c >= 'A' && c <= 'Z' || c == '_' || i > 0 && c >= '0' && c <= '9') {
			return false
		}
	}
	return name != ""
}
