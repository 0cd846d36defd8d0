package registry

import (
	"errors"
	"fmt"
)

// An Astray is an answer that names another package, or another version of it,
// than the one that was asked for: nothing is read from it. It is the error of
// whoever reads such a document. What names nothing, or in a form that is none,
// is only malformed.
type Astray struct {
	Document string // what people call it ("version record")
	// Stated is the name that it states, Asked the one that was asked for, in one
	// spelling.
	Stated, Asked string
}

func (a *Astray) Error() string {
	return fmt.Sprintf("it is about %.200q, and asked for was %.200q", a.Stated, a.Asked)
}

// Lost adds to the release's Astray the answer that an error tells of; other
// errors add nothing, and each answer is added once.
func (r *Release) Lost(document string, err error) {
	var a *Astray
	if !errors.As(err, &a) {
		return
	}
	lost := Astray{Document: document, Stated: a.Stated, Asked: a.Asked}
	for _, has := range r.Astray {
		if has == lost {
			return
		}
	}
	r.Astray = append(r.Astray, lost)
}
