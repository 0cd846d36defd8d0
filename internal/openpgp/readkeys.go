package openpgp

import (
	"encoding/binary"
	"fmt"
	"slices"

	"touchstone/internal/fault"
)

// ReadKeys reads public keys: a keyring, or a text with any number of armoured
// blocks among other text, as projects keep them. What is not a key that can be
// read makes its certificate say so, or is left out where it is not even that.
func ReadKeys(b []byte) ([]Certificate, error) {
	var streams [][]byte
	if binaryPackets(b) {
		streams = [][]byte{b}
	} else {
		found, _, err := blocks(b)
		if err != nil {
			return nil, err
		}
		for _, block := range found {
			if block.kind == "PUBLIC KEY BLOCK" {
				streams = append(streams, block.data)
			}
		}
	}
	var out []Certificate
	for _, stream := range streams {
		all, err := packets(stream)
		if err != nil {
			return nil, err
		}
		if len(all) > 0 && all[0].tag != tagPublicKey {
			return nil, malformed("keys do not begin with a public key, but with a packet of kind %d", all[0].tag)
		}
		for len(all) > 0 {
			n := 1 + slices.IndexFunc(all[1:], func(p packet) bool { return p.tag == tagPublicKey })
			if n == 0 {
				n = len(all)
			}
			if c, readable := readCertificate(all[:n]); readable {
				out = append(out, c)
			}
			all = all[n:]
		}
	}
	if len(out) == 0 {
		return nil, malformed("it holds no public key that can be read")
	}
	return out, nil
}

// A part is a primary key, a user's name or a subkey, with the signatures that
// follow it.
type part struct {
	packet
	signatures []Signature
}

// parts groups the packets of one certificate.
func parts(all []packet) (out []part, unread string) {
	count := 0
	for _, p := range all {
		switch p.tag {
		case tagMarker, tagPadding, tagTrust:
		case tagSignature:
			s, err := parseSignature(p)
			if err != nil {
				unread = fmt.Sprintf("a signature in it: %v", err)
				continue
			}
			last := &out[len(out)-1]
			last.signatures = append(last.signatures, s)
		case tagPublicKey, tagUserID, tagUserAttribute, tagPublicSubkey:
			if count++; count > maxPerKey {
				return out, fmt.Sprintf("it has more than %d parts", maxPerKey)
			}
			out = append(out, part{packet: p})
		default:
			unread = fmt.Sprintf("it holds a packet of kind %d", p.tag)
		}
	}
	return out, unread
}

// readCertificate reads one certificate (RFC 9580, section 10.1).
//
//  1. The primary key.
//  2. Its own signatures over itself and over its user IDs: the newest says when
//     it ends and what it may sign; a revocation ends it.
//  3. Every subkey: a binding by the primary key makes it one, with the subkey's
//     own signature back where it may sign. Of a key whose owner says nothing of it no
//     subkey counts: what ended it may have been taken away.
func readCertificate(all []packet) (Certificate, bool) {
	groups, unread := parts(all)
	// 1.
	primary, err := ParseKey(groups[0].body)
	if err != nil {
		return Certificate{}, false
	}
	c := Certificate{Primary: primary, Unread: unread}
	o := owner{key: primary, left: maxPerKey}
	// 2.
	main := SigningKey{Key: primary, From: primary.Created}
	self := o.valid(groups[0].signatures, nil, typeDirectKey)
	for _, g := range groups[1:] {
		if g.tag != tagUserID && g.tag != tagUserAttribute {
			continue
		}
		named := newest(o.valid(g.signatures, overUser(g), typeCertification))
		gone := newest(o.valid(g.signatures, overUser(g), typeNameRevocation))
		if named == nil || gone != nil && !gone.Created.Before(named.Created) {
			continue
		}
		self = append(self, *named)
		if g.tag == tagUserID {
			c.UserIDs = append(c.UserIDs, string(g.body))
		}
	}
	said := newest(self)
	if said == nil {
		c.Unread = "its owner says nowhere until when it may be used"
	} else {
		main.expires(said)
	}
	main.revokedBy(o.valid(groups[0].signatures, nil, typeKeyRevocation))
	if said != nil && (!said.hasFlags || said.flags&flagSign != 0) {
		c.Signing = append(c.Signing, main)
	}
	// 3.
	for _, g := range groups[1:] {
		if g.tag != tagPublicSubkey || said == nil {
			continue
		}
		if sub, signs := o.subkey(g, main); signs {
			c.Signing = append(c.Signing, sub)
		}
	}
	for i := range c.Signing {
		c.Signing[i].UserIDs = c.UserIDs
	}
	if o.left < 0 {
		c.Unread = fmt.Sprintf("it has more than %d signatures of its own", maxPerKey)
	}
	return c, true
}

// An owner verifies what a primary key signed over its own certificate.
type owner struct {
	key  Key
	left int // signatures that may still be verified
}

// valid are those of a type that the owner made over its own key and what comes
// behind it. Weak ones are told as such.
func (o *owner) valid(all []Signature, over overKey, as Type) []Signature {
	var out []Signature
	for _, s := range all {
		kind := s.Type
		if kind >= typeCertification && kind <= typeCertification+3 {
			kind = typeCertification
		}
		if kind != as || s.KeyID != "" && s.KeyID != o.key.KeyID {
			continue
		}
		if o.left--; o.left < 0 {
			return out
		}
		message := o.key.hashed(s.Version)
		if over != nil {
			message = append(message, over(s.Version)...)
		}
		switch fault.Of(o.key.verify(&s, message)) {
		case "":
			out = append(out, s)
		case fault.Weak:
			s.weak = true
			out = append(out, s)
		}
	}
	return out
}

// An overKey is what a signature of some version covers behind the primary key.
type overKey func(version byte) []byte

// overUser is a user's name as it is hashed (RFC 9580, section 5.2.4; by version
// 3, RFC 4880, as it is).
func overUser(g part) overKey {
	prefix := byte(0xb4)
	if g.tag == tagUserAttribute {
		prefix = 0xd1
	}
	return func(version byte) []byte {
		if version == 3 {
			return g.body
		}
		return append(binary.BigEndian.AppendUint32([]byte{prefix}, uint32(len(g.body))), g.body...)
	}
}

// subkey reads one subkey:
//
//  1. The primary key bound it by a signature. The newest holds: by it an owner also
//     takes back what an older one allowed.
//  2. That says that it may sign, and holds the subkey's own signature over the
//     two keys: else anybody could call a stranger's key his own.
//  3. It ends as its newest binding, a revocation or the primary key's end says.
func (o *owner) subkey(g part, main SigningKey) (SigningKey, bool) {
	key, err := ParseKey(g.body)
	if err != nil {
		return SigningKey{}, false
	}
	// 1.
	binding := newest(o.valid(g.signatures, key.hashed, typeSubkeyBinding))
	if binding == nil || binding.hasFlags && binding.flags&flagSign == 0 || binding.backSign == nil {
		return SigningKey{}, false
	}
	// 2.
	back, err := parseSignature(packet{body: binding.backSign})
	if err != nil || back.Type != typePrimaryBinding {
		return SigningKey{}, false
	}
	weakly := binding.weak
	switch fault.Of(key.verify(&back, append(o.key.hashed(back.Version), key.hashed(back.Version)...))) {
	case "":
	case fault.Weak:
		weakly = true
	default:
		return SigningKey{}, false
	}
	// 3.
	out := SigningKey{Key: key, From: key.Created, Weakly: weakly}
	out.expires(binding)
	out.revokedBy(o.valid(g.signatures, key.hashed, typeSubkeyRevocation))
	if main.Until != nil {
		out.end(*main.Until, main.Ended)
	}
	return out, true
}

// newest is the latest of some signatures, of those that cannot be forged where
// there is one; nil for none.
func newest(all []Signature) *Signature {
	var out *Signature
	for i, s := range all {
		if out == nil || out.weak && !s.weak || out.weak == s.weak && s.Created.After(out.Created) {
			out = &all[i]
		}
	}
	return out
}
