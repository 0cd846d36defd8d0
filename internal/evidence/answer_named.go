package evidence

import (
	"fmt"

	"touchstone/internal/fetch"
)

// answerNamed asks whether the repository's documents are about this package:
// one that is about another is not merely unusable. Whoever answers the question
// about one package with the word about another may mean to.
func answerNamed(e *exam) Finding {
	if len(e.Release.Astray) > 0 {
		a := e.Release.Astray[0]
		return because(Fail, fmt.Sprintf("The %s is about %.200q; asked for was %.200q. Nothing was read from it.", a.Document, a.Stated, a.Asked)).by(Repository)
	}
	if a := e.Release.Record().Answer; a.State != fetch.Found {
		return unfetched(a, "the record", "The repository has no record of this version.")
	}
	if len(e.Release.Record().States) == 0 {
		return because(NotApplicable, "Nothing was read from the record, so it names no package.")
	}
	return pass("No document of the repository named another package.", nil)
}
