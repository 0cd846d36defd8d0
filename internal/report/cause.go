package report

import (
	"slices"
	"strings"

	"touchstone/internal/level"
	"touchstone/principles"
)

// A Cause is why requirements are not met: said once, with all that hang on it.
type Cause struct {
	Text  string `json:"text"`
	State State  `json:"state"`
	// Requirements are those that lack it, by id, in reading order.
	Requirements []string `json:"requirements"`
	// Next tells that one of them stands between the first track's level and
	// the next.
	Next bool `json:"next,omitempty"`
	// Alarm tells that an alarm says the same.
	Alarm bool `json:"alarm,omitempty"`
	// Reach says who could do what about it.
	Reach principles.Reach `json:"reach,omitzero"`
}

// causes gathers requirements that are not met by what they lack. One that lacks
// several things hangs on a cause of each.
func (r *Report) causes() []Cause {
	out := []Cause{}
	var all []string
	for _, q := range r.Requirements {
		for _, part := range lacked(q) {
			all = append(all, part.Reason)
		}
	}
	for _, q := range r.Requirements {
		for _, part := range lacked(q) {
			for _, piece := range apart(part, all) {
				out = r.hang(out, q, piece)
			}
		}
	}
	return out
}

// lacked are what a requirement that is not met lacks.
func lacked(q Requirement) []level.Part {
	switch {
	case q.Status == level.Met:
		return nil
	case len(q.Parts) == 0: // no check decided it
		return []level.Part{{Reason: q.Reason, Reach: q.Reach}}
	}
	return q.Parts
}

// apart takes what is lacked apart where its beginning or its end is the whole of
// what another requirement lacks, so that this is said once.
func apart(part level.Part, all []string) []level.Part {
	for _, other := range all {
		if rest, ok := strings.CutPrefix(part.Reason, other+" "); ok {
			return append([]level.Part{{Reason: other, Reach: part.Reach}}, apart(level.Part{Reason: rest}, all)...)
		}
		if rest, ok := strings.CutSuffix(part.Reason, " "+other); ok {
			return append(apart(level.Part{Reason: rest, Reach: part.Reach}, all), level.Part{Reason: other})
		}
	}
	return []level.Part{part}
}

// hang adds what a requirement lacks to the causes, and it to the ones that lack it.
func (r *Report) hang(out []Cause, q Requirement, part level.Part) []Cause {
	i := slices.IndexFunc(out, func(c Cause) bool { return c.Text == part.Reason })
	if i < 0 {
		i = len(out)
		out = append(out, Cause{Text: part.Reason, State: q.State, Alarm: slices.Contains(r.Verdict.Alarms, part.Reason)})
	}
	c := &out[i]
	if slices.Index(looks, q.State.Class) < slices.Index(looks, c.State.Class) {
		c.State = q.State // the gravest
	}
	c.Requirements = append(c.Requirements, q.ID)
	c.Next = c.Next || !r.Verdict.Failed && r.stands(q)
	if c.Reach == (principles.Reach{}) {
		c.Reach = part.Reach
	}
	return out
}

// CausesOf are those on which a requirement hangs, in their order.
func (r *Report) CausesOf(q Requirement) []Cause {
	return slices.DeleteFunc(slices.Clone(r.Causes), func(c Cause) bool { return !slices.Contains(c.Requirements, q.ID) })
}

// stands tells whether a requirement stands between the first track's level and
// the next.
func (r *Report) stands(q Requirement) bool {
	if len(r.Verdict.Tracks) == 0 {
		return false
	}
	t := r.Verdict.Tracks[0]
	return q.Track == t.ID && q.Level == t.Level+1 && q.Status != level.Met
}
