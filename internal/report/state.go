package report

import (
	"touchstone/internal/evidence"
	"touchstone/internal/fetch"
	"touchstone/internal/level"
)

// A State is how something stands, for people: the word and the sign differ as
// well as the colour, so that nobody has to see colours.
type State struct {
	Class string `json:"class"` // names the look, and the sign: one of those below
	Word  string `json:"word"`
}

// The states. Four things that are easily confused stay apart: not there,
// there and wrong, not checked now, and not understood.
var (
	Met           = State{"met", "Met"}
	Wrong         = State{"wrong", "Wrong"}
	Missing       = State{"missing", "Not there"}
	Open          = State{"open", "Could not be checked"}
	NotUnderstood = State{"unreadable", "Not understood by this version"}
	NotChecked    = State{"unchecked", "Not checked by this version"}
	Idle          = State{"idle", "Does not apply"}
	Stated        = State{"stated", "Stated, not confirmed"}

	confirmed = State{Met.Class, "Confirmed"}
)

// looks are the classes that a state may have: after the first, the gravest
// first.
var looks = []string{Met.Class, Wrong.Class, Missing.Class, Open.Class, NotUnderstood.Class, NotChecked.Class, Idle.Class, Stated.Class}

// State is how one check ended.
func (f Finding) State() State {
	switch f.Outcome {
	case evidence.Pass:
		return confirmed
	case evidence.Fail:
		return Wrong
	case evidence.Absent:
		return Missing
	case evidence.NotApplicable:
		return Idle
	case evidence.NotUnderstood:
		return NotUnderstood
	}
	return Open
}

// Came is how one document came.
func (s Source) Came() State {
	switch s.State {
	case fetch.Found:
		return State{Met.Class, "Arrived"}
	case fetch.NotThere:
		return Missing
	}
	return State{Open.Class, "Could not be had"}
}

// stateOf is how a requirement stands: where it is not met, the worst of the
// checks that decided says why.
func (r *Report) stateOf(q level.Requirement) State {
	switch {
	case q.Status == level.Met:
		return Met
	case q.Status == level.Open:
		return Open
	case len(q.Checks) == 0:
		return NotChecked
	}
	worst := Missing
	for _, id := range q.Checks {
		switch s := r.Finding(id).State(); s {
		case Wrong:
			return s
		case NotUnderstood:
			worst = s
		}
	}
	return worst
}
