// Package registry holds the common terms into which every ecosystem's adapter
// translates. Nothing in it is verified: a [Release] is what a repository says.
// Checks (package evidence) decide what that proves, together with what arrived
// (package artifact).
//
// # The terms
//
// A Release is a chain of documents down to one file. Each [Link] is one
// document: npm's version record, a signed index and the list that it states, a
// checksum record in a log. What covers a link is its own signatures, its entry in
// a log, that it came directly from the repository's own host, or a digest that
// the link before states. The last link is the record: it states the digests of
// the [File], the one that is audited. A version's further files are [Other], each
// with an audit of its own. Whom the repository names as the publisher of a name
// is a [Publisher].
//
// An ecosystem is one folder below this one, named by its purl type, and one line
// in the list of registries (package audit). Several repositories of one type are
// a table inside the adapter; [Release.Repository] says which one answered.
//
// # How an adapter fills them
//
//   - One document (npm, PyPI, crates.io): a chain of one, with its signatures
//     where it has any, and the file's digests as [Stated].
//   - A log (Go): the record is the lookup's answer, with its [LogEntry].
//   - A signed index (Debian, RPM, FreeBSD): the index, its signatures over its
//     own bytes, the digest of the list [OfNext]; then the list.
//   - Signed statements: [Attestations] of the file, each a Sigstore bundle;
//     what they must be about as [Expected]; whom the repository names for one as
//     its Publisher.
//   - A manifest served beside the file, which is inside it too: [Manifest].
//   - The ecosystem's documents inside the file: an [Inspector], asked while the
//     file is hashed.
//
// # Rules
//
// An adapter verifies nothing and decides nothing: if a check would have to ask
// which ecosystem it looks at, the adapter has translated too little. It asks only
// hosts that it declares, through the [fetch.Session] given to it, for documents
// of a [fetch.Form]. It checks names before it builds an address, and compares the
// name and version inside an answer with what was asked for. It reads JSON by
// package strictjson, and digests by package digest. A document that cannot be
// read in one way is an answer whose State is Unknown, with the reason; a version
// that the repository does not have is a [purl.Refused].
//
// Zero values say nothing. "There is none" needs a field that says that the place
// where it would be was read whole: [Inside.Read], [Source.Asked], the State of an
// answer. Nothing in a Release changes after the adapter made it.
//
// The example is a whole adapter, for a repository with one document a version.
package registry
