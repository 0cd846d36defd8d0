package openpgp

import (
	"encoding/binary"
	"fmt"
	"time"
)

// The subpackets that are read (RFC 9580, section 5.2.3.7).
const (
	subCreated     = 2
	subExpires     = 3
	subKeyExpires  = 9
	subIssuer      = 16
	subFlags       = 27
	subReason      = 29
	subEmbedded    = 32
	subFingerprint = 33
)

// harmless are the subpackets that bear on nothing that is asked here, so that
// they may be critical: whether a certification may be exported, preferences, the
// primary user ID, where a policy stands, the maker's user ID, features.
var harmless = map[byte]bool{4: true, 7: true, 11: true, 21: true, 22: true, 23: true, 24: true, 25: true, 26: true, 28: true, 30: true, 34: true, 39: true}

// subpackets reads one of a signature's two areas. Only the hashed one is under
// the signature: of the other, what names the key is a hint, a back signature
// proves itself, and the rest says nothing. What is critical and not understood
// is refused in both.
func (s *Signature) subpackets(area []byte, hashed bool) error {
	var expires uint32
	created := false
	for len(area) > 0 {
		header, length, err := newLength(area)
		if err != nil {
			return err
		}
		area = area[header:]
		if length < 1 || length > len(area) {
			return cutOff("a subpacket")
		}
		kind, critical, value := area[0]&0x7f, area[0]&0x80 != 0, area[1:length]
		area = area[length:]
		switch kind {
		case subIssuer, subFingerprint:
			err = s.issuer(kind, value)
		case subEmbedded:
			s.backSign = value
		case subCreated, subExpires, subKeyExpires, subFlags, subReason:
			if hashed {
				err = s.hashedSubpacket(kind, value, &expires, &created)
			}
		default:
			if critical && !harmless[kind] {
				err = notUnderstood("a signature has a critical part of kind %d", kind)
			}
		}
		if err != nil {
			return err
		}
	}
	if !hashed {
		return nil
	}
	if !created {
		return malformed("a signature does not say when it was made")
	}
	if expires != 0 {
		s.Expires = new(s.Created.Add(time.Duration(expires) * time.Second))
	}
	return nil
}

// hashedSubpacket reads one of those that only count under the signature.
func (s *Signature) hashedSubpacket(kind byte, value []byte, expires *uint32, created *bool) error {
	number := uint32(0)
	switch kind {
	case subCreated, subExpires, subKeyExpires:
		if len(value) != 4 {
			return malformed("a time in a signature is %d bytes", len(value))
		}
		number = binary.BigEndian.Uint32(value)
	case subReason:
		if len(value) == 0 {
			return cutOff("a revocation's reason")
		}
		s.reason = value[0]
	case subFlags:
		s.hasFlags = true
		s.flags = 0
		if len(value) > 0 {
			s.flags = value[0]
		}
	}
	switch kind {
	case subCreated:
		if *created {
			return malformed("a signature says twice when it was made")
		}
		s.Created, *created = at(number), true
	case subExpires:
		*expires = number
	case subKeyExpires:
		s.keyExpires = number
	}
	return nil
}

// issuer reads what names the key: by its ID, or by its fingerprint. The two must
// name the same, wherever they stand.
func (s *Signature) issuer(kind byte, value []byte) error {
	id, fingerprint := "", ""
	switch {
	case kind == subIssuer && len(value) == 8:
		id = fmt.Sprintf("%X", value)
	case kind == subFingerprint && len(value) == 21 && value[0] == 4:
		fingerprint = fmt.Sprintf("%X", value[1:])
		id = fingerprint[24:]
	case kind == subFingerprint && len(value) == 33 && value[0] == 6:
		fingerprint = fmt.Sprintf("%X", value[1:])
		id = fingerprint[:16]
	default:
		return malformed("a signature does not name its key in a way that can be read")
	}
	if s.KeyID != "" && s.KeyID != id || s.Fingerprint != "" && fingerprint != "" && s.Fingerprint != fingerprint {
		return malformed("a signature names two keys")
	}
	s.KeyID = id
	if fingerprint != "" {
		s.Fingerprint = fingerprint
	}
	return nil
}
