// Package bare verifies signatures that are made by a bare key: no certificate,
// no time, no log. What such a signature is worth is what its key is worth, so
// the keys must be anchored (package trust).
package bare

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"fmt"

	"touchstone/internal/fault"
	"touchstone/internal/trust"
)

// ECDSAP256 is ECDSA on P-256 over SHA-256, the signature as ASN.1 DER
// (FIPS 186-5; RFC 3279, section 2.2.3).
type ECDSAP256 struct {
	// By verifies as ecdsa.VerifyASN1 does, by which it is done where this is nil.
	By func(key *ecdsa.PublicKey, hash, signature []byte) bool
}

// Verify checks a signature over message by the key of that ID among keys. Its
// errors are faults: NoAnchor where there is no such key, NotUnderstood where it
// is of another kind, Wrong where it did not make the signature.
func (e ECDSAP256) Verify(message, signature []byte, keyID string, keys []trust.Key) (trust.Key, error) {
	for _, key := range keys {
		if key.ID != keyID {
			continue
		}
		if key.Public == nil {
			return key, fault.New(fault.NotUnderstood, fmt.Sprintf("the key %s is of a kind (%s) that this version cannot use", key.ID, key.Details))
		}
		by := e.By
		if by == nil {
			by = ecdsa.VerifyASN1
		}
		if sum := sha256.Sum256(message); !by(key.Public, sum[:], signature) {
			return key, fault.New(fault.Wrong, fmt.Sprintf("the key %s did not make this signature", key.ID))
		}
		return key, nil
	}
	return trust.Key{}, fault.New(fault.NoAnchor, fmt.Sprintf("the key %q is not among the anchors", keyID))
}
