package sigstore

import (
	"bytes"
	"encoding/hex"
	"fmt"

	"touchstone/internal/digest"
	"touchstone/internal/fault"
)

// A Digest is one digest of one thing.
type Digest struct {
	// Algorithm is in any spelling that package digest knows.
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

// known are the artifact's strong digests by algorithm, the bytes hashed.
func (a Artifact) known() (map[string][]byte, error) {
	known := map[string][]byte{}
	for _, d := range a.Digests {
		name, size := digest.Name(d.Algorithm), digest.Size(d.Algorithm)
		if !digest.Strong(name) {
			continue
		}
		sum, err := hex.DecodeString(d.Hex)
		if err != nil || len(sum) != size {
			return nil, fail(fault.Malformed, StepQuestion, fmt.Sprintf("the artifact's %s digest %q is not %d bytes in hexadecimal", d.Algorithm, d.Hex, size))
		}
		if have, twice := known[name]; twice && !bytes.Equal(have, sum) {
			return nil, fail(fault.Malformed, StepQuestion, fmt.Sprintf("the artifact has two %s digests", d.Algorithm))
		}
		known[name] = sum
	}
	if a.Bytes != nil {
		h := digest.NewHasher("sha256", "sha384", "sha512")
		h.Write(a.Bytes)
		for name, hexadecimal := range h.Sums() {
			sum := digest.Digest{Algorithm: name, Sum: hexadecimal}.Bytes()
			if have, stated := known[name]; stated && !bytes.Equal(have, sum) {
				return nil, fail(fault.Malformed, StepQuestion, "the artifact's bytes do not have its "+name+" digest")
			}
			known[name] = sum
		}
	}
	if len(known) == 0 {
		return nil, fail(fault.Missing, StepQuestion, "no digest of 256 bits or more of the artifact was given")
	}
	return known, nil
}
