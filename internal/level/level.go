// Package level weighs findings by the principles. It knows no level number,
// no track and no check by name: all of that is data (package principles).
package level

import (
	"cmp"
	"fmt"
	"strings"

	"touchstone/internal/evidence"
	"touchstone/principles"
)

// A Status is how a requirement stands.
type Status string

// The statuses.
const (
	Met   Status = "met"
	Unmet Status = "unmet"
	// Open: nothing speaks against it, but something could not be checked.
	Open Status = "open"
)

// A Requirement is one requirement, weighed.
type Requirement struct {
	ID     string   `json:"id"`
	Track  string   `json:"track"`
	Level  int      `json:"level"`
	Name   string   `json:"name"`
	Status Status   `json:"status"`
	Checks []string `json:"checks"` // those that decided
	// Reason is what those found: where it is not met, the cause.
	Reason string `json:"reason"`
	// Reach says who could do what about the cause; empty where it is met, and
	// where nobody but the reader could find out more.
	Reach principles.Reach `json:"reach"`
	// Parts are what Reason and Reach are made of: what each of the checks found, in
	// their order, each reason once.
	Parts []Part `json:"-"`
}

// A Part is what one check found, and who could do what about that.
type Part struct {
	Reason string
	Reach  principles.Reach
}

// A Track is one track's result.
type Track struct {
	ID   string `json:"-"`
	Name string `json:"-"`
	// Level is the highest level of which, and below which, every requirement
	// is met; 0 for none.
	Level int `json:"level"`
	// AtMost is the highest that could hold if everything open turned out well.
	AtMost int `json:"atMost"`
	// LevelName is the name of Level; empty for 0.
	LevelName string `json:"name"`
	// Top is the track's highest level.
	Top int `json:"of"`
}

// A Verdict is what findings are worth.
type Verdict struct {
	// Failed: evidence that the repository serves as this package's is wrong.
	// Then every track stands at 0 and at most 0.
	Failed       bool
	Tracks       []Track
	Requirements []Requirement
	// Failures and Alarms are the reasons of failed checks, by severity.
	Failures, Alarms []string
}

// Weigh weighs findings. Each check may appear once; one that the principles
// do not name is an error, because its failure would mean nothing.
func Weigh(doc *principles.Document, findings []evidence.Finding) (Verdict, error) {
	byCheck := make(map[string]*evidence.Finding, len(findings))
	var v Verdict
	for i := range findings {
		f := &findings[i]
		if _, dup := byCheck[f.Check]; dup {
			return Verdict{}, fmt.Errorf("weighing findings: check %s answered twice", f.Check)
		}
		byCheck[f.Check] = f
		check, known := doc.Check(f.Check)
		if !known {
			return Verdict{}, fmt.Errorf("weighing findings: the principles know no check %s", f.Check)
		}
		if f.Outcome != evidence.Fail {
			continue
		}
		switch check.OnFail {
		case principles.Failed:
			v.Failed = true
			v.Failures = distinct(append(v.Failures, f.Reason))
		case principles.Alarm:
			v.Alarms = distinct(append(v.Alarms, f.Reason))
		}
	}
	for _, t := range doc.Tracks {
		if t.Weighed {
			v.weighTrack(doc, t, byCheck)
		}
	}
	return v, nil
}

// weighTrack adds a track's result. A level holds only if all below it do.
func (v *Verdict) weighTrack(doc *principles.Document, t principles.Track, findings map[string]*evidence.Finding) {
	out := Track{ID: t.ID, Name: t.Name, Top: len(t.Levels)}
	held, possible := true, true
	for _, l := range t.Levels {
		for _, r := range l.Requirements {
			w := weigh(doc, r, findings)
			w.Track, w.Level = t.ID, l.Level
			v.Requirements = append(v.Requirements, w)
			held = held && w.Status == Met
			possible = possible && w.Status != Unmet
		}
		if held {
			out.Level, out.LevelName = l.Level, l.Name
		}
		if possible {
			out.AtMost = l.Level
		}
	}
	if v.Failed {
		out.Level, out.LevelName, out.AtMost = 0, "", 0
	}
	v.Tracks = append(v.Tracks, out)
}

// weigh decides one requirement: met by any way whose checks all pass; open if
// some way lacks only what is unknown; otherwise unmet. Of several ways that
// stand alike, the one that says most about this package gives the cause.
func weigh(doc *principles.Document, r principles.Requirement, findings map[string]*evidence.Finding) Requirement {
	out := Requirement{ID: r.ID, Name: r.Name, Status: Unmet, Checks: []string{}, Reason: r.NotChecked}
	var best way
	for i, w := range r.MetBy {
		if judged := judge(w, findings); i == 0 || judged.says(best) {
			best = judged
		}
	}
	if len(r.MetBy) == 0 {
		return out
	}
	out.Status = best.status
	var reasons []string
	var found []Part
	for _, f := range best.decided {
		out.Checks = append(out.Checks, f.Check)
		reasons = append(reasons, f.Reason)
		part := Part{Reason: f.Reason}
		check, _ := doc.Check(cmp.Or(f.Cause, f.Check))
		if f.Could == evidence.Maintainer {
			part.Reach.Maintainer = check.Reach.Maintainer
		}
		if f.Could == evidence.Repository {
			part.Reach.Repository = check.Reach.Repository
		}
		found = append(found, part)
	}
	out.Reason = Joined(reasons)
	for _, reason := range distinct(reasons) {
		part := Part{Reason: reason}
		for _, f := range found {
			if strings.Contains(reason, f.Reason) {
				part.Reach = orReach(part.Reach, f.Reach)
			}
		}
		out.Parts = append(out.Parts, part)
		out.Reach = orReach(out.Reach, part.Reach)
	}
	return out
}

// orReach is who could do what, by the first who says so.
func orReach(first, then principles.Reach) principles.Reach {
	return principles.Reach{Maintainer: cmp.Or(first.Maintainer, then.Maintainer), Repository: cmp.Or(first.Repository, then.Repository)}
}

// A cause is why something does not pass, by how much that says: what is wrong
// says more than what is missing, that more than what could not be checked,
// that more than what is not understood, and that a question did not arise says
// nothing about the package.
type cause int

const (
	none cause = iota
	idle
	notUnderstood
	notChecked
	missing
	wrong
)

// A way is one of a requirement's ways, judged.
type way struct {
	status Status
	// applies: each of its questions arises for this package.
	applies bool
	cause   cause
	passed  float64 // share of its checks
	lacks   int     // how many of them do not pass
	// decided are the findings of that cause; all of them where it is met.
	decided []*evidence.Finding
}

// says tells whether w gives the reason rather than v: the better status, then
// the one that applies at all, then the stronger cause, then the nearer.
func (w way) says(v way) bool {
	for _, c := range []int{
		cmp.Compare(rank(w.status), rank(v.status)),
		cmp.Compare(truth(w.applies), truth(v.applies)),
		cmp.Compare(w.cause, v.cause),
		w.nearer(v),
	} {
		if c != 0 {
			return c > 0
		}
	}
	return false
}

// nearer compares how near two ways are to being met. Of those that are open, what
// passes beside what could not be checked makes none the likelier reason.
func (w way) nearer(v way) int {
	if w.status == Open && v.status == Open {
		return cmp.Compare(v.lacks, w.lacks)
	}
	return cmp.Compare(w.passed, v.passed)
}

// judge looks at one way. A check that was not run could not be checked, and
// nothing would change that: it leaves nothing open.
func judge(w principles.Way, findings map[string]*evidence.Finding) way {
	out := way{status: Met, applies: true}
	for _, id := range w.All {
		f, ran := findings[id]
		if !ran {
			f = &evidence.Finding{Check: id, Reason: "The check " + id + " was not run."}
		}
		why := causeOf(f)
		switch {
		case f.Outcome == evidence.Pass:
			out.passed += 1 / float64(len(w.All))
		case why == notChecked && ran:
			if out.status == Met {
				out.status = Open
			}
		default:
			out.status = Unmet
		}
		if f.Outcome != evidence.Pass {
			out.lacks++
		}
		out.applies = out.applies && f.Outcome != evidence.NotApplicable
		if why > out.cause {
			out.cause, out.decided = why, nil
		}
		if why == out.cause {
			out.decided = append(out.decided, f)
		}
	}
	return out
}

func causeOf(f *evidence.Finding) cause {
	switch f.Outcome {
	case evidence.Pass:
		return none
	case evidence.NotApplicable:
		return idle
	case evidence.Fail:
		return wrong
	case evidence.Absent:
		return missing
	case evidence.NotUnderstood:
		return notUnderstood
	}
	return notChecked
}

func rank(s Status) int {
	switch s {
	case Met:
		return 2
	case Open:
		return 1
	}
	return 0
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Joined are reasons as one text. What one lacks may be a part of what another
// does: it is said once.
func Joined(reasons []string) string { return strings.Join(distinct(reasons), " ") }

func distinct(reasons []string) []string {
	var out []string
	for i, r := range reasons {
		said := false
		for j, other := range reasons {
			said = said || j != i && strings.Contains(other, r) && (len(other) > len(r) || j < i)
		}
		if !said {
			out = append(out, r)
		}
	}
	return out
}
