package maven

import (
	"touchstone/internal/openpgp"
	"touchstone/internal/registry"
)

// mostSignatures bounds how many signatures of one file are verified.
const mostSignatures = 16

// detached are the OpenPGP signatures beside a file, which Central demands of
// everybody, by any key that a key server has
// (central.sonatype.org/publish/requirements/gpg).
func (q *question) detached() registry.Detached {
	armor := q.armor
	return registry.Detached{Answer: armor, Judge: func(message, keys []byte) []registry.KeySignature {
		signatures, err := openpgp.ReadSignatures(armor.Body)
		if err != nil {
			return []registry.KeySignature{{Err: err}}
		}
		var brought []openpgp.Certificate
		if keys != nil {
			if brought, err = openpgp.ReadKeys(keys); err != nil {
				return []registry.KeySignature{{Err: err}}
			}
		}
		var out []registry.KeySignature
		for _, s := range signatures[:min(len(signatures), mostSignatures)] {
			out = append(out, judged(message, s, brought))
		}
		return out
	}}
}

// judged is one signature, verified by the keys that were brought.
func judged(message []byte, s openpgp.Signature, brought []openpgp.Certificate) registry.KeySignature {
	out := registry.KeySignature{Key: s.Issuer(), Hash: s.HashName(), Made: s.Created}
	key, err := openpgp.Verify(message, s, brought)
	if out.Err = err; err != nil {
		return out
	}
	out.Key = key.Fingerprint
	if len(key.UserIDs) > 0 {
		out.Owner = key.UserIDs[0]
	}
	if key.Until != nil {
		out.Until = *key.Until
	}
	if !key.ValidAt(s.Created) {
		if out.Ended = key.Ended; out.Ended == "" {
			out.Ended = "not yet made"
		}
	}
	return out
}
