//go:build js && wasm

// Command verifies asks of good, bent and odd signatures both touchstone/wasm/p256, with
// a table of each key, and Go's own library, and says how often they agree.
package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/asn1"
	"fmt"
	"math/big"

	"touchstone/wasm/p256"
)

var (
	curve = elliptic.P256()
	n     = curve.Params().N
	one   = big.NewInt(1)
)

// A tally is how many were good and bad by both, and what is told otherwise.
type tally struct {
	good, bad int
	differ    []string
}

// A question is one signature, of a key that has a table.
type question struct {
	name            string
	hash, signature []byte
}

func main() {
	p256.Withhold()
	p256.Fill()
	var t tally
	for i := range 4 {
		key, err := ecdsa.GenerateKey(curve, rand.Reader)
		check(err)
		if i == 0 { // the smallest: its point is the base point, and many sums are doubled ones
			key, err = ecdsa.ParseRawPrivateKey(curve, one.FillBytes(make([]byte, 32)))
			check(err)
		}
		t.ask(&key.PublicKey, append(signed(key), crafted(key)...))
	}
	for i := range 8 {
		key, q := beyond(int64(i))
		t.ask(key, []question{q})
	}
	fmt.Println("good:", t.good, "bad:", t.bad, "differ:", t.differ)
}

// ask asks of one key, after as many signatures as it takes to make its table.
func (t *tally) ask(key *ecdsa.PublicKey, questions []question) {
	var v p256.Verifier
	for range 20 {
		v.Verify(key, make([]byte, 32), nil)
	}
	for _, q := range questions {
		want := ecdsa.VerifyASN1(key, q.hash, q.signature)
		switch {
		case v.Verify(key, q.hash, q.signature) != want:
			t.differ = append(t.differ, q.name)
		case want:
			t.good++
		default:
			t.bad++
		}
	}
}

// signed are signatures as they are made, their mirror images, and every bit of one bent.
func signed(key *ecdsa.PrivateKey) (all []question) {
	for i := range 60 {
		sum := sha256.Sum256([]byte{byte(i)})
		made, err := ecdsa.SignASN1(rand.Reader, key, sum[:])
		check(err)
		var both struct{ R, S *big.Int }
		_, err = asn1.Unmarshal(made, &both)
		check(err)
		all = append(all, question{"made", sum[:], made}, question{"mirrored", sum[:], der(both.R, new(big.Int).Sub(n, both.S))}, question{"turned round", sum[:], der(both.S, both.R)})
		if i > 0 {
			continue
		}
		for bit := range 8 * len(made) {
			bent := bytes.Clone(made)
			bent[bit/8] ^= 1 << (bit % 8)
			all = append(all, question{fmt.Sprint("bit ", bit), sum[:], bent})
		}
		for bit := range 8 * len(sum) {
			bent := bytes.Clone(sum[:])
			bent[bit/8] ^= 1 << (bit % 8)
			all = append(all, question{fmt.Sprint("bit of the hash ", bit), bent, made})
		}
		outside := bytes.Clone(made[:len(made):len(made)])
		inside := append(bytes.Clone(made), 0)
		inside[1]++
		long := zeroBefore(made)
		all = append(all, question{"a byte behind", sum[:], append(outside, 0)}, question{"a byte behind, inside", sum[:], inside}, question{"a zero before", sum[:], long},
			question{"r and the order", sum[:], der(new(big.Int).Add(both.R, n), both.S)}, question{"s and the order", sum[:], der(both.R, new(big.Int).Add(both.S, n))},
			question{"negative r", sum[:], der(new(big.Int).Sub(both.R, n), both.S)}, question{"negative s", sum[:], der(both.R, new(big.Int).Neg(both.S))},
			question{"short hash", sum[:31], made}, question{"long hash", append(sum[:len(sum):len(sum)], 0), made}, question{"no signature", sum[:], nil})
	}
	return all
}

// zeroBefore is a signature whose first number has a zero too many before it.
func zeroBefore(made []byte) []byte {
	long := append([]byte{0x30, made[1] + 1, 2, made[3] + 1, 0}, made[4:]...)
	return long
}

// crafted are signatures with odd numbers, and such by which the sum of points is the
// one at infinity, or a doubled one.
func crafted(key *ecdsa.PrivateKey) (all []question) {
	encoded, err := key.Bytes()
	check(err)
	d := new(big.Int).SetBytes(encoded)
	odd := []*big.Int{new(big.Int), one, big.NewInt(2), new(big.Int).Sub(n, one), n, new(big.Int).Add(n, one), curve.Params().P, new(big.Int).Lsh(one, 255), new(big.Int).Sub(new(big.Int).Lsh(one, 256), one), new(big.Int).Lsh(one, 256)}
	for _, e := range odd[:len(odd)-1] {
		hash := e.FillBytes(make([]byte, 32))
		for _, r := range odd {
			for _, s := range odd {
				all = append(all, question{fmt.Sprint("odd ", e, r, s), hash, der(r, s)})
			}
		}
		// e + rd is nothing; e and rd are the same.
		r := new(big.Int).Mul(e, new(big.Int).ModInverse(d, n))
		r.Mod(r, n)
		for _, s := range []*big.Int{one, big.NewInt(77), r} {
			all = append(all, question{"infinity", hash, der(new(big.Int).Sub(n, r), s)}, question{"doubled", hash, der(r, s)})
		}
		// It verifies: k is 1, and a hash of all kinds.
		x := curve.Params().Gx
		s := new(big.Int).Mul(x, d)
		s.Mod(s.Add(s, e), n)
		all = append(all, question{"made by one", hash, der(x, s)})
	}
	return all
}

// beyond is a key and its signature by a point whose x is not less than the order: the
// key is worked out from the point, as Q = (sR - eG) / r.
func beyond(from int64) (*ecdsa.PublicKey, question) {
	p := curve.Params().P
	r := big.NewInt(1 + 1000*from)
	for {
		x := new(big.Int).Add(n, r)
		y := new(big.Int).Exp(x, big.NewInt(3), p)
		y.Sub(y, new(big.Int).Mul(x, big.NewInt(3)))
		y.Mod(y.Add(y, curve.Params().B), p)
		if y.ModSqrt(y, p) == nil {
			r.Add(r, one)
			continue
		}
		sum := sha256.Sum256(r.Bytes())
		e, s := new(big.Int).SetBytes(sum[:]), new(big.Int).Sub(n, big.NewInt(5+from))
		x, y = curve.ScalarMult(x, y, s.Bytes())
		gx, gy := curve.ScalarBaseMult(e.Bytes())
		x, y = curve.Add(x, y, gx, new(big.Int).Sub(p, gy))
		x, y = curve.ScalarMult(x, y, new(big.Int).ModInverse(r, n).Bytes())
		return &ecdsa.PublicKey{Curve: curve, X: x, Y: y}, question{"beyond", sum[:], der(r, s)}
	}
}

func der(r, s *big.Int) []byte {
	made, err := asn1.Marshal(struct{ R, S *big.Int }{r, s})
	check(err)
	return made
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
