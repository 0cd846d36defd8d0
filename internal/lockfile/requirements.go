package lockfile

import (
	"bytes"
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"touchstone/internal/digest"
	"touchstone/internal/purl"
)

// looksRequirements knows a requirements file of any name by its pins, direct
// references (PEP 508) or includes.
func looksRequirements(doc []byte) bool {
	if isJSON(doc) || has(doc, "[[package") {
		return false
	}
	for _, mark := range []string{"--hash=", "==", " @ git+", " @ https:", " @ http:", " @ file:"} {
		if has(doc, mark) {
			return true
		}
	}
	for line := range bytes.Lines(doc) {
		for _, mark := range []string{"-r ", "-c ", "--requirement", "--constraint"} {
			if bytes.HasPrefix(line, []byte(mark)) {
				return true
			}
		}
	}
	return false
}

// A requirements reader goes through the physical lines of a requirements file
// (pip.pypa.io, requirements file format).
type requirements struct {
	file    *File
	index   string
	begun   int // where the logical line begins
	logical strings.Builder
	// via are the words of comments behind the last pin, by which pip-compile and
	// uv say who asks for it; nil where it has none. Asked are those of all, by the
	// place of the pin.
	via   []string
	asked map[int][]string
}

// readRequirements reads a requirements file.
//
//  1. A comment is no part of a line, and ends one that was to be continued.
//  2. A backslash at the end continues a line. Where programs differ about that, one of
//     them would read a line that to the next is a part of the one before, or a comment.
func readRequirements(f *File, doc []byte) error {
	f.Format, f.joins = "requirements.txt", true
	if err := cmp.Or(oddEnd(doc), otherCoding(doc)); err != nil {
		return err
	}
	r := requirements{file: f, asked: map[int][]string{}}
	line := 0
	for text := range strings.SplitSeq(string(doc)+"\n\n", "\n") { // a continued last line ends too
		line++
		// 1.
		comment, inline, continued := "", false, strings.HasSuffix(text, `\`)
		if bare := strings.TrimSpace(text); strings.HasPrefix(bare, "#") {
			text, comment, continued = "", bare[1:], false
		} else if at := inlineComment.FindStringIndex(text); at != nil {
			text, comment, inline = text[:at[0]], text[at[1]:], true
		}
		if r.logical.Len() == 0 {
			r.begun = line
		}
		// 2.
		open := strings.HasSuffix(strings.TrimRightFunc(text, unicode.IsSpace), `\`)
		if inline && (open || continued) || open && !continued {
			return fmt.Errorf("line %d: a backslash ends it within a comment or before blanks: programs differ about whether it goes on in the next", line)
		}
		r.logical.WriteString(strings.TrimSuffix(text, `\`))
		if continued {
			continue
		}
		if err := r.line(); err != nil {
			return err
		}
		r.said(comment)
	}
	r.ask()
	r.place()
	f.index = withoutSecrets(r.index)
	f.useIndex(f.index)
	return nil
}

// useIndex takes the packages of a requirements file from an index: pip asks the
// last one that any file names for all of them, also for those that stand before.
func (f *File) useIndex(index string) {
	for i, p := range f.Pins {
		if p.Kind == Package && p.Address == "" { // else it names its own
			f.Pins[i] = p.onIndex(index)
		}
	}
}

// otherCoding refuses a file that declares, as a Python source may in its first two
// lines, that its bytes are another text than UTF-8 (PEP 263): pip reads that other
// text, in which a comment may be none.
func otherCoding(doc []byte) error {
	for i, line := range bytes.SplitN(doc, []byte("\n"), 3) {
		said := coding.FindSubmatch(line)
		if i == 2 || len(line) == 0 || line[0] != '#' || said == nil {
			continue
		}
		switch name := strings.ReplaceAll(strings.ToLower(string(said[1])), "_", "-"); name {
		case "utf-8", "utf8", "ascii", "us-ascii":
		default:
			return fmt.Errorf("line %d: it says that it is a text in %.40q; save it in UTF-8, and say so", i+1, name)
		}
	}
	return nil
}

// inlineComment is what begins a comment behind a requirement, as pip has it: what is a
// blank to Python is more than to Go.
var inlineComment = regexp.MustCompile(`[\s\x0b\x1c-\x1f\x85\p{Z}]#`)

var coding = regexp.MustCompile(`coding[:=]\s*([-\w.]+)`)

// line takes what stands in the logical line.
func (r *requirements) line() error {
	logical := strings.TrimSpace(r.logical.String())
	words := blanks(logical)
	r.logical.Reset()
	if len(words) == 0 {
		return nil
	}
	r.ask()
	if value, whole := indexOption(words); value != "" {
		if r.index = value; whole {
			return nil
		}
	}
	p := Pin{Line: r.begun, Key: fmt.Sprintf("line %d", r.begun), Name: words[0]}
	if strings.HasPrefix(words[0], "-") {
		return r.file.add(p.ofOption(words))
	}
	return r.file.add(p.requirement(logical))
}

// blanks are the words between what is a blank to pip in a line of options: no other
// character is.
func blanks(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '\t' })
}

// said takes a comment: "via a, b", or one name a line below "via".
func (r *requirements) said(comment string) {
	words := strings.TrimSpace(comment)
	if after, begins := strings.CutPrefix(words+" ", "via "); begins {
		r.via, words = []string{}, strings.TrimSpace(after)
	}
	if r.via != nil && words != "" {
		r.via = append(r.via, words)
	}
}

// ask keeps for the last pin who asks for it.
func (r *requirements) ask() {
	if n := len(r.file.Pins); r.via != nil && n > 0 {
		r.asked[n-1] = r.via
	}
	r.via = nil
}

// place flags the pins by who asks for them: the project does where a file is named
// (-r requirements.in, pyproject.toml). A name that the file does not list may be the
// project's own.
func (r *requirements) place() {
	listed := map[string]bool{}
	for _, p := range r.file.Pins {
		listed[projectName(p.Name)] = true
	}
	for i, via := range r.asked {
		said := strings.Join(via, ", ")
		direct := strings.Contains(said, "-r ") || slices.ContainsFunc([]string{"(pyproject.toml)", "(setup.py)", "(setup.cfg)"}, func(s string) bool { return strings.Contains(said, s) })
		unknown := slices.ContainsFunc(strings.Split(said, ", "), func(name string) bool {
			name, _, _ = strings.Cut(strings.TrimSpace(name), "[")
			return !listed[projectName(name)]
		})
		r.file.Pins[i] = r.file.Pins[i].flag(Direct, direct).flag(Transitive, !direct && !unknown)
	}
}

// indexOption is the index that a line of options names; whole tells that it holds
// nothing else. One line may hold several options, each shortened as long as it is
// the only one that begins so.
func indexOption(words []string) (value string, whole bool) {
	if !strings.HasPrefix(words[0], "-") {
		return "", false // behind a requirement pip ignores it
	}
	for i, word := range words {
		name, after, equals := strings.Cut(word, "=")
		long := strings.HasPrefix("--index-url", name) && len(name) > len("--") || strings.HasPrefix("--pypi-url", name) && len(name) > len("--p")
		switch {
		case long && equals:
			value, whole = after, len(words) == 1
		case (long || word == "-i") && i+1 < len(words):
			value, whole = words[i+1], len(words) == 2
		case strings.HasPrefix(word, "-i"):
			value, whole = word[len("-i"):], len(words) == 1
		}
	}
	return value, whole
}

// onlySettings tells whether all options of a line add neither package nor place.
func onlySettings(words []string) bool {
	for len(words) > 0 {
		name, _, equals := strings.Cut(words[0], "=")
		switch words = words[1:]; name {
		case "--require-hashes", "--prefer-binary", "--pre":
			if equals {
				return false
			}
		case "--only-binary", "--no-binary", "--use-feature":
			if equals {
				break
			}
			if len(words) == 0 {
				return false
			}
			words = words[1:]
		default:
			return false
		}
	}
	return true
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

// ofOption reads a line that is an option of pip.
func (p Pin) ofOption(words []string) Pin {
	p.Name = strings.Join(words, " ")
	if variable.MatchString(p.Name) {
		return p.is(NotRead, "It is an option of pip with a variable, which the environment decides.")
	}
	if file, is := option(words, "-r", "--requirement", "-c", "--constraint"); is {
		p = p.is(NotRead, "It leads to another file, whose pins were not read: give that file, too.")
		p.includes = file
		return p
	}
	if place, is := option(words, "-e", "--editable"); is {
		if strings.Contains(place, "://") {
			return p.is(Git, foreign["git+"].why)
		}
		return p.is(Own, ownFolder)
	}
	if onlySettings(words) {
		return p.is(Setting, "It is an option of pip, which adds no package and no place.")
	}
	switch name, _, _ := strings.Cut(words[0], "="); name {
	case "--extra-index-url", "--find-links", "-f", "--no-index", "--trusted-host":
		return p.is(NotRead, "It is an option of pip by which packages come from another place than the public index.")
	}
	return p.is(NotRead, "It is an option of pip, which may add packages or places.")
}

// variable is what pip replaces by a variable of its environment.
var variable = regexp.MustCompile(`\$\{[A-Z0-9_]+\}`)

// requirement reads one logical line that is no option.
//
//	name[extra]==1.2.3 ; marker --hash=sha256:…
//	name @ https://…
func (p Pin) requirement(line string) Pin {
	text, options := line, ""
	// Its options begin behind a space, and not behind another blank.
	if i := strings.Index(line, " -"); i >= 0 {
		text, options = line[:i], line[i:]
	}
	labels, p := p.hashOptions(options)
	if p.Kind != "" {
		return p
	}
	text, marker := strings.Join(blanks(text), " "), ""
	if i := strings.Index(text, ";"); i >= 0 && !strings.Contains(text[:i], "://") {
		text, marker = text[:i], text[i+1:]
	} else if i := strings.Index(text, " ;"); i >= 0 { // an address may hold one
		text, marker = text[:i], text[i+2:]
	}
	p = p.marked(marker)
	text = strings.TrimSpace(text)
	if name, address, at := strings.Cut(text, "@"); at || strings.Contains(text, "://") || strings.HasPrefix(text, ".") || strings.HasPrefix(text, "/") {
		return p.elsewhere(name, strings.TrimSpace(address), text, labels)
	}
	name, version, exact := strings.Cut(text, "==")
	name, _, _ = strings.Cut(strings.TrimSpace(name), "[")
	p.Name, p.Version = strings.TrimSpace(name), strings.TrimSpace(strings.TrimPrefix(version, "="))
	if !exact || strings.ContainsAny(p.Version, "*,<>") {
		p.Name, p.Version = text, ""
		return p.is(Impossible, "The line names no exact version.")
	}
	return p.python("", labels)
}

// elsewhere is a requirement by address or folder. What the address itself and
// the options pin must both hold. The digest of which PyPI's addresses consist tells
// which file is meant, and pip compares nothing with it.
func (p Pin) elsewhere(name, address, text string, labels []string) Pin {
	if address == "" || strings.Contains(name, "://") {
		address = text
	}
	name, _, _ = strings.Cut(name, "[")
	p.Name, p.Address = strings.TrimSpace(name), address
	switch {
	case strings.HasPrefix(address, "git+") || strings.HasPrefix(address, "hg+") || strings.HasPrefix(address, "svn+") || strings.HasPrefix(address, "bzr+"):
		return p.is(Git, foreign["git+"].why)
	case strings.HasPrefix(address, "file:") || !strings.Contains(address, "://"):
		return p.is(Own, ownFolder)
	}
	same, err := purl.Parse(address)
	if err != nil || same.Type != purl.PyPI || same.Version == "" {
		return p.is(Address, fmt.Sprintf("It comes from %.200q, and not from PyPI.", address))
	}
	if p.Name != "" && p.Name != text && projectName(p.Name) != projectName(same.Name) {
		p.Outside = fmt.Sprintf("Its address is that of %.100s, another package than the line names.", same.Path())
	}
	digests, err := labelled(labels)
	p.Name, p.Version = same.Path(), same.Version
	if p = p.ofPackage(purl.PyPI, digests, err); p.Kind != Package {
		return p
	}
	p.Ref.File = same.File
	if !strings.HasPrefix(address, "https:") {
		scheme, _, _ := strings.Cut(address, ":")
		p.Outside, p.Unsafe = unencrypted(scheme), true
	}
	named := func(d purl.Digest) bool { return d.Algorithm == "blake2b-256" }
	p.Unheld = len(digests) == 0 && !slices.ContainsFunc(same.Digests, func(d purl.Digest) bool { return !named(d) })
	for _, d := range same.Digests {
		if !slices.Contains(p.Ref.Digests, d) && digest.Size(d.Algorithm) > 0 {
			p.Ref.Digests = append(p.Ref.Digests, d)
		}
	}
	return p
}

// hashOptions are the digests among the options of a requirement; p is given a kind
// where one of them is not understood. Each may be shortened, and "--h" is enough.
func (p Pin) hashOptions(options string) (labels []string, _ Pin) {
	if strings.ContainsAny(options, "\"'\\") {
		return nil, p.is(NotRead, "Its options have quotes or backslashes, which are not read here.")
	}
	for words := blanks(options); len(words) > 0; words = words[1:] {
		name, value, given := strings.Cut(words[0], "=")
		long := len(name) > len("--")
		hash := long && strings.HasPrefix("--hash", name)
		if known := hash || long && (strings.HasPrefix("--global-option", name) || strings.HasPrefix("--config-settings", name)); !known || !given && len(words) == 1 {
			return nil, p.is(NotRead, fmt.Sprintf("It has an option of pip, %.100q, which is not known beside a package.", words[0]))
		}
		if !given {
			words = words[1:]
			value = words[0]
		}
		if hash {
			labels = append(labels, value)
		} else {
			p = p.note(fmt.Sprintf("The line has an option of pip, %.100q.", name))
		}
	}
	return labels, p
}
