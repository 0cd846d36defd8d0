package evidence

import (
	"touchstone/internal/sigstore"
)

// A Source is where the code comes from.
type Source struct {
	Repository, Commit string
	// Attested tells that a verified statement names them; else somebody stated
	// them, and nobody signed it.
	Attested bool
}

// A Signer is whom the certificate of an entitled signer names.
type Signer struct {
	*sigstore.Identity
	// Provenance tells that the statement tells of a build.
	Provenance bool
	// At is the earliest proven time of the signature (RFC 3339), and Witness
	// who proved it.
	At, Witness string
}

// A Build is the run in which an entitled signer signed these bytes.
type Build struct {
	Repository, Commit, Run string
	// Log names the public log that holds the statement; Entry is its index.
	Log   string
	Entry int64
}

// A List is how the list of the package's files is covered.
type List string

// The lists.
const (
	ListSigned  List = "signed"  // a signature covers it
	ListDerived List = "derived" // from an archive that a signature covers: it proves a file beside that archive only
)

// A Logged is a record's place in its repository's own log.
type Logged struct {
	Log string
	ID  int64
}
