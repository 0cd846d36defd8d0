package mint

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"time"
)

// An ArchiveKey signs as the keys of archives do: OpenPGP, version 4, EdDSA on
// Ed25519 over SHA-256 (RFC 4880, RFC 9580 section 5.5.2).
type ArchiveKey struct {
	// Packet is the body of the public-key packet, Fingerprint its digest in upper-case
	// hexadecimal.
	Packet      []byte
	Fingerprint string
	made        time.Time
	private     ed25519.PrivateKey
}

// NewArchiveKey makes the same key for the same name and time.
func NewArchiveKey(name string, made time.Time) *ArchiveKey {
	seed := sha256.Sum256([]byte("archive key " + name))
	k := &ArchiveKey{made: made, private: ed25519.NewKeyFromSeed(seed[:])}
	k.Packet = binary.BigEndian.AppendUint32([]byte{4}, uint32(made.Unix()))
	k.Packet = append(k.Packet, 22, 9)
	k.Packet = append(k.Packet, 0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x0f, 0x01)
	k.Packet = appendNumber(k.Packet, append([]byte{0x40}, k.private.Public().(ed25519.PublicKey)...))
	whole := binary.BigEndian.AppendUint16([]byte{0x99}, uint16(len(k.Packet)))
	sum := sha1.Sum(append(whole, k.Packet...))
	k.Fingerprint = strings.ToUpper(hex.EncodeToString(sum[:]))
	return k
}

// appendNumber writes a multiprecision integer.
func appendNumber(b, n []byte) []byte {
	n = bytes.TrimLeft(n, "\x00")
	length := 0
	if len(n) > 0 {
		length = 8*(len(n)-1) + bits.Len8(n[0])
	}
	return append(binary.BigEndian.AppendUint16(b, uint16(length)), n...)
}

// Sign is a detached signature over a message, one packet.
func (k *ArchiveKey) Sign(message []byte) []byte { return k.sign(0, message, k.made.Add(time.Hour)) }

// sign is a signature of a type: 0 over bytes, 1 over a text.
func (k *ArchiveKey) sign(kind byte, message []byte, when time.Time) []byte {
	id := must(hex.DecodeString(k.Fingerprint))
	hashed := binary.BigEndian.AppendUint32([]byte{5, 2}, uint32(when.Unix()))
	hashed = append(append(hashed, 22, 33, 4), id...)
	body := []byte{4, kind, 22, 8}
	body = append(binary.BigEndian.AppendUint16(body, uint16(len(hashed))), hashed...)
	h := sha256.New()
	h.Write(message)
	h.Write(body)
	h.Write(binary.BigEndian.AppendUint32([]byte{4, 0xff}, uint32(len(body))))
	sum := h.Sum(nil)
	made := ed25519.Sign(k.private, sum)
	body = append(body, 0, 10, 9, 16)
	body = append(body, id[12:]...)
	body = append(body, sum[:2]...)
	body = appendNumber(appendNumber(body, made[:32]), made[32:])
	if len(body) >= 192 {
		panic("mint: a signature packet is longer than one byte says")
	}
	return append([]byte{0xc2, byte(len(body))}, body...)
}

// Certificate is the key as tools keep it in a keyring: with a name, and its own
// signature over both (RFC 9580, section 5.2.4).
func (k *ArchiveKey) Certificate(name string) []byte {
	packet := func(kind byte, body []byte) []byte {
		return append(binary.BigEndian.AppendUint32([]byte{0xc0 | kind, 0xff}, uint32(len(body))), body...)
	}
	over := append(binary.BigEndian.AppendUint16([]byte{0x99}, uint16(len(k.Packet))), k.Packet...)
	over = append(binary.BigEndian.AppendUint32(append(over, 0xb4), uint32(len(name))), name...)
	return slices.Concat(packet(6, k.Packet), packet(13, []byte(name)), k.sign(0x13, over, k.made))
}

// Armored is a detached signature as text.
func (k *ArchiveKey) Armored(message []byte) []byte { return []byte(armored(k.Sign(message))) }

func armored(packet []byte) string {
	return "-----BEGIN PGP SIGNATURE-----\n\n" + base64.StdEncoding.EncodeToString(packet) + "\n-----END PGP SIGNATURE-----\n"
}

// ArchiveKeys is a document of anchored archive keys: one set, in the form of
// package trust.
func ArchiveKeys(id, name string, keys ...*ArchiveKey) []byte {
	var list []map[string]any
	for i, k := range keys {
		list = append(list, map[string]any{"fingerprint": k.Fingerprint, "name": fmt.Sprintf("key %d of %s", i+1, name), "from": k.made, "packet": k.Packet})
	}
	return must(json.Marshal(map[string]any{"source": "a test", "taken": "2026-11-01", "keyring": "", "sets": []any{map[string]any{"id": id, "name": name, "keys": list}}}))
}
