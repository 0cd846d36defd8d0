// Package semrange reads ranges of semantic versions, as npm (node-semver, "Ranges")
// and cargo ("Specifying Dependencies", "Version requirement syntax") write them.
//
// Versions are those of Semantic Versioning 2.0.0, without leading v.
package semrange

import (
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/semver"
)

// A Dialect is how ranges are written.
type Dialect int

// The dialects.
const (
	// NPM separates alternatives by "||" and bounds by blanks, knows "1.2 - 2.3",
	// and takes a version alone for exactly that one.
	NPM Dialect = iota
	// Cargo separates bounds by commas, and takes a version alone for "^".
	Cargo
)

// A Range is a set of versions: those in any of its alternatives.
type Range []alternative

// An alternative is the versions within all of its bounds.
type alternative []bound

// A bound compares with a version, which has a leading v.
type bound struct {
	op      string // "<", "<=", ">", ">=", "="
	version string
}

// most is how many alternatives, and how many bounds in one of them, are read.
const most = 100

// Parse reads a range; false where it is none in this dialect.
func Parse(text string, d Dialect) (Range, bool) {
	var r Range
	alternatives := []string{text}
	if d == NPM {
		alternatives = strings.SplitN(text, "||", most+1)
	}
	for _, one := range alternatives {
		a, ok := parse(strings.TrimSpace(one), d)
		if !ok || len(r) == most {
			return nil, false
		}
		r = append(r, a)
	}
	return r, true
}

// Has tells whether a version is in the range. A pre-release is only where a bound
// names a pre-release of the same three numbers.
func (r Range) Has(version string) bool {
	v := "v" + version
	return semver.IsValid(v) && slices.ContainsFunc(r, func(a alternative) bool { return a.has(v) })
}

func (a alternative) has(v string) bool {
	named := semver.Prerelease(v) == ""
	for _, b := range a {
		c := semver.Compare(v, b.version)
		switch b.op {
		case "<":
			c = -c - 1 // 0 or more only where v is below
		case "<=":
			c = -c
		case ">":
			c--
		case "=":
			c = -c * c
		}
		if c < 0 {
			return false
		}
		named = named || semver.Prerelease(b.version) != "" && numbers(b.version) == numbers(v)
	}
	return named
}

// numbers are the three numbers of a version with leading v.
func numbers(v string) string {
	v, _, _ = strings.Cut(v, "+")
	v, _, _ = strings.Cut(v, "-")
	return v
}

// parse reads the bounds of one alternative.
func parse(text string, d Dialect) (alternative, bool) {
	if low, high, found := strings.Cut(text, " - "); found && d == NPM {
		from, okFrom := bounds(">=", strings.TrimSpace(low))
		to, okTo := bounds("<=", strings.TrimSpace(high))
		return append(from, to...), okFrom && okTo
	}
	var words []string
	if d == Cargo {
		words = strings.Split(strings.TrimSuffix(text, ","), ",")
	} else {
		words = strings.Fields(text)
	}
	a := alternative{}
	for i := 0; i < len(words); i++ {
		word := strings.TrimSpace(words[i])
		version := strings.TrimLeft(word, "<>=~^")
		op := word[:len(word)-len(version)]
		if version == "" && op != "" && i+1 < len(words) && d == NPM { // a blank behind the operator
			i++
			version = words[i]
		}
		if op == "" && d == Cargo {
			op = "^"
		}
		more, ok := bounds(op, strings.TrimSpace(version))
		if !ok || len(a) > most {
			return nil, false
		}
		a = append(a, more...)
	}
	return a, len(words) > 0 || d == NPM
}

// A partial is a version of which numbers may be missing.
type partial struct {
	n    [3]uint64
	have int    // how many numbers there are
	pre  string // with its leading "-"; empty for none
}

// read reads "1", "1.x", "1.2.*", "v1.2.3-beta.1+build", "*".
func read(text string) (partial, bool) {
	var p partial
	text = strings.TrimLeft(text, "v=")
	text, _, _ = strings.Cut(text, "+")
	text, pre, hasPre := strings.Cut(text, "-")
	open := text == ""
	for i, part := range strings.Split(text, ".") {
		switch n, err := strconv.ParseUint(part, 10, 53); {
		case i > 2:
			return p, false
		case part == "x" || part == "X" || part == "*" || text == "":
			open = true
		case err != nil || len(part) > 1 && part[0] == '0':
			return p, false
		case !open:
			p.n[i], p.have = n, i+1
		}
	}
	if hasPre && p.have == 3 {
		p.pre = "-" + pre
		return p, semver.IsValid(p.version())
	}
	return p, true
}

func (p partial) version() string {
	return "v" + strconv.FormatUint(p.n[0], 10) + "." + strconv.FormatUint(p.n[1], 10) + "." + strconv.FormatUint(p.n[2], 10) + p.pre
}

// next is the lowest version, pre-releases too, above all that begin with the
// first numbers of p.
func (p partial) next(numbers int) string {
	q := partial{n: p.n}
	q.n[numbers-1]++
	for i := numbers; i < 3; i++ {
		q.n[i] = 0
	}
	return q.version() + "-0"
}

// bounds are what an operator and a version mean.
func bounds(op, text string) (alternative, bool) {
	p, ok := read(text)
	if !ok {
		return nil, false
	}
	low := bound{">=", p.version()}
	switch {
	case p.have == 0:
		if op == "<" || op == ">" {
			return alternative{{"<", "v0.0.0-0"}}, true // nothing is outside of all
		}
		return alternative{}, true
	case op == "^":
		significant := 1
		for significant < p.have && p.n[significant-1] == 0 {
			significant++
		}
		return alternative{low, {"<", p.next(significant)}}, true
	case op == "~" || op == "~>":
		return alternative{low, {"<", p.next(min(p.have, 2))}}, true
	case op == "" || op == "=":
		if p.have == 3 {
			return alternative{{"=", p.version()}}, true
		}
		return alternative{low, {"<", p.next(p.have)}}, true
	case op == ">" && p.have < 3:
		return alternative{{">=", strings.TrimSuffix(p.next(p.have), "-0")}}, true
	case op == "<=" && p.have < 3:
		return alternative{{"<", p.next(p.have)}}, true
	case op == "<" && p.have < 3:
		return alternative{{"<", p.version() + "-0"}}, true
	case op == ">" || op == ">=" || op == "<" || op == "<=":
		return alternative{{op, p.version()}}, true
	}
	return nil, false
}
