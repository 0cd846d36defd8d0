package main

import (
	"slices"
	"strings"

	"github.com/a-h/templ"

	"touchstone/internal/report"
)

// exampleLink leads from the first page to an example's audit.
func exampleLink(reference string) templ.SafeURL { return report.AuditLink(reference) }

// servedInWords lists who is served.
func servedInWords(all []served) string {
	var names []string
	for _, e := range all {
		names = append(names, e.name)
	}
	return strings.Join(names, ", ")
}

func anyRelayed(all []served) bool {
	return slices.ContainsFunc(all, func(e served) bool { return e.relayed })
}
