package openpgp

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/big"
	"time"
)

// A Key is one public key.
type Key struct {
	// Fingerprint is in upper-case hexadecimal digits: 40 for version 4, 64 for 6.
	Fingerprint string
	// KeyID is the part of it by which older signatures name the key: 16 digits.
	KeyID string
	// Algorithm is for people ("RSA, 4096 bits").
	Algorithm string
	Created   time.Time
	// Packet is the body of its public-key packet (RFC 9580, section 5.5.2).
	Packet []byte

	version   byte
	algorithm Algorithm
	public    any // *rsa.PublicKey, *ecdsa.PublicKey, ed25519.PublicKey, []half; nil where it cannot be used
	weak      bool
}

// ParseKey reads the body of a public-key or public-subkey packet. A key of an
// algorithm that is not verified here is read, and verifies nothing.
func ParseKey(body []byte) (Key, error) {
	r := &reader{b: body}
	k := Key{Packet: body, version: r.byte("a key")}
	if r.err == nil && k.version != 4 && k.version != 6 {
		return Key{}, notUnderstood("a key is of version %d", k.version)
	}
	k.Created, k.algorithm = at(r.uint32("a key")), Algorithm(r.byte("a key"))
	if k.version == 6 {
		if n := r.uint32("a key"); r.err == nil && int64(n) != int64(len(r.b)) {
			return Key{}, malformed("a key's numbers are %d bytes, not %d", len(r.b), n)
		}
	}
	if r.err != nil {
		return Key{}, r.err
	}
	if len(body) > 1<<16-1 {
		return Key{}, malformed("a key of %d bytes", len(body))
	}
	k.Algorithm = k.algorithm.String()
	k.name()
	if err := k.material(r); err != nil {
		return Key{}, fmt.Errorf("reading the key %s: %w", k.Fingerprint, err)
	}
	return k, nil
}

// hashed is a key as it is hashed, for its fingerprint and for signatures over it
// (RFC 9580, sections 5.2.4 and 5.5.4).
func (k Key) hashed(as byte) []byte {
	if as == 6 {
		return append(binary.BigEndian.AppendUint32([]byte{0x9b}, uint32(len(k.Packet))), k.Packet...)
	}
	return append(binary.BigEndian.AppendUint16([]byte{0x99}, uint16(len(k.Packet))), k.Packet...)
}

// name computes the fingerprint. That version 4 makes it with SHA-1 is of no
// weight here: it finds a key and vouches for none.
func (k *Key) name() {
	if k.version == 6 {
		sum := sha256.Sum256(k.hashed(6))
		k.Fingerprint = fmt.Sprintf("%X", sum)
		k.KeyID = k.Fingerprint[:16]
		return
	}
	sum := sha1.Sum(k.hashed(4))
	k.Fingerprint = fmt.Sprintf("%X", sum)
	k.KeyID = k.Fingerprint[24:]
}

// The curves, by their object identifiers (RFC 9580, section 9.2).
var (
	oidP256    = []byte{0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07}
	oidP384    = []byte{0x2b, 0x81, 0x04, 0x00, 0x22}
	oidP521    = []byte{0x2b, 0x81, 0x04, 0x00, 0x23}
	oidEd25519 = []byte{0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x0f, 0x01}
)

// The bounds of an RSA key: below the first it can be broken, below the second
// nothing is computed with it, above the third a hostile one would keep a page
// busy.
const (
	minRSABits    = 2048
	usableRSABits = 1024
	maxRSABits    = 8192
)

// material reads the algorithm's own numbers (RFC 9580, section 5.5.5).
func (k *Key) material(r *reader) error {
	switch k.algorithm {
	case rsaAny, rsaSignOnly:
		n, e := r.number("a modulus"), r.number("an exponent")
		if err := r.end("an RSA key"); err != nil {
			return err
		}
		return k.rsa(n, e)
	case ecdsaKey, eddsaLegacy:
		oid := r.take(int(r.byte("a curve")), "a curve")
		point := r.number("a point")
		if err := r.end("a key on a curve"); err != nil {
			return err
		}
		return k.onCurve(oid, point)
	}
	if k.algorithm.composite() && k.version != 6 {
		return malformed("a key of %s is of version %d", k.algorithm, k.version)
	}
	if halves := k.algorithm.halves(r); halves != nil {
		k.public = halves
		return r.end("a key of " + k.algorithm.String())
	}
	return nil
}

func (k *Key) rsa(n, e []byte) error {
	modulus := new(big.Int).SetBytes(n)
	bits := modulus.BitLen()
	k.Algorithm, k.weak = fmt.Sprintf("RSA, %d bits", bits), bits < minRSABits
	exponent := new(big.Int).SetBytes(e)
	if bits < usableRSABits || bits > maxRSABits || exponent.BitLen() > 31 {
		return nil
	}
	if modulus.Bit(0) == 0 || exponent.Bit(0) == 0 || exponent.Cmp(big.NewInt(1)) == 0 {
		return malformed("it cannot be an RSA key")
	}
	k.public = &rsa.PublicKey{N: modulus, E: int(exponent.Int64())}
	return nil
}

func (k *Key) onCurve(oid, point []byte) error {
	if k.algorithm == eddsaLegacy {
		if k.version != 4 || !bytes.Equal(oid, oidEd25519) {
			return nil
		}
		if len(point) != 1+ed25519.PublicKeySize || point[0] != 0x40 {
			return malformed("it cannot be an EdDSA key")
		}
		k.Algorithm, k.public = "EdDSA, Ed25519", ed25519.PublicKey(point[1:])
		return nil
	}
	for _, c := range []struct {
		oid   []byte
		curve elliptic.Curve
	}{{oidP256, elliptic.P256()}, {oidP384, elliptic.P384()}, {oidP521, elliptic.P521()}} {
		if !bytes.Equal(oid, c.oid) {
			continue
		}
		public, err := ecdsa.ParseUncompressedPublicKey(c.curve, point)
		if err != nil {
			return malformed("its point is not on its curve")
		}
		k.Algorithm, k.public = "ECDSA, "+c.curve.Params().Name, public
	}
	return nil
}
