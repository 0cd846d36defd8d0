// Package notary verifies signatures of the Notary Project
// (github.com/notaryproject/specifications): an envelope, JWS or COSE, over the
// descriptor of an artifact, by a certificate whose whole chain is in it.
//
// [Verify] proves what an envelope proves by itself: that the holder of its first
// certificate signed this descriptor, and that each certificate was issued by the
// next. Anybody can make such a chain. Whether somebody is to be believed is asked
// of authorities that the reader brings ([Signature.TrustedBy]), and when it was
// signed of a timestamp ([Signature.Stamped]): the signing time inside is the
// signer's own word.
//
// What is stricter than the Notary Project's own library: salts of RSASSA-PSS are as
// long as the digest, base64 and JSON have one spelling, critical extensions of
// certificates that nobody here reads are refused.
package notary
