package purl

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// How long a pasted text may be, in bytes: a package URL in one word longer than
// others, for it carries the digest of each file of a version that a lock file
// pins, and some versions have hundreds.
const (
	MaxInput     = 8 << 10
	MaxReference = 64 << 10
)

// longest is how long this text may be, in bytes.
func longest(input string) int {
	if strings.HasPrefix(input, "pkg:") && !strings.ContainsAny(input, " \t\r\n") {
		return MaxReference
	}
	return MaxInput
}

// Parse reads what a person pasted: a package URL, the address of a package's
// page, record or file, an install command, an import, "name@version", an
// entry of a lock file, what a package manager printed, of the ecosystems whose
// rows read. Whether an ecosystem can also be audited is decided by the list of
// adapters, not here. Every error is a [*Refused].
//
//  1. Limits: length, UTF-8, no control characters.
//  2. Forms of several lines are told by what stands in them.
//  3. Of other texts each line is read for itself: all must name one package,
//     else each is a choice.
//  4. Characters that a person can't see or may take for others are pointed
//     out; none is changed.
func Parse(input string) (Ref, error) {
	text := strings.TrimSpace(input)
	ref, err := read(input, text)
	if err == nil {
		ref.Digests = distinct(ref.Digests)
		// A short text becomes at most a few times as long.
		if len(text) > MaxReference/8 && len(ref.String()) > MaxReference {
			err = fail(Malformed, "The text carries too many digests. Paste the package with those of the file that you have.")
		}
	}
	if err != nil {
		var r *Refused
		if !errors.As(err, &r) {
			r = Refuse(Malformed, "%v", err)
		}
		if odd := firstOddity(text); odd != "" && len(text) <= longest(text) && !strings.Contains(r.Detail, "U+") {
			r.Detail += " Note that " + odd + "."
		}
		return Ref{}, r
	}
	ref.Pasted = text
	ref.Notes = append(ref.Notes, oddities(text)...)
	return ref, nil
}

func read(input, text string) (Ref, error) {
	// 1.
	switch {
	case len(input) > longest(text):
		return Ref{}, fail(Malformed, "The text is longer than %d bytes. Paste one package.", longest(text))
	case !utf8.ValidString(input):
		return Ref{}, fail(Malformed, "The text is not valid UTF-8. Paste it again from its source.")
	case text == "":
		return Ref{}, fail(Empty, "Nothing was pasted. Paste a package URL, the address of a package's page, or name@version.")
	}
	for i, c := range []byte(text) {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0x7F {
			return Ref{}, fail(Malformed, "Byte %d is %s. Remove it.", i+1, named(rune(c)))
		}
	}
	if isPlain(text) {
		return readPlain(text)
	}
	return readForm(text)
}

// readForm takes steps 2 and 3 of Parse.
func readForm(text string) (Ref, error) {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\\\n", " ")

	// 2.
	if ref, ok, err := readMismatch(text); ok {
		return ref, err
	}
	if err := readLack(text); err != nil {
		return Ref{}, err
	}
	if strings.HasPrefix(text, "-----BEGIN ") {
		return Ref{}, fail(NoPackage, "This is a key, a signature or a certificate, not a package. Paste the package that it is about.")
	}
	if strings.Contains(text, "\n") {
		if ref, ok, err := readText(text); ok {
			return ref, err
		}
	}

	// 3.
	lines := linesOf(text)
	if len(lines) == 0 {
		return Ref{}, fail(Empty, "Nothing stands between the quotes. Paste a package URL, the address of a package's page, or name@version.")
	}
	if len(lines) > 1 {
		return readSeveral(lines)
	}
	return readLine(lines[0])
}

// readText asks every row for the forms of several words that it reads.
func readText(text string) (Ref, bool, error) {
	if err := begun(text); err != nil {
		return Ref{}, true, err
	}
	for _, d := range table() {
		if d.file == nil || !strings.Contains(text, "\n") {
			continue
		}
		if ref, ok, err := d.file(text); ok {
			return ref, true, err
		}
	}
	for _, d := range table() {
		if d.text == nil {
			continue
		}
		if ref, ok, err := d.text(text); ok {
			return ref, true, err
		}
	}
	return Ref{}, false, nil
}

// begun is the refusal of a text that begins, or of a file's name that ends, as
// only those of an ecosystem do that is named and no more.
func begun(text string) error {
	for _, d := range table() {
		for _, begins := range d.begins {
			if strings.HasPrefix(text, begins) {
				return d.notServed()
			}
		}
		for _, ends := range d.ends {
			if strings.HasSuffix(text, ends) && !strings.ContainsAny(text, " /") {
				return d.notServed()
			}
		}
	}
	return nil
}

// readSeveral reads lines of which each names a package: those of one package
// are one reference with all digests, those of several are choices.
func readSeveral(lines []string) (Ref, error) {
	var found []Ref
	var open []*Refused // the names that do not say which ecosystem is meant
	for _, line := range lines {
		ref, err := readLine(line)
		if err != nil {
			var r *Refused
			switch errors.As(err, &r); {
			case r != nil && r.Kind == Ambiguous:
				open = append(open, r)
				continue
			case r != nil && r.Kind != Malformed:
				r.Detail = fmt.Sprintf("Of the text's %d lines one is %s. %s", len(lines), shown(line), r.Detail)
				return Ref{}, r
			}
			return Ref{}, fail(Malformed, "The text has %d lines, and the form of %s is not known here. Paste only the package.", len(lines), shown(line))
		}
		found = append(found, ref)
	}
	if len(open) > 0 {
		return Ref{}, severalOpen(found, open)
	}
	all := found[0]
	for _, ref := range found[1:] {
		if ref.Bare().String() != all.Bare().String() {
			return one(found)
		}
		all.Digests = append(all.Digests, ref.Digests...)
	}
	return all, nil
}

// severalOpen is the refusal of several packages of which some are names that do
// not say which ecosystem is meant; of one such name alone it is that name's.
func severalOpen(found []Ref, open []*Refused) *Refused {
	several := Refuse(Several, "Several packages are named, and not each says which ecosystem is meant. One is checked at a time. Choose one.")
	for _, ref := range found {
		several.Offer(ref, "")
	}
	for _, r := range open {
		several.take(r.Choices)
	}
	if len(found) == 0 && slices.Equal(several.Choices, open[0].Choices) {
		return open[0]
	}
	return several
}

// readLine reads one line.
//
//  1. What is known to be no package is named.
//  2. A package URL or an address may be followed by digests.
//  3. The rows' own lines, and commands.
//  4. Name and version apart; else a single word.
func readLine(line string) (Ref, error) {
	words := unquote(strings.Fields(line))
	words = slices.DeleteFunc(words, func(w string) bool { return w == "" })
	if len(words) == 0 {
		return Ref{}, fail(Empty, "Nothing stands between the quotes. Paste a package URL, the address of a package's page, or name@version.")
	}
	// 1.
	if err := begun(line); err != nil {
		return Ref{}, err
	}
	if err := known(words); err != nil {
		return Ref{}, err
	}
	// 2.
	if _, err := bareDigest(words[0]); err == nil && len(words) == 2 {
		words = []string{strings.TrimPrefix(words[1], "*"), words[0]} // sha256sum prints the digest first
	}
	if file, err := bsdSum(words); err == nil {
		words = []string{file, words[3]}
	}
	if len(words) == 3 && strings.EqualFold(words[1], "version") && isVersionWord(words[2]) {
		words = []string{strings.TrimSuffix(words[0], ","), words[2]}
	}
	first := words[0]
	switch at := repositoryAddress(first); {
	case len(first) >= 4 && strings.EqualFold(first[:4], "pkg:"):
		return withDigests(readPURL, words)
	case at != "":
		return withDigests(func(string) (Ref, error) { return readAddress(at) }, words)
	case strings.Contains(first, "://") && !strings.ContainsAny(first, `"'`):
		return withDigests(func(s string) (Ref, error) { return readAddress(strings.TrimPrefix(s, "git+")) }, words)
	case isPageHost(first):
		return withDigests(func(s string) (Ref, error) { return readAddress("https://" + s) }, words)
	}
	// 3.
	if ref, ok, err := readPrinted(line); ok {
		return ref, err
	}
	if ref, ok, err := readText(line); ok {
		return ref, err
	}
	if ref, ok, err := readCommands(words); ok {
		return ref, err
	}
	// 4.
	if len(words) > 1 && isVersionWord(words[1]) && !strings.Contains(first[1:], "@") {
		return withDigests(func(string) (Ref, error) { return readPair(strings.TrimSuffix(first, ":"), words[1]) }, append([]string{first}, words[2:]...))
	}
	if len(words) > 1 {
		if err := listed(words); err != nil {
			return Ref{}, err
		}
		if ref, err := withDigests(readWord, words); err == nil {
			return ref, nil
		}
		if _, err := digestWords(words[1:]); err != nil {
			return Ref{}, sentence(words)
		}
	}
	return withDigests(readWord, words)
}

// listed is the refusal of a list of packages, each but the last followed by a
// comma; nil where not each part names one.
func listed(words []string) error {
	var parts []string
	for i, w := range words {
		w, comma := strings.CutSuffix(w, ",")
		if comma != (i < len(words)-1) {
			return nil
		}
		parts = append(parts, strings.Split(w, ",")...)
	}
	if len(parts) < 2 || slices.Contains(parts, "") {
		return nil
	}
	if _, err := readSeveral(parts); kindOf(err) == Several {
		return err
	}
	return nil
}

// sentence is the refusal of words that are no form: none of them is taken for
// a package, but one that says itself which it is may be chosen.
func sentence(words []string) error {
	for _, w := range words {
		if isCoordinates(w) && strings.Count(w, ":") > 1 {
			if ref, err := readCoordinates(w); err == nil {
				return Refuse(Malformed, "These are %d words, and not in a form that is known here. One of them names a package.", len(words)).Offer(ref, "")
			}
		}
	}
	r := Refuse(Malformed, "These are %d words, and not in a form that is known here. Paste only the package: its page's address, name@version, or a package URL.", len(words))
	for _, w := range words {
		if _, link, ok := strings.Cut(w, "]("); ok { // Markdown's
			w = link
		}
		w = strings.TrimRight(strings.Trim(w, "\"'`()<>,;"), ".:")
		if w == "" {
			continue
		}
		if ref, ok := surely(w); ok {
			r.Offer(ref, "")
		} else if strings.Contains(w, "://") {
			if ref, err := readAddress(w); err == nil {
				r.Offer(ref, "")
			}
		}
	}
	return r
}

// withDigests reads the first word as the reference and the others as digests
// of it.
func withDigests(read func(string) (Ref, error), words []string) (Ref, error) {
	digests, digestErr := digestWords(words[1:])
	ref, err := read(words[0])
	if err != nil {
		var r *Refused
		if len(words) > 1 && digestErr != nil {
			return Ref{}, sentence(words)
		}
		if errors.As(err, &r) {
			r.carry(digests)
		}
		return Ref{}, err
	}
	if digestErr != nil {
		for _, w := range words[1:] {
			if strings.HasPrefix(w, "sha") || strings.HasPrefix(w, "h1:") || strings.HasPrefix(w, "--hash") || strings.HasPrefix(w, "md5") {
				return Ref{}, digestErr
			}
		}
		return Ref{}, sentence(words)
	}
	for _, d := range digests {
		if (d.Algorithm == "h1") != (ref.Type == Golang) {
			return Ref{}, fail(Malformed, "The digest of a Go module is the h1: hash of a go.sum line, and that of other packages is of a file. Paste the one that fits.")
		}
	}
	ref.Digests = append(ref.Digests, digests...)
	return ref, nil
}

// carry adds digests to every choice: a question never loses a part.
func (r *Refused) carry(digests []Digest) {
	if len(digests) == 0 {
		return
	}
	for i, c := range r.Choices {
		if ref, err := readPURL(c.Reference); err == nil {
			ref.Digests = append(ref.Digests, digests...)
			r.Choices[i].Reference = ref.String()
		}
	}
}
