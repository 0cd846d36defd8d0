package openpgp

import (
	"fmt"
	"time"

	"touchstone/internal/fault"
	"touchstone/internal/trust"
)

// Anchored verifies signatures by anchored keys, each one packet over a document
// or over the text of a clearsigned one.
type Anchored struct{}

// clockLeeway is how far a device's clock may lag behind the signer's.
const clockLeeway = 24 * time.Hour

// Verify checks one signature packet over message. Which key made it, the packet
// itself says; keyID must be what it says ([Signature.Issuer]). The key returned
// is the anchored one, its validity bounded by that of the signature.
//
//  1. Read the packet, which is one signature by the key that is named.
//  2. Find that key among the anchored ones. That one of an algorithm newer than
//     those verified here is not there says nothing.
//  3. Verify.
func (Anchored) Verify(message, signature []byte, keyID string, keys []trust.Key) (trust.Key, error) {
	// 1.
	all, err := ReadSignatures(signature)
	if err != nil {
		return trust.Key{}, err
	}
	s := all[0]
	switch {
	case len(all) != 1:
		return trust.Key{}, malformed("%d signatures stand in the place of one", len(all))
	case s.Issuer() != keyID:
		return trust.Key{}, malformed("a signature by the key %q is said to be by %q", s.Issuer(), keyID)
	}
	if err := exact(&s, message); err != nil {
		return trust.Key{}, err
	}
	// 2.
	for _, anchored := range keys {
		if anchored.Packet == nil {
			continue
		}
		key, err := ParseKey(anchored.Packet)
		if err != nil || key.Fingerprint != anchored.ID || !s.by(key) {
			continue
		}
		anchored.Algorithm = key.Algorithm
		// 3.
		if err := key.verify(&s, message); err != nil {
			return anchored, err
		}
		if from := s.Created.Add(-clockLeeway); from.After(anchored.Start) {
			anchored.Start = from
		}
		if s.Expires != nil && (anchored.End == nil || s.Expires.Before(*anchored.End)) {
			anchored.End = s.Expires
		}
		return anchored, nil
	}
	if s.algorithm.newer() {
		return trust.Key{}, notUnderstood("signatures by %s are of a newer kind than it reads", s.algorithm)
	}
	return trust.Key{}, fault.New(fault.NoAnchor, fmt.Sprintf("the key %q is not among the anchors", keyID))
}
