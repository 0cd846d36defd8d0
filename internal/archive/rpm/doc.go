// Package rpm reads RPM packages: lead, signature header, header and payload
// (rpm's docs/manual/format_v4.md, format_v6.md, tags.md). It verifies nothing.
//
// Everything in a package is hostile. Counts and sizes are bounded by rpm's own
// limits (lib/header.c), and what two readers could take differently is refused:
// a tag named twice, a value that leaves its store, a header that another stands
// behind.
package rpm
