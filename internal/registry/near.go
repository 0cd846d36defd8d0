package registry

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"touchstone/internal/fetch"
	"touchstone/internal/purl"
)

// Bounds of what is offered for a name that is not there.
const (
	mostNear = 3 // names
	farthest = 2 // letters that differ
)

// OfferNear adds to the refusal of a name that a registry does not have those of
// its own suggestions that are written nearly alike. Nothing is guessed: a name
// that the registry does not know is never offered, and who says so stands beside
// each, by is what people call the registry's search.
func OfferNear(refused *purl.Refused, name, by string, s Suggested) {
	offered := 0
	for _, like := range s.Packages {
		other := like.Ref.Path()
		if other == name || distance(strings.ToLower(name), strings.ToLower(other)) > farthest || offered == mostNear {
			continue
		}
		offered++
		refused.Offer(like.Ref, "nearly the same letters, by "+by)
	}
	if offered > 0 {
		refused.Detail += " " + strings.ToUpper(by[:1]) + by[1:] + " finds names that are written nearly alike. That is no recommendation: some names are made to be mistaken for others."
	}
}

// distance is how many letters must be added, left out, changed or swapped with
// their neighbour to make one name of the other (optimal string alignment); names
// that differ more in length than counts are that far apart at once.
func distance(a, b string) int {
	if d := len(a) - len(b); d > farthest || -d > farthest {
		return farthest + 1
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

// Unlearned is the refusal where the version that is meant could not be learned:
// repository is who was asked, which what it did not say, as in "which version of x
// is the newest". Where others than the repository itself say that nothing is there,
// nothing is known, but the name is asked about first: missing is true then.
func Unlearned(repository, name, which string, answers ...fetch.Answer) (refused *purl.Refused, missing bool) {
	if note, ok := Misspelled(repository, name, answers...); ok {
		return purl.Refuse(purl.Unlearned, "%s If the name is right, give an exact version, or try again later.", note.Text), true
	}
	reason := "it lists none that can be read"
	for _, a := range answers {
		reason = cmp.Or(a.Reason, reason)
	}
	return purl.Refuse(purl.Unlearned, "%s did not say %s (%s). Give an exact version, or try again later.", strings.ToUpper(repository[:1])+repository[1:], which, reason), false
}

// Misspelled is the note where others than the repository say that neither the name
// nor the version is there; false where anybody says something else.
func Misspelled(repository, name string, answers ...fetch.Answer) (purl.Note, bool) {
	if slices.ContainsFunc(answers, func(a fetch.Answer) bool { return !a.Gone() }) {
		return purl.Note{}, false
	}
	return purl.Note{Kind: "spelling", Text: fmt.Sprintf("Is %s spelled right? Nothing was found under this name. Only a direct answer of %s could settle that, and it gave none.", name, repository)}, true
}
