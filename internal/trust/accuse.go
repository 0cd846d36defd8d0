package trust

import "errors"

// An Accusation is evidence against an anchor: the repository that it comes
// from served what it must not serve. It may be a cache that lags behind, a
// fault of the repository's, or an attack; a lasting one is never the first.
type Accusation struct {
	ID ID
	// Why is what was wrong: a [*Rollback], [ErrExpired] or [ErrRefused].
	Why error
	// Evidence is every document that was fetched, in the order asked.
	Evidence []Answer
}

// Accuses tells whether what ended a refresh speaks against the repository: an
// older state than was seen (rollback), one that has run out (freeze), or a
// document that is not what its signatures say. That nothing usable came, or
// that this version does not read what came, speaks against nobody.
func Accuses(err error) bool {
	_, rollback := errors.AsType[*Rollback](err)
	return rollback || errors.Is(err, ErrExpired) || errors.Is(err, ErrRefused)
}

// Accusations are what a refresh that ended with err found wrong: of all that
// the repository vouches for, or of the anchors that alone were wrong.
func (r Refreshed) Accusations(err error) []Accusation {
	var out []Accusation
	accuse := func(id ID, why error) {
		if Accuses(why) {
			out = append(out, Accusation{id, why, r.Answers})
		}
	}
	if err != nil && len(r.Kept) == 0 {
		for _, id := range []ID{SigstoreRoot, NPMKeys, TUFRoot} {
			accuse(id, err)
		}
	}
	for _, kept := range r.Kept {
		accuse(kept.ID, kept.Why)
	}
	return out
}

// Accused gives the same anchors under these accusations, and no others.
func (a Anchors) Accused(by []Accusation) Anchors {
	a.accused = by
	return a
}
