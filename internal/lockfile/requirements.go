package lockfile

import (
	"fmt"
	"strings"

	"touchstone/internal/purl"
)

func looksRequirements(doc []byte) bool {
	return !isJSON(doc) && (has(doc, "--hash=") || has(doc, "==")) && !has(doc, "[[package")
}

// readRequirements reads a requirements file (pip.pypa.io, requirements file
// format): logical lines, which a backslash at the end continues.
func readRequirements(f *File, doc []byte) error {
	f.Format = "requirements.txt"
	index := ""
	line, begun, logical := 0, 0, ""
	for text := range strings.SplitSeq(string(doc)+"\n\n", "\n") { // a continued last line ends too
		line++
		if strings.HasPrefix(strings.TrimSpace(text), "#") {
			text = "" // it also ends a line that was to be continued
		} else if i := strings.Index(text, " #"); i >= 0 {
			text = text[:i]
		}
		if logical == "" {
			begun = line
		}
		if rest, continued := strings.CutSuffix(strings.TrimRight(text, " \t"), `\`); continued {
			logical += rest + " "
			continue
		}
		logical += text
		words := strings.Fields(logical)
		logical = ""
		if len(words) == 0 {
			continue
		}
		if value, is := option(words, "-i", "--index-url"); is {
			index = value
			continue
		}
		if err := f.add(requirement(begun, index, words)); err != nil {
			return err
		}
	}
	return nil
}

// option is the value of an option that stands alone in a line.
func option(words []string, names ...string) (string, bool) {
	for _, name := range names {
		if value, found := strings.CutPrefix(words[0], name+"="); found && len(words) == 1 {
			return value, true
		}
		if words[0] == name && len(words) == 2 {
			return words[1], true
		}
	}
	return "", false
}

// requirement reads one logical line.
//
//	name[extra]==1.2.3 ; marker --hash=sha256:…
//	name @ https://…
//	-r other.txt, -e folder
func requirement(line int, index string, words []string) Pin {
	p := Pin{Line: line, Key: fmt.Sprintf("line %d", line), Name: words[0]}
	if strings.HasPrefix(words[0], "-") {
		kind, why := NotRead, "It is an option of pip, which may add packages or places."
		switch words[0] {
		case "-r", "--requirement", "-c", "--constraint":
			why = "It leads to another file, whose pins are not read here."
		case "-e", "--editable":
			kind, why = Own, ownFolder
		}
		p.Name = strings.Join(words, " ")
		if kind == Own && strings.Contains(p.Name, "://") {
			kind, why = Git, foreign["git+"].why
		}
		return p.is(kind, why)
	}
	var labels, wanted []string
	for i := 0; i < len(words); i++ {
		switch {
		case strings.HasPrefix(words[i], "--hash="):
			labels = append(labels, strings.TrimPrefix(words[i], "--hash="))
		case words[i] == "--hash" && i+1 < len(words):
			i++
			labels = append(labels, words[i])
		case strings.HasPrefix(words[i], "--"):
			p.Notes = append(p.Notes, fmt.Sprintf("The line has an option of pip, %.100q.", words[i]))
		default:
			wanted = append(wanted, words[i])
		}
	}
	text, marker, _ := strings.Cut(strings.Join(wanted, " "), ";")
	if marker = strings.TrimSpace(marker); marker != "" {
		p.Notes = append(p.Notes, fmt.Sprintf("It is installed only where %.200s.", marker))
	}
	text = strings.TrimSpace(text)
	if name, address, at := strings.Cut(text, "@"); at || strings.Contains(text, "://") || strings.HasPrefix(text, ".") {
		return p.elsewhere(name, strings.TrimSpace(address), text)
	}
	name, version, exact := strings.Cut(text, "==")
	name, _, _ = strings.Cut(name, "[")
	p.Name, p.Version = strings.TrimSpace(name), strings.TrimSpace(strings.TrimPrefix(version, "="))
	if !exact || strings.ContainsAny(p.Version, "*,<>") {
		p.Name, p.Version = text, ""
		return p.is(Impossible, "The line names no exact version.")
	}
	return p.python(index, labels)
}

// elsewhere is a requirement by address or folder.
func (p Pin) elsewhere(name, address, text string) Pin {
	if address == "" {
		address = text
	}
	p.Name, p.Address = strings.TrimSpace(name), address
	switch {
	case strings.HasPrefix(address, "git+"):
		return p.is(Git, foreign["git+"].why)
	case strings.HasPrefix(address, "file:") || !strings.Contains(address, "://"):
		return p.is(Own, ownFolder)
	}
	if same, err := purl.Parse(address); err == nil && same.Type == purl.PyPI && same.Version != "" {
		p.Name, p.Version = same.Path(), same.Version
		p = p.ofPackage(purl.PyPI, nil, nil)
		p.Ref.File = same.File
		p.Ref.Digests = same.Digests
		return p
	}
	return p.is(Address, fmt.Sprintf("It comes from %.200q, and not from PyPI.", address))
}
