package evidence

import (
	"fmt"
	"slices"

	"touchstone/internal/fetch"
	"touchstone/internal/registry"
)

// signatureServed asks whether a repository that signs everything has signed
// this: a signature that disappears is how a stripped record looks.
func signatureServed(e *exam) Finding {
	rel, _ := signedLink(e.chain())
	switch {
	case rel.SignsAll == "":
		return because(NotApplicable, "This repository does not sign the record of every package with a key of its own.")
	case slices.ContainsFunc(rel.Signatures, possible):
		return pass("The record carries a signature that is said to be the repository's own.", nil)
	case rel.Answer.State != fetch.Found:
		return unfetched(rel.Answer, "the record", "The repository has no record of this version.")
	case rel.Answer.Route != fetch.Direct:
		return because(Unknown, "The record carries no signature. It came "+byRoute(rel.Answer.Route)+", so the repository's own record may have one.")
	}
	what := "no signature"
	if len(rel.Signatures) > 0 {
		what = "something in the place of a signature that cannot be one"
	}
	return because(Fail, fmt.Sprintf("This repository signs every version, but the record of this one carries %s. A mirror, a proxy or the repository itself may have removed it.", what))
}

// possible tells whether something can be a signature at all: it names a key,
// and is as long as a signature that cannot be guessed (256 bits).
func possible(s registry.Signature) bool { return s.KeyID != "" && len(s.Bytes) >= 32 }
