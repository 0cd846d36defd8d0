// Package regexp compiles an expression when it is first used. It has what
// libraries mention of Go's own package, which does the rest: their expressions are
// in variables, and compiling all of them took a tenth of the time that the program
// takes to start, most of them never to be used.
package regexp

import (
	"regexp"
	"sync"
)

// A Regexp is an expression that is compiled when it is first used.
type Regexp struct{ compiled func() *regexp.Regexp }

// MustCompile takes an expression. Where it is none, its first use panics.
//
//slim:linked
func MustCompile(text string) *Regexp {
	return &Regexp{sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })}
}

// MatchString is as Go's.
//
//slim:linked
func (r *Regexp) MatchString(s string) bool { return r.compiled().MatchString(s) }

// Find is as Go's.
//
//slim:linked
func (r *Regexp) Find(b []byte) []byte { return r.compiled().Find(b) }

// ReplaceAllString is as Go's.
//
//slim:linked
func (r *Regexp) ReplaceAllString(s, by string) string { return r.compiled().ReplaceAllString(s, by) }

// FindAllStringSubmatch is as Go's.
//
//slim:linked
func (r *Regexp) FindAllStringSubmatch(s string, n int) [][]string {
	return r.compiled().FindAllStringSubmatch(s, n)
}
