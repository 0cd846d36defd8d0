package arch

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestEverythingCanBeReadInOneSitting keeps files at 400 lines, and functions and
// components at 80. A test's table may be longer.
func TestEverythingCanBeReadInOneSitting(t *testing.T) {
	seen := 0
	for name, text := range texts(t, ".go", ".templ", ".js", ".mjs") {
		if strings.HasSuffix(name, "_templ.go") {
			continue
		}
		lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
		assert.LessOrEqual(t, len(lines), 400, "%s: ask what two things it is", name)
		if regexp.MustCompile(`(_test\.go|\.(test|spec)\.mjs)$`).MatchString(name) {
			continue
		}
		for i, line := range lines {
			indent, is := function(name, line)
			if !is {
				continue
			}
			seen++
			for n, end := range lines[i:] {
				if strings.HasPrefix(end, indent+"}") {
					assert.LessOrEqual(t, n+1, 80, "%s, line %d: ask what two things it does", name, i+1)
					break
				}
			}
		}
	}
	require.Greater(t, seen, 3000)
}

// TestNothingBuiltIsCommitted finds what is no text: a program that a command left in the
// folder of its sources would be committed with them.
func TestNothingBuiltIsCommitted(t *testing.T) {
	seen := 0
	for name, text := range texts(t, "") {
		if strings.HasPrefix(name, "test-results/") || strings.HasSuffix(name, ".png") { // what a test leaves; pictures
			continue
		}
		seen++
		assert.False(t, strings.Contains(text, "\x00"), "%s is no text: delete it, or add its kind here", name)
	}
	require.Greater(t, seen, 1000)
}

var (
	declared = regexp.MustCompile(`^()(?:func|templ) .*\{$`)
	// a function of a script, an arrow or a method; not a statement that looks like one
	scripted = regexp.MustCompile(`^(\s*)(?:.*\bfunction\b.*|.*=> |(?:(?:async|static|get|set) )*[\w$#*]+\(.*\) )\{$`)
	branches = regexp.MustCompile(`^\s*(?:if|for|while|switch|catch) \(`)
)

// function tells of a line whether a function begins there, and how far it is
// indented: where it ends, its brace is so, too, by every formatter.
func function(name, line string) (indent string, is bool) {
	m := declared.FindStringSubmatch(line)
	if strings.HasSuffix(name, "js") {
		m = scripted.FindStringSubmatch(line)
		if branches.MatchString(line) {
			m = nil
		}
	}
	if m == nil {
		return "", false
	}
	return m[1], true
}
