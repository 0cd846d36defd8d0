//go:build js && wasm

package p256

import (
	_ "crypto/ecdsa" // what is linked by name below comes with it
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	_ "unsafe" // for go:linkname
)

// An element is one of the curve's field, in the Montgomery domain: fiat.P256Element.
type element [4]uint64

// A point is in projective coordinates, X:Y:Z: nistec.P256Point.
type point struct{ x, y, z element }

// An affine point is (X/Z, Y/Z): nistec.p256AffinePoint.
type affine struct{ x, y element }

// multiplesOf is a table of a point's multiples, see [tables] and [points].
type multiplesOf [tables * points]affine

//go:linkname table crypto/internal/fips140/nistec.p256PrecomputedEmbed
var table multiplesOf

// multiples is where the curve looks the table up.
//
//go:linkname multiples crypto/internal/fips140/nistec.p256GeneratorTables
var multiples *multiplesOf

//go:linkname setGenerator crypto/internal/fips140/nistec.(*P256Point).SetGenerator
func setGenerator(p *point) *point

//go:linkname add crypto/internal/fips140/nistec.(*P256Point).Add
func add(sum, a, b *point) *point

//go:linkname double crypto/internal/fips140/nistec.(*P256Point).Double
func double(twice, p *point) *point

//go:linkname multiply crypto/internal/fips140/nistec/fiat.(*P256Element).Mul
func multiply(product, a, b *element) *element

//go:linkname invert crypto/internal/fips140/nistec/fiat.(*P256Element).Invert
func invert(inverse, e *element) *element

//go:linkname addAffine crypto/internal/fips140/nistec.(*P256Point).AddAffine
func addAffine(sum, a *point, b *affine, onlyA int) *point

//go:linkname setPoint crypto/internal/fips140/nistec.(*P256Point).SetBytes
func setPoint(p *point, encoded []byte) (*point, error)

//go:linkname subtract crypto/internal/fips140/nistec/fiat.(*P256Element).Sub
func subtract(difference, a, b *element) *element

//go:linkname setElement crypto/internal/fips140/nistec/fiat.(*P256Element).SetBytes
func setElement(e *element, encoded []byte) (*element, error)

// Withhold takes the table away until Fill has made it: who multiplies the base
// point before that panics. With a table of zeroes every product would be the same,
// and a signature could be made that fits any text.
func Withhold() { multiples = nil }

// Fill makes the table, before the program verifies anything, and gives it back. It
// panics if it is another one than Go's: their hashes are compared.
func Fill() {
	var base point
	setGenerator(&base)
	table.fill(&base)
	h := sha256.New()
	for i := range table {
		for _, limb := range append(table[i].x[:4:4], table[i].y[:]...) {
			h.Write(binary.LittleEndian.AppendUint64(nil, limb))
		}
	}
	if hex.EncodeToString(h.Sum(nil)) != Sum {
		panic("making the table of P-256's base point: it is not the one that Go's own library brings, and no signature would be verified rightly: build the program anew, with the toolchain that wasm/slim/list.json names")
	}
	multiples = &table
}

// fill makes the table of a point, which is not the one at infinity, and changes that:
//
//  1. add up the multiples of each base
//  2. invert the product of all Z, and from the last to the first take out of it
//     each one's own inverse, by which its X and Y are multiplied
func (t *multiplesOf) fill(base *point) {
	// 1.
	all := make([]point, 0, tables*points)
	for range tables {
		p := *base
		for range points {
			all = append(all, p)
			add(&p, &p, base)
		}
		double(base, &all[len(all)-1])
	}
	// 2.
	products := make([]element, len(all)) // of all Z up to here
	products[0] = all[0].z
	for i := 1; i < len(all); i++ {
		multiply(&products[i], &products[i-1], &all[i].z)
	}
	var inverse, own element
	invert(&inverse, &products[len(all)-1])
	for i := len(all) - 1; i >= 0; i-- {
		own = inverse
		if i > 0 {
			multiply(&own, &inverse, &products[i-1])
			multiply(&inverse, &inverse, &all[i].z)
		}
		multiply(&t[i].x, &all[i].x, &own)
		multiply(&t[i].y, &all[i].y, &own)
	}
}
