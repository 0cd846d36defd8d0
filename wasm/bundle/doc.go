// Package bundle lets JavaScript verify one Sigstore bundle, by the client protocol
// of the public conformance suite (github.com/sigstore/sigstore-conformance,
// docs/cli_protocol.md).
package bundle
