package report

import (
	"fmt"
	"strconv"

	"touchstone/internal/digest"
)

// digestName is how people write an algorithm's name.
func digestName(algorithm string) string {
	switch algorithm {
	case "h1":
		return "h1 (SHA-256 of the list of all files)"
	case "sha1", "sha256", "sha384", "sha512":
		return "SHA-" + algorithm[len("sha"):]
	}
	return algorithm
}

// digestValue is a digest in the form that its tools write.
func digestValue(algorithm, hexadecimal string) string {
	if d, err := digest.Hex(algorithm, hexadecimal); err == nil && algorithm == digest.H1 {
		return d.String()
	}
	return hexadecimal
}

// Size is a number of bytes for people.
func Size(n int64) string {
	switch {
	case n < 1000:
		return strconv.FormatInt(n, 10) + " bytes"
	case n < 1_000_000:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}
