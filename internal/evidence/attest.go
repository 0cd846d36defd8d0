package evidence

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"touchstone/internal/digest"
	"touchstone/internal/fetch"
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
	// own tells that it is the repository's own kind, signed by its own key.
	own bool
}

// verifyAttestations verifies every attestation that was served, against the
// package that arrived.
func verifyAttestations(in *Input) []attested {
	list := in.Release.File.Attestations
	if len(list.Each) == 0 {
		return nil
	}
	out := make([]attested, len(list.Each))
	for i, a := range list.Each {
		out[i].Attestation = a
		if i < len(in.Proofs.Bundles) {
			out[i].Bundle = in.Proofs.Bundles[i]
		}
		if in.Proofs.Root == nil {
			out[i].finding = because(Unknown, fmt.Sprintf("The anchors for attestations cannot be used: %v.", in.Proofs.Rootless))
			continue
		}
		out[i].judge(in, in.Proofs.Root)
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
//  6. The anchors that it rests on are young enough.
func (a *attested) judge(in *Input, root *sigstore.Root) {
	list := in.Release.File.Attestations
	what := fmt.Sprintf("The attestation %s", quoted(a.Label))
	// 1.
	v, err := sigstore.Verify(sigstore.Query{Bundle: a.Bundle, Root: root, Keys: managedKeys(in, list.Keys), AnyArtifact: true})
	if err != nil {
		a.finding = failure(in, a.Attestation, err)
		return
	}
	a.verified = v
	if v.Statement == nil {
		a.finding = because(Fail, what+" signs something that is no statement.")
		return
	}
	// 2.
	if !aboutName(v.Statement, list.Subject.Names) {
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
	if f := aboutBytes(in, v.Statement, list.Subject); f.Outcome != Pass {
		f.Reason = what + f.Reason
		a.finding = f
		return
	}
	if byKey && !claimsOwn {
		a.finding = unreadable(what + " is signed with the repository's key, and of a kind that this version does not know.")
		return
	}
	a.own = byKey
	// 6.
	reason := fmt.Sprintf("%s verifies. It was signed by %s, at a time that %s proves.", what, signerInWords(v), witness(v))
	for _, id := range restsOn(list.Keys, a.own) {
		standing := in.Proofs.Anchors.Standing(id, in.Time, in.Network)
		if standing.Accused != nil {
			a.finding = distrusted(what, standing)
			return
		}
		if !standing.Counts {
			a.finding = because(Unknown, sentence(standing.Reason))
			return
		}
		if standing.Reason != "" {
			reason += " " + sentence(standing.Reason)
		}
	}
	a.finding = pass(reason, nil)
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
func aboutBytes(in *Input, st *sigstore.Statement, want registry.Expected) Finding {
	if _, arrived := in.Artifact.Digests[want.Algorithm]; !arrived {
		return because(Unknown, " verifies, but the package did not arrive, so it could not be compared.")
	}
	result := because(Fail, fmt.Sprintf(" states no %s of this version, so it binds it to no bytes.", want.Algorithm))
	for _, s := range st.Subjects {
		if !slices.Contains(want.Names, s.Name) || s.Digests[want.Algorithm] == "" {
			continue
		}
		if same(s.Digests, in.Artifact.Digests) {
			return Finding{Outcome: Pass}
		}
		result = because(Fail, " is about other bytes: the digest that it states is not that of what arrived.")
	}
	return result
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

func aboutName(st *sigstore.Statement, names []string) bool {
	return slices.ContainsFunc(st.Subjects, func(s sigstore.Subject) bool { return slices.Contains(names, s.Name) })
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
func managedKeys(in *Input, set trust.ID) []sigstore.Key {
	return in.Proofs.StatementKeys(set)
}

// failure turns a refusal into an outcome. Only what is wrong speaks against
// the package; what this version does not understand is no evidence at all, and
// what an authority or log signed that the fresh anchors lack is a stranger's.
func failure(in *Input, a registry.Attestation, err error) Finding {
	what := fmt.Sprintf("The attestation %s does not verify: %s.", quoted(a.Label), err.Error())
	var f *sigstore.Failure
	if !errors.As(err, &f) {
		return because(Unknown, what)
	}
	switch f.Kind {
	case sigstore.Wrong, sigstore.Malformed:
		return because(Fail, what)
	case sigstore.NoAnchor:
		id := trust.SigstoreRoot
		if f.Step == sigstore.StepKey {
			if id = in.Release.File.Attestations.Keys; namesTwoSigners(in, a.Bundle) {
				return because(Fail, what+" Beside that key it names another signer.")
			}
		}
		if standing := in.Proofs.Anchors.Standing(id, in.Time, in.Network); standing.Accused != nil {
			return distrusted(what, standing)
		}
		anchor, _ := in.Proofs.Anchors.Anchor(id)
		switch lack := anchor.Lacking(in.Time); {
		case lack == trust.LackFails:
			return because(Fail, what)
		case lack == trust.LackAbsent && anchor.Fresh(in.Time):
			return because(Absent, what)
		}
		return because(Unknown, what)
	}
	return unreadable(what)
}

// namesTwoSigners tells whether a bundle whose envelope names a key that is not
// known brings a certificate, or names a key that is known, beside it: however
// the keys change, one of the two is wrong.
func namesTwoSigners(in *Input, bundle []byte) bool {
	claimed, err := sigstore.Read(bundle)
	return err == nil && (claimed.KeyHint == "" ||
		slices.ContainsFunc(managedKeys(in, in.Release.File.Attestations.Keys), func(k sigstore.Key) bool { return k.Hint == claimed.KeyHint }))
}

// attestationsGenuine asks whether everything that was served as this
// package's attestation is genuine, and about it.
func attestationsGenuine(in *Input) Finding {
	if f, none := noAttestations(in.Release.File.Attestations); none {
		return f
	}
	var good []string
	open := Finding{Outcome: NotApplicable}
	for _, a := range in.attested {
		switch a.finding.Outcome {
		case Fail:
			return a.finding
		case Pass:
			good = append(good, a.finding.Reason)
		default:
			if open.Outcome == NotApplicable || weight(a.finding) > weight(open) {
				open = a.finding
			}
		}
	}
	if open.Outcome != NotApplicable {
		return open
	}
	return pass(strings.Join(good, " "), nil)
}

// noAttestations tells why there is none to verify.
func noAttestations(list registry.Attestations) (Finding, bool) {
	switch {
	case list.Broken != "":
		return Finding{Outcome: Unknown, Reason: "What the repository serves as attestations cannot be read: " + sentence(list.Broken), Unreadable: true}, true
	case len(list.Each) > 0:
		return Finding{}, false
	case list.Subject.Algorithm == "":
		return because(NotApplicable, "This repository serves no attestations."), true
	case list.Answer.State == fetch.Unknown && list.Unasked:
		return because(Unknown, "The record announces no attestations. It came "+byRoute(list.Answer.Route)+", so the repository's own record may announce some."), true
	case list.Answer.State == fetch.Unknown:
		return because(Unknown, "The attestations could not be fetched: "+sentence(list.Answer.Reason)), true
	case list.Promised:
		return because(Unknown, "The record announces attestations, but where they should be are none."), true
	}
	return lacking(list, "The repository has no attestations for this version."), true
}

// lacking says that no attestation of some kind is served: only the
// repository's own host can say that.
func lacking(list registry.Attestations, reason string) Finding {
	if list.Answer.Route != fetch.Direct {
		return because(Unknown, reason+" What says so came "+byRoute(list.Answer.Route)+", so the repository itself may say otherwise.")
	}
	return because(Absent, reason).by(Maintainer)
}

// openAttestation finds what may turn out to be an attestation once more can be
// fetched; what is there and not understood will not.
func openAttestation(in *Input) (Finding, bool) {
	if f, none := noAttestations(in.Release.File.Attestations); none {
		return f, f.Outcome == Unknown && !f.Unreadable
	}
	for _, a := range in.attested {
		if a.finding.Outcome == Unknown && !a.finding.Unreadable {
			return a.finding, true
		}
	}
	return Finding{}, false
}

// repositoryAttestation asks whether a statement of the repository's own key
// binds this name and version to these bytes, at a proven time.
func repositoryAttestation(in *Input) Finding {
	list := in.Release.File.Attestations
	if f, none := noAttestations(list); none {
		return f
	}
	best := lacking(list, "None of the attestations is the repository's own.")
	for _, a := range in.attested {
		switch {
		case a.own && a.finding.Outcome == Pass:
			return pass("The repository's key "+a.verified.Key.Hint+" attests that it published these bytes under this name and version. The time is proven by "+witness(a.verified)+".",
				map[string]string{"attesting key": a.verified.Key.Hint, "published before": provenTime(a.verified)})
		case a.finding.Outcome == Unknown && ownKind(list, a.Label):
			best = better(best, a.finding)
		}
	}
	return best
}

// signerInWords names who signed.
func signerInWords(v *sigstore.Verified) string {
	if v.Key != nil {
		return "the repository's key " + v.Key.Hint
	}
	return quoted(v.Certificate.SAN) + " (vouched for by " + quoted(v.Certificate.Issuer) + ")"
}

// witness names who proved the time of signing.
func witness(v *sigstore.Verified) string {
	if len(v.Times) == 0 {
		return "nobody"
	}
	if first := v.Times[0]; first.Who != "" {
		return string(first.Source) + " " + first.Who
	}
	return string(v.Times[0].Source)
}

func provenTime(v *sigstore.Verified) string {
	if len(v.Times) == 0 {
		return ""
	}
	earliest := v.Times[0].Time
	for _, t := range v.Times[1:] {
		if t.Time.Before(earliest) {
			earliest = t.Time
		}
	}
	return earliest.UTC().Format("2006-01-02T15:04:05Z")
}
