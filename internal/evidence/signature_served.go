package evidence

import (
	"fmt"
	"slices"

	"touchstone/internal/fault"
	"touchstone/internal/fetch"
	"touchstone/internal/registry"
	"touchstone/internal/trust"
)

// signatureServed asks whether a repository that signs everything has signed
// this: a signature that disappears is how a stripped record looks, and so does one in
// whose place something stands that nobody here can read, by a key that is none of the
// repository's as its list of keys was seen lately.
func signatureServed(e *exam) Finding {
	rel, _ := signedLink(e.chain())
	for _, l := range e.Release.Chain {
		if l.SignsAll != "" && len(l.Signatures) == 0 { // whatever is signed behind it
			rel = l
		}
	}
	unread, sealed := e.unsealed()
	switch {
	case rel.SignsAll == "" && sealed:
		return unread
	case rel.SignsAll == "":
		return because(NotApplicable, "This repository does not sign the record of every package with a key of its own.")
	case slices.ContainsFunc(rel.Signatures, func(s registry.Signature) bool { return possible(s) && !e.unheardOf(rel, s) }):
		return pass("The record carries a signature that is said to be the repository's own.", nil)
	case rel.Answer.State != fetch.Found:
		return unfetched(rel.Answer, "the record", "The repository has no record of this version.")
	case rel.Answer.Route != fetch.Direct:
		return because(Unknown, "The record carries no signature that could be the repository's. It came "+byRoute(rel.Answer.Route)+", so the repository's own record may have one.")
	}
	what := "no signature"
	switch {
	case slices.ContainsFunc(rel.Signatures, possible):
		what = "only one of a kind that this version cannot verify, by none of the repository's keys"
	case len(rel.Signatures) > 0:
		what = "something in the place of a signature that cannot be one"
	}
	document := "record of this one"
	if rel.Name != e.Release.Record().Name && e.called(rel) == "the record" {
		document = rel.Name + ", which leads to this one,"
	}
	return because(Fail, fmt.Sprintf("This repository signs every version, but the %s carries %s. A mirror, a proxy or the repository itself may have removed it.", document, what))
}

// possible tells whether something can be a signature at all: it names a key,
// and is as long as a signature that cannot be guessed (256 bits).
func possible(s registry.Signature) bool { return s.KeyID != "" && len(s.Bytes) >= 32 }

// unheardOf tells of a signature that it is in a form which cannot be verified here, by a
// key that is not in its set, where that is complete and was seen lately: owners list a
// key before they use it, of whatever kind. Of a set that nothing refreshes that is not
// known.
func (e *exam) unheardOf(link registry.Link, s registry.Signature) bool {
	mechanism, known := e.Mechanisms[s.Form]
	set, anchored := e.Proofs.Anchors.Anchor(s.Anchors)
	if !known || !anchored || !set.Closed || set.Refresh == "" || !e.Proofs.Anchors.Standing(s.Anchors, e.Time, e.Network).Counts {
		return false
	}
	if s.Message == nil {
		s.Message = link.Answer.Body
	}
	key, err := mechanism.Verify(s.Message, s.Bytes, s.KeyID, e.Proofs.Anchors.Keys(s.Anchors, trust.UsageSignatures))
	return fault.Of(err) == fault.NotUnderstood && key.ID == ""
}
