package evidence

import "touchstone/internal/fetch"

// recordDirect asks whether the record is the repository's own word.
func recordDirect(e *exam) Finding {
	a := e.Release.Record().Answer
	if a.State != fetch.Found {
		return unfetched(a, "the record", "The repository has no record of this version.")
	}
	if a.Route != fetch.Direct {
		return because(Unknown, "The record came "+byRoute(a.Route)+", not from the repository's own host, so it is only somebody's word.")
	}
	return pass("The record came over TLS from the repository's own host to this client.", nil)
}
