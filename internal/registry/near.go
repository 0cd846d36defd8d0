package registry

import (
	"strings"

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
