package registry

// A Sealed is a document inside a package file that carries signatures of its own
// and answers for the rest of the file: an RPM's header. It is a link of the chain
// that nobody fetched apart.
type Sealed struct {
	// Link holds the document as it is signed, its signatures, and the digests
	// that it states of Part ([OfPart]). Its Answer is the file's, with the
	// document as its Body.
	Link
	// Part is what the document answers for; Parted what people call it
	// ("payload").
	Part   []byte
	Parted string
	// Missing tells that the file ends with the document: Part was not fetched.
	Missing bool
	// Bare tells that no digest stands in the document: the signatures are over
	// document and part together, and States were computed here.
	Bare bool
	// Lists tells that the document states the digest of every file.
	Lists bool
}
