package bare

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/binary"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"strings"

	"touchstone/internal/fault"
	"touchstone/internal/keysize"
	"touchstone/internal/trust"
)

// RSAFingerprint is RSA (PKCS#1 v1.5, SHA-256) over the SHA-256 of the message in
// hexadecimal, by a key that comes with the signature and of which only the
// digest is anchored (pkg's libpkg/pkgsign_ossl.c).
type RSAFingerprint struct{}

// WithKey puts a signature and the key that comes with it together, as
// [RSAFingerprint] takes them.
func WithKey(public, signature []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(public)))
	return append(append(out, public...), signature...)
}

// KeyOf takes apart what [WithKey] put together; ok is false for anything else.
func KeyOf(both []byte) (public, signature []byte, ok bool) {
	if len(both) < 4 || uint64(binary.BigEndian.Uint32(both)) > uint64(len(both)-4) {
		return nil, nil, false
	}
	end := 4 + binary.BigEndian.Uint32(both)
	return both[4:end], both[end:], true
}

// Fingerprint is the upper-case hexadecimal SHA-256 of a key as it stands in its
// file, by which it is anchored.
func Fingerprint(public []byte) string {
	sum := sha256.Sum256(public)
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

// Verify checks a signature that [WithKey] made, by the steps of anchoredHere.
func (RSAFingerprint) Verify(message, signature []byte, keyID string, keys []trust.Key) (trust.Key, error) {
	return anchoredHere(signature, keyID, keys, func(public, made []byte) error {
		block, _ := pem.Decode(public)
		if block == nil {
			return fault.New(fault.NotUnderstood, "the key is in no form that this version reads")
		}
		parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
		if err != nil {
			return fault.New(fault.NotUnderstood, fmt.Sprintf("parsing the key: %v", err))
		}
		k, ok := parsed.(*rsa.PublicKey)
		if !ok {
			return fault.New(fault.NotUnderstood, "the key is none of RSA")
		}
		if rsa.VerifyPKCS1v15(k, crypto.SHA256, hexSum(message), made) != nil {
			return fault.New(fault.Wrong, fmt.Sprintf("the key %s did not make this signature", keyID))
		}
		if short := keysize.TooShort(k); short != "" {
			return fault.New(fault.Weak, "the key is "+short)
		}
		return nil
	})
}

// hexSum is the SHA-256 of a message's SHA-256 in hexadecimal digits, which is what
// such keys sign.
func hexSum(message []byte) []byte {
	sum := sha256.Sum256(message)
	again := sha256.Sum256([]byte(hex.EncodeToString(sum[:])))
	return again[:]
}

// anchoredHere judges a signature by the key that comes with it:
//
//  1. Take the two apart; the key is the one that keyID names.
//  2. Its fingerprint is anchored.
//  3. The signature verifies, by verify.
func anchoredHere(signature []byte, keyID string, keys []trust.Key, verify func(public, made []byte) error) (trust.Key, error) {
	// 1.
	public, made, ok := KeyOf(signature)
	if !ok {
		return trust.Key{}, fault.New(fault.Malformed, "no signature stands in its place")
	}
	if Fingerprint(public) != keyID {
		return trust.Key{}, fault.New(fault.Malformed, "the key is not the one that is named")
	}
	// 2.
	for _, key := range keys {
		if key.ID == keyID {
			return key, verify(public, made) // 3.
		}
	}
	return trust.Key{}, fault.New(fault.NoAnchor, fmt.Sprintf("the key %q is not among the anchors", keyID))
}
