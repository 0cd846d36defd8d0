package evidence

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

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
	list := in.Release.Attestations
	if len(list.Each) == 0 {
		return nil
	}
	root, err := sigstore.ParseRoot(in.Anchors.SigstoreRoot())
	out := make([]attested, len(list.Each))
	for i, a := range list.Each {
		out[i].Attestation = a
		if err != nil {
			out[i].finding = because(Unknown, "The anchors for attestations cannot be used: "+err.Error()+".")
			continue
		}
		out[i].judge(in, root)
	}
	return out
}

// judge takes one attestation through these steps:
//
//  1. Verify signature, signer, log and time.
//  2. The statement is about this version's name, and about these bytes.
//  3. The label is what was signed.
//  4. A kind that only the repository may sign is signed by its key, and says
//     the same name and version again.
//  5. The anchors that it rests on are young enough.
func (a *attested) judge(in *Input, root *sigstore.Root) {
	list := in.Release.Attestations
	// 1.
	v, err := sigstore.Verify(sigstore.Query{Bundle: a.Bundle, Root: root, Keys: managedKeys(in, list.Keys), AnyArtifact: true})
	if err != nil {
		a.finding = failure(in, a.Label, err)
		return
	}
	a.verified = v
	what := fmt.Sprintf("The attestation %s", quoted(a.Label))
	if v.Statement == nil {
		a.finding = because(Fail, what+" signs something that is no statement.")
		return
	}
	// 2.
	if f, ok := aboutThis(in, v.Statement, list.Subject); !ok {
		f.Reason = what + f.Reason
		a.finding = f
		return
	}
	// 3.
	if a.Label != "" && a.Label != v.Statement.PredicateType {
		a.finding = because(Fail, fmt.Sprintf("%s is labelled so, but what is signed says %s.", what, quoted(v.Statement.PredicateType)))
		return
	}
	// 4.
	a.own = v.Key != nil
	claimsOwn := slices.ContainsFunc(list.OwnTypes, func(prefix string) bool { return strings.HasPrefix(v.Statement.PredicateType, prefix) })
	switch {
	case claimsOwn && !a.own:
		a.finding = because(Fail, what+" poses as the repository's own, but is signed by "+signerInWords(v)+".")
		return
	case claimsOwn && !predicateSays(v.Statement.Predicate, list.OwnPredicate):
		a.finding = because(Fail, what+" is the repository's own, but about another name or version.")
		return
	case a.own && !claimsOwn:
		a.finding = because(Fail, what+" is signed with the repository's key, which signs no statements of that kind.")
		return
	}
	// 5.
	reason := fmt.Sprintf("%s verifies: signed by %s, at a time that %s proves.", what, signerInWords(v), witness(v))
	for _, id := range restsOn(list.Keys, a.own) {
		standing := in.Anchors.Standing(id, in.Time, in.Network)
		if !standing.Counts {
			a.finding = because(Unknown, reason+" But it rests on an anchor that is too old to count. "+upper(standing.Reason)+".")
			return
		}
		if standing.Reason != "" {
			reason += " " + upper(standing.Reason) + "."
		}
	}
	a.finding = pass(reason, nil)
}

// restsOn names the anchors under a verified attestation: Sigstore's logs and
// authorities, and the repository's keys where one of them signed.
func restsOn(keys string, own bool) []trust.ID {
	if own {
		return []trust.ID{trust.SigstoreRoot, trust.ID(keys)}
	}
	return []trust.ID{trust.SigstoreRoot}
}

// aboutThis compares a verified statement with the version and the bytes: one
// of its subjects must have the name and the digest.
func aboutThis(in *Input, st *sigstore.Statement, want registry.Expected) (Finding, bool) {
	have, arrived := in.Artifact.Digests[want.Algorithm]
	named := false
	for _, s := range st.Subjects {
		if !slices.Contains(want.Names, s.Name) {
			continue
		}
		named = true
		stated := s.Digests[want.Algorithm]
		switch {
		case stated == "":
		case !arrived:
			return because(Unknown, " verifies, but the package did not arrive, so it could not be compared."), false
		case stated == have:
			return Finding{}, true
		}
	}
	if !named {
		return because(Fail, fmt.Sprintf(" is about %s, not about this version.", subjectNames(st))), false
	}
	return because(Fail, " is about other bytes: the digest that it states is not that of what arrived."), false
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
func managedKeys(in *Input, set string) []sigstore.Key {
	var out []sigstore.Key
	for _, k := range in.Anchors.Keys(trust.ID(set)) {
		if k.Usage != trust.UsageAttestations || k.Public == nil {
			continue
		}
		key := sigstore.Key{Hint: k.ID, SPKI: k.SPKI, Start: k.Start}
		if k.End != nil {
			key.End = *k.End
		}
		out = append(out, key)
	}
	return out
}

// failure turns a refusal into an outcome. Only what is wrong speaks against
// the package; what this version does not understand is no evidence at all.
func failure(in *Input, label string, err error) Finding {
	what := fmt.Sprintf("The attestation %s does not verify: %s.", quoted(label), err.Error())
	var f *sigstore.Failure
	if !errors.As(err, &f) {
		return because(Unknown, what)
	}
	switch f.Kind {
	case sigstore.Wrong, sigstore.Malformed:
		return because(Fail, what)
	case sigstore.NoAnchor:
		anchor, _ := in.Anchors.Anchor(trust.ID(in.Release.Attestations.Keys))
		if f.Step == sigstore.StepKey && anchor.Lacking(in.Time) == trust.LackFails {
			return because(Fail, what)
		}
		return because(Unknown, what)
	}
	return Finding{Outcome: Unknown, Reason: what, Unreadable: true}
}

// attestationsGenuine asks whether everything that was served as this
// package's attestation is genuine, and about it.
func attestationsGenuine(in *Input) Finding {
	list := in.Release.Attestations
	if f, none := noAttestations(list); none {
		return f
	}
	var good []string
	open := Finding{}
	for _, a := range in.attested {
		switch a.finding.Outcome {
		case Fail:
			return a.finding
		case Pass:
			good = append(good, a.finding.Reason)
		default:
			open = a.finding
		}
	}
	if open.Outcome != "" {
		return open
	}
	return pass(strings.Join(good, " "), nil)
}

// noAttestations tells why there is none to verify.
func noAttestations(list registry.Attestations) (Finding, bool) {
	switch {
	case list.Broken != "":
		return Finding{Outcome: Unknown, Reason: "What the repository serves as attestations cannot be read: " + list.Broken + ".", Unreadable: true}, true
	case len(list.Each) > 0:
		return Finding{}, false
	case list.Subject.Algorithm == "":
		return because(NotApplicable, "This repository serves no attestations."), true
	case list.Promised && list.Answer.State == fetch.NotThere:
		return because(Unknown, "The record announces attestations, but the place where they should be says that there are none."), true
	case list.Answer.State == fetch.Unknown:
		return because(Unknown, "Attestations could not be asked for: "+list.Answer.Reason), true
	}
	return because(Absent, "The repository has no attestations for this version."), true
}

// repositoryAttestation asks whether a statement of the repository's own key
// binds this name and version to these bytes, at a proven time.
func repositoryAttestation(in *Input) Finding {
	if f, none := noAttestations(in.Release.Attestations); none {
		return f
	}
	open := Finding{}
	for _, a := range in.attested {
		switch {
		case a.own && a.finding.Outcome == Pass:
			return pass("The repository itself attests, under its key "+a.verified.Key.Hint+" and at a time that "+witness(a.verified)+" proves, that it published these bytes under this name and version.",
				map[string]string{"attesting key": a.verified.Key.Hint, "published before": provenTime(a.verified)})
		case a.finding.Outcome == Unknown:
			open = a.finding
		}
	}
	if open.Outcome != "" {
		return open
	}
	return because(Absent, "None of the attestations is the repository's own.")
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
	for _, t := range v.Times {
		if t.Who != "" {
			return string(t.Source) + " " + t.Who
		}
		return string(t.Source)
	}
	return "nobody"
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
