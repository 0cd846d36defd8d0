package openpgp

import (
	"crypto"
	_ "crypto/md5"
	_ "crypto/sha1"
	_ "crypto/sha256"
	_ "crypto/sha3"
	_ "crypto/sha512"
	"fmt"
)

// An Algorithm is that of a key (RFC 9580, section 9.1).
type Algorithm byte

// The algorithms that are verified.
const (
	rsaAny        Algorithm = 1
	rsaSignOnly   Algorithm = 3
	dsaAlgorithm  Algorithm = 17
	ecdsaKey      Algorithm = 19
	eddsaLegacy   Algorithm = 22
	ed25519Native Algorithm = 27
	ed448Native   Algorithm = 28
	// Composites (RFC 9980, section 5): a signature is two, and both must hold.
	mldsa65Ed25519 Algorithm = 30
	mldsa87Ed448   Algorithm = 31
)

var algorithmNames = map[Algorithm]string{
	rsaAny: "RSA", 2: "RSA, for encryption", rsaSignOnly: "RSA", 16: "Elgamal", dsaAlgorithm: "DSA", 18: "ECDH",
	ecdsaKey: "ECDSA", eddsaLegacy: "EdDSA", 25: "X25519", 26: "X448", ed25519Native: "Ed25519", ed448Native: "Ed448",
	mldsa65Ed25519: "ML-DSA-65 with Ed25519", mldsa87Ed448: "ML-DSA-87 with Ed448",
	32: "SLH-DSA-SHAKE-128s", 33: "SLH-DSA-SHAKE-128f", 34: "SLH-DSA-SHAKE-256s",
}

func (a Algorithm) String() string {
	if name, ok := algorithmNames[a]; ok {
		return name
	}
	return fmt.Sprintf("algorithm %d", byte(a))
}

// newer tells whether an algorithm was registered after RFC 9580's and is not
// verified here: SLH-DSA, and what is to come.
func (a Algorithm) newer() bool { return a > ed25519Native && a.schemes() == nil }

// A hash is a digest algorithm (RFC 9580, section 9.5).
type hash byte

// hashes are those that are computed: the weak ones, to tell a signature that is
// weak from one that is wrong.
var hashes = map[hash]struct {
	name   string
	hash   crypto.Hash
	strong bool
}{
	1: {"MD5", crypto.MD5, false}, 2: {"SHA-1", crypto.SHA1, false}, 11: {"SHA-224", crypto.SHA224, false},
	3: {"RIPEMD-160", 0, false},
	8: {"SHA-256", crypto.SHA256, true}, 9: {"SHA-384", crypto.SHA384, true}, 10: {"SHA-512", crypto.SHA512, true},
	12: {"SHA3-256", crypto.SHA3_256, true}, 14: {"SHA3-512", crypto.SHA3_512, true},
}

// saltSizes are those of signatures of version 6.
var saltSizes = map[hash]int{8: 16, 9: 24, 10: 32, 11: 16, 12: 16, 14: 32}

func (h hash) String() string {
	if known, ok := hashes[h]; ok {
		return known.name
	}
	return fmt.Sprintf("digest algorithm %d", byte(h))
}
