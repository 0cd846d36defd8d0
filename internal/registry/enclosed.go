package registry

import "time"

// Enclosed are the signatures that a package carries inside over its own files, by
// holders of certificates that come with it. Nobody vouches for those here: anybody
// can make one, under any name.
type Enclosed struct {
	Each []EnclosedSignature
	// Uncovered are files inside that none of those covers that verify, at most
	// twenty; More is how many others there are.
	Uncovered []string
	More      int
	// Missing are files that a signature covers, and that are not inside.
	Missing []string
}

// An EnclosedSignature is one of them.
type EnclosedSignature struct {
	// Document is where it stands inside.
	Document string
	// Holder and Issuer are whom the certificate calls its holder and its issuer, and
	// Certificate is its SHA-256, in lower-case hexadecimal.
	Holder, Issuer, Certificate string
	From, Until                 time.Time // the certificate's validity
	// Hash is the usual name of the digest that is signed ("SHA-256").
	Hash string
	// Stamped is the time in the timestamp beside it, by whom the certificate there
	// calls Stamper; zero where there is none.
	Stamped time.Time
	Stamper string
	// Whole tells that it alone covers every file inside, but for those that belong to
	// signatures which verify.
	Whole bool
	// By tells whether its certificate is among those that the reader brought.
	By func(brought []byte) bool
	// Err is why it proves nothing, a fault; nil where its holder made it over these
	// files.
	Err error
}

// Cover keeps which files are not covered.
func (e *Enclosed) Cover(uncovered []string) {
	e.Uncovered, e.More = uncovered, 0
	if len(uncovered) > mostFiles {
		e.Uncovered, e.More = uncovered[:mostFiles], len(uncovered)-mostFiles
	}
}
