package registry

// Siblings are what a record states of a version's files beside the one that is
// audited. The zero value says nothing.
type Siblings struct {
	// Whole tells that Each are all that there are, with every digest of theirs.
	Whole bool
	Each  []Sibling
}

// A Sibling is a file's name, and the digests that the record states of it. Attested
// tells that the record announces attestations of it.
type Sibling struct {
	Name     string
	States   []Stated
	Attested bool
}
