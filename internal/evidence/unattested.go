package evidence

import (
	"strings"

	"touchstone/internal/fetch"
	"touchstone/internal/registry"
)

// noAttestations tells why there is none to verify.
func noAttestations(list registry.Attestations) (Finding, bool) {
	switch {
	case list.Broken != "":
		return because(NotUnderstood, "What the repository serves as attestations cannot be read: "+sentence(list.Broken)), true
	case len(list.Each) > 0:
		return Finding{}, false
	case len(list.Unread) > 0:
		return because(NotUnderstood, "Something is served beside it that this version does not verify: "+strings.Join(list.Unread, ", ")+"."), true
	case list.Subject.Algorithm == "":
		return because(NotApplicable, "This repository serves no attestations."), true
	case list.Answer.State == fetch.Unknown && list.Unasked:
		return because(Unknown, "The record announces no attestations. It came "+byRoute(list.Answer.Route)+", so the repository's own record may announce some."), true
	case list.Answer.State == fetch.Unknown:
		what := "The attestations"
		if list.OverBytes {
			what = "The Sigstore bundle of this file"
		}
		return because(Unknown, what+" could not be fetched: "+sentence(list.Answer.Reason)), true
	case list.Promised:
		return because(Unknown, "The record announces attestations, but where they should be are none."), true
	}
	if list.OverBytes {
		return lacking(list, "No Sigstore bundle is served beside this file."), true
	}
	return lacking(list, "The repository has no attestations for this version."), true
}

// lacking says that no attestation of some kind is served: only the
// repository's own host can say that.
func lacking(list registry.Attestations, reason string) Finding {
	if list.Answer.State == fetch.Unknown && !list.Unasked {
		return because(Unknown, reason+" Not every place where there may be some could be asked: "+sentence(list.Answer.Reason))
	}
	if list.Answer.Route != fetch.Direct {
		return because(Unknown, reason+" What says so came "+byRoute(list.Answer.Route)+", so the repository itself may say otherwise.")
	}
	return because(Absent, reason).by(Maintainer)
}
