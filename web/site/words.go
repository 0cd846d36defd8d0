package main

import (
	"slices"
	"strings"

	"github.com/a-h/templ"

	"touchstone/internal/purl"
	view "touchstone/internal/report/page"
)

// exampleLink leads from the first page to an example's audit.
func exampleLink(reference string) templ.SafeURL { return view.AuditLink(reference) }

// servedInWords lists the packages that are served, all in one form.
func servedInWords(all []served) string {
	var many []string
	for _, e := range all {
		many = append(many, purl.ManyOf(e.typ))
	}
	return strings.Join(many, ", ")
}

func anyRelayed(all []served) bool {
	return slices.ContainsFunc(all, func(e served) bool { return e.relayed })
}

// An entry is one of the links that every page begins with.
type entry struct{ path, text string }

var menu = []entry{
	{"/principles/", "Principles"},
	{"/registries/", "Repositories"},
	{"/lock/", "Lock files"},
	{"/check/", "Check evidence"},
	{"/how/", "How it works"},
	{"/privacy/", "Privacy"},
	{"/about/", "Who audits the auditor"},
}

// here marks the entry in which the reader is.
func (e entry) here(path string) templ.Attributes {
	switch {
	case path == e.path:
		return templ.Attributes{"aria-current": "page"}
	case strings.HasPrefix(path, e.path):
		return templ.Attributes{"aria-current": "true"}
	}
	return nil
}
