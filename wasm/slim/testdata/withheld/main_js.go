//go:build js && wasm

// Command withheld says what verifying a signature gives before and after the table
// of P-256's base point is made.
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"fmt"
	"math/big"

	"touchstone/wasm/p256"
)

func main() {
	p256.Withhold()
	fmt.Println("before:", verified("sample"))
	p256.Fill()
	fmt.Println("after:", verified("sample"))
	fmt.Println("another text:", verified("simple"))
}

// verified tells whether a text's signature verifies by the key of RFC 6979, section
// A.2.5, and whether it panicked.
func verified(text string) (said string) {
	defer func() {
		if recover() != nil {
			said = "panicked"
		}
	}()
	number := func(s string) *big.Int {
		n, _ := new(big.Int).SetString(s, 16)
		return n
	}
	key := ecdsa.PublicKey{
		Curve: elliptic.P256(),
		X:     number("60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"),
		Y:     number("7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299"),
	}
	sum := sha256.Sum256([]byte(text))
	return fmt.Sprint(ecdsa.Verify(&key, sum[:], number("EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"), number("F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8")))
}
