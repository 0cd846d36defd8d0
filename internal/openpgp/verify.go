package openpgp

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"fmt"
	"math/big"

	"touchstone/internal/fault"
)

// verify checks a signature over a message by this key (RFC 9580, section 5.2.4).
//
//  1. Signature and key are of versions that go together.
//  2. The digest of salt, message and trailer begins with what the signature
//     says.
//  3. The key made the signature over that digest.
//  4. Neither digest nor key can be forged: else it is Weak, however right. Nor is
//     the digest shorter than the algorithm demands.
func (k Key) verify(s *Signature, message []byte) error {
	// 1.
	if (s.Version == 6) != (k.version == 6) {
		return malformed("a signature of version %d is said to be by a key of version %d", s.Version, k.version)
	}
	// 2.
	how, known := hashes[s.hash]
	if !known || how.hash == 0 {
		if known && !how.strong {
			return weak(s, k)
		}
		return notUnderstood("the signature uses %s", s.hash)
	}
	h := how.hash.New()
	h.Write(s.salt)
	h.Write(message)
	h.Write(s.trailer)
	sum := h.Sum(nil)
	if !bytes.Equal(sum[:2], s.left) {
		return wrong("what is signed is not this")
	}
	// 3.
	switch {
	case s.algorithm != k.algorithm && !(s.algorithm.isRSA() && k.algorithm.isRSA()):
		return malformed("a signature by %s is said to be by a key of %s", s.algorithm, k.algorithm)
	case k.public == nil && (!how.strong || k.weak):
		return weak(s, k)
	case k.public == nil:
		return notUnderstood("the key is of a kind (%s) that is not verified here", k.Algorithm)
	}
	if err := k.check(s, how.hash, sum); err != nil {
		return err
	}
	// 4.
	if !how.strong || k.weak {
		return weak(s, k)
	}
	if least := k.algorithm.leastDigest(); len(sum) < least {
		return malformed("a signature by %s is over %d bytes of digest, and needs %d", k.algorithm, len(sum), least)
	}
	return nil
}

func (a Algorithm) isRSA() bool { return a == rsaAny || a == rsaSignOnly }

// check verifies the algorithm's own numbers over a digest (RFC 9580, sections
// 5.2.3.1 and following).
func (k Key) check(s *Signature, h crypto.Hash, sum []byte) error {
	if halves, are := k.public.([]half); are {
		return verifyHalves(halves, sum, s.numbers)
	}
	r := &reader{b: s.numbers}
	first, second := r.number("a signature"), []byte(nil)
	if !k.algorithm.isRSA() {
		second = r.number("a signature")
	}
	if err := r.end("a signature"); err != nil {
		return err
	}
	good := false
	switch public := k.public.(type) {
	case *rsa.PublicKey:
		padded, fits := pad(first, public.Size())
		good = fits && rsa.VerifyPKCS1v15(public, h, sum, padded) == nil
	case *ecdsa.PublicKey:
		good = ecdsa.Verify(public, sum, new(big.Int).SetBytes(first), new(big.Int).SetBytes(second))
	case ed25519.PublicKey:
		point, fits := pad(first, 32)
		scalar, too := pad(second, 32)
		good = fits && too && ed25519.Verify(public, sum, append(point, scalar...))
	}
	if !good {
		return wrong("the key did not make this signature")
	}
	return nil
}

// pad writes a number, which has no zeros before it, at its full size.
func pad(number []byte, size int) (padded []byte, fits bool) {
	if len(number) > size {
		return nil, false
	}
	padded = make([]byte, size)
	copy(padded[size-len(number):], number)
	return padded, true
}

// exact refuses what does not sign exactly these bytes as they are: signatures of
// another type, and text signatures where line ends are not CR LF, since the same
// signature is over the text with other line ends.
func exact(s *Signature, message []byte) error {
	switch s.Type {
	case TypeBinary:
		return nil
	case TypeText:
		if lineEnds(message) {
			return nil
		}
		return notUnderstood("it is a signature over a text, which does not cover its line ends")
	}
	return notUnderstood("a signature of type %#02x is over no document", byte(s.Type))
}

// lineEnds tells whether every CR and every LF is part of a CR LF.
func lineEnds(b []byte) bool {
	pairs := bytes.Count(b, []byte("\r\n"))
	return bytes.Count(b, []byte("\r")) == pairs && bytes.Count(b, []byte("\n")) == pairs
}

func wrong(reason string) error { return fault.New(fault.Wrong, reason) }

func weak(s *Signature, k Key) error {
	return fault.New(fault.Weak, fmt.Sprintf("a signature with %s by %s can be forged", s.hash, k.Algorithm))
}

// Verify checks a signature over a document by the keys of some certificates:
// the one that the signature names, or each where it names none. It says nothing
// of time: whoever can prove one asks the key's [SigningKey.ValidAt], and must not
// let a signature count that says that it has expired by then.
//
// Errors are faults: NoAnchor where no key is the one named, Weak where the
// signature is right and can be forged, Wrong where it is not right.
func Verify(message []byte, s Signature, by []Certificate) (SigningKey, error) {
	if err := exact(&s, message); err != nil {
		return SigningKey{}, err
	}
	err := error(fault.New(fault.NoAnchor, fmt.Sprintf("the key %s is not among those given", s.Issuer())))
	if how, known := hashes[s.hash]; known && !how.strong { // by whatever key
		err = fault.New(fault.Weak, fmt.Sprintf("a signature with %s can be forged", s.hash))
	}
	var last SigningKey
	for _, c := range by {
		for _, k := range c.Signing {
			if !s.by(k.Key) {
				continue
			}
			last = k
			if err = k.verify(&s, message); err == nil && k.Weakly {
				err = fault.New(fault.Weak, "only signatures that can be forged make this key one of its owner's")
			}
			if err == nil || fault.Of(err) == fault.Weak {
				return k, err
			}
		}
	}
	return last, err
}

// by tells whether a key may be the one that a signature names.
func (s *Signature) by(k Key) bool {
	if s.Fingerprint != "" {
		return s.Fingerprint == k.Fingerprint
	}
	return s.KeyID == "" || s.KeyID == k.KeyID
}
