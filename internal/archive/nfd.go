//go:build !js

package archive

import "golang.org/x/text/unicode/norm"

// nfd is a text in Unicode's normalization form D.
func nfd(s string) string { return norm.NFD.String(s) }
