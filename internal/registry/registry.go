// Package registry holds the common terms into which every ecosystem's adapter
// translates. Nothing in it is verified: a [Release] is what a repository says,
// an [Artifact] is what arrived. Checks (package evidence) decide what they prove.
//
// An ecosystem is one folder below this one, named by its purl type, and one
// line in the list of registries (package audit).
package registry

import (
	"context"
	"io"

	"touchstone/internal/archive"
	"touchstone/internal/fetch"
	"touchstone/internal/purl"
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
	Resolve(ctx context.Context, c *fetch.Client, ref purl.Ref, v Visit) (*Release, error)
}

// A Visit is what an adapter must know of the audit that it works for.
type Visit struct {
	// LogKey finds a signed log's pinned key by the log's name. It is for
	// navigation only (which tiles are needed depends on what verified): the
	// checks verify again.
	LogKey func(name string) (key string, ok bool)
	// Heads are the signed heads kept from earlier visits, by log name.
	Heads map[string][]byte
	// Retired tells whether a key of the given anchored set stopped being used
	// before this audit's time: then, and only then, a date is worth a large
	// document.
	Retired func(set, keyID string) bool
	// FileInHand tells that the package's bytes need not be fetched.
	FileInHand bool
}

// A Release is what a repository says of one version. Every field is a claim.
type Release struct {
	// Ref names exactly one version, as the repository spells it.
	Ref purl.Ref
	// Repository is what people call the repository asked.
	Repository string
	// Artifact is where the package's bytes are said to be, and their form.
	Artifact Claimed
	// Digests are the digests that the repository states.
	Digests []ClaimedDigest
	// Log is the entry in a signed log that the repository keeps; nil where
	// the ecosystem has none.
	Log *LogEntry
	// SignsAll is the address of the documentation that says that the
	// repository signs every version; empty where it does not.
	SignsAll string
	// Signatures are the repository's own over a text that binds this version.
	Signatures []ClaimedSignature
	// Attestations are signed statements served for this version.
	Attestations Attestations
	// Earlier tells of this version's predecessors in its release line.
	Earlier Earlier
	// Source is where the code is said to come from.
	Source ClaimedSource
	// Record is the answer that binds name and version to the bytes.
	Record fetch.Answer
	// Manifest is a manifest served beside the package; zero where none is.
	Manifest Manifest
	// Installer tells what the ecosystem's usual client does: sourced facts.
	Installer Installer
	// Inspector reads the ecosystem's documents inside the package.
	Inspector Inspector
	// Index is what the index says beside this version.
	Index Index
	// Notes tell how the reference was read, after asking.
	Notes []purl.Note
	// Commands check the same with the ecosystem's own tools.
	Commands []Command
}

// Claimed says where an artifact is and what form it should have.
type Claimed struct {
	Request fetch.Request
	Format  archive.Format
	Rules   archive.Rules
}

// A ClaimedDigest is a digest that somebody published.
type ClaimedDigest struct {
	// Of says of what: the artifact's bytes, the list of its files, or one
	// document served beside it.
	Of        Subject
	Algorithm string // "sha256", "sha512", …; "h1" is SHA-256 of the list of all files
	Value     string // lower-case hexadecimal
	// From is the address of the document that states it, Route how that came.
	From  string
	Route fetch.Route
	// Line is the exact line of a signed record that states it, where one does.
	Line string
	// Choice tells that the document states several of this kind, of which one
	// must match, as its clients read it.
	Choice bool
}

// A Subject is what a digest is of.
type Subject string

// The subjects.
const (
	OfArtifact Subject = "artifact" // the bytes of the package file
	OfFiles    Subject = "files"    // the canonical list of all its files
	OfManifest Subject = "manifest" // the manifest served beside it
)

// Strong tells whether an algorithm may meet a requirement: 256 bits or more
// of SHA-2, SHA-3, BLAKE2 or BLAKE3 (DESIGN.md section 2).
func Strong(algorithm string) bool {
	switch algorithm {
	case "sha256", "sha384", "sha512", "sha3-256", "sha3-384", "sha3-512",
		"blake2b-256", "blake2b-384", "blake2b-512", "blake3", "h1":
		return true
	}
	return false
}

// A LogEntry is what was fetched of a signed log's entry: a lookup answer, a
// head, and the tiles that connect them. The checks verify it.
type LogEntry struct {
	// Log is the log's name, by which its pinned key is found.
	Log string
	// Lookup and Latest are the log's answers; their State may be Unknown.
	Lookup, Latest fetch.Answer
	// Tiles are by path below the log's root ("tile/8/0/x228/101").
	Tiles map[string]fetch.Answer
	// Known is the signed head kept from an earlier visit; nil for none.
	Known []byte
}

// A ClaimedSource is where the code is said to come from.
type ClaimedSource struct {
	Repository string // address of the repository
	Revision   string // commit
	Reference  string // tag or branch
	Folder     string // inside the repository
	// From is the address of the document that says so, Route how it came.
	From  string
	Route fetch.Route
	// Asked tells that the place where it would stand was read.
	Asked fetch.State
}

// A Manifest is a document served beside the package that clients read first.
type Manifest struct {
	Answer fetch.Answer
	// Path is where the same document stands inside the package.
	Path string
}

// An Installer is what the ecosystem's usual client does, with a source.
type Installer struct {
	Name string
	// RefusesWrongDigest: it recomputes the digest and refuses, unasked.
	RefusesWrongDigest bool
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
	// Signed tells whether what names "latest" is signed.
	Signed bool
	// Withdrawn says in words that this version was retracted, yanked or
	// deprecated; empty when the index does not say so.
	Withdrawn string
	// Published is when the repository says this version appeared (RFC 3339);
	// PublishedRoute is how the document came that says so.
	Published      string
	PublishedRoute fetch.Route
	State          fetch.State
}

// A Command is one command of the ecosystem's own tools. The report quotes
// every element; it is never assembled from strings.
type Command struct {
	// Purpose says what it checks, for people.
	Purpose string
	// Env are variables to set, as name and value.
	Env [][2]string
	// Argv is the command and its arguments.
	Argv []string
	// Expect says what its output must show.
	Expect string
}

// An Inspector reads an ecosystem's own documents inside a package while it is
// hashed. It is used once.
type Inspector interface {
	// Open is asked for every file; nil means that its bytes are not wanted.
	Open(path string, size int64) io.Writer
	// Inside tells what was found, after the last file.
	Inside(files []archive.File) Inside
}

// Inside is what the documents inside a package say. Claims, like all else.
type Inside struct {
	// Names are the names and versions written inside, each beside the one
	// that was asked for.
	Names []NameInside
	// Runs is what installing, building or importing would run.
	Runs []Run
	// Ingredients are other packages that come with it or are pulled next.
	Ingredients []Ingredient
	// Repository is where the package says that its source is; empty where it
	// does not say.
	Repository string
	// Contact are files that say how to report a vulnerability.
	Contact []string
}

// A NameInside is one statement inside a package about its own name.
type NameInside struct {
	Document string // path inside the package
	Field    string
	Stated   string
	Asked    string // what it must equal
}

// A Run is something that would run.
type Run struct {
	When string // "install", "build", "import"
	What string // one sentence for people
	// Files are where it stands, at most twenty.
	Files []string
	// Stop says how to prevent it; empty where it cannot be.
	Stop string
}

// An Ingredient is another package.
type Ingredient struct {
	Ref  string // purl
	Kind string // "requires", "bundles"
}
