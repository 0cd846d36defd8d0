package openpgp

import (
	"encoding/binary"
	"fmt"
	"time"
)

// A Type says what a signature is over (RFC 9580, section 5.2.1).
type Type byte

// The types.
const (
	TypeBinary           Type = 0x00 // bytes
	TypeText             Type = 0x01 // a text with CR LF at its line ends
	typeCertification    Type = 0x10 // to 0x13: a key and a user's name
	typeSubkeyBinding    Type = 0x18
	typePrimaryBinding   Type = 0x19
	typeDirectKey        Type = 0x1f
	typeKeyRevocation    Type = 0x20
	typeSubkeyRevocation Type = 0x28
	typeNameRevocation   Type = 0x30
)

// maxSignatures bounds the signatures over one document.
const maxSignatures = 64

// A Signature is one signature as it was read. All it says is its maker's word
// until [Verify] passes it.
type Signature struct {
	Version byte
	Type    Type
	// Created is when it says that it was made.
	Created time.Time
	// Expires is when it says that it ends; nil for never.
	Expires *time.Time
	// KeyID is that of the key that is said to have made it, in 16 upper-case
	// hexadecimal digits, and Fingerprint the key's, in 40 or 64; empty where it
	// does not say.
	KeyID, Fingerprint string
	// Raw is the whole packet.
	Raw []byte

	algorithm Algorithm
	hash      hash
	left      []byte // the digest's first two bytes
	salt      []byte
	trailer   []byte // what is hashed behind the message
	numbers   []byte // the algorithm's own part

	// Of signatures that keys make over keys.
	keyExpires uint32 // seconds after the key's creation; 0 for never
	flags      byte   // key flags
	hasFlags   bool
	reason     byte // of a revocation
	backSign   []byte
	weak       bool // verified, by an algorithm that can be forged
}

// Issuer names the key that is said to have made the signature as exactly as it
// does: by fingerprint, else by key ID; empty where it does not.
func (s Signature) Issuer() string {
	if s.Fingerprint != "" {
		return s.Fingerprint
	}
	return s.KeyID
}

// HashName is the digest's usual name ("SHA-256").
func (s Signature) HashName() string { return s.hash.String() }

// ReadSignatures reads a detached signature: packets of it, or armoured blocks
// with nothing but blanks beside them. Errors are faults: NotUnderstood for what
// is another kind of OpenPGP message, Malformed for what cannot be one. Of what
// was read an unreadable signature's own fault is told by [Verify].
func ReadSignatures(b []byte) ([]Signature, error) {
	if !binaryPackets(b) {
		found, beside, err := blocks(b)
		switch {
		case err != nil:
			return nil, err
		case len(found) == 0:
			return nil, malformed("it is no OpenPGP signature")
		case beside:
			return nil, malformed("text stands outside the armoured signature")
		}
		b = nil
		for _, block := range found {
			if block.kind != "SIGNATURE" {
				return nil, notUnderstood("it is an armoured %s and not a detached signature", block.kind)
			}
			b = append(b, block.data...)
		}
	}
	return readSignatures(b)
}

// binaryPackets tells packets from armour, which is ASCII.
func binaryPackets(b []byte) bool { return len(b) > 0 && b[0]&0x80 != 0 }

func readSignatures(b []byte) ([]Signature, error) {
	all, err := packets(b)
	if err != nil {
		return nil, err
	}
	var out []Signature
	for _, p := range all {
		switch p.tag {
		case tagMarker, tagPadding:
			continue
		case tagSignature:
		default:
			return nil, notUnderstood("it holds a packet of kind %d and not only signatures", p.tag)
		}
		if len(out) == maxSignatures {
			return nil, malformed("it has more than %d signatures", maxSignatures)
		}
		s, err := parseSignature(p)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	if len(out) == 0 {
		return nil, malformed("it holds no signature")
	}
	return out, nil
}

// parseSignature reads one signature packet.
func parseSignature(p packet) (Signature, error) {
	r := &reader{b: p.body}
	s := Signature{Version: r.byte("a signature"), Raw: p.raw}
	switch s.Version {
	case 3:
		return s, s.parse3(r)
	case 4, 6:
		return s, s.parse4(r, p.body)
	}
	return s, notUnderstood("a signature is of version %d", s.Version)
}

// parse3 reads version 3 (RFC 4880, section 5.2.2).
func (s *Signature) parse3(r *reader) error {
	if n := r.byte("a signature"); r.err == nil && n != 5 {
		return malformed("a signature of version 3 hashes %d bytes of itself, not 5", n)
	}
	s.trailer = r.take(5, "a signature")
	id := r.take(8, "a signature's key ID")
	s.algorithm, s.hash = Algorithm(r.byte("a signature")), hash(r.byte("a signature"))
	s.left = r.take(2, "a signature's digest")
	if r.err != nil {
		return r.err
	}
	s.numbers = r.b
	s.Type, s.Created = Type(s.trailer[0]), at(binary.BigEndian.Uint32(s.trailer[1:]))
	s.KeyID = fmt.Sprintf("%X", id)
	return nil
}

// parse4 reads versions 4 and 6 (RFC 9580, section 5.2.3).
func (s *Signature) parse4(r *reader, body []byte) error {
	length := func(what string) int {
		if s.Version == 6 {
			return int(min(r.uint32(what), 1<<30))
		}
		return r.uint16(what)
	}
	s.Type, s.algorithm, s.hash = Type(r.byte("a signature")), Algorithm(r.byte("a signature")), hash(r.byte("a signature"))
	hashed := r.take(length("a signature's length"), "a signature's hashed part")
	covered := len(body) - len(r.b)
	unhashed := r.take(length("a signature's length"), "a signature's other part")
	s.left = r.take(2, "a signature's digest")
	if s.Version == 6 {
		s.salt = r.take(int(r.byte("a signature's salt")), "a signature's salt")
		if size, ok := saltSizes[s.hash]; r.err == nil && ok && len(s.salt) != size {
			return malformed("a signature's salt is %d bytes, not %d", len(s.salt), size)
		}
	}
	if r.err != nil {
		return r.err
	}
	s.numbers = r.b
	s.trailer = append(append([]byte{}, body[:covered]...), s.Version, 0xff)
	s.trailer = binary.BigEndian.AppendUint32(s.trailer, uint32(covered))
	if err := s.subpackets(hashed, true); err != nil {
		return err
	}
	return s.subpackets(unhashed, false)
}

func at(seconds uint32) time.Time { return time.Unix(int64(seconds), 0).UTC() }
