package purl

import "strings"

// isPlain tells whether a text is one package URL or one address and nothing around
// it, as lock files have them by the thousand: no other form of a paste is written so,
// and none needs to be looked for.
func isPlain(text string) bool {
	if !strings.HasPrefix(text, "pkg:") && !strings.HasPrefix(text, "https://") {
		return false
	}
	for i := range len(text) {
		switch c := text[i]; {
		case alphanumeric(c):
		case strings.IndexByte("-._~:/?@%&=+", c) < 0, i == len(text)-1: // a sentence may end with a sign
			return false
		}
	}
	return strings.IndexByte(text, '/') > 0 && !strings.Contains(text, "INTEGRITY") // a word of messages
}

// readPlain reads a text that isPlain.
func readPlain(text string) (Ref, error) {
	if strings.HasPrefix(text, "pkg:") {
		return withDigests(readPURL, []string{text})
	}
	return withDigests(readAddress, []string{text})
}
