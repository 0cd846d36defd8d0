package freebsd

import (
	"cmp"
	"context"
	"strings"

	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
)

var _ registry.Lister = Registry{}

// Offers asks for the catalogue, which holds one version of each package.
func (Registry) Offers(ctx context.Context, c *fetch.Session, ref purl.Ref) (registry.Offers, error) {
	abi, branch, _ := place(ref)
	cat, err := ask(ctx, c, "https://"+Host+"/"+abi+"/"+branch+"/", ref.Name)
	if err != nil {
		return registry.Offers{}, err
	}
	out := registry.Offers{Answer: cat.answer, Of: purl.Ref{Type: purl.FreeBSD, Name: ref.Name, Qualifiers: map[string]string{"abi": abi, "branch": branch}}}
	for _, e := range cat.packages {
		out.All = append(out.All, registry.Offer{Version: e.version})
		out.Newest = e.version
	}
	return out, nil
}

// Fits is nil: a package names one version of each that it needs, the one that it was
// built with, and pkg takes whichever the catalogue has.
func (Registry) Fits(string) func(version string) bool { return nil }

// CompareVersions is the order of pkg (libpkg/pkg_version.c): the port's epoch, the
// version component by component, the port's revision.
func (Registry) CompareVersions(a, b string) int {
	x, y := splitVersion(a), splitVersion(b)
	return cmp.Or(registry.CompareNumbers(x.epoch, y.epoch), compareComponents(x.version, y.version), registry.CompareNumbers(x.revision, y.revision))
}

// A portVersion is one taken apart: VERSION[_REVISION][,EPOCH].
type portVersion struct{ version, revision, epoch string }

func splitVersion(text string) portVersion {
	var v portVersion
	v.version = text
	rest := text
	if i := strings.LastIndexByte(text, '_'); i >= 0 {
		v.version, rest = text[:i], text[i+1:]
		v.revision = digits(rest)
	}
	if i := strings.LastIndexByte(rest, ','); i >= 0 {
		v.epoch = digits(rest[i+1:])
		if rest == text {
			v.version = text[:i]
		}
	}
	return v
}

// digits are those at the beginning of a text.
func digits(s string) string { return s[:len(s)-len(strings.TrimLeft(s, "0123456789"))] }

// A component is a number, a letter and a further number; of each that is not there
// the fields say so.
type component struct {
	number string // "" where it begins with a letter: before every number
	lacks  bool   // that number
	any    bool   // "*", before everything
	letter int    // 0 for none, 1 for "a"
	patch  string
	bare   bool // a letter without a number behind it: before any
}

// compareComponents orders versions without revision and epoch. A plus ends a part;
// of two parts the shorter is filled up with zeros.
func compareComponents(a, b string) int {
	if strings.EqualFold(a, b) {
		return 0
	}
	for a != "" || b != "" {
		endA, endB := a == "" || a[0] == '+', b == "" || b[0] == '+'
		var x, y component
		if !endA {
			x, a = nextComponent(a)
		}
		if !endB {
			y, b = nextComponent(b)
		}
		if endA && endB {
			a, b = strings.TrimPrefix(a, "+"), strings.TrimPrefix(b, "+")
			continue
		}
		if c := x.compare(y); c != 0 {
			return c
		}
	}
	return 0
}

func (x component) compare(y component) int {
	first := func(is bool) int { // false before true
		if is {
			return 0
		}
		return 1
	}
	return cmp.Or(
		cmp.Compare(first(x.any), first(y.any)), cmp.Compare(first(x.lacks), first(y.lacks)), registry.CompareNumbers(x.number, y.number),
		cmp.Compare(x.letter, y.letter),
		cmp.Compare(first(x.bare), first(y.bare)), registry.CompareNumbers(x.patch, y.patch))
}

// stages are words that are a component of their own behind a number, and the letter
// that stands for each.
var stages = []struct {
	word   string
	letter int
}{{"pl", 0}, {"alpha", 1}, {"beta", 2}, {"pre", 'p' - 'a' + 1}, {"rc", 'r' - 'a' + 1}}

// nextComponent cuts a component off the beginning of a version, and what parts it
// from the next:
//
//  1. a number, or "*";
//  2. a letter: the first of a word, whatever follows it. A stage behind a number
//     begins a component of its own;
//  3. a number behind the letter.
func nextComponent(s string) (component, string) {
	var c component
	// 1.
	switch {
	case s[0] == '*':
		c.any = true
		s = strings.TrimLeftFunc(s, func(r rune) bool { return r != '+' })
	case digits(s) != "":
		c.number = digits(s)
		s = s[len(c.number):]
	default:
		c.lacks = true
	}
	// 2.
	if word := letters(s); word != "" {
		stage := -1
		for i, known := range stages {
			if len(word) > 1 && strings.EqualFold(word, known.word) {
				stage = i
			}
		}
		switch {
		case stage >= 0 && !c.lacks:
			return c, s
		case stage >= 0:
			c.letter = stages[stage].letter
		default:
			c.letter = int(word[0]|0x20-'a') + 1
		}
		s = s[len(word):]
		// 3.
		c.patch = digits(s)
		c.bare = c.patch == ""
		s = s[len(c.patch):]
	}
	return c, strings.TrimLeftFunc(s, func(r rune) bool { return !strings.ContainsRune("+*0123456789", r) && letters(string(r)) == "" })
}

// letters are those at the beginning of a text.
func letters(s string) string {
	return s[:len(s)-len(strings.TrimLeft(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"))]
}
