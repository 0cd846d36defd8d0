package evidence

import (
	"fmt"

	"touchstone/internal/registry"
	"touchstone/internal/sigstore"
)

// signsBytes tells whether a bundle says that it signs bytes directly, without a
// statement about them.
func signsBytes(bundle []byte) bool {
	claimed, err := sigstore.Read(bundle)
	return err == nil && claimed.Digest != sigstore.Digest{}
}

// judgeBytes takes one bundle that signs bytes directly through these steps:
//
//  1. A digest of the bytes is known.
//  2. Verify signature, signer, log and time over it.
//  3. Its signer is whom the repository names for it, where it names anybody.
//  4. The anchors that it rests on are young enough.
func (a *attested) judgeBytes(e *exam, list registry.Attestations) {
	// 1.
	if len(a.over) == 0 {
		a.finding = because(Unknown, "A signature is served. What it should be over did not arrive, so it could not be verified.")
		return
	}
	// 2.
	query := sigstore.Query{Bundle: a.Bundle, Root: e.Proofs.Root, Keys: managedKeys(e, list.Keys)}
	for algorithm, value := range a.over {
		query.Artifact.Digests = append(query.Artifact.Digests, sigstore.Digest{Algorithm: algorithm, Hex: value})
	}
	v, err := sigstore.Verify(query)
	if err != nil {
		a.finding = failure(e, a.Attestation, err)
		return
	}
	a.verified = v
	if v.Key != nil {
		a.finding = because(NotUnderstood, "The bytes are signed with the repository's key, which makes no such signatures as far as this version knows.")
		return
	}
	// 3.
	if other := a.otherPublisher(); other != "" {
		a.finding = because(Fail, other)
		return
	}
	// 4.
	if unanchored := a.unanchored(e, list.Keys); unanchored.Outcome != "" {
		a.finding = unanchored
		return
	}
	a.finding = pass(fmt.Sprintf("The signature over these bytes verifies. It was made by %s, at a time that %s proves.", signerInWords(v), witness(v)), nil)
}
