// Package sigstore verifies Sigstore bundles (media types 0.1, 0.2 and 0.3) and
// plain DSSE envelopes. It knows no ecosystem: an adapter translates its dialect
// into a bundle, this package says what the bundle proves, a check compares that
// with what was asked for.
//
// The verification itself is sigstore-go's. This package stands around it:
//
//   - before it, [Verify] refuses documents that two readers can understand
//     differently (repeated keys, text after the end, several signatures, types
//     that it does not know) and digests shorter than 256 bits;
//   - after it, it collects what was proven, and only that, into a [Verified];
//   - where it refuses, it finds out which step failed, so that "wrong", "not
//     understood", "not there" and "nothing to check it with" stay apart
//     ([Failure]).
//
// A log entry is either proven to be in the log or only promised ([LogEntry]).
// [Complete] merges a proof that was fetched from the log into the bundle, which
// is then verified like any other.
//
// Whom a certificate names is a fact, not a verdict: compare it with
// [Identity.Match] or with the fields themselves.
//
// Everything here is a pure function of its arguments: no clock, no network, no
// state. A parsed [Root] may be used by many goroutines at once.
package sigstore
