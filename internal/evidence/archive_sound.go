package evidence

import (
	"fmt"
	"strings"

	"touchstone/internal/fetch"
)

// archiveSound asks whether the archive can be read in one way only.
func archiveSound(e *exam) Finding {
	art := e.Artifact
	switch {
	case art.Answer.State != fetch.Found:
		return unfetched(art.Answer, "the package", "The repository does not have the package's bytes.")
	case art.Apart != "":
		return because(Unknown, "What is inside was not read: "+sentence(art.Apart))
	case art.Contents == nil:
		return because(Fail, "What arrived is no package: "+art.Unreadable+".")
	case missing(art) != "":
		return because(Unknown, missing(art))
	case len(art.Contents.Problems) > 0:
		return because(Fail, "The archive is not in order"+firstProblem(e)+".").by(Maintainer)
	}
	if art.Contents.Format == "file" {
		return pass("The package is one file, and no archive.", nil)
	}
	return pass(fmt.Sprintf("The archive is in order: %s, each read in full, no entry doubled, hidden or leading out of its folder.", counted(len(art.Contents.Files), "file")), nil)
}

// firstProblem names an archive's first problem and how many more there are.
func firstProblem(e *exam) string {
	if e.Artifact.Contents == nil || len(e.Artifact.Contents.Problems) == 0 {
		return ""
	}
	ps := e.Artifact.Contents.Problems
	text := ": "
	if ps[0].Path != "" {
		text += quoted(ps[0].Path) + ": "
	}
	text += strings.TrimSuffix(ps[0].Detail, ".")
	if len(ps) > 1 {
		text += fmt.Sprintf(" (and %d more)", len(ps)-1)
	}
	return text
}
