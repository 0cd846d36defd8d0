//go:build js && !touchstone_whole

package selftest

// more is empty in the page's first program (see openpgp.go).
var more []Step
