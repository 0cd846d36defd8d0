package sigstore

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"strings"
)

// A Digest is one digest of one thing.
type Digest struct {
	// Algorithm is as in-toto writes it ("sha256", "sha512", "sha3_256");
	// a hyphen counts as an underscore.
	Algorithm string
	Hex       string
}

// An Artifact is the one thing that a bundle should be about. Every digest is
// of the same bytes.
type Artifact struct {
	Digests []Digest
	// Bytes may be given where they are at hand: a few kinds of key sign the
	// bytes and not a digest. Nil when they are not.
	Bytes []byte
}

// strongSizes are the digests that count, in bytes: 256 bits or more of SHA-2,
// SHA-3, BLAKE2 or BLAKE3.
var strongSizes = [...]struct {
	algorithm string
	size      int
}{
	{"sha256", 32}, {"sha384", 48}, {"sha512", 64}, {"sha512_256", 32},
	{"sha3_256", 32}, {"sha3_384", 48}, {"sha3_512", 64},
	{"blake2s", 32}, {"blake2b", 64}, {"blake2b_256", 32}, {"blake2b_384", 48}, {"blake2b_512", 64},
	{"blake3", 32},
}

func algorithmName(name string) string { return strings.ReplaceAll(name, "-", "_") }

// strongSize is the size of a digest that counts, in bytes; 0 for any other.
func strongSize(algorithm string) int {
	for _, s := range strongSizes {
		if s.algorithm == algorithmName(algorithm) {
			return s.size
		}
	}
	return 0
}

// known are the artifact's strong digests by algorithm, the bytes hashed.
func (a Artifact) known() (map[string][]byte, error) {
	known := map[string][]byte{}
	for _, d := range a.Digests {
		name, size := algorithmName(d.Algorithm), strongSize(d.Algorithm)
		if size == 0 {
			continue
		}
		sum, err := hex.DecodeString(d.Hex)
		if err != nil || len(sum) != size {
			return nil, fail(Malformed, StepQuestion, fmt.Sprintf("the artifact's %s digest %q is not %d bytes in hexadecimal", d.Algorithm, d.Hex, size))
		}
		if have, twice := known[name]; twice && !bytes.Equal(have, sum) {
			return nil, fail(Malformed, StepQuestion, fmt.Sprintf("the artifact has two %s digests", d.Algorithm))
		}
		known[name] = sum
	}
	if a.Bytes != nil {
		s256, s384, s512 := sha256.Sum256(a.Bytes), sha512.Sum384(a.Bytes), sha512.Sum512(a.Bytes)
		for name, sum := range map[string][]byte{"sha256": s256[:], "sha384": s384[:], "sha512": s512[:]} {
			if have, stated := known[name]; stated && !bytes.Equal(have, sum) {
				return nil, fail(Malformed, StepQuestion, "the artifact's bytes do not have its "+name+" digest")
			}
			known[name] = sum
		}
	}
	if len(known) == 0 {
		return nil, fail(Missing, StepQuestion, "no digest of 256 bits or more of the artifact was given")
	}
	return known, nil
}
