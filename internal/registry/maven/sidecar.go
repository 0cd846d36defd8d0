package maven

import (
	"bytes"
	"fmt"
	"strings"

	"touchstone/internal/digest"
	"touchstone/internal/fetch"
	"touchstone/internal/registry"
)

// algorithms are those of checksum files, the strong ones first. Central demands
// the weak ones (central.sonatype.org/publish/requirements).
var algorithms = []string{"sha512", "sha256", "sha1", "md5"}

var sidecarForm = &fetch.Form{Name: "a checksum", Fits: func(body []byte) bool {
	return fetch.IsText(body) && !fetch.IsJSON(body) && len(bytes.TrimSpace(body)) >= 32
}}

// A sidecar is a checksum file.
type sidecar struct {
	algorithm string
	answer    fetch.Answer
	sum       string // lower-case hexadecimal; empty where there is none that can be read
}

func sidecarOf(q *question, algorithm string) (sidecar, error) {
	s := sidecar{algorithm: algorithm}
	var err error
	if s.answer, err = q.get(q.at.url()+"."+algorithm, "checksum", maxSidecar, sidecarForm); err != nil || s.answer.State != fetch.Found {
		return s, err
	}
	if s.sum = readSidecar(s.answer.Body, algorithm); s.sum == "" {
		s.answer.Unusable(fmt.Sprintf("what came as the checksum is no %s", algorithm))
	}
	return s, nil
}

// readSidecar reads a checksum file: the digits, perhaps with the file's name
// before or behind them. Two of them are none.
func readSidecar(body []byte, algorithm string) string {
	sum := ""
	for _, word := range strings.FieldsFunc(string(body), func(r rune) bool { return strings.ContainsRune(" \t\r\n=()*", r) }) {
		d, err := digest.Hex(algorithm, word)
		switch {
		case err != nil:
		case sum != "" && sum != d.Sum:
			return ""
		default:
			sum = d.Sum
		}
	}
	return sum
}

// states are the digests that checksum files state.
func (q *question) sidecarStates() []registry.Stated {
	var out []registry.Stated
	for _, s := range q.sidecars {
		if s.sum != "" {
			out = append(out, registry.Stated{Of: registry.OfArtifact, Algorithm: s.algorithm, Value: s.sum, Beside: true})
		}
	}
	return out
}
