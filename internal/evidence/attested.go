package evidence

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"touchstone/internal/digest"
	"touchstone/internal/fault"
	"touchstone/internal/registry"
	"touchstone/internal/sigstore"
	"touchstone/internal/trust"
)

// An attested is one served attestation, verified once for all checks.
type attested struct {
	registry.Attestation
	verified *sigstore.Verified
	// finding tells how it ended: Pass only if it verifies, is about this
	// version, and says what its label says.
	finding Finding
	// reserved are the reservations under which it verifies, one sentence each.
	reserved []string
	// own tells that it is the repository's own kind, signed by its own key.
	own bool
	// over are the digests of what it must be about.
	over map[string]string
	// speaks tells whether its certificate's holder may speak for the package:
	// Pass only for one that verified; see entitled.
	speaks Finding
}

// verifyAttestations verifies every attestation that was served, against the
// package that arrived.
func verifyAttestations(e *exam) []attested {
	return verifyEach(e, e.Release.File.Attestations, e.digests(), e.Proofs.Bundles)
}

// verifyEach verifies the attestations of one list against what has these digests;
// completed are their bundles with what they lacked, as far as that was asked for.
func verifyEach(e *exam, list registry.Attestations, have map[string]string, completed [][]byte) []attested {
	if len(list.Each) == 0 {
		return nil
	}
	out := make([]attested, len(list.Each))
	for i, a := range list.Each {
		out[i].Attestation, out[i].over = a, have
		if i < len(completed) {
			out[i].Bundle = completed[i]
		}
		if e.Proofs.Root == nil {
			out[i].finding = because(Unknown, fmt.Sprintf("The anchors for attestations cannot be used: %v.", e.Proofs.Rootless))
			continue
		}
		if list.OverBytes && signsBytes(out[i].Bundle) {
			out[i].judgeBytes(e, list)
			continue
		}
		out[i].judge(e, e.Proofs.Root, list)
		if f := &out[i].finding; list.Open && f.Outcome == Fail {
			f.Outcome = Absent
			f.Reason += " Others than the publisher can put such a thing there, so it counts for nothing."
		}
	}
	return out
}

// judge takes one attestation through these steps:
//
//  1. Verify signature, signer, log and time.
//  2. The statement is about this version's name.
//  3. The label is what was signed.
//  4. A kind that only the repository may sign is signed by its key, and says
//     the same name and version again.
//  5. The statement is about these bytes.
//  6. Its signer is whom the repository names for it, where it names anybody.
//  7. The anchors that it rests on are young enough.
func (a *attested) judge(e *exam, root *sigstore.Root, list registry.Attestations) {
	what := named(a.Attestation)
	// 1.
	v, err := sigstore.Verify(a.query(root, managedKeys(e, list.Keys)))
	if err != nil {
		a.finding = failure(e, a.Attestation, err)
		return
	}
	a.verified = v
	if a.Says != nil && v.Statement == nil {
		v.Statement = said(*a.Says)
	}
	if v.Statement == nil {
		a.finding = because(Fail, what+" signs something that is no statement.")
		return
	}
	// 2.
	if !list.Subject.ByDigest && !aboutName(v.Statement, list.Subject) {
		a.finding = because(Fail, fmt.Sprintf("%s is about %s, not about this version.", what, subjectNames(v.Statement)))
		return
	}
	// 3.
	if a.Label != "" && a.Label != v.Statement.PredicateType {
		a.finding = because(Fail, fmt.Sprintf("%s is labelled so, but what is signed says %s.", what, quoted(v.Statement.PredicateType)))
		return
	}
	// 4.
	byKey := v.Key != nil
	claimsOwn := ownKind(list, v.Statement.PredicateType)
	switch {
	case claimsOwn && !byKey:
		a.finding = because(Fail, what+" poses as the repository's own, but is signed by "+signerInWords(v)+".")
		return
	case claimsOwn && !predicateSays(v.Statement.Predicate, list.OwnPredicate):
		a.finding = because(Fail, what+" is the repository's own, but about another name or version.")
		return
	}
	// 5.
	bytes := aboutBytes(a.over, v.Statement, list.Subject)
	if bytes.Outcome != Pass {
		bytes.Reason = what + bytes.Reason
		a.finding = bytes
		return
	}
	if bytes.Reason != "" {
		a.reserved = append(a.reserved, bytes.Reason)
	}
	// 6.
	if other := a.otherPublisher(); other != "" {
		a.finding = because(Fail, other)
		return
	}
	if byKey && !claimsOwn {
		a.finding = because(NotUnderstood, what+" is signed with the repository's key, and of a kind that this version does not know.")
		return
	}
	a.own = byKey
	// 7.
	if unanchored := a.unanchored(e, list.Keys); unanchored.Outcome != "" {
		a.finding = unanchored
		return
	}
	a.finding = pass(fmt.Sprintf("%s verifies. It was signed by %s, at a time that %s proves.", what, signerInWords(v), witness(v)), nil)
}

// otherPublisher says that it is signed by another than the repository names for
// it; empty where it is not, or it names nobody.
func (a *attested) otherPublisher() string {
	if a.Publisher == nil || a.verified.Certificate == nil {
		return ""
	}
	other := contradiction(*a.Publisher, a.verified.Certificate)
	if other == "" {
		return ""
	}
	return fmt.Sprintf("%s is signed by %s, which is not the publisher that the repository names for it: another %s.", named(a.Attestation), signerInWords(a.verified), other)
}

// unanchored says why the anchors that it rests on do not count; the zero Finding
// where they do. What they count with is noted.
func (a *attested) unanchored(e *exam, keys trust.ID) Finding {
	for _, id := range restsOn(keys, a.own) {
		standing := e.Proofs.Anchors.Standing(id, e.Time, e.Network)
		if standing.Accused != nil {
			return distrusted(named(a.Attestation), standing)
		}
		if !standing.Counts {
			return because(Unknown, sentence(standing.Reason))
		}
		if standing.Reason != "" {
			a.reserved = append(a.reserved, sentence(standing.Reason))
		}
	}
	return Finding{}
}

// named is an attestation at the beginning of a sentence, by its label where the
// repository gives it one.
func named(a registry.Attestation) string {
	if a.Label == "" {
		return "The attestation"
	}
	return "The attestation " + quoted(a.Label)
}

// ownKind tells whether only the repository's key may sign statements of this
// predicate type.
func ownKind(list registry.Attestations, predicateType string) bool {
	return slices.ContainsFunc(list.OwnTypes, func(prefix string) bool { return strings.HasPrefix(predicateType, prefix) })
}

// restsOn names the anchors under a verified attestation: Sigstore's logs and
// authorities, and the repository's keys where one of them signed.
func restsOn(keys trust.ID, own bool) []trust.ID {
	if own {
		return []trust.ID{trust.SigstoreRoot, keys}
	}
	return []trust.ID{trust.SigstoreRoot}
}

// aboutBytes compares a verified statement with what arrived: a subject that is
// this version states the digest that it must, and no strong digest that differs.
func aboutBytes(have map[string]string, st *sigstore.Statement, want registry.Expected) Finding {
	if _, arrived := have[want.Algorithm]; !arrived {
		return because(Unknown, " verifies, but the package did not arrive, so it could not be compared.")
	}
	result := because(Fail, fmt.Sprintf(" states no %s of this version, so it binds it to no bytes.", want.Algorithm))
	for _, s := range st.Subjects {
		if !want.ByDigest && !want.Is(s.Name) || s.Digests[want.Algorithm] == "" {
			continue
		}
		if same(s.Digests, have) {
			return pass(uncompared(s.Digests, have), nil)
		}
		result = because(Fail, " is about other bytes: the digest that it states is not that of what arrived.")
	}
	return result
}

// uncompared says which strong digests of a statement this version does not
// compute.
func uncompared(stated, have map[string]string) string {
	var names []string
	for algorithm := range stated {
		if _, ok := have[digest.Name(algorithm)]; !ok && digest.Strong(algorithm) {
			names = append(names, digest.Name(algorithm))
		}
	}
	if len(names) == 0 {
		return ""
	}
	slices.Sort(names)
	return fmt.Sprintf("A statement names a digest that this version does not compute, so that was not compared: %s.", strings.Join(names, ", "))
}

// same tells whether no strong digest of two sets differs.
func same(stated, have map[string]string) bool {
	for algorithm, value := range stated {
		if got, ok := have[digest.Name(algorithm)]; ok && digest.Strong(algorithm) && got != value {
			return false
		}
	}
	return true
}

func aboutName(st *sigstore.Statement, want registry.Expected) bool {
	return slices.ContainsFunc(st.Subjects, func(s sigstore.Subject) bool { return want.Is(s.Name) })
}

func subjectNames(st *sigstore.Statement) string {
	var names []string
	for i, s := range st.Subjects {
		if i == 3 {
			names = append(names, "…")
			break
		}
		names = append(names, quoted(s.Name))
	}
	return strings.Join(names, ", ")
}

// predicateSays tells whether a predicate holds exactly these values.
func predicateSays(predicate json.RawMessage, want map[string]string) bool {
	var have map[string]any
	if json.Unmarshal(predicate, &have) != nil {
		return false
	}
	for name, value := range want {
		if have[name] != value {
			return false
		}
	}
	return true
}

// managedKeys are the repository's keys for statements.
func managedKeys(e *exam, set trust.ID) []sigstore.Key {
	return e.Proofs.StatementKeys(set)
}

// failure turns a refusal into an outcome. Only what is wrong speaks against
// the package; what this version does not understand is no evidence at all, and
// what an authority or log signed that the fresh anchors lack is a stranger's.
func failure(e *exam, a registry.Attestation, err error) Finding {
	what := fmt.Sprintf("%s does not verify: %s.", named(a), err.Error())
	switch fault.Of(err) {
	case "":
		return because(Unknown, what)
	case fault.Wrong, fault.Malformed:
		return because(Fail, what)
	case fault.NoAnchor:
		id := trust.SigstoreRoot
		if f := new(sigstore.Failure); errors.As(err, &f) && f.Step == sigstore.StepKey {
			if e.Release.File.Attestations.Open {
				return because(Absent, what+" Nobody vouches for that key here.")
			}
			if id = e.Release.File.Attestations.Keys; namesTwoSigners(e, a.Bundle) {
				return because(Fail, what+" Beside that key it names another signer.")
			}
		}
		if standing := e.Proofs.Anchors.Standing(id, e.Time, e.Network); standing.Accused != nil {
			return distrusted(what, standing)
		}
		anchor, _ := e.Proofs.Anchors.Anchor(id)
		switch lack := anchor.Lacking(e.Time); {
		case e.Release.File.Attestations.Closed && id == trust.SigstoreRoot:
			if ofAnother(a.Bundle, anchor, e.Time) {
				return because(Fail, what+" The repository takes only what Sigstore's public instance vouches for.")
			}
			return because(Unknown, what+" Those may be newer than the anchors of this version.")
		case lack == trust.LackFails:
			return because(Fail, what)
		case lack == trust.LackAbsent && anchor.Fresh(e.Time):
			return because(Absent, what)
		}
		return because(Unknown, what)
	}
	return because(NotUnderstood, what)
}

// ofAnother tells whether a bundle of which an authority or log is no anchor is
// of another instance: the anchors are as they are now, or are younger than what
// the bundle says of itself. What lies about its age is not told.
func ofAnother(bundle []byte, anchor trust.Anchor, began time.Time) bool {
	if !anchor.RefreshedAt.IsZero() && !anchor.RefreshedAt.Before(began) {
		return true
	}
	claimed, err := sigstore.Read(bundle)
	return err == nil && !claimed.NotBefore.IsZero() && claimed.NotBefore.Before(anchor.AsOf())
}

// namesTwoSigners tells whether a bundle whose envelope names a key that is not
// known brings a certificate, or names a key that is known, beside it: however
// the keys change, one of the two is wrong.
func namesTwoSigners(e *exam, bundle []byte) bool {
	claimed, err := sigstore.Read(bundle)
	return err == nil && (claimed.KeyHint == "" ||
		slices.ContainsFunc(managedKeys(e, e.Release.File.Attestations.Keys), func(k sigstore.Key) bool { return k.Hint == claimed.KeyHint }))
}

// openAttestation finds what may turn out to be an attestation once more can be
// fetched; what is there and not understood will not.
func openAttestation(e *exam) (Finding, bool) {
	if f, none := noAttestations(e.Release.File.Attestations); none {
		return f, f.Outcome == Unknown
	}
	for _, a := range e.attested {
		if a.finding.Outcome == Unknown {
			return a.finding, true
		}
	}
	return Finding{}, false
}

// distrusted says that what a signature is judged by cannot be relied on: its
// source served what it must not. The documents are the proof.
func distrusted(what string, s trust.Standing) Finding {
	f := because(Fail, fmt.Sprintf("%s rests on trust anchors whose own source served what it must not. %s. A cache that lags behind would look the same: ask again later. If it lasts, it is an attack on that source, or on the way to it.",
		what, upper(strings.TrimSuffix(s.Reason, "."))))
	f.Facts = map[string]string{}
	for _, a := range s.Accused.Evidence {
		f.Facts["SHA-256 of "+a.URL] = sum("sha256", a.Body)
	}
	return f
}
