package purl

import (
	"errors"
	"slices"
	"strings"
	"unicode/utf8"
)

// MaxInput is how long a pasted text may be, in bytes.
const MaxInput = 8 << 10

// Parse reads what a person pasted: a package URL, the address of a package's
// page, record or file, an install command, "name@version", or a line of a
// lock file, of one of the [Served] types. Every error is a [*Refused].
//
//  1. Limits: length, UTF-8, no control characters.
//  2. The form is told by how the text begins.
//  3. The form's reader takes it apart, and the ecosystem's grammar checks
//     name and version.
//  4. Characters that a person can't see or may take for others are pointed
//     out; none is changed.
func Parse(input string) (Ref, error) {
	text := strings.TrimSpace(input)
	ref, err := read(input, text)
	if err == nil && len(ref.String()) > MaxInput {
		err = fail(Malformed, "the text carries too many digests; paste the package with those of the file that you have")
	}
	if err != nil {
		var r *Refused
		if !errors.As(err, &r) {
			r = Refuse(Malformed, "%v", err)
		}
		if odd := firstOddity(text); odd != "" && len(text) <= MaxInput && !strings.Contains(r.Detail, "U+") {
			r.Detail += " Note that " + odd + "."
		}
		return Ref{}, r
	}
	ref.Digests = distinct(ref.Digests)
	ref.Pasted = text
	ref.Notes = append(ref.Notes, oddities(text)...)
	return ref, nil
}

func read(input, text string) (Ref, error) {
	// 1.
	switch {
	case len(input) > MaxInput:
		return Ref{}, fail(Malformed, "the text is longer than %d bytes; paste one package", MaxInput)
	case !utf8.ValidString(input):
		return Ref{}, fail(Malformed, "the text is not valid UTF-8; paste it again from its source")
	case text == "":
		return Ref{}, fail(Empty, "nothing was pasted; paste a package URL, the address of a package's page, or name@version")
	}
	for i, c := range []byte(text) {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0x7F {
			return Ref{}, fail(Malformed, "byte %d is %s; remove it", i+1, named(rune(c)))
		}
	}

	// 2. and 3.
	if isLockEntry(text) {
		return readLockEntry(text)
	}
	words := unquote(strings.Fields(strings.NewReplacer("\\\n", " ", "\\\r\n", " ").Replace(text)))
	words = slices.DeleteFunc(words, func(w string) bool { return w == "" })
	if len(words) == 0 {
		return Ref{}, fail(Empty, "nothing stands between the quotes; paste a package URL, the address of a package's page, or name@version")
	}
	if len(words) > 1 && (words[0] == "$" || words[0] == "%" || words[0] == ">") {
		words = words[1:]
	}
	first := words[0]
	switch {
	case len(first) >= 4 && strings.EqualFold(first[:4], "pkg:"):
		return withDigests(parsePackageURL, words)
	case strings.Contains(first, "://"):
		return withDigests(readAddress, words)
	case isPageHost(first):
		return withDigests(func(s string) (Ref, error) { return readAddress("https://" + s) }, words)
	}
	if ref, isCommand, err := readCommand(words); isCommand {
		return ref, err
	}
	if r := readerOfLine(text, words); r != nil {
		return r()
	}
	return withDigests(readWord, words)
}

// withDigests reads the first word as the reference and the others as digests
// of it.
func withDigests(read func(string) (Ref, error), words []string) (Ref, error) {
	ref, err := read(words[0])
	if err != nil {
		return Ref{}, err
	}
	digests, err := digestWords(words[1:])
	if err != nil {
		return Ref{}, err
	}
	if ref.Type == Golang && len(digests) > 0 {
		return Ref{}, fail(Malformed, "the digest of a Go module is the h1: hash of a go.sum line, not one of a file; paste that line")
	}
	ref.Digests = append(ref.Digests, digests...)
	return ref, nil
}

// readerOfLine finds the reader of the forms that have several words; nil for
// none.
func readerOfLine(text string, words []string) func() (Ref, error) {
	joined := strings.Join(words, " ")
	switch {
	case strings.Contains(joined, "=>"):
		return func() (Ref, error) {
			return Ref{}, fail(Malformed, "a replace line names two modules; paste the one to audit, as module@version")
		}
	case words[0] == "require", len(words) > 1 && isGoLine(words):
		return func() (Ref, error) { return readGoLines(text) }
	case len(words) == 3 && words[1] == "=" && crateName(words[0]):
		return func() (Ref, error) {
			ref, err := newCargo(words[0], strings.TrimPrefix(words[2], "="))
			if err == nil {
				ref.note("guess", "You pasted a line of a Cargo.toml file; read as the crate %s, exactly this version.", ref)
			}
			return ref, err
		}
	case strings.Contains(words[0], "=="), len(words) > 1 && words[1] == "==", strings.Contains(words[0], "["), len(words) > 1 && strings.HasPrefix(words[1], "--hash"):
		line, _, _ := strings.Cut(joined, " #")
		return func() (Ref, error) { return readRequirement(strings.ReplaceAll(line, " == ", "==")) }
	}
	return nil
}

// isGoLine tells whether words begin like a line of a go.mod or go.sum file:
// a path with a dot in its first element, and a version.
func isGoLine(words []string) bool {
	host, _, _ := strings.Cut(words[0], "/")
	v := words[1]
	return strings.Contains(host, ".") && !strings.Contains(words[0], "@") && len(v) > 1 && v[0] == 'v' && v[1] >= '0' && v[1] <= '9'
}

// readWord reads a single word that is neither a package URL nor an address.
func readWord(word string) (Ref, error) {
	name, version, versioned := strings.Cut(word, "@")
	host, _, isPath := strings.Cut(name, "/")
	switch {
	case word[0] == '@', strings.HasPrefix(word, "npm:"):
		return readNPMSpec(word)
	case strings.HasSuffix(word, ".whl"):
		return readPyPIFile(word)
	case strings.HasSuffix(word, ".crate"):
		return readCrateFile(word)
	case isPath && strings.Contains(host, "."):
		return readGoSpec(word, false)
	case isPath:
		return Ref{}, fail(Malformed, "%s is no package of a served ecosystem: a Go path begins with a host (github.com/owner/name), an npm scope with @ (@scope/name)", shown(word))
	case strings.ContainsAny(word, "<>="):
		return Ref{}, rangeRefused(word, "name==1.2.3")
	case versioned && !strings.Contains(name, "."):
		ref, err := readNPMSpec(word)
		if err == nil {
			ref.note("guess", "You pasted %s, which is how npm writes a package; read as %s. For another ecosystem paste a package URL, such as pkg:pypi/%s.", word, ref, name)
		}
		return ref, err
	case versioned && !strings.HasPrefix(version, "v"):
		ref, err := readNPMSpec(word)
		if err == nil {
			ref.note("guess", "You pasted %s, which is how npm writes a package; read as %s.", word, ref)
		}
		return ref, err
	}
	return Ref{}, ambiguous(name, version)
}

// ambiguous lists the packages that a word may mean, by every grammar that
// allows it.
func ambiguous(name, version string) error {
	asked := Refuse(Ambiguous, "%s alone does not say which ecosystem is meant. Choose one, or paste a package URL.", shown(name))
	var last error
	for _, typ := range [...]string{NPM, PyPI, Cargo, Golang} {
		ref, err := newRef(typ, name, version)
		if err != nil {
			if last == nil || typ != Golang {
				last = err
			}
			continue
		}
		asked.Offer(ref, "")
	}
	if len(asked.Choices) == 0 {
		if kindOf(last) == BadVersion {
			return last
		}
		return badName("package", name, "no ecosystem that is known here allows it")
	}
	return asked
}
