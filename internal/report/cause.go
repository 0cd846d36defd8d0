package report

import (
	"slices"

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

// causes gathers requirements that are not met by what they lack.
func (r *Report) causes() []Cause {
	out := []Cause{}
	for _, q := range r.Requirements {
		if q.Status == level.Met {
			continue
		}
		i := slices.IndexFunc(out, func(c Cause) bool { return c.Text == q.Reason })
		if i < 0 {
			i = len(out)
			out = append(out, Cause{Text: q.Reason, State: q.State, Alarm: slices.Contains(r.Verdict.Alarms, q.Reason)})
		}
		c := &out[i]
		if slices.Index(looks, q.State.Class) < slices.Index(looks, c.State.Class) {
			c.State = q.State // the gravest
		}
		c.Requirements = append(c.Requirements, q.ID)
		c.Next = c.Next || !r.Verdict.Failed && r.stands(q)
		if c.Reach == (principles.Reach{}) {
			c.Reach = q.Reach
		}
	}
	return out
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
