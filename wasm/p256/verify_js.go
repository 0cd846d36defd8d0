//go:build js && wasm

package p256

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"math/big"
	"sync"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// worth is from how many signatures by one key on a table of its multiples is made. That
// takes as long as Go's own function for four of them; with it one takes a third.
const worth = 16

// A Verifier verifies as ecdsa.VerifyASN1 does, and what is signed by a key that many
// signatures are by with a table of its multiples, as the base point has one: Go's own
// function doubles the key 256 times for each. The additions and the field are Go's own.
// What is computed here is public: it need take no constant time.
type Verifier struct {
	mu   sync.Mutex
	seen map[string]*signer // by the key's encoding; they are few: anchors
}

type signer struct {
	signatures int
	table      *multiplesOf // nil as long as it is not worth it
}

// Verify tells whether the key made the signature, in DER, of this SHA-256.
func (v *Verifier) Verify(key *ecdsa.PublicKey, hash, signature []byte) bool {
	encoded, err := key.Bytes()
	if err != nil || key.Curve != elliptic.P256() || len(hash) != sha256.Size {
		return ecdsa.VerifyASN1(key, hash, signature)
	}
	table := v.tableOf(string(encoded))
	if table == nil {
		return ecdsa.VerifyASN1(key, hash, signature)
	}
	return table.verify(hash, signature)
}

// tableOf counts a signature of a key, and gives its table where that is worth it.
func (v *Verifier) tableOf(key string) *multiplesOf {
	v.mu.Lock()
	defer v.mu.Unlock()
	s := v.seen[key]
	if s == nil {
		if v.seen == nil {
			v.seen = map[string]*signer{}
		}
		s = new(signer)
		v.seen[key] = s
	}
	if s.signatures++; s.signatures < worth || s.table != nil {
		return s.table
	}
	var p point
	if _, err := setPoint(&p, []byte(key)); err != nil || p.z == (element{}) {
		return nil
	}
	table := new(multiplesOf)
	table.fill(&p)
	s.table = table
	return table
}

// order is that of the base point; prime that of the field (FIPS 186-5 by SP 800-186,
// section 3.2.1.3).
var order, prime = elliptic.P256().Params().N, elliptic.P256().Params().P

// verify is FIPS 186-5, section 6.4.2:
//
//  1. read r and s, both from 1 to the order, less 1
//  2. u and v are the hash and r, both divided by s
//  3. the point uG + vQ is not the one at infinity
//  4. its x, reduced by the order, is r: x is r, or r and the order where that is less
//     than the prime; and X is x times Z
func (t *multiplesOf) verify(hash, signature []byte) bool {
	// 1.
	var r, s big.Int
	var both cryptobyte.String
	if in := cryptobyte.String(signature); !in.ReadASN1(&both, asn1.SEQUENCE) || !in.Empty() || !both.ReadASN1Integer(&r) || !both.ReadASN1Integer(&s) || !both.Empty() {
		return false
	}
	if r.Sign() <= 0 || s.Sign() <= 0 || r.Cmp(order) >= 0 || s.Cmp(order) >= 0 {
		return false
	}
	// 2.
	var u, v big.Int
	s.ModInverse(&s, order)
	u.Mod(u.Mul(u.SetBytes(hash), &s), order)
	v.Mod(v.Mul(&r, &s), order)
	// 3.
	var sum point
	setPoint(&sum, []byte{0}) // the one at infinity
	multiples.add(&sum, &u)
	t.add(&sum, &v)
	if sum.z == (element{}) {
		return false
	}
	// 4.
	for x := &r; x.Cmp(prime) < 0; x = new(big.Int).Add(x, order) {
		var e element
		if _, err := setElement(&e, x.FillBytes(make([]byte, 32))); err != nil {
			return false
		}
		if multiply(&e, &e, &sum.z); e == sum.x {
			return true
		}
	}
	return false
}

// add adds to a point as many times the table's as k says, which is not more than the
// order: six bits at a time, from -31 to 32.
func (t *multiplesOf) add(sum *point, k *big.Int) {
	bits := k.FillBytes(make([]byte, 33)) // one more: the highest six reach beyond 256
	carry := 0
	for i := range tables {
		at := 6 * i
		last := len(bits) - 1 - at/8
		window := int(bits[last-1])<<8 | int(bits[last])
		digit := window>>(at%8)&63 + carry
		carry = 0
		if digit > points {
			digit, carry = digit-2*points, 1
		}
		if digit == 0 {
			continue
		}
		p := t[points*i+max(digit, -digit)-1]
		if digit < 0 {
			subtract(&p.y, new(element), &p.y)
		}
		addAffine(sum, sum, &p, 0)
	}
}
