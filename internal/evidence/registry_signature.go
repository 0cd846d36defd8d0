package evidence

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"touchstone/internal/digest"
	"touchstone/internal/fault"
	"touchstone/internal/fetch"
	"touchstone/internal/registry"
	"touchstone/internal/trust"
)

// registrySignature verifies the repository's own signatures over the document,
// inside the package or on the way to it, that binds name, version and digest, or
// over one from which digests lead there. Of several over one document one that is
// wrong decides, then one that counts: while a key is being replaced, records carry
// signatures by both.
//
//  1. Find the last document of the chain that is signed.
//  2. Take its signatures through the steps of judgeSignatures. Those of documents
//     before it must not be wrong either.
//  3. Every document behind it is the one that the document before it states.
func registrySignature(e *exam) Finding {
	// 1.
	chain := e.chain()
	link, behind := signedLink(chain)
	if len(link.Signatures) == 0 {
		if f, sealed := e.unsealed(); sealed {
			return f
		}
		if e.Release.SignsNothing != "" {
			return because(Absent, "This repository signs neither its packages nor its records.").by(Repository)
		}
		if link.SignsAll == "" {
			return because(NotApplicable, "This repository does not sign records with a key of its own.")
		}
		f := signatureServed(e)
		if f.Outcome == Fail {
			f.Outcome = Absent // said as an alarm by the other check
		}
		return f
	}
	// 2.
	best := judgeSignatures(e, link)
	for _, earlier := range chain[:len(chain)-1-behind] {
		if f := judgeSignatures(e, earlier); f.Outcome == Fail {
			return f
		}
	}
	// 3.
	if best.Outcome == Pass && behind > 0 && e.whole.Outcome != Pass {
		return e.whole
	}
	if best.Outcome == Pass {
		e.proven.RecordKey = best.Facts["signing key"]
	}
	return best
}

// chain are the documents on the way to the file, and the one inside it that is
// signed.
func (e *exam) chain() []registry.Link {
	chain := slices.Clone(e.Release.Chain)
	if in := e.sealed(); in != nil && (len(in.Signatures) > 0 || in.SignsAll != "") {
		chain = append(chain, in.Link)
	}
	return chain
}

// sealed is the signed document inside the file; nil for none.
func (e *exam) sealed() *registry.Sealed {
	if e.Artifact == nil {
		return nil
	}
	return e.Artifact.Sealed
}

// unsealed says why the repository's signature was not read that stands inside its
// packages; false where it was, or it signs none so.
func (e *exam) unsealed() (Finding, bool) {
	if e.Release.File.Sealed == nil || e.sealed() != nil {
		return Finding{}, false
	}
	return unfetched(e.Artifact.Answer, "the package, which holds the repository's signature,", "What arrived is no package in which the repository's signature could stand."), true
}

// called is what a document of the chain is called inside a sentence.
func (e *exam) called(link registry.Link) string {
	if in := e.sealed(); in != nil && link.Name == in.Name {
		return "the " + in.Name + " inside the package"
	}
	return "the record"
}

// signedLink is the last document that is signed, and how many follow it; where
// none is, the last that always should be; else the record.
func signedLink(chain []registry.Link) (link registry.Link, behind int) {
	for _, is := range []func(registry.Link) bool{
		func(l registry.Link) bool { return len(l.Signatures) > 0 },
		func(l registry.Link) bool { return l.SignsAll != "" },
		func(registry.Link) bool { return true },
	} {
		for i := len(chain) - 1; i >= 0; i-- {
			if is(chain[i]) {
				return chain[i], len(chain) - 1 - i
			}
		}
	}
	return registry.Link{}, 0
}

// judgeSignatures judges the signatures over one document. That a key which made
// one of them is not anchored counts only where no other signature does: signers
// are many, and one that is anchored speaks for the document.
func judgeSignatures(e *exam, link registry.Link) Finding {
	var own, all []Finding
	for i := range link.Signatures {
		f, foreign := e.judge(link, i)
		if all = append(all, f); !foreign {
			own = append(own, f)
		}
	}
	best := strongest(own)
	if best.Outcome != Pass {
		return strongest(all)
	}
	if slices.ContainsFunc(all, func(f Finding) bool { return f.Outcome == NotUnderstood }) {
		best.Reason += " Another signature beside it is of a kind that this version cannot verify."
	}
	return best
}

// A signed is one signature over one document: where it stands in memory, and which
// document that is.
type signed struct {
	signature     *registry.Signature
	name, address string
}

// A judgement is what became of one signature.
type judgement struct {
	found   Finding
	foreign bool
}

// judge is [judgeSignature] of a link's signature at a place, once in an exam: several
// checks rest on it, and verifying it is most of what an audit of records costs.
func (e *exam) judge(link registry.Link, i int) (f Finding, foreign bool) {
	of := signed{&link.Signatures[i], link.Name, link.Answer.URL}
	j, known := e.judged[of]
	if !known {
		if e.judged == nil {
			e.judged = map[signed]judgement{}
		}
		j.found, j.foreign = judgeSignature(e, link, link.Signatures[i])
		e.judged[of] = j
	}
	j.found.Facts = maps.Clone(j.found.Facts)
	return j.found, j.foreign
}

// judgeSignature judges one signature over a document, and tells whether it is by
// a key that is not anchored:
//
//  1. Find the key among the anchored ones, for this usage.
//  2. Verify the signature over the text, which states a strong digest.
//  3. Judge the key at a proven time: one still in use counts; a retired one
//     only where something dates the signature before its end.
func judgeSignature(e *exam, link registry.Link, s registry.Signature) (f Finding, foreign bool) {
	answer := func(o Outcome, format string, args ...any) Finding {
		return because(o, fmt.Sprintf(format, args...))
	}
	record := e.called(link)
	apart := s.Message != nil
	if !apart {
		s.Message, s.Binds = link.Answer.Body, link.States
	}
	// 1. and 2.
	mechanism, known := e.Mechanisms[s.Form]
	if !known {
		return answer(NotUnderstood, "%s is signed in a form (%s) that this version cannot verify.", upper(record), s.Form), false
	}
	key, err := mechanism.Verify(s.Message, s.Bytes, s.KeyID, e.Proofs.Anchors.Keys(s.Anchors, trust.UsageSignatures))
	switch fault.Of(err) {
	case "":
	case fault.NoAnchor:
		return unknownKey(e, record, s), true
	case fault.NotUnderstood:
		if key.ID == "" {
			return answer(NotUnderstood, "%s is signed by the key %q in a way that this version cannot verify: %.200s.", upper(record), s.KeyID, strings.TrimPrefix(err.Error(), string(fault.NotUnderstood)+": ")), false
		}
		return answer(NotUnderstood, "%s is signed with the key %s, of a kind (%s) that this version cannot use.", upper(record), key.ID, key.Details), false
	case fault.Weak:
		return answer(Absent, "The repository's key %s signed %s by an algorithm that can be forged. Such a signature counts for nothing.", key.ID, record).by(Repository), false
	default:
		return answer(Fail, "The repository's signature over %s does not verify with its key %s.", record, cmp.Or(key.ID, s.KeyID)), false
	}
	if !binds(link, s) {
		return answer(Absent, "The repository's signature verifies, but covers no strong digest. Two different packages can be made to share a weak one.").by(Maintainer), false
	}
	// 3.
	standing := e.Proofs.Anchors.Standing(s.Anchors, e.Time, e.Network)
	if standing.Accused != nil {
		return distrusted("The signature", standing), false
	}
	if !standing.Counts {
		return because(Unknown, sentence(standing.Reason)), false
	}
	reason := fmt.Sprintf("The repository's key %s signed this name, version and digest, and the signature verifies.", key.ID)
	if standing.Reason != "" {
		reason += " " + sentence(standing.Reason) + ownEnd(e, s, key.ID) + signedList(e, s, key.ID)
	}
	facts := map[string]string{"signing key": key.ID}
	if set, _ := e.Proofs.Anchors.Anchor(s.Anchors); set.Kind == trust.KindArchiveKeys {
		facts["key's name"], facts["keys as of"] = key.Details, set.AsOf().UTC().Format(time.DateOnly)
		if key.Algorithm != "" {
			facts["key's algorithm"] = key.Algorithm
		}
	}
	if apart && len(s.Message) <= maxShown && utf8.Valid(s.Message) {
		facts["signed text"] = string(s.Message)
	}
	date, dated := hostsDate(e.Release, link)
	switch {
	case key.ValidAt(e.Time):
		return pass(reason, facts), false
	case e.Time.Before(key.Start):
		return answer(Unknown, "%s But that key comes into use on %s only.", reason, key.Start.UTC().Format(time.DateOnly)), false
	case dated && key.ValidAt(date):
		e.hostDated = true
		facts["dated by"] = "the repository's host, " + date.UTC().Format(time.RFC3339)
		return pass(reason+fmt.Sprintf(" The key was retired on %s. The repository's own host, asked directly, dates this version to %s, before that.", key.End.Format(time.DateOnly), date.UTC().Format(time.DateOnly)), facts), false
	}
	if key.Withdrawn != "" {
		anchor, _ := e.Proofs.Anchors.Anchor(s.Anchors)
		return answer(Unknown, "%s But that key was withdrawn: the package %s %s no longer holds it. Whoever has the old key could have made the signature today.", reason, anchor.Keyring, key.Withdrawn), false
	}
	return answer(Unknown, "%s But that key is retired, and nothing proves that the signature is that old. Whoever has the old key could have made it today.", reason), false
}

// ownEnd says until when an anchored key may sign as its owner states it, where the
// set is of archive keys that nothing refreshes: then that is all that ends it.
func ownEnd(e *exam, s registry.Signature, id string) string {
	set, _ := e.Proofs.Anchors.Anchor(s.Anchors)
	key, known := e.Proofs.Anchors.Key(s.Anchors, id, trust.UsageSignatures)
	switch {
	case !known || set.Kind != trust.KindArchiveKeys || set.Refresh != "":
		return ""
	case key.End == nil:
		return " The key itself states no end."
	case !e.Time.Before(*key.End):
		return " The key itself ended on " + key.End.UTC().Format(time.DateOnly) + "."
	}
	return " The key itself ends on " + key.End.UTC().Format(time.DateOnly) + "."
}

// signedList says that the key which made a signature also signed the list by which the
// keys of its set were refreshed.
func signedList(e *exam, s registry.Signature, id string) string {
	if set, _ := e.Proofs.Anchors.Anchor(s.Anchors); set.ThroughKey != id {
		return ""
	}
	return " That is the same key: whether it was stolen since, such a list cannot tell."
}

// maxShown is how much is told, in bytes, of a text that was put together to be
// signed. Of a document that is signed its digest tells.
const maxShown = 4 << 10

// binds tells whether the signed text states a strong digest which is the one
// that the document leads on with.
func binds(link registry.Link, s registry.Signature) bool {
	return slices.ContainsFunc(s.Binds, func(bound registry.Stated) bool {
		return digest.Strong(bound.Algorithm) && slices.ContainsFunc(link.States, func(d registry.Stated) bool {
			return bound.Of == d.Of && bound.Algorithm == d.Algorithm && bound.Value == d.Value
		})
	})
}

// hostsDate is when the repository's own host, asked directly, says that the
// version was published. It dates a signature only if that came from the same
// place: else somebody on the way could put the leaked old key's signature over
// other bytes beside the true date.
func hostsDate(rel *registry.Release, link registry.Link) (time.Time, bool) {
	if rel.Index.PublishedRoute != fetch.Direct || link.Answer.Route != fetch.Direct || rel.Index.Published == "" {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339, rel.Index.Published)
	return t, err == nil
}

// unknownKey says what it means that the anchors lack a key.
func unknownKey(e *exam, record string, s registry.Signature) Finding {
	if standing := e.Proofs.Anchors.Standing(s.Anchors, e.Time, e.Network); standing.Accused != nil {
		return distrusted(fmt.Sprintf("The signature by the key %q", s.KeyID), standing)
	}
	anchor, _ := e.Proofs.Anchors.Anchor(s.Anchors)
	known := "Its list of keys was refreshed in this audit."
	if anchor.Refresh == "" {
		known = "Its list of keys, as of " + anchor.AsOf().UTC().Format(time.DateOnly) + ", is complete."
	}
	switch lack := anchor.Lacking(e.Time); {
	case lack == trust.LackFails:
		return because(Fail, fmt.Sprintf("%s is signed with the key %q, which is none of the repository's. %s", upper(record), s.KeyID, known))
	case !possible(s):
		return because(Absent, "What stands in the place of a signature over "+record+" cannot be one, by whatever key.")
	case lack == trust.LackAbsent:
		return because(Absent, fmt.Sprintf("%s is signed with the key %q, which nobody vouches for here.", upper(record), s.KeyID))
	}
	return because(Unknown, fmt.Sprintf("%s is signed with the key %q, which this version does not know. It may be newer than the list of keys here.", upper(record), s.KeyID))
}
