// Package p256 makes the table of multiples of P-256's base point that Go's own
// implementation of the curve brings as 88,064 bytes, which no compression makes
// smaller. Adding up its points takes 7 ms.
//
// A program that calls Fill is sent without the table (see touchstone/wasm/slim),
// and makes it before it verifies anything, with the same implementation's own
// additions. What comes out must hash to [Sum], or Fill panics: not one signature is
// verified with another table. Until then Withhold lets none be verified without one.
//
// A Verifier makes such tables of keys that signed much.
package p256

const (
	tables = 43 // one for each 6 bits of a scalar
	points = 32 // of each: 1 to 32 times its base, which is 64 times the base before

	// Size is that of the table, in bytes: two coordinates of 32 bytes a point.
	Size = tables * points * 64
	// Begins are the first 16 bytes of the table, of the base point's own X in the
	// Montgomery domain.
	Begins = "\x3c\x14\xa9\x18\xd4\x30\xe7\x79\x01\xb6\xed\x5f\xfc\x95\xba\x75"
	// Fills is the function that makes it, as the linker names it.
	Fills = "touchstone/wasm/p256.Fill"
	// Sum is the SHA-256 of the table, in lower-case hex, of the toolchain that
	// touchstone/wasm/slim pins.
	Sum = "a3a5d08c40939adb7c0e9e4f5b689721296130750ab4e38fe4543294c8dbbfe3"
)
