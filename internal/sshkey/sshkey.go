// Package sshkey calls public keys as OpenSSH does. The library for SSH does so, too,
// and brings all of the protocol along, which the page's program has no use for.
package sshkey

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math/big"
)

// Fingerprint is the name of a key as OpenSSH writes it (ssh-keygen -l): the SHA-256
// over the key in SSH's form, in base64. Empty for a key that SSH has no form of.
// The forms are those of RFC 4253, section 6.6 (RSA), RFC 5656, section 3.1 (ECDSA
// on NIST's curves), and RFC 8709, section 4 (Ed25519).
func Fingerprint(key crypto.PublicKey) string {
	var parts [][]byte
	switch k := key.(type) {
	case *rsa.PublicKey:
		parts = [][]byte{[]byte("ssh-rsa"), mpint(big.NewInt(int64(k.E))), mpint(k.N)}
	case *ecdsa.PublicKey:
		bits := k.Params().BitSize
		point, err := k.Bytes()
		if err != nil || bits != 256 && bits != 384 && bits != 521 {
			return ""
		}
		curve := fmt.Sprintf("nistp%d", bits)
		parts = [][]byte{[]byte("ecdsa-sha2-" + curve), []byte(curve), point}
	case ed25519.PublicKey:
		parts = [][]byte{[]byte("ssh-ed25519"), k}
	default:
		return ""
	}
	var form []byte
	for _, part := range parts {
		form = append(binary.BigEndian.AppendUint32(form, uint32(len(part))), part...)
	}
	sum := sha256.Sum256(form)
	return "SHA256:" + base64.RawStdEncoding.EncodeToString(sum[:])
}

// mpint is a positive number as SSH writes it (RFC 4251, section 5): its first bit
// is no digit.
func mpint(n *big.Int) []byte {
	return n.FillBytes(make([]byte, n.BitLen()/8+1))
}
