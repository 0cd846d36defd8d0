package bare

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"

	"touchstone/internal/fault"
	"touchstone/internal/trust"
)

// ECDSAFingerprint is [RSAFingerprint] with ECDSA: the key in DER
// (SubjectPublicKeyInfo), on the curve secp256k1 or one of NIST's, the signature in
// DER (pkg's libpkg/pkgsign_ecc.c). A key of another kind is not understood.
type ECDSAFingerprint struct{}

// Verify checks a signature that [WithKey] made, by the steps of anchoredHere.
func (ECDSAFingerprint) Verify(message, signature []byte, keyID string, keys []trust.Key) (trust.Key, error) {
	return anchoredHere(signature, keyID, keys, func(public, made []byte) error {
		var good bool
		if point, ok := onSecp256k1(public); ok {
			good = point.verify(hexSum(message), made)
		} else {
			parsed, err := x509.ParsePKIXPublicKey(public)
			k, is := parsed.(*ecdsa.PublicKey)
			if err != nil || !is {
				return fault.New(fault.NotUnderstood, "the key is in no form that this version reads")
			}
			good = ecdsa.VerifyASN1(k, hexSum(message), made)
		}
		if !good {
			return fault.New(fault.Wrong, fmt.Sprintf("the key %s did not make this signature", keyID))
		}
		return nil
	})
}

// secp256k1 is y² = x³ + 7 over the field of p elements; g has the order n (SEC 2,
// section 2.4.1). Go's library has no such curve. What is computed here is public, so
// that it takes no constant time gives nothing away.
var (
	secpP = hexNumber("fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f")
	secpN = hexNumber("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")
	secpG = &secpPoint{hexNumber("79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"), hexNumber("483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8")}
)

func hexNumber(digits string) *big.Int {
	n, _ := new(big.Int).SetString(digits, 16)
	return n
}

// A secpPoint is a point of the curve; nil is the one at infinity.
type secpPoint struct{ x, y *big.Int }

// onSecp256k1 reads a key of that curve; ok is false for any other.
func onSecp256k1(der []byte) (point *secpPoint, ok bool) {
	var key struct {
		Algorithm pkix.AlgorithmIdentifier
		Key       asn1.BitString
	}
	rest, err := asn1.Unmarshal(der, &key)
	if err != nil || len(rest) > 0 || !key.Algorithm.Algorithm.Equal(asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}) {
		return nil, false
	}
	var curve asn1.ObjectIdentifier
	if rest, err := asn1.Unmarshal(key.Algorithm.Parameters.FullBytes, &curve); err != nil || len(rest) > 0 || !curve.Equal(asn1.ObjectIdentifier{1, 3, 132, 0, 10}) {
		return nil, false
	}
	b := key.Key.Bytes
	if key.Key.BitLength != 8*65 || !bytes.HasPrefix(b, []byte{4}) {
		return nil, false
	}
	point = &secpPoint{new(big.Int).SetBytes(b[1:33]), new(big.Int).SetBytes(b[33:])}
	left, right := new(big.Int).Mul(point.y, point.y), new(big.Int).Exp(point.x, big.NewInt(3), secpP)
	right.Add(right, big.NewInt(7))
	return point, point.x.Cmp(secpP) < 0 && point.y.Cmp(secpP) < 0 && left.Sub(left, right).Mod(left, secpP).Sign() == 0
}

// verify checks a signature over a digest of 256 bits (SEC 1, section 4.1.4):
//
//  1. r and s are between 0 and n.
//  2. u = digest / s and v = r / s, modulo n.
//  3. The point u g + v q has the x of r.
func (q *secpPoint) verify(sum, signature []byte) bool {
	// 1.
	var rs struct{ R, S *big.Int }
	if rest, err := asn1.Unmarshal(signature, &rs); err != nil || len(rest) > 0 || rs.R.Sign() <= 0 || rs.S.Sign() <= 0 || rs.R.Cmp(secpN) >= 0 || rs.S.Cmp(secpN) >= 0 {
		return false
	}
	// 2.
	inverse := new(big.Int).ModInverse(rs.S, secpN)
	u, v := new(big.Int).Mul(new(big.Int).SetBytes(sum), inverse), new(big.Int).Mul(rs.R, inverse)
	// 3.
	at := secpG.times(u.Mod(u, secpN)).plus(q.times(v.Mod(v, secpN)))
	return at != nil && new(big.Int).Mod(at.x, secpN).Cmp(rs.R) == 0
}

func (p *secpPoint) times(k *big.Int) *secpPoint {
	var out *secpPoint
	for i := k.BitLen() - 1; i >= 0; i-- {
		out = out.plus(out)
		if k.Bit(i) == 1 {
			out = out.plus(p)
		}
	}
	return out
}

// plus adds two points by the line through them, or by the one that touches the curve.
func (p *secpPoint) plus(q *secpPoint) *secpPoint {
	switch {
	case p == nil:
		return q
	case q == nil:
		return p
	}
	slope, below := new(big.Int), new(big.Int)
	switch {
	case p.x.Cmp(q.x) != 0:
		slope.Sub(q.y, p.y)
		below.Sub(q.x, p.x)
	case p.y.Cmp(q.y) != 0 || p.y.Sign() == 0:
		return nil
	default:
		slope.Mul(big.NewInt(3), slope.Mul(p.x, p.x))
		below.Lsh(p.y, 1)
	}
	slope.Mul(slope, below.ModInverse(below.Mod(below, secpP), secpP)).Mod(slope, secpP)
	x := new(big.Int).Mul(slope, slope)
	x.Sub(x, p.x).Sub(x, q.x).Mod(x, secpP)
	y := new(big.Int).Sub(p.x, x)
	y.Mul(y, slope).Sub(y, p.y).Mod(y, secpP)
	return &secpPoint{x, y}
}
