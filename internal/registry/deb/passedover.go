package deb

import (
	"fmt"
	"slices"
	"strings"

	"touchstone/internal/fetch"
	"touchstone/internal/purl"
)

// passedOver tells of the documents that were asked on the way, and say nothing: what
// cannot be read is told always, what did not come where a newer version may stand in
// it, since none was named. Only what leads to the package is verified: that others
// lack it is told as what it is.
func (s *search) passedOver() []purl.Note {
	var notes []purl.Note
	tell := func(format string, args ...any) {
		notes = append(notes, purl.Note{Kind: "record", Text: fmt.Sprintf(format, args...)})
	}
	newest := s.ref.Version == "" && s.chosen != nil
	for _, in := range s.unread {
		switch {
		case in.broken != "":
			tell("The signed index of %s cannot be read: %.200s.", in.of.name, in.broken)
		case newest:
			tell("The signed index of %s could not be fetched: a newer version may stand there.", in.of.name)
		}
	}
	var lack []string
	for i := range s.lists {
		l := &s.lists[i]
		name := l.in.of.name
		switch {
		case l == s.found || s.chosen == nil:
		case l.other:
			tell("A list of packages of %s is not the one that its signed index states. It was passed over.", name)
		case l.broken != "":
			tell("A list of packages of %s cannot be read, and was passed over: %.200s.", name, l.broken)
		case l.answer.State != fetch.Found && newest:
			tell("A list of packages of %s could not be fetched: a newer version may stand there.", name)
		case newest && name != s.found.in.of.name && !slices.Contains(lack, name):
			lack = append(lack, name)
		}
	}
	if len(lack) > 0 {
		tell("No version of %s stands in %s. The signatures there were not verified: only those that lead to this package were.", s.ref.Name, strings.Join(lack, " and "))
	}
	return notes
}
