// Package template has the names of html/template that templ mentions for
// programs that mix both. The build fails if a function of it gets linked.
package template

import (
	"errors"
	"io"
)

// HTML is a piece of a document.
type HTML string

// A Template stands for one.
type Template struct{}

// Execute refuses.
func (t *Template) Execute(io.Writer, any) error {
	return errors.New("executing a template: this build has no html/template: write the page with templ")
}
