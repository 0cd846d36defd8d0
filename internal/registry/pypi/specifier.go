package pypi

import (
	"slices"
	"strings"
)

// specifiers are what a requirement asks of a version: all of them
// (packaging.python.org/specifications/version-specifiers, "Version specifiers").
type specifiers []specifier

type specifier struct {
	op      string // "==", "!=", "<=", ">=", "<", ">", "~=", "==="
	text    string // what stands behind it
	version version
	prefix  bool // "==1.2.*"
}

// mostSpecifiers bounds how many are read.
const mostSpecifiers = 50

// parseSpecifiers reads specifiers between commas; false where they are none.
func parseSpecifiers(text string) (specifiers, bool) {
	var all specifiers
	if strings.TrimSpace(text) == "" {
		return nil, true
	}
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		operand := strings.TrimLeft(part, "<>=~!")
		s := specifier{op: part[:len(part)-len(operand)], text: strings.TrimSpace(operand)}
		stem, prefix := strings.CutSuffix(s.text, ".*")
		s.prefix = prefix
		var ok bool
		s.version, ok = parseVersion(stem)
		switch known := slices.Contains([]string{"==", "!=", "<=", ">=", "<", ">", "~=", "==="}, s.op); {
		case !known, len(all) == mostSpecifiers:
			return nil, false
		case s.op != "===" && !ok, prefix && s.op != "==" && s.op != "!=":
			return nil, false
		case s.version.local != nil && s.op != "==" && s.op != "!=":
			return nil, false
		case s.op == "~=" && s.given() < 2:
			return nil, false
		}
		all = append(all, s)
	}
	return all, true
}

// has tells whether a version is among those asked for. Pre-releases are only
// where a specifier names one ("Handling of pre-releases").
func (all specifiers) has(text string) bool {
	v, ok := parseVersion(text)
	named := ok && !v.isPre()
	for _, s := range all {
		if !s.has(text, v, ok) {
			return false
		}
		named = named || s.op != "!=" && s.version.isPre()
	}
	return named || slices.ContainsFunc(all, func(s specifier) bool { return s.op == "===" })
}

func (s specifier) has(text string, v version, ok bool) bool {
	if s.op == "===" {
		return strings.EqualFold(text, s.text)
	}
	if !ok {
		return false
	}
	public := v
	if s.version.local == nil {
		public.local = nil
	}
	c := public.compare(s.version)
	switch s.op {
	case "==":
		return s.equal(public, c)
	case "!=":
		return !s.equal(public, c)
	case "<=":
		v.local = nil
		return v.compare(s.version) <= 0
	case ">=":
		v.local = nil
		return v.compare(s.version) >= 0
	case "<":
		// "1.0" is not above its own pre-releases.
		first := s.version
		first.dev = number{"dev", "0"}
		return c < 0 && (s.version.isPre() || !v.isPre() || v.compare(first) < 0)
	case ">":
		// "1.0" is not below its own post-releases and local versions.
		if v.post.phase != "" && s.version.post.phase == "" {
			v.post, v.dev = number{}, number{}
		}
		v.local = nil
		return c > 0 && v.compare(s.version) != 0
	}
	// "~=1.4.2" is ">=1.4.2, ==1.4.*".
	v.local = nil
	return v.compare(s.version) >= 0 && v.epoch == s.version.epoch && begins(v, s.version, s.given()-1)
}

// given is how many numbers of the release are written.
func (s specifier) given() int {
	text := strings.TrimLeft(strings.TrimSuffix(s.text, ".*"), "vV")
	if _, rest, epoch := strings.Cut(text, "!"); epoch {
		text = rest
	}
	if i := strings.IndexFunc(text, func(r rune) bool { return r != '.' && (r < '0' || r > '9') }); i >= 0 {
		text = strings.TrimRight(text[:i], ".")
	}
	return 1 + strings.Count(text, ".")
}

func (s specifier) equal(v version, c int) bool {
	if !s.prefix {
		return c == 0
	}
	return v.epoch == s.version.epoch && begins(v, s.version, s.given())
}

// begins tells whether two releases have the same first numbers.
func begins(v, w version, n int) bool {
	for i := range n {
		if at(v, i) != at(w, i) {
			return false
		}
	}
	return true
}

// at is a release's number at a place; what is not written is 0.
func at(v version, i int) string {
	if i < len(v.release) {
		return v.release[i]
	}
	return "0"
}
