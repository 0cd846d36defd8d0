// Package trust holds every trust anchor, and nothing else does: what a
// verdict rests on without proof. Adding one is a security decision.
//
// # The anchors
//
// [SigstoreRoot]: the certificate authorities, transparency logs and timestamp
// authorities of Sigstore's public-good instance (trusted_root.json). Three of
// the five holders of Sigstore's root keys can change it together. Refreshed
// through TUF.
//
// [NPMKeys]: the keys with which registry.npmjs.org signs package records and
// publish attestations (registry.npmjs.org/keys.json). The holder of npm's
// delegation key in Sigstore's TUF repository can change it, and the root key
// holders can take the delegation away. Refreshed through TUF. The set is
// closed: a key that is not in it is not npm's.
//
// [TUFRoot]: the root of that TUF repository (root.json), from which a refresh
// of the two starts. Three of its five key holders sign its successor, and
// every successor is signed by its predecessor too, so that no refresh can step
// around it. No check uses it.
//
// [GoChecksumDatabase]: the key of sum.golang.org. Only its operator, Google,
// could announce another; there is no way to refresh it, so its validity is
// its own and a new key comes with a new build.
//
// Archive keys ([KindArchiveKeys]): the keys with which distributions sign their
// indexes or packages, a set for each archive or release. Their owner changes those
// of Debian and Ubuntu through a package ([Anchor.Keyring]), which the archive's own
// signed lists state: [RefreshKeyring] asks those. Who can sign the lists can change the
// keys: one holder of a key of the archive is enough. Of the others no way is known: the validity of each key is its own, and every verdict
// that rests on one says as of when.
//
// Where each came from, when, and how the committed copies are renewed, stands
// in anchors/SOURCES.md and, for programs, in [Anchor].
//
// # Age
//
// An anchor that can be refreshed counts for [FreshFor] after that was last
// done, or after the date committed with it. Later, with a network, what rests
// on it is open; without one it counts "as of DATE; later revocations unseen"
// ([Anchor.Standing]).
//
// # Refresh
//
// [Refresh] walks the TUF repository through a [Getter]. What it learns is kept
// in a [Memory], which can only raise what the next refresh accepts (versions
// seen never go back) and from which [Recall] has the refreshed anchors again,
// verified anew. When a refresh fails, the anchors stay what they were. Where
// nothing usable came their age tells; what came and is wrong (a rollback, a
// freeze, a bad signature) accuses them, and what rests on them fails. What came by a
// relay accuses nobody: it may be the relay's own doing.
//
// [RefreshKeyring] does the same for archive keys: a list that keys at hand signed says
// as of when which package holds the keys. One whose digest is known dates them anew; a
// newer one is fetched, and the sets are what it says: keys that it lacks end with it.
// The list's own date tells as of when, or the audit's where the archive's host itself
// gave the list and it has not run out. [RecallKeyrings] goes the kept steps again. What
// the documents say, the caller's [Keyrings] reads and verifies, with the keys of here.
//
// Nothing here looks at a clock, a file or the network: time and answers come
// from the caller. Other anchors get in only through the build tag
// touchstone_testanchors, never through a flag or an address.
package trust
