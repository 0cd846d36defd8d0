package purl

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"touchstone/internal/digest"
)

// A Digest is a digest that came with the reference.
type Digest struct {
	// Algorithm is "sha256", "sha384", "sha512", "sha1", "md5",
	// "blake2b-256", … or "h1" (Go's hash of a file list).
	Algorithm string
	// Value is lower-case hexadecimal. A hash whose pasted spelling no tool
	// would write stands here as pasted, and so equals nothing.
	Value string
	// Of is "artifact", or "go.mod" for the second kind of go.sum line.
	Of string
}

// hexDigest makes a digest of the artifact from hexadecimal.
func hexDigest(algorithm, value string) (Digest, error) {
	return ofArtifact(digest.Hex(strings.ToLower(algorithm), value))
}

func ofArtifact(d digest.Digest, err error) (Digest, error) {
	return Digest{Algorithm: d.Algorithm, Value: d.Sum, Of: "artifact"}, err
}

// labelledDigest reads "sha256:hex" (purl-spec, qualifier checksum). What the
// specification has no word for, the two hashes of a go.sum line, reads
// "h1:base64" and "go.mod-h1:base64".
func labelledDigest(s string) (Digest, error) {
	algorithm, value, ok := strings.Cut(s, ":")
	if !ok {
		return Digest{}, fmt.Errorf("%s does not read algorithm:hexadecimal", shown(s))
	}
	switch {
	case algorithm == "h1":
		return goHash(s, "artifact")
	case algorithm == "go.mod-h1":
		return goHash("h1:"+value, "go.mod")
	}
	return hexDigest(algorithm, value)
}

// String is the digest as labelledDigest reads it.
func (d Digest) String() string {
	value := d.Value
	if raw, err := hex.DecodeString(value); d.Algorithm == "h1" && err == nil {
		value = base64.StdEncoding.EncodeToString(raw)
	}
	if d.Of == "go.mod" {
		return "go.mod-" + d.Algorithm + ":" + value
	}
	return d.Algorithm + ":" + value
}

// sri reads one hash of W3C Subresource Integrity, "sha512-base64".
func sri(s string) (Digest, error) {
	algorithm, value, _ := strings.Cut(s, "-")
	return ofArtifact(digest.SRI(strings.ToLower(algorithm) + "-" + value))
}

// goHash reads "h1:base64" of a go.sum line (go.dev/ref/mod#go-sum-files).
func goHash(s, of string) (Digest, error) {
	value, ok := strings.CutPrefix(s, "h1:")
	if !ok {
		return Digest{}, fmt.Errorf("%s is no h1: hash, the only kind there is", shown(s))
	}
	if d, err := digest.ParseH1(s); err == nil {
		return Digest{Algorithm: d.Algorithm, Value: d.Sum, Of: of}, nil
	}
	raw, err := base64.StdEncoding.DecodeString(value)
	if err != nil || len(raw) != digest.Size(digest.H1) {
		return Digest{}, fmt.Errorf("%s is not the base64 of 32 bytes", shown(value))
	}
	// The go command compares texts: another spelling of the same bytes is a
	// wrong hash, and must not be taken for the right one here.
	return Digest{Algorithm: digest.H1, Value: value, Of: of}, nil
}

// bareDigest reads hexadecimal whose length tells the algorithm, as sha256sum
// and its relatives print it.
func bareDigest(s string) (Digest, error) {
	algorithm, ok := map[int]string{40: "sha1", 64: "sha256", 128: "sha512"}[len(s)]
	if !ok {
		return Digest{}, fmt.Errorf("%s is neither algorithm:hexadecimal nor algorithm-base64", shown(s))
	}
	return hexDigest(algorithm, s)
}

// bsdSum is the file of a line that BSD's tools print, "SHA256 (file) = hexadecimal".
func bsdSum(words []string) (file string, err error) {
	if len(words) != 4 || words[2] != "=" || len(words[1]) < 3 || words[1][0] != '(' {
		return "", fmt.Errorf("it has another form")
	}
	_, err = hexDigest(strings.ToLower(words[0]), words[3])
	return strings.Trim(words[1], "()"), err
}

// readDigest reads a digest in any of its spellings.
func readDigest(word string) (Digest, error) {
	switch {
	case strings.Contains(word, ":"):
		return labelledDigest(word)
	case strings.Contains(word, "-"):
		return sri(word)
	}
	return bareDigest(word)
}

// digestWords reads the words beside a reference: every one must be a digest
// ("sha512-…", "sha256:…", "--hash=sha256:…") or the label of one.
func digestWords(words []string) ([]Digest, error) {
	var digests []Digest
	for _, word := range words {
		word = strings.Trim(word, `"',;`)
		switch strings.ToLower(strings.TrimSuffix(word, ":")) {
		case "", `integrity"`, "integrity", "--hash", "sha256", "sha512", "sha1", "checksum":
			continue
		}
		d, err := readDigest(strings.TrimPrefix(word, "--hash="))
		if err != nil {
			return nil, fail(Malformed, "Beside the package stands %s, which is no digest (%v). Paste one package, with its digest or alone.", shown(word), err)
		}
		digests = append(digests, d)
	}
	return digests, nil
}

// distinct drops digests that stand there twice.
func distinct(digests []Digest) []Digest {
	var out []Digest
	for _, d := range digests {
		if !slices.Contains(out, d) {
			out = append(out, d)
		}
	}
	return out
}
