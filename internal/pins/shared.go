package pins

import (
	"cmp"
	"slices"
	"strings"
)

// Several is of how many pins the same must be found for it to be said once, above
// them all.
const Several = 5

// A shared finding is one that many pins have, in the same words.
type shared struct {
	Finding
	lines int
}

// shared are the findings that [Several] lines or more have, the weightiest first.
// What is allowed stands beside its pin alone.
func (r *Result) shared() []shared {
	at := map[[2]string]int{}
	var all []shared
	for _, l := range r.Lines {
		for _, f := range l.Findings {
			if f.Allowed != "" {
				continue
			}
			key := [2]string{f.Rule, f.Text}
			i, found := at[key]
			if !found {
				i = len(all)
				at[key] = i
				all = append(all, shared{Finding: f})
			}
			all[i].lines++
		}
	}
	all = slices.DeleteFunc(all, func(s shared) bool { return s.lines < Several })
	slices.SortStableFunc(all, func(a, b shared) int {
		return cmp.Or(cmp.Compare(slices.Index(States, a.State), slices.Index(States, b.State)), cmp.Compare(b.lines, a.lines))
	})
	return all
}

// apart are a line's findings that are its own, and the rules of those that many
// share.
func apart(l Line, all []shared) (own []Finding, rules []string) {
	for _, f := range l.Findings {
		if f.Allowed == "" && slices.ContainsFunc(all, func(s shared) bool { return s.Rule == f.Rule && s.Text == f.Text }) {
			rules = append(rules, f.Rule)
		} else {
			own = append(own, f)
		}
	}
	return own, rules
}

// above says that a line has what was said above, by its rules.
func above(rules []string) string { return strings.Join(rules, ", ") + ", as said above" }
