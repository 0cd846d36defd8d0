package evidence

import (
	"fmt"

	"touchstone/internal/digest"
	"touchstone/internal/fetch"
	"touchstone/internal/registry"
)

// chainWhole asks whether each document on the way to the file is the one that
// the document before it states, by a strong digest.
func chainWhole(e *exam) Finding {
	chain := e.Release.Chain
	switch {
	case len(chain) < 2 && e.Release.Record().Answer.State != fetch.Found:
		return because(NotApplicable, "No document was read that could lead to another.")
	case len(chain) < 2:
		return because(NotApplicable, "One document states the digests of this package; none leads to it.")
	}
	for i, next := range chain[1:] {
		before := chain[i]
		if next.Answer.State != fetch.Found {
			return unfetched(next.Answer, "the "+next.Name, "The repository does not have the "+next.Name+".")
		}
		strong := false
		for _, d := range before.States {
			if d.Of != registry.OfNext {
				continue
			}
			got := sum(d.Algorithm, next.Answer.Body)
			if got != "" && got != d.Value {
				return because(Fail, fmt.Sprintf("The %s states its %s with %s; what arrived has %s.", before.Name, next.Name, spelled(d.Algorithm, d.Value), spelled(d.Algorithm, got)))
			}
			strong = strong || got != "" && digest.Strong(d.Algorithm)
		}
		if !strong {
			return because(Absent, fmt.Sprintf("The %s states no digest of its %s that is strong enough.", before.Name, next.Name))
		}
	}
	return pass("Each document on the way to the package is the one that the document before it states.", nil)
}
