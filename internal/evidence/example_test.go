package evidence

import (
	"fmt"
	"time"

	"touchstone/internal/fetch"
	"touchstone/internal/registry"
)

// settledFor asks whether a version is out long enough that others may have
// looked at it: by the word of the repository's own host alone.
func settledFor(e *exam) Finding {
	i := e.Release.Index
	published, err := time.Parse(time.RFC3339, i.Published)
	switch {
	case i.State == "":
		return because(NotApplicable, "This repository does not say when a version appeared.")
	case i.State != fetch.Found || i.PublishedRoute != fetch.Direct:
		return because(Unknown, "The repository's own host did not say when this version appeared.")
	case err != nil:
		return because(NotUnderstood, "The time at which this version appeared cannot be read.")
	case e.Time.Sub(published) < 7*24*time.Hour:
		return because(Absent, "This version is less than a week old.").by(Maintainer)
	}
	return pass("This version is out for a week or longer.", map[string]string{"since": i.Published})
}

// A check, and what it answers.
func Example_check() {
	now := time.Date(2026, time.March, 20, 0, 0, 0, 0, time.UTC)
	for _, index := range []registry.Index{
		{},
		{State: fetch.Unknown},
		{State: fetch.Found, PublishedRoute: fetch.Direct, Published: "yesterday"},
		{State: fetch.Found, PublishedRoute: fetch.Direct, Published: "2026-03-19T00:00:00Z"},
		{State: fetch.Found, PublishedRoute: fetch.Direct, Published: "2026-03-01T00:00:00Z"},
		{State: fetch.Found, PublishedRoute: fetch.Relay, Published: "2026-03-01T00:00:00Z"},
	} {
		e := &exam{Case: Case{Release: &registry.Release{Index: index}, Time: now}}
		fmt.Println(settledFor(e).Outcome)
	}
	// Output:
	// not applicable
	// unknown
	// not understood
	// absent
	// pass
	// unknown
}
