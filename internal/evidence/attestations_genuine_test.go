package evidence

import (
	"testing"

	"touchstone/internal/fetch"
	"touchstone/internal/registry"
	"touchstone/internal/sigstore"
)

func ended(findings ...Finding) *exam {
	return attesting(func(e *exam) {
		e.attested = nil
		for _, f := range findings {
			e.attested = append(e.attested, attested{finding: f})
		}
	})
}

func TestAttestationsGenuine(t *testing.T) {
	good, bad, open, old := pass("good", nil), because(Fail, "bad"), because(Unknown, "open"), because(NotUnderstood, "old")
	table{
		"all good":           {ended(good, good), Pass},
		"one is wrong":       {ended(good, open, old, bad), Fail},
		"one is open":        {ended(good, old, open), Unknown},
		"one is of the past": {ended(old, good), NotUnderstood},
		"a stranger's":       {ended(because(Absent, "stranger")), Absent},
		"unreadable":         {attesting(func(e *exam) { e.Release.File.Attestations.Broken = "HTML" }), NotUnderstood},
		"not here":           {released(nil), NotApplicable},
	}.run(t, attestationsGenuine)
}

func TestRepositoryAttestation(t *testing.T) {
	own := attested{finding: pass("", nil), own: true, verified: &sigstore.Verified{Key: &sigstore.SigningKey{Hint: "key"}}}
	kind := func(f Finding) *exam {
		return attesting(func(e *exam) {
			e.Release.File.Attestations.OwnTypes = []string{"own/"}
			e.attested = []attested{{finding: f, Attestation: registry.Attestation{Label: "own/v1"}}}
		})
	}
	table{
		"its own":              {attesting(func(e *exam) { e.attested = []attested{verified(nil), own} }), Pass},
		"only another's":       {attesting(nil), Absent},
		"it makes none":        {attesting(func(e *exam) { e.Release.File.Attestations.Keys = "" }), NotApplicable},
		"its own, open":        {kind(because(Unknown, "open")), Unknown},
		"its own, of a future": {kind(because(NotUnderstood, "old")), NotUnderstood},
		"by relay":             {attesting(func(e *exam) { e.Release.File.Attestations.Answer.Route = fetch.Relay }), Unknown},
	}.run(t, repositoryAttestation)
}
