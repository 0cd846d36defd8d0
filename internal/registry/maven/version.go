package maven

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"touchstone/internal/fetch"
	"touchstone/internal/registry"
)

// versions is which there are, by the package's maven-metadata.xml
// (maven.apache.org/repositories/metadata.html). Nothing signs it.
type versions struct {
	answer fetch.Answer
	all    []string // in the order of versions
	// newest is the highest release; without one the highest of all.
	newest string
	lost   error // why the list could not be read
}

func versionsOf(ctx context.Context, c *fetch.Session, at coordinates) (versions, error) {
	a, err := c.Get(ctx, fetch.Request{URL: at.artifactFolder() + "maven-metadata.xml", Step: "versions", Limit: maxMetadata, Form: xmlForm})
	v := versions{answer: a}
	if err != nil || a.State != fetch.Found {
		return v, err
	}
	if v.all, err = readVersions(a.Body, at); err != nil {
		v.lost = err
		v.answer.Unusable("what came as the list of versions cannot be used: " + err.Error())
		return v, nil
	}
	v.newest = newestOf(v.all)
	return v, nil
}

// readVersions reads the list of a package's versions, in their order. What can be
// none is left out.
func readVersions(doc []byte, at coordinates) ([]string, error) {
	root, err := parseXML(doc)
	if err != nil {
		return nil, err
	}
	switch group, artifact := root.at("groupId"), root.at("artifactId"); {
	case root.name != "metadata" || group == "" || artifact == "":
		return nil, errors.New("it is no list of a package's versions")
	case group != at.group || artifact != at.artifact:
		return nil, &registry.Astray{Stated: root.at("groupId") + ":" + root.at("artifactId"), Asked: at.group + ":" + at.artifact}
	}
	var all []string
	parsed := map[string]order{}
	for _, n := range root.child("versioning").child("versions").all("version") {
		if _, twice := parsed[n.text]; !twice && (coordinates{group: "g", artifact: "a", version: n.text}).plain() {
			all, parsed[n.text] = append(all, n.text), orderOf(n.text)
		}
	}
	slices.SortStableFunc(all, func(a, b string) int { return parsed[a].compare(parsed[b]) })
	return all, nil
}

// newestOf is the highest version that is a release, as version ranges and the
// tools that look for updates take it; else the highest of all.
func newestOf(sorted []string) string {
	for _, v := range slices.Backward(sorted) {
		if !preRelease(v) {
			return v
		}
	}
	if len(sorted) == 0 {
		return ""
	}
	return sorted[len(sorted)-1]
}

// before is the version before another in its release line; empty for none. after
// is the next in the list.
func (v versions) before(version string) string {
	own, found := orderOf(version), ""
	for _, each := range v.all {
		if o := orderOf(each); o.compare(own) < 0 && lineOf(each) == lineOf(version) && (!preRelease(each) || preRelease(version)) {
			found = each
		}
	}
	return found
}

func (v versions) after(version string) string {
	own := orderOf(version)
	for _, each := range v.all {
		if orderOf(each).compare(own) > 0 {
			return each
		}
	}
	return ""
}

// lineOf is a version's release line: its first number; below 1 the first two.
func lineOf(version string) string {
	parts := strings.FieldsFunc(version, func(r rune) bool { return r == '.' || r == '-' })
	if len(parts) > 1 && parts[0] == "0" {
		return parts[0] + "." + parts[1]
	}
	if len(parts) == 0 {
		return ""
	}
	return parts[0]
}

// preRelease tells whether a version is none for everybody, by its words.
func preRelease(version string) bool {
	for _, t := range tokens(version) {
		if t.isNumber() {
			continue
		}
		switch strings.Trim(t.word, "+_~") {
		case "alpha", "beta", "milestone", "rc", "snapshot", "dev", "ea", "pre", "preview", "incubating", "nightly", "canary", "eap", "pr":
			return true
		}
		if strings.HasPrefix(t.word, "alpha") || strings.HasPrefix(t.word, "beta") {
			return true
		}
	}
	return false
}

// An order is a version taken apart so that it can be compared, as Maven does
// (maven.apache.org/pom.html, "Version Order Specification"): numbers and words; a
// hyphen, and the change between digits and letters, begin a list inside.
type order []item

// An item is a number, a word or a list.
type item struct {
	kind   byte   // 'n', 'w' or 'l'
	number string // decimal without leading zeros
	word   string
	list   order
}

// A token is one part of a version.
type token struct {
	item
	// nests tells that a list begins behind it, numbered that a number follows at
	// once.
	nests, numbered bool
}

func (i item) isNumber() bool { return i.kind == 'n' }

// orderOf takes a version apart.
//
//  1. The tokens. Each that nests begins a list, in which the rest stands.
//  2. From the innermost out: what means nothing at the end of a list goes.
func orderOf(version string) order {
	// 1.
	lists := []order{nil}
	all := tokens(version)
	for n, t := range all {
		top := len(lists) - 1
		if (n == len(all)-1 || t.numbered) && !t.isNumber() && len(lists[top]) > 0 { // 1.x is 1-x, 1.x2 is 1-x2
			lists, top = append(lists, nil), top+1
		}
		lists[top] = append(lists[top], t.item)
		if t.nests {
			lists = append(lists, nil)
		}
	}
	// 2.
	for i := len(lists) - 1; i > 0; i-- {
		lists[i-1] = append(lists[i-1], item{kind: 'l', list: lists[i].trimmed()})
	}
	return lists[0].trimmed()
}

// tokens takes a version apart at its separators.
func tokens(version string) []token {
	version = strings.ToLower(version)
	var out []token
	start := 0
	digit := func(b byte) bool { return b >= '0' && b <= '9' }
	add := func(end int, beforeNumber, nests bool) {
		t := token{item: item{kind: 'n', number: "0"}, nests: nests, numbered: beforeNumber}
		switch text := version[start:end]; {
		case text == "":
		case digit(text[0]):
			if n := strings.TrimLeft(text, "0"); n != "" {
				t.number = n
			}
		default:
			t.item = item{kind: 'w', word: aliased(text, beforeNumber)}
		}
		out = append(out, t)
	}
	for i := 0; i < len(version); i++ {
		switch c := version[i]; {
		case c == '.' || c == '-':
			add(i, false, c == '-')
			start = i + 1
		case i > start && digit(c) != digit(version[i-1]):
			add(i, digit(c), true)
			start = i
		}
	}
	if start < len(version) {
		add(len(version), false, false)
	}
	return out
}

// aliased is a word as Maven takes it: a, b and m stand for others before a number.
func aliased(word string, beforeNumber bool) string {
	if beforeNumber && len(word) == 1 {
		switch word {
		case "a":
			return "alpha"
		case "b":
			return "beta"
		case "m":
			return "milestone"
		}
	}
	switch word {
	case "cr":
		return "rc"
	case "ga", "final", "release":
		return ""
	}
	return word
}

// null tells whether an item means nothing at the end of a list.
func (i item) null() bool {
	switch i.kind {
	case 'n':
		return i.number == "0"
	case 'w':
		return i.word == ""
	}
	return len(i.list) == 0
}

// trimmed drops what means nothing at the end, and before a list or word there.
func (o order) trimmed() order {
	o = slices.Clone(o)
	for i := len(o) - 1; i >= 0; i-- {
		switch {
		case o[i].null():
			if i == len(o)-1 || o[i+1].kind != 'n' {
				o = slices.Delete(o, i, i+1)
			}
		case o[i].kind != 'l':
			return o
		}
	}
	return o
}

// words in their order; others come behind them, by the alphabet.
var words = []string{"alpha", "beta", "milestone", "rc", "snapshot", "", "sp"}

func rank(word string) string {
	if i := slices.Index(words, word); i >= 0 {
		return fmt.Sprint(i)
	}
	return fmt.Sprint(len(words)) + "-" + word
}

func (i item) compare(with *item) int {
	if with == nil {
		switch i.kind {
		case 'n':
			if i.number == "0" {
				return 0
			}
			return 1
		case 'w':
			return strings.Compare(rank(i.word), rank(""))
		}
		for _, each := range i.list {
			if c := each.compare(nil); c != 0 {
				return c
			}
		}
		return 0
	}
	if i.kind != with.kind { // words before lists before numbers
		return strings.IndexByte("wln", i.kind) - strings.IndexByte("wln", with.kind)
	}
	switch i.kind {
	case 'n':
		return registry.CompareNumbers(i.number, with.number)
	case 'w':
		return strings.Compare(rank(i.word), rank(with.word))
	}
	return i.list.compare(with.list)
}

// compare tells which of two versions comes first: below 0, 0, or above.
func (o order) compare(with order) int {
	for n := 0; n < len(o) || n < len(with); n++ {
		c := 0
		switch {
		case n >= len(o):
			c = -with[n].compare(nil)
		case n >= len(with):
			c = o[n].compare(nil)
		default:
			c = o[n].compare(&with[n])
		}
		if c != 0 {
			return c
		}
	}
	return 0
}
