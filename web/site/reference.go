package main

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"touchstone/principles"
)

// allPlaces are the places of all tracks, in reading order.
func allPlaces(doc *principles.Document) []place {
	var out []place
	for _, t := range doc.Tracks {
		out = append(out, places(t)...)
	}
	return out
}

func remarkSource(d *principles.Discussion, r principles.Remark) string {
	return cmp.Or(r.Source, d.Source)
}

// settlement is a settled question; the data's own validation has seen that
// every id that is named exists.
func settlement(doc *principles.Document, id string) principles.Settlement {
	for _, s := range doc.Framing.Settled {
		if s.ID == id {
			return s
		}
	}
	return principles.Settlement{}
}

func turnsOf(e principles.Edition, registry string) []principles.Turn {
	return slices.DeleteFunc(slices.Clone(e.Turns), func(t principles.Turn) bool { return t.Registry != registry })
}

// A step is a level that a repository does not have yet, and what lacks for it.
type step struct {
	track   principles.Track
	level   principles.Level
	missing []principles.Requirement
}

// nextSteps are the next level of each track where a line is missing: those of
// the level itself, and of the levels below that were passed over.
func nextSteps(doc *principles.Document, r principles.Registry) []step {
	var out []step
	for _, t := range doc.Tracks {
		standing := r.Standing(t)
		for _, l := range t.Levels {
			if l.Level <= standing.Level {
				continue
			}
			s := step{track: t, level: l}
			for _, q := range l.Counting() {
				if a := r.Answer(q.ID).Status; a != principles.Met && a != principles.NotApplicable {
					s.missing = append(s.missing, q)
				}
			}
			if len(s.missing) > 0 {
				out = append(out, s)
				break
			}
		}
	}
	return out
}

// doneBy are the deployments of a line at others.
func doneBy(q principles.Requirement, but string) []principles.Deployment {
	return slices.DeleteFunc(slices.Clone(q.Deployed), func(d principles.Deployment) bool { return d.Registry == but })
}

// old tells that an answer is older than a year, on the day of the newest
// edition: the site says the same whenever it is built.
func old(doc *principles.Document, date string) bool {
	then, err := time.Parse(time.DateOnly, date)
	if err != nil || len(doc.History) == 0 {
		return false
	}
	now, err := time.Parse(time.DateOnly, doc.History[0].Date)
	return err == nil && now.Sub(then) > 365*24*time.Hour
}

// needsOf lists what a line needs, for the form.
func needsOf(q principles.Requirement) string { return strings.Join(q.Needs, " ") }

// choices are the statuses as the form offers them: first that which an answer has
// until somebody gives one.
func choices() []word {
	return append([]word{wordOf(principles.NotEstablished)}, slices.DeleteFunc(slices.Clone(words), func(w word) bool { return w.status == principles.NotEstablished })...)
}

// commandsFor are the commands that show whether a line holds.
func commandsFor(doc *principles.Document, requirement string) []principles.Command {
	for _, c := range doc.Commands {
		if c.Requirement == requirement {
			return c.By
		}
	}
	return nil
}

func registryName(doc *principles.Document, id string) string {
	i := slices.IndexFunc(doc.Registries, func(r principles.Registry) bool { return r.ID == id })
	return doc.Registries[i].Name // the loader has seen to it that it is there
}
