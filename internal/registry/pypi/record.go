package pypi

import (
	"bytes"
	"encoding/base64"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"touchstone/internal/digest"
	"touchstone/internal/registry"
)

// readRecord reads a wheel's list of its files
// (packaging.python.org/specifications/recording-installed-packages, "The RECORD
// file"): lines of comma-separated path, "algorithm=" and base64 without padding
// in the alphabet for addresses, and size. The last two may be empty.
func readRecord(doc []byte) ([]registry.Listed, error) {
	lines := csv.NewReader(bytes.NewReader(doc))
	lines.FieldsPerRecord = -1
	lines.ReuseRecord = true
	var out []registry.Listed
	for {
		line, err := lines.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("it is no list of comma-separated lines: %w", err)
		}
		if len(line) != 3 || line[0] == "" {
			at, _ := lines.FieldPos(0)
			return nil, fmt.Errorf("its line %d has %d parts where path, digest and size should stand", at, len(line))
		}
		l := registry.Listed{Path: strings.Clone(line[0]), Size: -1}
		if line[2] != "" {
			if l.Size, err = strconv.ParseInt(line[2], 10, 64); err != nil || l.Size < 0 {
				return nil, fmt.Errorf("the size %.40q of %.200q is no number", line[2], line[0])
			}
		}
		if line[1] != "" {
			algorithm, value, _ := strings.Cut(line[1], "=")
			raw, err := base64.RawURLEncoding.Strict().DecodeString(value)
			if err != nil {
				return nil, fmt.Errorf("the digest %.100q of %.200q cannot be read", line[1], line[0])
			}
			l.Algorithm, l.Value = digest.Name(algorithm), hex.EncodeToString(raw)
		}
		out = append(out, l)
	}
}
