package oci

import (
	"strconv"

	"touchstone/internal/registry"
)

// quoted is a text from outside, inside a sentence.
func quoted(s string) string { return strconv.Quote(registry.Cut(s, 200)) }
