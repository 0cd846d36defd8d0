package trust

import (
	"fmt"
	"time"
)

// FreshFor is how long an anchor counts after it was last refreshed.
const FreshFor = 30 * 24 * time.Hour

// clockLeeway is how far a visitor's clock may lag behind the anchors before
// their age cannot be told any more.
const clockLeeway = 24 * time.Hour

// AsOf is the moment up to which changes of the anchor have been seen.
func (a Anchor) AsOf() time.Time {
	if a.RefreshedAt.After(a.Taken) {
		return a.RefreshedAt
	}
	return a.Taken
}

// Age is how long ago changes of the anchor were last looked for. It is
// negative where now lies before that.
func (a Anchor) Age(now time.Time) time.Duration { return now.Sub(a.AsOf()) }

// Fresh tells whether the anchor is young enough to count without a
// reservation. An anchor that cannot be refreshed is fresh while it is valid.
func (a Anchor) Fresh(now time.Time) bool {
	if a.ended(now) {
		return false
	}
	age := a.Age(now)
	return a.Refresh == "" || age >= -clockLeeway && age <= FreshFor
}

// ended tells whether the anchor's own validity is over.
func (a Anchor) ended(now time.Time) bool {
	return a.ValidUntil != nil && !now.Before(*a.ValidUntil)
}

// A Standing says whether what rests on an anchor may count.
type Standing struct {
	Counts bool
	// Accused is what speaks against the anchor: what rests on it fails. Nil
	// for nothing; else it does not count.
	Accused *Accusation
	// Reason says why not, or with which reservation; empty when the anchor
	// counts without one.
	Reason string
}

// Standing judges the anchor's age at now. network tells whether a refresh
// could have been made: an audit of saved evidence has none.
//
//  1. An anchor whose own validity is over does not count.
//  2. One that cannot be refreshed counts; archive keys, with the reservation that
//     later revocations are unseen.
//  3. Without a network it counts; past FreshFor, with the reservation.
//  4. With one it counts up to FreshFor, and later not. Of archive keys that were
//     refreshed it is said by which list, and by whose word.
func (a Anchor) Standing(now time.Time, network bool) Standing {
	asOf := a.AsOf()
	s := Standing{Counts: true}
	switch {
	case a.ID == "":
		return Standing{Reason: "this program has no such anchor"}
	case a.ended(now):
		s.Counts = false
		s.Reason = fmt.Sprintf("%s: its validity ended on %s. A newer version of this program may have its successor",
			a.Name, day(*a.ValidUntil))
	case a.Kind == KindArchiveKeys && a.Refresh == "":
		s.Reason = fmt.Sprintf("This program holds %s as of %s. Nothing refreshes that set here, so later revocations are unseen", a.Name, day(asOf))
	case a.Fresh(now) && a.Through != "":
		s.Reason = fmt.Sprintf("This program holds %s as of %s, by %s", a.Name, day(asOf), a.Through)
	case a.Fresh(now):
	case !network && a.Kind == KindArchiveKeys:
		s.Reason = fmt.Sprintf("This program holds %s as of %s, later revocations unseen", a.Name, day(asOf))
	case !network:
		s.Reason = fmt.Sprintf("%s: as of %s, later revocations unseen", a.Name, day(asOf))
	case a.Age(now) < 0:
		s.Counts = false
		s.Reason = fmt.Sprintf("%s: as of %s, which this device's clock (%s) puts in the future. Set the clock, so that its age can be told",
			a.Name, day(asOf), day(now))
	case a.Kind == KindArchiveKeys:
		s.Counts = false
		s.Reason = fmt.Sprintf("This program holds %s as of %s, which is more than %d days ago. The package %s may have changed them since, and no newer signed list of it could be had. A newer version of this program may hold what changed",
			a.Name, day(asOf), int(FreshFor/(24*time.Hour)), a.Keyring)
	default:
		s.Counts = false
		s.Reason = fmt.Sprintf("%s: last refreshed on %s, which is more than %d days ago; try again when %s can be reached",
			a.Name, day(asOf), int(FreshFor/(24*time.Hour)), repositoryHost)
	}
	return s
}

// Standing judges one anchor; one that the set does not hold, or that is
// accused, never counts.
func (a Anchors) Standing(id ID, now time.Time, network bool) Standing {
	anchor, _ := a.Anchor(id)
	for _, one := range a.accused {
		if one.ID == id {
			return Standing{Accused: &one,
				Reason: fmt.Sprintf("%s: %v", anchor.Name, one.Why)}
		}
	}
	return anchor.Standing(now, network)
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// A Lack says what it means that a signature names a key that an anchor does
// not hold.
type Lack string

// The meanings, of a key that our anchors lack.
const (
	LackFails   Lack = "fails"   // the set is closed and up to date: not the owner's key
	LackUnknown Lack = "unknown" // the set may have changed since
	LackAbsent  Lack = "absent"  // the world is open: the key is merely not known here
)

// Lacking tells what a key that the anchor does not hold means in an audit
// that began at began. A closed set that has no way to be refreshed is up to
// date while it is valid.
func (a Anchor) Lacking(began time.Time) Lack {
	switch {
	case a.ID == "":
		return LackUnknown
	case !a.Closed:
		return LackAbsent
	case a.ended(began):
		return LackUnknown
	case a.Refresh == "":
		return LackFails
	case a.Kind == KindArchiveKeys && !a.ConfirmedAt.IsZero() && !a.ConfirmedAt.Before(began):
		return LackFails
	case a.Kind != KindArchiveKeys && !a.RefreshedAt.IsZero() && !a.RefreshedAt.Before(began):
		return LackFails
	}
	return LackUnknown
}
