package openpgp

import (
	"crypto/ed25519"

	"github.com/cloudflare/circl/sign/ed448"
	"github.com/cloudflare/circl/sign/mldsa/mldsa65"
	"github.com/cloudflare/circl/sign/mldsa/mldsa87"
)

// A scheme signs digests, by keys and with signatures of fixed lengths, in bytes.
type scheme struct {
	name           string
	key, signature int
	// verify is called with a key and a signature of these lengths.
	verify func(key, digest, signature []byte) bool
}

// The schemes (RFC 8032; FIPS 204). Each signs without a context, ML-DSA the
// digest itself and not one of it (RFC 9980, sections 5.1.1 and 5.1.2).
var (
	schemeEd25519 = scheme{"Ed25519", ed25519.PublicKeySize, ed25519.SignatureSize, func(key, digest, signature []byte) bool {
		return ed25519.Verify(key, digest, signature)
	}}
	schemeEd448 = scheme{"Ed448", ed448.PublicKeySize, ed448.SignatureSize, func(key, digest, signature []byte) bool {
		return ed448.Verify(key, digest, signature, "")
	}}
	schemeMLDSA65 = scheme{"ML-DSA-65", mldsa65.PublicKeySize, mldsa65.SignatureSize, func(key, digest, signature []byte) bool {
		var public mldsa65.PublicKey
		public.Unpack((*[mldsa65.PublicKeySize]byte)(key))
		return mldsa65.Verify(&public, digest, nil, signature)
	}}
	schemeMLDSA87 = scheme{"ML-DSA-87", mldsa87.PublicKeySize, mldsa87.SignatureSize, func(key, digest, signature []byte) bool {
		var public mldsa87.PublicKey
		public.Unpack((*[mldsa87.PublicKeySize]byte)(key))
		return mldsa87.Verify(&public, digest, nil, signature)
	}}
)

// schemes are what an algorithm consists of whose keys and signatures are bytes
// of fixed lengths: one scheme, or the two of a composite, in the order in which
// their parts stand (RFC 9980, section 5.3). None for other algorithms.
func (a Algorithm) schemes() []scheme {
	switch a {
	case ed25519Native:
		return []scheme{schemeEd25519}
	case ed448Native:
		return []scheme{schemeEd448}
	case mldsa65Ed25519:
		return []scheme{schemeEd25519, schemeMLDSA65}
	case mldsa87Ed448:
		return []scheme{schemeEd448, schemeMLDSA87}
	}
	return nil
}

// composite tells of an algorithm that only keys of version 6 have.
func (a Algorithm) composite() bool { return len(a.schemes()) > 1 }

// leastDigest is the shortest digest, in bytes, that an algorithm may be used with
// (RFC 9580, section 5.2.3.5). Composites take 256 bits, each of their own: no
// digest that is not Weak is shorter (RFC 9980, section 5.3.1).
func (a Algorithm) leastDigest() int {
	if a == ed448Native {
		return 64
	}
	return 0
}

// A half is the public key of one of an algorithm's schemes.
type half struct {
	scheme
	public []byte
}

// halves read the public key of such an algorithm.
func (a Algorithm) halves(r *reader) []half {
	var out []half
	for _, s := range a.schemes() {
		out = append(out, half{s, r.take(s.key, "a key of "+s.name)})
	}
	return out
}

// verifyHalves checks a signature of such an algorithm: every half of the key must
// have made its half of the signature, and nothing follows.
func verifyHalves(halves []half, digest, signature []byte) error {
	r := &reader{b: signature}
	parts := make([][]byte, len(halves))
	for i, h := range halves {
		parts[i] = r.take(h.signature, "a signature by "+h.name)
	}
	if err := r.end("a signature"); err != nil {
		return err
	}
	for i, h := range halves {
		if !h.verify(h.public, digest, parts[i]) {
			return wrong("the key did not make this signature")
		}
	}
	return nil
}
