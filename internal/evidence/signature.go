package evidence

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"

	"touchstone/internal/digest"
	"touchstone/internal/fetch"
	"touchstone/internal/registry"
	"touchstone/internal/trust"
)

// signatureServed asks whether a repository that signs everything has signed
// this: a signature that disappears is how a stripped record looks.
func signatureServed(in *Input) Finding {
	rel := in.Release.Record()
	switch {
	case rel.SignsAll == "":
		return because(NotApplicable, "This repository does not sign the record of every package with a key of its own.")
	case slices.ContainsFunc(rel.Signatures, possible):
		return pass("The record carries a signature that is said to be the repository's own.", nil)
	case rel.Answer.State != fetch.Found:
		return unfetched(rel.Answer, "the record that would carry the signature", "the repository has no record of this version")
	case rel.Answer.Route != fetch.Direct:
		return because(Unknown, "The record carries no signature. It came "+byRoute(rel.Answer.Route)+", so the repository's own record may have one.")
	}
	what := "no signature"
	if len(rel.Signatures) > 0 {
		what = "something in the place of a signature that cannot be one"
	}
	return because(Fail, fmt.Sprintf("This repository signs every version, but the record of this one carries %s. A mirror, a proxy or the repository itself may have removed it.", what)).by(Repository)
}

// possible tells whether something can be a signature at all: it names a key,
// and is as long as a signature that cannot be guessed (256 bits).
func possible(s registry.Signature) bool { return s.KeyID != "" && len(s.Bytes) >= 32 }

// registrySignature verifies the repository's own signatures over the text
// that binds name, version and digest. One that is wrong decides, then one that
// counts: while a key is being replaced, records carry signatures by both.
//
//  1. Find the key among the pinned ones, for this usage.
//  2. Verify the signature over the text.
//  3. Judge the key at a proven time: one still in use counts; a retired one
//     only where something dates the signature before its end.
func registrySignature(in *Input) Finding {
	rel := in.Release.Record()
	if len(rel.Signatures) == 0 {
		if rel.SignsAll == "" {
			return because(NotApplicable, "This repository does not sign records with a key of its own.")
		}
		f := signatureServed(in)
		if f.Outcome == Fail {
			f.Outcome = Absent // said as an alarm by the other check
		}
		return f
	}
	best := judgeSignature(in, rel.Signatures[0])
	for _, s := range rel.Signatures[1:] {
		best = better(best, judgeSignature(in, s))
	}
	return best
}

// judgeSignature takes one signature through the steps of registrySignature.
func judgeSignature(in *Input, s registry.Signature) Finding {
	// 1.
	id := s.Anchors
	key, known := in.Proofs.Anchors.Key(id, s.KeyID, trust.UsageSignatures)
	if !known {
		return unknownKey(in, id, s)
	}
	if key.Public == nil {
		return unreadable(fmt.Sprintf("The record is signed with the key %s, of a kind (%s) that this version cannot use.", key.ID, key.Details))
	}
	// 2.
	sum := sha256.Sum256(s.Message)
	if !ecdsa.VerifyASN1(key.Public, sum[:], s.Bytes) {
		return because(Fail, fmt.Sprintf("The repository's signature over this record does not verify with its key %s.", key.ID))
	}
	if !bindsWhatIsRecorded(in, s) {
		return because(Absent, "The repository's signature verifies, but covers no strong digest. Two different packages can be made to share a weak one.").by(Maintainer)
	}
	// 3.
	standing := in.Proofs.Anchors.Standing(id, in.Time, in.Network)
	if standing.Accused != nil {
		return distrusted("The signature", standing)
	}
	if !standing.Counts {
		return because(Unknown, sentence(standing.Reason))
	}
	reason := fmt.Sprintf("The repository's key %s signed this name, version and digest, and the signature verifies.", key.ID)
	if standing.Reason != "" {
		reason += " " + sentence(standing.Reason)
	}
	facts := map[string]string{"signing key": key.ID, "signed text": string(s.Message)}
	if key.ValidAt(in.Time) {
		return pass(reason, facts)
	}
	if in.Time.Before(key.Start) {
		return because(Unknown, fmt.Sprintf("%s But that key comes into use on %s only.", reason, key.Start.UTC().Format(time.DateOnly)))
	}
	if date, ok := hostsDate(in.Release); ok && key.ValidAt(date) {
		facts["dated by"] = "the repository's host, " + date.UTC().Format(time.RFC3339)
		return pass(reason+fmt.Sprintf(" The key was retired on %s. The repository's own host, asked directly, dates this version to %s, before that.", key.End.Format(time.DateOnly), date.UTC().Format(time.DateOnly)), facts)
	}
	return because(Unknown, reason+" But that key is retired, and nothing proves that the signature is that old. Whoever has the old key could have made it today.")
}

// bindsWhatIsRecorded tells whether the signed text states a strong digest
// which is the one that the bytes are compared with.
func bindsWhatIsRecorded(in *Input, s registry.Signature) bool {
	for _, bound := range s.Binds {
		for _, d := range in.Release.Record().States {
			if digest.Strong(bound.Algorithm) && bound.Of == d.Of && bound.Algorithm == d.Algorithm && bound.Value == d.Value {
				return true
			}
		}
	}
	return false
}

// hostsDate is when the repository's own host, asked directly, says that the
// version was published. It dates a signature only if that came from the same
// place: else somebody on the way could put the leaked old key's signature over
// other bytes beside the true date.
func hostsDate(rel *registry.Release) (time.Time, bool) {
	if rel.Index.PublishedRoute != fetch.Direct || rel.Record().Answer.Route != fetch.Direct || rel.Index.Published == "" {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339, rel.Index.Published)
	return t, err == nil
}

// unknownKey says what it means that the anchors lack a key.
func unknownKey(in *Input, id trust.ID, s registry.Signature) Finding {
	if standing := in.Proofs.Anchors.Standing(id, in.Time, in.Network); standing.Accused != nil {
		return distrusted(fmt.Sprintf("The signature by the key %q", s.KeyID), standing)
	}
	anchor, _ := in.Proofs.Anchors.Anchor(id)
	switch lack := anchor.Lacking(in.Time); {
	case lack == trust.LackFails:
		return because(Fail, fmt.Sprintf("The record is signed with the key %q, which is none of the repository's. Its list of keys was refreshed in this audit.", s.KeyID))
	case !possible(s):
		return because(Absent, "What stands in the place of a signature over this record cannot be one, by whatever key.")
	case lack == trust.LackAbsent:
		return because(Absent, fmt.Sprintf("The record is signed with the key %q, which nobody vouches for here.", s.KeyID))
	}
	return because(Unknown, fmt.Sprintf("The record is signed with the key %q, which this version does not know. It may be newer than the list of keys here.", s.KeyID))
}

// distrusted says that what a signature is judged by cannot be relied on: its
// source served what it must not. The documents are the proof.
func distrusted(what string, s trust.Standing) Finding {
	f := because(Fail, fmt.Sprintf("%s rests on trust anchors whose own source served what it must not. %s. A cache that lags behind would look the same: ask again later. If it lasts, it is an attack on that source, or on the way to it.",
		what, upper(strings.TrimSuffix(s.Reason, "."))))
	f.Facts = map[string]string{}
	for _, a := range s.Accused.Evidence {
		f.Facts["SHA-256 of "+a.URL] = fmt.Sprintf("%x", sha256.Sum256(a.Body))
	}
	return f
}
