// Package level weighs findings by the principles. It knows no level number,
// no track and no check by name: all of that is data (package principles).
package level

import (
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
	Reason string   `json:"reason"`
	// Reach says who could do what to meet it; empty where it is met.
	Reach principles.Reach `json:"reach"`
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
	byCheck := map[string]evidence.Finding{}
	var v Verdict
	for _, f := range findings {
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
			v.Failures = append(v.Failures, f.Reason)
		case principles.Alarm:
			v.Alarms = append(v.Alarms, f.Reason)
		}
	}
	for _, t := range doc.Tracks {
		if t.Weighed {
			v.weighTrack(t, byCheck)
		}
	}
	return v, nil
}

// weighTrack adds a track's result. A level holds only if all below it do.
func (v *Verdict) weighTrack(t principles.Track, findings map[string]evidence.Finding) {
	out := Track{ID: t.ID, Name: t.Name, Top: len(t.Levels)}
	held, possible := true, true
	for _, l := range t.Levels {
		for _, r := range l.Requirements {
			w := weigh(r, findings)
			w.Track, w.Level = t.ID, l.Level
			if w.Status != Met {
				w.Reach = r.Reach
			}
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
// some way lacks only what is unknown; otherwise unmet. The reason is that of
// the way that came nearest.
func weigh(r principles.Requirement, findings map[string]evidence.Finding) Requirement {
	out := Requirement{ID: r.ID, Name: r.Name, Status: Unmet, Checks: []string{}, Reason: r.NotChecked}
	best := -1
	for _, way := range r.MetBy {
		status, passed, reasons := judge(way, findings)
		score := passed*1000/len(way.All) + rank(status)*1_000_000
		if score > best {
			best = score
			out.Status, out.Checks, out.Reason = status, way.All, strings.Join(reasons, " ")
		}
	}
	return out
}

// judge looks at one way: how it stands, how many of its checks pass, and the
// reasons that decided (those that pass, or those that do not).
func judge(way principles.Way, findings map[string]evidence.Finding) (Status, int, []string) {
	status, passed := Met, 0
	var good, bad []string
	for _, id := range way.All {
		f, ran := findings[id]
		switch {
		case ran && f.Outcome == evidence.Pass:
			passed++
			good = append(good, f.Reason)
		case ran && f.Outcome == evidence.Unknown && !f.Unreadable:
			if status == Met {
				status = Open
			}
			bad = append(bad, f.Reason)
		default:
			status = Unmet
			if !ran {
				f.Reason = "The check " + id + " was not run."
			}
			bad = append(bad, f.Reason)
		}
	}
	if status == Met {
		return status, passed, good
	}
	return status, passed, bad
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
