// Package ssh has what go-securesystemslib/dsse asks of golang.org/x/crypto/ssh: how
// SSH calls a key. It answers the same, for keys of RSA, ECDSA and Ed25519, which are
// all that sign; the protocol, its ciphers and what they need are left out.
package ssh

import (
	"crypto"
	"fmt"

	"touchstone/internal/sshkey"
)

// A PublicKey is known here by its name.
type PublicKey struct{ name string }

// NewPublicKey refuses a key that SSH has no form of.
//
//slim:linked
func NewPublicKey(key crypto.PublicKey) (PublicKey, error) {
	name := sshkey.Fingerprint(key)
	if name == "" {
		return PublicKey{}, fmt.Errorf("ssh: unsupported key type %T", key)
	}
	return PublicKey{name}, nil
}

// FingerprintSHA256 is the name of a key.
//
//slim:linked
func FingerprintSHA256(key PublicKey) string { return key.name }
