// Package digest knows the digests of the field: their names, sizes, spellings
// and strength, and how those are computed that can be. It is the only place
// that lists algorithms.
//
// An algorithm's name is lower case with hyphens: "sha256", "sha3-256",
// "blake2b-256". Formats that write it otherwise are translated by [Name].
package digest

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
)

// A Digest is a digest of something. Two are equal if == says so.
type Digest struct {
	Algorithm string // by its name here
	Sum       string // lower-case hexadecimal, as long as the algorithm's are
}

// H1 is Go's hash of a list of files: SHA-256 of one line a file
// (go.dev/ref/mod#go-sum-files). No bytes have it.
const H1 = "h1"

// Hex makes a digest from hexadecimal of either case. The algorithm may be
// spelled in any way that [Name] knows.
func Hex(algorithm, sum string) (Digest, error) {
	a, known := algorithms[Name(algorithm)]
	if !known {
		return Digest{}, fmt.Errorf("the digest algorithm %.40q is not known", algorithm)
	}
	sum = strings.ToLower(sum)
	if raw, err := hex.DecodeString(sum); err != nil || len(raw) != a.size {
		return Digest{}, fmt.Errorf("%.200q is no %s digest, which has %d hexadecimal digits", sum, Name(algorithm), 2*a.size)
	}
	return Digest{Name(algorithm), sum}, nil
}

// Bytes makes a digest from its bytes.
func Bytes(algorithm string, sum []byte) (Digest, error) {
	return Hex(algorithm, hex.EncodeToString(sum))
}

// SRI reads one hash of W3C Subresource Integrity (section 3.5): "sha512-",
// base64, perhaps options behind a question mark.
func SRI(s string) (Digest, error) {
	algorithm, value, _ := strings.Cut(s, "-")
	value, _, _ = strings.Cut(value, "?")
	raw, err := decoded(value)
	if err != nil {
		return Digest{}, fmt.Errorf("%.200q is no hash of the form algorithm-base64", s)
	}
	return Bytes(algorithm, raw)
}

// ParseH1 reads "h1:" and base64, as in go.sum. One hash has one spelling: the go
// command compares texts.
func ParseH1(s string) (Digest, error) {
	value, found := strings.CutPrefix(s, "h1:")
	raw, err := decoded(value)
	if !found || err != nil || len(raw) != algorithms[H1].size {
		return Digest{}, fmt.Errorf("%.200q is no h1: hash, which has 32 bytes in base64", s)
	}
	return Digest{H1, hex.EncodeToString(raw)}, nil
}

// String is the digest as people know it: go.sum's as [ParseH1] reads it, others
// as "sha256:" and hexadecimal.
func (d Digest) String() string {
	if d.Algorithm == H1 {
		return d.Algorithm + ":" + base64.StdEncoding.EncodeToString(d.Bytes())
	}
	return d.Algorithm + ":" + d.Sum
}

// SRI is the digest as [SRI] reads it.
func (d Digest) SRI() string {
	return d.Algorithm + "-" + base64.StdEncoding.EncodeToString(d.Bytes())
}

// Bytes are the digest's own.
func (d Digest) Bytes() []byte {
	raw, err := hex.DecodeString(d.Sum)
	if err != nil {
		return nil // only what no function here made
	}
	return raw
}

// decoded reads base64 (RFC 4648, section 4) in its one spelling: the decoder
// itself passes over line ends.
func decoded(s string) ([]byte, error) {
	raw, err := base64.StdEncoding.Strict().DecodeString(s)
	if err == nil && base64.StdEncoding.EncodeToString(raw) != s {
		return nil, base64.CorruptInputError(0)
	}
	return raw, err
}
