// Package openpgp reads OpenPGP signatures (RFC 9580, RFC 4880) and the keys that
// made them, and no more: it verifies and never signs, encrypts or decrypts.
//
// # What it reads
//
// Signatures of versions 3, 4 and 6, detached ([ReadSignatures], binary or
// armoured) or around a text ([ReadClearsigned]); keys of versions 4 and 6
// ([ReadKeys], a keyring or a text with any number of armoured blocks). RSA,
// ECDSA on P-256, P-384 and P-521, EdDSA, Ed25519, Ed448, and the composites of
// ML-DSA-65 with Ed25519 and of ML-DSA-87 with Ed448 (RFC 9980), of which both
// halves must hold; over SHA-256, SHA-384, SHA-512, SHA3-256 and SHA3-512.
// Everything else is [fault.NotUnderstood], DSA and SLH-DSA among it: no archive that
// is served signs with them.
//
// What can be forged is named and never passes ([fault.Weak]): SHA-1, MD5,
// RIPEMD-160 and SHA-224, and RSA below 2048 bits. Where such a signature does not
// even verify, it is [fault.Wrong].
//
// # What is refused
//
// Text outside a clearsigned block, an escaped or bare line that two readers
// would take differently, a text signature over bytes whose line ends it does not
// cover, partial and indeterminate lengths, a number whose length is stated
// wrongly, subpackets that are critical and not understood.
//
// # Time
//
// Nothing here looks at a clock, and what a signature says of its own time is its
// maker's word. [SigningKey.ValidAt] judges a key at a time that the caller has
// proven: between its making and its expiry or revocation, as its owner's newest word
// has it. A key revoked as compromised, or without a reason, was never
// valid.
//
// # Anchors
//
// [Anchored] is the mechanism for signatures by keys that package trust holds as
// public-key packets: those were reduced from keyrings before they were committed.
package openpgp
