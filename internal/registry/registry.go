package registry

import (
	"context"
	"io"

	"touchstone/internal/archive"
	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/trust"
)

// A Registry translates one ecosystem's dialect.
type Registry interface {
	// Type is the purl type served, which is also the folder's name.
	Type() string
	// Name is what people call the repository ("Go module proxy").
	Name() string
	// Hosts declare where the adapter may go.
	Hosts() []fetch.Host
	// Resolve asks the repository about one reference and translates what it
	// says. The Visit says for which audit.
	//
	// Errors mean that the question could not be asked: a *purl.Refused (there
	// is no such package or version, no version could be learned, or the
	// reference means nothing here) or a cancelled context. That something
	// could not be fetched is no error; it is said inside the Release.
	Resolve(ctx context.Context, c *fetch.Session, ref purl.Ref, v Visit) (*Release, error)
}

// A Visit is what an adapter must know of the audit that it works for.
type Visit struct {
	// LogKey finds a signed log's pinned key by the log's name. It is for
	// navigation only (which tiles are needed depends on what verified): the
	// checks verify again.
	LogKey func(name string) (key string, ok bool)
	// Heads are what was kept from earlier visits: the signed heads of logs, by log
	// name, and what a [SignedIndex] keeps, by its name.
	Heads map[string][]byte
	// Retired tells whether a key of the given anchored set stopped being used
	// before this audit's time: then, and only then, a date is worth a large
	// document.
	Retired func(set trust.ID, keyID string) bool
	// FileInHand tells that the package's bytes are not to be fetched ahead of
	// need: they are there, or not all are wanted.
	FileInHand bool
	// FileName is what the person calls the file that they brought; empty where
	// that is not known, or they brought none.
	FileName string
}

// A Release is what a repository says of one version. Every field is a claim,
// and none changes after the adapter made it. What an adapter leaves out says
// nothing.
type Release struct {
	// Ref names exactly one version, as the repository spells it.
	Ref purl.Ref
	// Repository is what people call the repository asked.
	Repository string
	// Chain are the documents that lead to the file, from what is signed, logged
	// or fetched directly down to the record, which states the file's digests.
	Chain []Link
	// File is the one that is audited.
	File File
	// Others are the version's further files; each has an audit of its own.
	Others []Other
	// Siblings are what the record states of all the version's files but this one.
	Siblings Siblings
	// Publishers are those whom the repository, or the name itself, calls this
	// package's publisher.
	Publishers []Publisher
	// Earlier tells of this version's predecessors in its release line.
	Earlier Earlier
	// Source is where the record says that the code comes from.
	Source Source
	// About is what the package says that it is.
	About About
	// Installer tells what the ecosystem's usual client does: sourced facts.
	Installer Installer
	// Index is what the index says beside this version.
	Index Index
	// SignsNothing is the address of a text that says that the repository signs
	// neither packages nor records, nor takes statements about them; empty where
	// it does, or that is not established.
	SignsNothing string
	// Astray are the answers that name another package or version than this one.
	Astray []Astray
	// Notes tell how the reference was read, after asking.
	Notes []purl.Note
	// Commands check the same with the ecosystem's own tools.
	Commands []Command
	// Report is where the repository takes reports of a package that is wrong.
	Report string
}

// Record is the last document of the chain: what binds name and version to the
// file's digests. It is the zero Link where there is no chain.
func (r *Release) Record() Link {
	if len(r.Chain) == 0 {
		return Link{}
	}
	return r.Chain[len(r.Chain)-1]
}

// Signatures are those of all documents of the chain.
func (r *Release) Signatures() []Signature {
	var all []Signature
	for _, l := range r.Chain {
		all = append(all, l.Signatures...)
	}
	return all
}

// A Link is one document on the way to the file. What covers it is a signature
// of its own, its entry in a log, a digest that the link before states, or that
// it came directly from the repository's own host.
type Link struct {
	// Name is what people call such a document ("version record", "InRelease").
	Name   string
	Answer fetch.Answer
	// Signatures are the repository's own over this document.
	Signatures []Signature
	// SignsAll is the address of the documentation that says that the repository
	// signs every such document; empty where it does not.
	SignsAll string
	// Attestations are signed statements and signatures served for this document
	// by others than the repository; the zero value is none.
	Attestations Attestations
	// Unread says in words why not everything could be read that may state
	// digests; empty where all was.
	Unread string
	// Log is its entry in a signed log that the repository keeps; nil for none.
	Log *LogEntry
	// States are the digests that it states: of the next link, or, in the last
	// link, of the file.
	States []Stated
}

// A Stated is a digest that a document states.
type Stated struct {
	// Of says of what.
	Of        Subject
	Algorithm string // "sha256", "sha512", …; "h1" is SHA-256 of the list of all files
	Value     string // lower-case hexadecimal
	// Line is the exact line of a signed record that states it, where one does.
	Line string
	// Beside tells that another document states it, which stands beside this one (a
	// checksum file): what covers this document does not cover it.
	Beside bool
	// Choice tells that the document states several of this kind, of which one
	// must match, as its clients read it.
	Choice bool
}

// A Subject is what a digest is of.
type Subject string

// The subjects.
const (
	OfNext     Subject = "next"     // the next link's document
	OfArtifact Subject = "artifact" // the bytes of the package file
	OfFiles    Subject = "files"    // the canonical list of all its files
	OfManifest Subject = "manifest" // the manifest served beside it
	OfPart     Subject = "part"     // the part of the file for which a document inside it answers
)

// A Form is a form of signatures; one mechanism verifies each.
type Form string

// The forms.
const (
	ECDSAP256 Form = "ecdsa-p256-sha256" // ASN.1 DER, by a bare key
	OpenPGP   Form = "openpgp"           // one signature packet; KeyID is what it names
	// ECDSAFingerprint is the same by ECDSA, or by a key of a kind that is named beside
	// it and that no version of ours verifies.
	ECDSAFingerprint Form = "ecdsa-sha256-hex-fingerprint"
	RSAFingerprint   Form = "rsa-sha256-hex-fingerprint" // package bare has its form; KeyID is the fingerprint of the key that comes with it
)

// A Signature is one by one of the repository's own keys over a document, or
// over a text that the adapter rebuilt from it.
type Signature struct {
	Form Form
	// Anchors names the set that the key must be in; KeyID the key.
	Anchors trust.ID
	KeyID   string
	// Message is the text said to be signed; nil is the link's own bytes. Whole tells
	// of one apart that it is all that was read of the document: nothing in it is
	// unsigned.
	Message []byte
	Whole   bool
	// Binds are the digests that Message states, as they stand in States: only
	// these are covered when the signature verifies.
	Binds []Stated
	// Bytes are the signature's; empty for something that was served in its
	// place and cannot be read: it must not verify, and must not vanish.
	Bytes []byte
}

// A LogEntry is what was fetched of a signed log beside the link's answer, which
// is the lookup: a head, and the tiles that connect them.
type LogEntry struct {
	// Log is the log's name, by which its pinned key is found.
	Log string
	// Latest is the newest signed head; its State may be Unknown.
	Latest fetch.Answer
	// Tiles are by path below the log's root ("tile/8/0/x228/101").
	Tiles map[string]fetch.Answer
	// Known is the signed head kept from an earlier visit; nil for none.
	Known []byte
}

// A File is one file of a version as the repository offers it.
type File struct {
	// Request has no address where it could not be learned.
	Request fetch.Request
	Format  archive.Format
	// Read reads the container, as [archive.Read] does; nil where Format says
	// which of that package's readers does. So a form that few ecosystems have
	// costs nothing where they are not served.
	Read func(body []byte, how archive.Options) (*archive.Contents, error)
	// Head is how many bytes from the file's beginning hold what Sealed finds, as the
	// record says; 0 where that is not known. Of a file that is not fetched whole
	// they are fetched alone.
	Head int64
	// Sealed finds the document inside the file that carries signatures over the
	// file's own bytes; nil where the format has none. It gives nil where there is
	// none in these bytes.
	Sealed func(body []byte) *Sealed
	Rules  archive.Rules
	// Manifest is a manifest served beside the file; zero where none is.
	Manifest Manifest
	// Attestations are signed statements served for it.
	Attestations Attestations
	// Detached is what is served as signatures over the file by keys that nobody
	// anchors; the zero value where the repository serves none such.
	Detached Detached
	// Inspector reads the ecosystem's documents inside the file; nil where nobody
	// does, and then nothing is known of what they say.
	Inspector Inspector
	// NamesSource and NamesRevision tell that it has a place inside for the address of
	// its source repository, and for the revision: unread, it may state them.
	NamesSource, NamesRevision bool
	// Parts are what the file names by digest and does not hold; empty for a file
	// that holds all. Assemble begins to read what is inside those that are fetched on
	// demand. Large refuses, in words, to fetch them; empty where they may be.
	Parts []Part
	// Pieces is what people call those that are fetched on demand ("layers").
	Pieces   string
	Assemble func(how archive.Options) Assembly
	Large    string
}

// A Part is a piece of a package that stands apart from the package file, which
// names it by its digest: directly, or in a part before it.
type Part struct {
	// Name is what people call it ("layer 2").
	Name    string
	Request fetch.Request
	// Algorithm and Value are the stated digest, as in [Stated].
	Algorithm, Value string
	// OnDemand tells that it is only fetched for who asks for it.
	OnDemand bool
	// Size is how many bytes it is stated to have.
	Size int64
	// Passes tells that it is read as it comes and not kept: those that are fetched on
	// demand are too large together.
	Passes bool
}

// An Assembly reads what is inside the parts of a package, one after another in their
// order.
type Assembly interface {
	// Read reads the next part as it comes. Nobody knows yet whether that is what is
	// stated: what was read before, of another try, is void.
	Read(body io.Reader)
	// Add takes what was read last for the package's: it has the digest that is stated.
	Add()
	// Contents are what all parts hold; the errors are those of [archive.Read].
	Contents() (*archive.Contents, error)
}

// Contents reads what is inside the file's bytes. The errors are those of
// [archive.Read].
func (f File) Contents(body []byte, how archive.Options) (*archive.Contents, error) {
	if f.Read != nil {
		return f.Read(body, how)
	}
	return archive.Read(f.Format, body, how)
}

// An Other is a further file of the version.
type Other struct {
	Ref purl.Ref // names that file, for its own audit
	// What is its kind, for people ("wheel", "source archive").
	What string
	// Instead tells that installers take it in the place of this one on some machines.
	Instead bool
	// Digests are those that the repository states of it ([OfArtifact]), where what is
	// served as one of the version's files could be another of them; else nil.
	Digests []Stated
}

// A Publisher is whom the repository, or the name itself, calls the publisher
// of this name. Fields that are empty are not compared.
type Publisher struct {
	Issuer     string // of the identity, an address
	Owner      string // address of the source repository's owner
	OwnerNests bool   // what stands below that address is that owner's, too
	Repository string // address of the source repository
	Workflow   string // path of the build's definition, inside that repository
	SAN        string // the certificate's subject, where it is no build
	// Answer is the document that says so. It is zero where the name itself does,
	// by a mapping that holds for the whole repository.
	Answer fetch.Answer
}

// A Source is where the code is said to come from.
type Source struct {
	Repository string // address of the repository
	Revision   string // commit
	Folder     string // inside the repository; empty for its root, and where none is named
	// Dirty tells that the working tree held changes that no commit has.
	Dirty bool
	// Route is how the document came that says so. InRecord tells that this is the
	// record, so that a signature over all of that covers it.
	Route    fetch.Route
	InRecord bool
	// Word is one sentence on whose word the document is, where a person could
	// take it for more; else empty.
	Word string
	// Asked tells that the place where it would stand was read.
	Asked fetch.State
}

// A Manifest is a document served beside the package that clients read first.
type Manifest struct {
	Answer fetch.Answer
	// Path is where the same document stands inside the package.
	Path string
}

// About is what a package says that it is, for people. Nothing rests on it.
type About struct {
	Description, License, Homepage string
	// Source is the address of the source repository that the name itself gives.
	Source string
}

// An Installer is what the ecosystem's usual client does, with a source.
type Installer struct {
	Name string
	// RefusesWrongDigest: it recomputes the digest and refuses, unasked.
	RefusesWrongDigest bool
	// TakesAnyDigest: one right digest of several, of any kind, is enough for it.
	TakesAnyDigest bool
	// ChecksSignature: it also verifies the signature, unasked.
	ChecksSignature bool
	// Caveat names how a person can have turned that off.
	Caveat string
	Source string // address of the documentation
}

// Index is what the index says about this version among the others.
type Index struct {
	// Latest is the version that the index names as newest, where asked.
	Latest string
	// Withdrawn says in words that this version was retracted, yanked or
	// deprecated; empty when the index does not say so.
	Withdrawn string
	// Published is when the repository says this version appeared (RFC 3339);
	// PublishedRoute is how the document came that says so.
	Published      string
	PublishedRoute fetch.Route
	// Signed is the signed index that led here; the zero value where none did.
	Signed SignedIndex
	State  fetch.State
}
