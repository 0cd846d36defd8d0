package openpgp

import (
	"time"
)

// maxPerKey bounds the signatures that are verified for one certificate: the
// owner's own are few, and a stranger can add any number.
const maxPerKey = 256

// A Certificate is one key with what its owner said of it: user names, subkeys,
// when they end. Signatures by others are not read.
type Certificate struct {
	Primary Key
	// UserIDs are those that the key itself certified and did not revoke.
	UserIDs []string
	// Signing are the keys of it that may sign documents.
	Signing []SigningKey
	// Unread says why some of it could not be read; empty where all was.
	Unread string
}

// A SigningKey is a key that may sign documents, and from when until when.
type SigningKey struct {
	Key
	// UserIDs are those of the certificate.
	UserIDs []string
	// From and Until bound when it may sign: From is in it, Until is not; nil is
	// "until further notice".
	From  time.Time
	Until *time.Time
	// Ended says why, where there is an end ("expired", "revoked").
	Ended string
	// Weakly tells that only signatures that can be forged make this subkey one of
	// the certificate: then what it signs is Weak.
	Weakly bool
}

// ValidAt tells whether the key could sign at a time, which must be proven.
func (k SigningKey) ValidAt(t time.Time) bool {
	return !t.Before(k.From) && (k.Until == nil || t.Before(*k.Until))
}

// end brings the end of a key forward.
func (k *SigningKey) end(t time.Time, why string) {
	if k.Until == nil || t.Before(*k.Until) {
		k.Until, k.Ended = &t, why
	}
}

// The flags of a key that are asked for (RFC 9580, section 5.2.3.29).
const flagSign = 0x02

// Why a key was revoked, where it counts from then on only (RFC 9580, section
// 5.2.3.31): what it signed before stays.
const (
	reasonSuperseded = 1
	reasonRetired    = 3
)

// revokedBy ends a key by revocations that verified, weak ones among them.
func (k *SigningKey) revokedBy(all []Signature) {
	for _, s := range all {
		if s.reason == reasonSuperseded || s.reason == reasonRetired {
			k.end(s.Created, "revoked")
		} else {
			k.end(k.From, "revoked")
		}
	}
}

// expires ends a key as a signature by its owner says.
func (k *SigningKey) expires(s *Signature) {
	if s.keyExpires != 0 {
		k.end(k.Created.Add(time.Duration(s.keyExpires)*time.Second), "expired")
	}
	if s.Expires != nil {
		k.end(*s.Expires, "expired")
	}
}
