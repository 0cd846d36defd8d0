//go:build !js || touchstone_whole

package evidencefile

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"slices"

	"touchstone/internal/bare"
	"touchstone/internal/registry"
	"touchstone/internal/trust"
)

// byFingerprint is a signature whose key comes with it and whose fingerprint is
// anchored, as public tools take it: over the message's digest in hexadecimal.
func byFingerprint(s registry.Signature, message []byte, keys []trust.Key) (signed, bool) {
	key, made, ok := bare.KeyOf(s.Bytes)
	if s.KeyID == "" || !ok {
		return signed{}, false
	}
	sum := sha256.Sum256(message)
	over := []byte(hex.EncodeToString(sum[:]))
	if s.Form == registry.RSAFingerprint {
		return signed{over, made, key}, slices.ContainsFunc(keys, func(k trust.Key) bool { return k.ID == s.KeyID })
	}
	_, wrong := bare.ECDSAFingerprint{}.Verify(message, s.Bytes, s.KeyID, keys)
	return signed{over, made, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: key})}, wrong == nil
}
