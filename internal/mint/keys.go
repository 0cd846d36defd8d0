package mint

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"

	"golang.org/x/crypto/ssh"
)

// Key is the P-256 key of this name, the same in every run.
func Key(name string) *ecdsa.PrivateKey {
	sum := sha256.Sum256([]byte(name)) // below the group's order, but for one in 2³²
	return must(ecdsa.ParseRawPrivateKey(elliptic.P256(), sum[:]))
}

// Sign signs a message's SHA-256, ASN.1 DER, the same in every run (RFC 6979).
func Sign(key *ecdsa.PrivateKey, message []byte) []byte {
	sum := sha256.Sum256(message)
	return must(key.Sign(nil, sum[:], crypto.SHA256))
}

// SPKI is a key's public half (RFC 5280, SubjectPublicKeyInfo).
func SPKI(key *ecdsa.PrivateKey) []byte { return must(x509.MarshalPKIXPublicKey(key.Public())) }

// LogID is how logs of Sigstore are named: the SHA-256 of their key.
func LogID(key *ecdsa.PrivateKey) []byte {
	sum := sha256.Sum256(SPKI(key))
	return sum[:]
}

// KeyID is how npm names a key: as OpenSSH does.
func KeyID(key *ecdsa.PrivateKey) string {
	return ssh.FingerprintSHA256(must(ssh.NewPublicKey(key.Public())))
}
