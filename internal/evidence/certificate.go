package evidence

import (
	"strings"

	"touchstone/internal/sigstore"
)

// speaker is the first verified attestation whose signer may speak for the
// package; there is one where signerIdentity passes.
func speaker(e *exam) attested {
	for _, a := range e.attested {
		if a.speaks.Outcome == Pass {
			return a
		}
	}
	return attested{verified: &sigstore.Verified{Certificate: new(sigstore.Identity)}}
}

// runner says on whose machines the build ran, where the certificate tells.
func runner(id *sigstore.Identity) string {
	if env := id.Claims.RunnerEnvironment; env != "" {
		return " on " + env + " runners"
	}
	return ""
}

// claimFacts are the certificate's claims by name.
func claimFacts(id *sigstore.Identity) map[string]string {
	facts := map[string]string{"subject": id.SAN, "identity provider": id.Issuer, "certificate authority": id.AuthorityName()}
	for _, c := range id.Claims.All() {
		if c.Value != "" {
			facts[strings.ToLower(c.Name)] = c.Value
		}
	}
	return facts
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
