package digest

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha3"
	"crypto/sha512"
	"encoding/hex"
	"hash"
	"io"
	"strings"

	"golang.org/x/crypto/blake2b"
	"golang.org/x/crypto/blake2s"
)

// An algorithm is what is known of one.
type algorithm struct {
	size   int  // of a digest, in bytes
	strong bool // 256 bits or more of SHA-2, SHA-3, BLAKE2 or BLAKE3
	// start begins to compute; nil where this program cannot.
	start func() hash.Hash
}

// algorithms are by name. h1 is no digest of bytes, and no library that is
// linked has BLAKE3.
var algorithms = map[string]algorithm{
	"md5":         {16, false, md5.New},
	"sha1":        {20, false, sha1.New},
	"sha224":      {28, false, sha256.New224},
	"sha256":      {32, true, sha256.New},
	"sha384":      {48, true, sha512.New384},
	"sha512":      {64, true, sha512.New},
	"sha512-224":  {28, false, sha512.New512_224},
	"sha512-256":  {32, true, sha512.New512_256},
	"sha3-224":    {28, false, func() hash.Hash { return sha3.New224() }},
	"sha3-256":    {32, true, func() hash.Hash { return sha3.New256() }},
	"sha3-384":    {48, true, func() hash.Hash { return sha3.New384() }},
	"sha3-512":    {64, true, func() hash.Hash { return sha3.New512() }},
	"blake2s-256": {32, true, unkeyed(blake2s.New256)},
	"blake2b-256": {32, true, unkeyed(blake2b.New256)},
	"blake2b-384": {48, true, unkeyed(blake2b.New384)},
	"blake2b-512": {64, true, unkeyed(blake2b.New512)},
	"blake3":      {32, true, nil},
	H1:            {32, true, nil},
}

// unkeyed starts a function that can have a key, without one: only a key could
// be refused.
func unkeyed(start func(key []byte) (hash.Hash, error)) func() hash.Hash {
	return func() hash.Hash {
		h, err := start(nil)
		if err != nil {
			panic("digest: starting BLAKE2 without a key: " + err.Error())
		}
		return h
	}
}

// Name is an algorithm's name here, for one as purls, PyPI ("blake2b_256") or
// in-toto ("sha3_256", "blake2b") write it; what is not known only gets hyphens.
func Name(spelled string) string {
	switch name := strings.ReplaceAll(spelled, "_", "-"); name {
	case "blake2b":
		return "blake2b-512"
	case "blake2s":
		return "blake2s-256"
	default:
		return name
	}
}

// Strong tells whether digests of an algorithm may meet a requirement: 256 bits
// or more of SHA-2, SHA-3, BLAKE2 or BLAKE3.
func Strong(algorithm string) bool { return algorithms[Name(algorithm)].strong }

// Computed tells whether digests of an algorithm can be computed here, of bytes.
func Computed(algorithm string) bool { return algorithms[Name(algorithm)].start != nil }

// Size is how many bytes an algorithm's digests have; 0 for one that is not known.
func Size(algorithm string) int { return algorithms[Name(algorithm)].size }

// A Hasher computes several digests of what is written to it, in one pass.
type Hasher struct {
	hashes map[string]hash.Hash
	all    io.Writer
}

// NewHasher computes those of the wanted algorithms that can be computed.
func NewHasher(wanted ...string) *Hasher {
	h := &Hasher{hashes: map[string]hash.Hash{}}
	var all []io.Writer
	for _, spelled := range wanted {
		name := Name(spelled)
		if a := algorithms[name]; a.start != nil && h.hashes[name] == nil {
			h.hashes[name] = a.start()
			all = append(all, h.hashes[name])
		}
	}
	h.all = io.MultiWriter(all...)
	return h
}

// Write adds data. It never fails.
func (h *Hasher) Write(data []byte) (int, error) { return h.all.Write(data) }

// Sums are the digests of what was written so far, by algorithm, in lower-case
// hexadecimal.
func (h *Hasher) Sums() map[string]string {
	sums := map[string]string{}
	for name, running := range h.hashes {
		sums[name] = hex.EncodeToString(running.Sum(nil))
	}
	return sums
}
