package pypi

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"sync"

	"touchstone/internal/registry"
)

// A version is one of PEP 440
// (packaging.python.org/specifications/version-specifiers). Numbers of any length
// are kept as their digits, without leading zeros.
type version struct {
	epoch          string
	release        []string // without zeros at its end
	pre, post, dev number
	local          []string // nil for none
}

// A number is the phase of a release and its number.
type number struct {
	phase string // "a", "b", "rc", "post", "dev"; empty where there is none
	n     string
}

var versionForm = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\A\s*v?(?:([0-9]+)!)?([0-9]+(?:\.[0-9]+)*)` +
		`(?:[-_.]?(alpha|a|beta|b|preview|pre|c|rc)[-_.]?([0-9]*))?` +
		`(?:-([0-9]+)|[-_.]?(post|rev|r)[-_.]?([0-9]*))?` +
		`(?:[-_.]?(dev)[-_.]?([0-9]*))?` +
		`(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?\s*\z`)
})

// phases are the spellings of pre-releases that mean another.
var phases = map[string]string{"alpha": "a", "beta": "b", "c": "rc", "pre": "rc", "preview": "rc"}

// parseVersion reads a version in any spelling that PEP 440 allows. What is none
// (PyPI keeps some that are older than it) is not ok.
func parseVersion(text string) (version, bool) {
	lower := strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, text)
	m := versionForm().FindStringSubmatch(lower)
	if m == nil {
		return version{}, false
	}
	v := version{epoch: digits(m[1])}
	for n := range strings.SplitSeq(m[2], ".") {
		v.release = append(v.release, digits(n))
	}
	for len(v.release) > 0 && v.release[len(v.release)-1] == "0" {
		v.release = v.release[:len(v.release)-1]
	}
	if m[3] != "" {
		v.pre = number{cmp.Or(phases[m[3]], m[3]), digits(m[4])}
	}
	switch {
	case m[5] != "":
		v.post = number{"post", digits(m[5])}
	case m[6] != "":
		v.post = number{"post", digits(m[7])}
	}
	if m[8] != "" {
		v.dev = number{"dev", digits(m[9])}
	}
	if m[10] != "" {
		v.local = strings.FieldsFunc(m[10], func(r rune) bool { return strings.ContainsRune("-_.", r) })
	}
	return v, true
}

// digits are a number's, without leading zeros; none are zero.
func digits(n string) string { return cmp.Or(strings.TrimLeft(n, "0"), "0") }

// key is a text that equal versions share, and no others: see compare.
func (v version) key() string {
	var local []string
	for _, part := range v.local {
		if strings.Trim(part, "0123456789") == "" {
			part = digits(part)
		}
		local = append(local, part)
	}
	return strings.Join([]string{v.epoch, strings.Join(v.release, "."), v.pre.phase + v.pre.n, v.post.phase + v.post.n, v.dev.phase + v.dev.n, strings.Join(local, ".")}, "/")
}

// keyOf is a text that versions share in any spelling (see sameVersion): one that is
// none of PEP 440 stands for itself.
func keyOf(text string) string {
	text = strings.ReplaceAll(text, "_", "-")
	if v, ok := parseVersion(text); ok {
		return v.key()
	}
	return text
}

// isPre tells whether installers take it only when told to.
func (v version) isPre() bool { return v.pre.phase != "" || v.dev.phase != "" }

// compare orders versions ("Summary of permitted suffixes and relative
// ordering"):
//
//  1. by epoch and release, zeros at the end not counted;
//  2. development releases before pre-releases before the release before
//     post-releases, each with its own development releases before it;
//  3. local versions last, words before numbers.
func (v version) compare(w version) int {
	// 1.
	c := cmp.Or(registry.CompareNumbers(v.epoch, w.epoch), slices.CompareFunc(v.release, w.release, registry.CompareNumbers))
	// 2.
	return cmp.Or(c, cmp.Compare(v.stage(), w.stage()), registry.CompareNumbers(v.pre.n, w.pre.n),
		cmp.Compare(v.post.phase, w.post.phase), registry.CompareNumbers(v.post.n, w.post.n),
		-cmp.Compare(v.dev.phase, w.dev.phase), registry.CompareNumbers(v.dev.n, w.dev.n),
		// 3.
		slices.CompareFunc(v.local, w.local, compareLocal))
}

// stage orders what a version is before its release, and the release itself.
func (v version) stage() string {
	switch {
	case v.pre.phase != "":
		return "1" + v.pre.phase
	case v.dev.phase != "" && v.post.phase == "":
		return "0"
	}
	return "2"
}

func compareLocal(a, b string) int {
	isNumber := func(s string) bool { return strings.Trim(s, "0123456789") == "" }
	switch x, y := isNumber(a), isNumber(b); {
	case x && y:
		return registry.CompareNumbers(a, b)
	case x:
		return 1
	case y:
		return -1
	}
	return cmp.Compare(a, b)
}

// compareVersions orders versions as written: what is none of PEP 440 comes
// first.
func compareVersions(a, b string) int {
	v, okV := parseVersion(a)
	w, okW := parseVersion(b)
	switch {
	case okV && okW:
		return v.compare(w)
	case okV:
		return 1
	case okW:
		return -1
	}
	return cmp.Compare(a, b)
}

// sameLine tells whether two versions are of one release line: of the same first
// number; where that is 0, also of the same second.
func sameLine(a, b string) bool {
	v, okV := parseVersion(a)
	w, okW := parseVersion(b)
	return okV && okW && v.epoch == w.epoch && at(v, 0) == at(w, 0) && (at(v, 0) != "0" || at(v, 1) == at(w, 1))
}
