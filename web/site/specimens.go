package main

import (
	"github.com/a-h/templ"

	"touchstone/internal/report"
)

// A specimen is a report that the site shows without any audit by the reader.
type specimen struct {
	id, name, what string
	report         *report.Report
}

func (e specimen) path() string { return "/examples/" + e.id + "/" }

// specimenPages are the pages of the examples: one each, and one that leads to
// them; none where the generator was built without them.
func specimenPages(all []specimen) []page {
	if len(all) == 0 {
		return nil
	}
	pages := []page{{path: "/examples/", title: "Three answers, to see how they read", about: "How an answer reads: a package as it should be, one that was changed, and one that could not be checked.",
		body: func(frame) templ.Component { return specimensPage(all) }}}
	for _, e := range all {
		pages = append(pages, page{path: e.path(), title: "Example: " + e.name, about: e.what,
			body: func(frame) templ.Component { return specimenPage(e) }})
	}
	return pages
}
