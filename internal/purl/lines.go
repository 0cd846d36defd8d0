package purl

import "strings"

// linesOf are the lines of a text that say something, without what documents,
// terminals and chats put around a package.
func linesOf(text string) []string {
	var out []string
	all := strings.Split(text, "\n")
	for _, line := range all {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "```") || strings.HasPrefix(line, "~~~") || line == "(" || line == ")" || line == "require (" || line == "import (" {
			continue
		}
		if len(all) > 1 && (line[0] == '#' || line[0] == '[' && strings.HasSuffix(line, "]") && !strings.ContainsAny(line, " (,") || strings.HasPrefix(line, ";;") || scaffold(line) || strings.HasPrefix(line, "//") && !strings.HasPrefix(line, "//DEPS")) {
			continue
		}
		if line = peel(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

// scaffold tells whether a line only opens or closes a list of dependencies in a build.
func scaffold(line string) bool {
	switch line {
	case "dependencies {", "dependencies{", "}", "@Grapes(", "@Grapes([", "])", "libraryDependencies ++= Seq(", "libraryDependencies ++= List(", ":dependencies [":
		return true
	}
	return false
}

// peel takes away what stands around a package: bullets, prompts, the lines of
// a tree, Markdown's link and code, quotes, a comment behind it.
func peel(line string) string {
	for range 16 { // each takes something away; who nests deeper is refused
		before := line
		line = strings.TrimSpace(line)
		line = strings.TrimLeft(line, "│├└┬─┐▸•·")
		for _, mark := range []string{"- ", "* ", "+ ", "$ ", "% ", "> ", "# ", "+-- ", "`-- ", "PS> "} {
			line = strings.TrimPrefix(strings.TrimSpace(line), mark)
		}
		line = strings.TrimRight(line, ",; \t")
		if key, ok := strings.CutSuffix(line, `":`); ok { // a key of yarn.lock
			line = key + `"`
		}
		if strings.Contains(line, "@") || strings.Contains(line, "://") { // the end of a sentence around it
			if bare, ok := strings.CutSuffix(line, "."); ok && bare != "" && alphanumeric(bare[len(bare)-1]) {
				line = bare
			}
			if !strings.ContainsAny(line, " \t") { // a key
				line = strings.TrimSuffix(line, ":")
			}
			if !strings.Contains(line, "(") {
				line = strings.TrimSuffix(line, ")")
			}
		}
		line = withoutComment(line)
		line = withoutMarkdown(line)
		for _, pair := range [][2]string{{`"`, `"`}, {"'", "'"}, {"`", "`"}, {"“", "”"}, {"‘", "’"}, {"«", "»"}, {"„", "“"}, {"<", ">"}, {"(", ")"}} {
			inner, opens := strings.CutPrefix(line, pair[0])
			inner, closes := strings.CutSuffix(inner, pair[1])
			if opens && closes && !strings.Contains(inner, pair[0]) && !strings.Contains(inner, pair[1]) && (pair[0] != "<" || !strings.ContainsAny(inner, " =")) {
				line = inner
			}
		}
		if line == before {
			break
		}
	}
	return line
}

// withoutComment cuts a comment that follows a word. Slashes and number signs
// inside a word begin none.
func withoutComment(line string) string {
	for _, mark := range []string{" #", " //", "\t#", "\t//"} {
		if i := strings.Index(line, mark); i > 0 {
			line = line[:i]
		}
	}
	return strings.TrimSpace(line)
}

// withoutMarkdown is the address of a line that is one Markdown link, also one
// around an image.
func withoutMarkdown(line string) string {
	if !strings.HasPrefix(strings.TrimPrefix(line, "!"), "[") || !strings.HasSuffix(line, ")") {
		return line
	}
	i := strings.LastIndex(line, "](")
	if i < 0 || strings.Count(line, "](") > 1 && !strings.HasPrefix(line, "[!") {
		return line
	}
	inner := strings.Fields(line[i+2 : len(line)-1])
	if len(inner) == 0 {
		return line
	}
	return inner[0]
}
