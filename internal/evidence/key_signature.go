package evidence

import (
	"fmt"
	"strings"
	"time"

	"touchstone/internal/fault"
	"touchstone/internal/fetch"
	"touchstone/internal/registry"
)

// keySignature asks whether a key that the reader brought signed these bytes, from
// beside or from inside them. What other keys signed is said, and proves nothing:
// anybody can make a key, under any name.
func keySignature(e *exam) Finding {
	inside := e.enclosedBrought()
	if inside.Outcome == Pass {
		return inside
	}
	f := e.detachedKeys()
	if inside.Outcome != "" && weight(f) <= weight(inside) {
		return inside
	}
	return f
}

// enclosedBrought says what a signature inside is worth that was made with a
// certificate which the reader brought; the zero Finding where there is none. It has
// to cover every file, whoever signed the others. What dates it is anchored nowhere here: the
// certificate must be valid still.
func (e *exam) enclosedBrought() (best Finding) {
	in := e.Artifact.Inside.Enclosed
	if in == nil || e.Keys == nil || e.enclosed.Outcome != Pass {
		return best
	}
	for _, s := range in.Each {
		if !s.By(e.Keys) {
			continue
		}
		made := fmt.Sprintf("A signature inside was made with the certificate that you brought, of %s", quoted(s.Holder))
		f := pass(made+", and covers every file. Whose it is rests on your word. Whether it was revoked was not asked.", map[string]string{"signing certificate": "sha256:" + s.Certificate})
		switch {
		case !s.Whole:
			f = because(Absent, made+". It does not cover every file: others could have added some.").by(Maintainer)
		case e.Time.Before(s.From):
			f = because(Absent, fmt.Sprintf("%s. That is valid from %s only.", made, s.From.UTC().Format(time.DateOnly))).by(Maintainer)
		case e.Time.After(s.Until):
			f = because(Absent, fmt.Sprintf("%s. That ran out on %s, and nothing anchored here proves that it was signed before.", made, s.Until.UTC().Format(time.DateOnly))).by(Maintainer)
		}
		if best.Outcome == "" || weight(f) > weight(best) {
			best = f
		}
	}
	return best
}

// detachedKeys says what the signatures by keys are worth that are served beside the
// package.
func (e *exam) detachedKeys() Finding {
	served := e.Release.File.Detached
	switch {
	case served.Judge == nil:
		return because(NotApplicable, "This repository serves no signatures by keys of publishers.")
	case served.Answer.State == fetch.NotThere && served.Answer.Route != fetch.Direct && e.Keys != nil:
		return because(Unknown, "No signature by a publisher's key came. What says so came "+byRoute(served.Answer.Route)+", so the repository itself may have one.")
	case served.Answer.State == fetch.NotThere:
		return because(Absent, "No signature by a publisher's key is served beside the package.").by(Maintainer)
	case served.Answer.State != fetch.Found:
		return because(Unknown, "Whether a publisher's key signed it is not known: "+sentence(served.Answer.Reason))
	case e.Artifact.Answer.State != fetch.Found:
		return because(Unknown, "A publisher's key signed something. The package did not arrive, so that could not be verified.")
	}
	best, byBrought := Finding{}, false
	for _, s := range served.Judge(e.Artifact.Answer.Body, e.Keys) {
		f := e.judgeKey(s, e.Keys != nil)
		if served.Open && f.Outcome == Fail {
			f.Outcome = Absent
			f.Reason += " Others than the publisher can put such a thing there, so it counts for nothing."
		}
		if f.Outcome == Pass {
			e.keyedNames = append(e.keyedNames, s.Names...)
			if s.Bill != nil {
				e.keyedBills = append(e.keyedBills, s.Bill)
			}
		}
		// Of equals, one by a key that was brought says more.
		own := s.Err == nil
		if best.Outcome == "" || weight(f) > weight(best) || weight(f) == weight(best) && own && !byBrought {
			best, byBrought = f, own
		}
	}
	return best
}

// judgeKey says what one signature is worth.
func (e *exam) judgeKey(s registry.KeySignature, brought bool) Finding {
	key := signedWith(s)
	switch fault.Of(s.Err) {
	case "":
		if s.Err != nil {
			return because(NotUnderstood, "What is served as a signature by a publisher's key could not be judged: "+sentence(s.Err.Error()))
		}
	case fault.NoAnchor:
		return unbrought(s, key, brought)
	case fault.Weak:
		return because(Absent, fmt.Sprintf("A signature by %s can be forged by others, so it proves nothing.", key)).by(Maintainer)
	case fault.Wrong:
		if s.Certificate {
			return because(Fail, "What is served as a signature does not hold: "+sentence(s.Err.Error()))
		}
		return because(Fail, fmt.Sprintf("The signature by %s, which you brought, is not over these bytes.", key))
	case fault.Malformed, fault.NotUnderstood:
		return because(NotUnderstood, "What is served as a signature by a publisher's key cannot be read as one: "+sentence(s.Err.Error()))
	default:
		return because(NotUnderstood, "The signature by a publisher's key could not be judged: "+sentence(s.Err.Error()))
	}
	if s.Ended != "" {
		return because(Absent, fmt.Sprintf("The signature by %s verifies. By the copy that you brought, that key could not sign on %s: %s.", key, s.Made.UTC().Format(time.DateOnly), s.Ended)).by(Maintainer)
	}
	if e.Time.Before(s.Begins) {
		return because(Absent, fmt.Sprintf("The signature by %s verifies. That is valid from %s only.", key, s.Begins.UTC().Format(time.DateOnly))).by(Maintainer)
	}
	if !s.Ends.IsZero() && !e.Time.Before(s.Ends) {
		return because(Absent, fmt.Sprintf("The signature by %s verifies. %s ran out on %s%s.", key, s.EndsAs, s.Ends.UTC().Format(time.DateOnly), s.EndedAs)).by(Maintainer)
	}
	return broughtBy(s, key, e.Time)
}

// signedWith names a key or certificate, inside a sentence.
func signedWith(s registry.KeySignature) string {
	key := "the key " + quoted(s.Key)
	switch {
	case s.Certificate:
		key = "the certificate of " + quoted(s.Key)
	case s.Key == "":
		key = "a key that it does not name"
	}
	if s.Hash != "" {
		key += " (" + s.Hash + ")"
	}
	if s.Form != "" {
		key += ", in the form of " + s.Form
	}
	return key
}

// unbrought says what a signature is worth that no key brought made.
func unbrought(s registry.KeySignature, key string, brought bool) Finding {
	switch {
	case brought:
		return because(Absent, fmt.Sprintf("It is signed by %s, which is none of those that you brought.", key))
	case s.Holds:
		return because(Unknown, fmt.Sprintf("It is signed by %s, not known to speak for this package. Nobody vouches here for who issued that. Bring the authority's certificate, if you know it.", key))
	}
	return because(Absent, fmt.Sprintf("It is signed by %s. Nobody vouches here for whose that is, so it was not verified. Bring the project's key to have it verified.", key))
}

// broughtBy says that a key or certificate that was brought made a signature.
func broughtBy(s registry.KeySignature, key string, now time.Time) Finding {
	what, owner := "key", ""
	if s.Owner != "" {
		owner = ", which calls its owner " + quoted(s.Owner)
	}
	if s.Certificate {
		what, owner = "certificate", ", below that of "+quoted(s.Owner)
	}
	reasons := append([]string{fmt.Sprintf("It is signed by %s%s. You brought that %s: whose it is rests on your word.", key, owner, what)}, s.Reserved...)
	if !s.Until.IsZero() && s.Until.Before(now) {
		reasons = append(reasons, fmt.Sprintf("That key ended on %s; the signature says that it is of %s, which nobody proves.", s.Until.UTC().Format(time.DateOnly), s.Made.UTC().Format(time.DateOnly)))
	}
	return pass(strings.Join(reasons, " "), map[string]string{"signing " + what: s.Key, "digest of the signature": s.Hash})
}
