package registry

import (
	"time"

	"slices"

	"touchstone/internal/fetch"
	"touchstone/internal/trust"
)

// Attestations are the signed statements that a repository serves for one
// version, or its word that there are none.
type Attestations struct {
	// Answer is that of the place where they are served. Its State is
	// NotThere only if the host itself says so.
	Answer fetch.Answer
	// Promised tells that the record announces attestations; Unasked that they
	// were not asked for, because it announces none.
	Promised, Unasked bool
	// Labels are what the record announces, such as predicate types.
	Labels []string
	// Each are those served, in order.
	Each []Attestation
	// Unread are the kinds of signatures that are there, too, and that no bundle can
	// be made of; in words for people.
	Unread []string
	// Broken says why an answer that came could not be read; empty otherwise.
	Broken string
	// Subject is what a statement about this version must be about.
	Subject Expected
	// Closed tells that the repository takes only what the anchored instance of
	// Sigstore vouches for: what another vouches for must not be among these.
	Closed bool
	// OverBytes tells that a bundle here may sign the bytes themselves, without a
	// statement about them. Such a one says nothing of name and version.
	OverBytes bool
	// Keys names the anchored set of keys that may sign without a certificate.
	Keys trust.ID
	// OwnTypes begin the predicate types that only those keys may sign, and
	// that they sign alone; OwnPredicate is what such a predicate must say.
	OwnTypes     []string
	OwnPredicate map[string]string
	// Open tells that others than the publisher may put statements there: what does
	// not verify, or is about something else, is ignored, and accuses nobody.
	Open bool
	// PublishTypes are the predicate types by which a publisher says, without a
	// word of a build, that it published these bytes.
	PublishTypes []string
}

// An Attestation is one statement as served: a Sigstore bundle.
type Attestation struct {
	// Label is what the repository says it states (a predicate type): compared
	// with what is signed.
	Label string
	// Bundle is the Sigstore bundle, JSON.
	Bundle []byte
	// Message is the document that the bundle signs, where that is no in-toto
	// statement, and Says what it says, read out of Message alone; else nil.
	Message []byte
	Says    *Said
	// Publisher is whom the repository names as this statement's signer; nil
	// where it names nobody.
	Publisher *Publisher
}

// A Said is what a signed document of another form says, in the terms of a
// statement.
type Said struct {
	// Type names its kind, as a predicate type does.
	Type     string
	Subjects []SaidSubject
}

// A SaidSubject is one thing that a signed document is about.
type SaidSubject struct {
	Name, Algorithm, Value string // the digest's as in [Stated]
}

// Expected is what a statement must say of its subject.
type Expected struct {
	// Names are the spellings of the subject that mean this version.
	Names []string
	// Means tells whether another spelling means it too, where there are too many
	// to list; nil where Names are all.
	Means func(name string) bool
	// Algorithm is that of the digest which the subject must carry.
	Algorithm string
	// ByDigest tells that statements are found by the digest, under whatever name:
	// one that carries another name signs the bytes all the same. One that carries
	// this name signs the name, too, since nothing inside the package states it.
	ByDigest bool
}

// Is tells whether a subject's name means this version.
func (x Expected) Is(name string) bool {
	return slices.Contains(x.Names, name) || x.Means != nil && x.Means(name)
}

// Earlier tells of a version's predecessors in its release line (the same
// major version; below 1.0.0 the same minor): a release line that carried
// provenance and stops is worth an alarm.
type Earlier struct {
	// State is Found where the list of versions could be read.
	State  fetch.State
	Reason string
	// Attested are those of the line, newest first, that the list announces as
	// attested.
	Attested []string
	// Previous are the attestations of the newest in Attested, where fetched.
	Previous Attestations
}

// Detached is a document of signatures over a file, by keys that nobody anchors:
// who they belong to only the reader can know.
type Detached struct {
	Answer fetch.Answer
	// Open tells that others than the publisher may put signatures there: what does
	// not verify is ignored, and accuses nobody.
	Open bool
	// Judge reads the document, and verifies its signatures over message with the
	// keys that the reader brought, in the form in which projects publish them; nil
	// for none. It returns at least one.
	Judge func(message, keys []byte) []KeySignature
}

// A KeySignature is one signature by a key, or by a certificate.
type KeySignature struct {
	// Key names the key, Owner whom the key brought says to be its own. Of a
	// certificate Key is the subject, and Owner that of the one brought.
	Key, Owner  string
	Certificate bool
	// Form says in words in whose form it is, where that tells more than the key.
	Form string
	// Hash is the digest's usual name ("SHA-256"); empty where it is not known.
	Hash string
	// Made is when the signature says that it was made.
	Made time.Time
	// Ended says why the key brought could not sign then; empty where it could.
	Ended string
	// Until is when the key brought, which could sign then, came or comes to its
	// end; zero for none.
	Until time.Time
	// Begins and Ends are the times between which it counts; zero for no bound.
	// EndsAs says by what word it ends, as the beginning of a sentence, and EndedAs
	// what follows where that is over.
	Begins, Ends    time.Time
	EndsAs, EndedAs string
	// Names are the names that it signs beside the bytes.
	Names []string
	// Bill is the bill of materials that it signs, in JSON; nil for none.
	Bill []byte
	// Holds tells, of one that no key brought made, that it verifies by the
	// certificate that came with it, whoever may have made that.
	Holds bool
	// Reserved are reservations under which it counts, one sentence each.
	Reserved []string
	// Err is why it proves nothing, a fault; nil where a key brought made it.
	Err error
}
