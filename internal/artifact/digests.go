package artifact

import (
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha3"
	"crypto/sha512"
	"encoding/hex"
	"hash"
	"strings"

	"golang.org/x/crypto/blake2b"
	"golang.org/x/crypto/blake2s"
)

// hashers are the digests that can be computed. SHA-1 is there only to see a
// difference, for it proves no sameness.
var hashers = map[string]func() hash.Hash{
	"sha1": sha1.New, "sha224": sha256.New224, "sha256": sha256.New, "sha384": sha512.New384, "sha512": sha512.New,
	"sha512-224": sha512.New512_224, "sha512-256": sha512.New512_256,
	"sha3-224": func() hash.Hash { return sha3.New224() }, "sha3-256": func() hash.Hash { return sha3.New256() },
	"sha3-384": func() hash.Hash { return sha3.New384() }, "sha3-512": func() hash.Hash { return sha3.New512() },
	"blake2b": unkeyed(blake2b.New512), "blake2b-256": unkeyed(blake2b.New256),
	"blake2b-384": unkeyed(blake2b.New384), "blake2b-512": unkeyed(blake2b.New512),
	"blake2s": unkeyed(blake2s.New256),
}

// unkeyed makes a hash of a keyed one without a key, which cannot fail.
func unkeyed(keyed func(key []byte) (hash.Hash, error)) func() hash.Hash {
	return func() hash.Hash {
		h, err := keyed(nil)
		if err != nil {
			panic(err)
		}
		return h
	}
}

// digests computes the digests that reports show and those wanted, as far as
// this version can. An underscore in a name, as in-toto writes it, is a hyphen.
func digests(body []byte, wanted []string) map[string]string {
	out := map[string]string{}
	for _, algorithm := range append([]string{"sha256", "sha512"}, wanted...) {
		name := strings.ReplaceAll(algorithm, "_", "-")
		if hasher, known := hashers[name]; known && out[name] == "" {
			h := hasher()
			h.Write(body)
			out[name] = hex.EncodeToString(h.Sum(nil))
		}
	}
	return out
}
