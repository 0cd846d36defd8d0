package openpgp

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"touchstone/internal/fault"
)

// The packets that are read (RFC 9580, section 5).
const (
	tagSignature     = 2
	tagPublicKey     = 6
	tagMarker        = 10
	tagTrust         = 12
	tagUserID        = 13
	tagPublicSubkey  = 14
	tagUserAttribute = 17
	tagPadding       = 21
)

// maxPackets bounds the packets of one stream: a keyring of a whole distribution
// has some hundreds.
const maxPackets = 1 << 16

// A packet is one packet: its tag and its body, which is part of what was read.
type packet struct {
	tag  byte
	body []byte
	raw  []byte // header and body
}

// packets splits a stream into its packets. A stream is read whole or not at all.
func packets(b []byte) ([]packet, error) {
	var all []packet
	for len(b) > 0 {
		if len(all) == maxPackets {
			return nil, malformed("it has more than %d packets", maxPackets)
		}
		tag, header, length, err := packetHeader(b)
		if err != nil {
			return nil, err
		}
		if length > len(b)-header {
			return nil, malformed("a packet of %d bytes ends after %d", length, len(b)-header)
		}
		end := header + length
		all = append(all, packet{tag, b[header:end:end], b[:end:end]})
		b = b[end:]
	}
	return all, nil
}

// packetHeader reads a header of either form (RFC 9580, section 4.2). Lengths
// that are partial or not stated are for data that is not kept: no signature and
// no key has them.
func packetHeader(b []byte) (tag byte, header, length int, err error) {
	if b[0]&0x80 == 0 {
		return 0, 0, 0, malformed("no packet begins with the byte %#02x", b[0])
	}
	if b[0]&0x40 != 0 {
		header, length, err = newLength(b[1:])
		return b[0] & 0x3f, 1 + header, length, err
	}
	tag = b[0] >> 2 & 0x0f
	size := []int{1, 2, 4, 0}[b[0]&3]
	switch {
	case size == 0:
		return 0, 0, 0, malformed("a packet does not state its length")
	case len(b) < 1+size:
		return 0, 0, 0, cutOff("a packet's header")
	}
	for _, c := range b[1 : 1+size] {
		length = length<<8 | int(c)
	}
	return tag, 1 + size, length, nil
}

// newLength reads a length of the present form, of a packet or a subpacket.
func newLength(b []byte) (header, length int, err error) {
	switch {
	case len(b) == 0:
		return 0, 0, cutOff("a length")
	case b[0] < 192:
		return 1, int(b[0]), nil
	case b[0] < 224:
		if len(b) < 2 {
			return 0, 0, cutOff("a length")
		}
		return 2, (int(b[0])-192)<<8 + int(b[1]) + 192, nil
	case b[0] == 255:
		if len(b) < 5 {
			return 0, 0, cutOff("a length")
		}
		n := binary.BigEndian.Uint32(b[1:])
		if n > 1<<30 {
			return 0, 0, malformed("a length of %d bytes", n)
		}
		return 5, int(n), nil
	}
	return 0, 0, malformed("a packet has a partial length")
}

// A reader takes a packet's body apart from its beginning. After the first thing
// that is not there it gives nothing more, and err says what.
type reader struct {
	b   []byte
	err error
}

func (r *reader) take(n int, what string) []byte {
	if r.err == nil && (n < 0 || n > len(r.b)) {
		r.err = cutOff(what)
	}
	if r.err != nil {
		return nil
	}
	out := r.b[:n:n]
	r.b = r.b[n:]
	return out
}

func (r *reader) byte(what string) byte {
	if b := r.take(1, what); b != nil {
		return b[0]
	}
	return 0
}

func (r *reader) uint16(what string) int {
	if b := r.take(2, what); b != nil {
		return int(binary.BigEndian.Uint16(b))
	}
	return 0
}

func (r *reader) uint32(what string) uint32 {
	if b := r.take(4, what); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

// number reads a multiprecision integer (RFC 9580, section 3.2), without the zeros
// before it: some signers write those, and count them (the form asks for none).
// It must have no bit that it does not count.
func (r *reader) number(what string) []byte {
	bits := r.uint16(what)
	b := r.take((bits+7)/8, what)
	if r.err == nil && bits%8 != 0 && b[0]>>(bits%8) != 0 {
		r.err = malformed("%s is longer than it says", what)
	}
	if r.err != nil {
		return nil
	}
	return bytes.TrimLeft(b, "\x00")
}

// end asserts that everything was taken.
func (r *reader) end(what string) error {
	if r.err == nil && len(r.b) > 0 {
		r.err = malformed("%d bytes follow %s", len(r.b), what)
	}
	return r.err
}

func malformed(format string, args ...any) error {
	return fault.New(fault.Malformed, fmt.Sprintf(format, args...))
}

func notUnderstood(format string, args ...any) error {
	return fault.New(fault.NotUnderstood, fmt.Sprintf(format, args...))
}

func cutOff(what string) error { return malformed("%s is cut off", what) }
