package sigstore

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"touchstone/internal/fault"

	"github.com/sigstore/sigstore-go/pkg/tlog"
	"github.com/sigstore/sigstore-go/pkg/verify"
)

// A Query is one question: does this bundle prove anything about this artifact?
type Query struct {
	// Bundle is the bundle as JSON.
	Bundle []byte
	// Root is the instance that should have made it.
	Root *Root
	// Keys are managed keys that may have signed it instead of a certificate.
	// Several with the same hint are refused.
	Keys []Key
	// Artifact is what it should be about.
	Artifact Artifact
	// AnyArtifact asks what a statement says, whatever it is about; the caller
	// compares the subjects. A signature over an artifact itself has no
	// statement and always needs the artifact.
	AnyArtifact bool
	// Policy says how much is enough; nil is [Root.Policy].
	Policy *Policy
}

// Itself asks of a bundle whether it verifies, whatever it is about: a signature over
// an artifact is held to the digest that the bundle itself states.
func Itself(bundle []byte, root *Root, keys []Key) Query {
	q := Query{Bundle: bundle, Root: root, Keys: keys, AnyArtifact: true}
	if claimed, err := Read(bundle); err == nil && claimed.Digest != (Digest{}) {
		q.AnyArtifact, q.Artifact.Digests = false, []Digest{claimed.Digest}
	}
	return q
}

// Verified is what a bundle proves. Everything in it was verified, except
// Ignored, which names what was passed over.
type Verified struct {
	// Statement is what was signed; nil where an artifact was signed directly.
	Statement *Statement
	// Subject is the statement's subject that is the artifact; nil where none
	// was asked for, or no statement is there.
	Subject *Subject
	// By is the digest by which the artifact was recognised; the zero Digest
	// where none was asked for.
	By Digest
	// Certificate names who signed; nil where a managed key did.
	Certificate *Identity
	// Key is the managed key that signed; nil where a certificate did.
	Key *SigningKey
	// Times are the proven times of the signature; empty only under a key
	// without bounds.
	Times []ProvenTime
	// Log are the entries of known logs.
	Log []LogEntry
	// Ignored are entries and timestamps of places that are not among the
	// anchors, in words for people. They prove nothing and disprove nothing.
	Ignored []string
}

// A SigningKey is the managed key that signed.
type SigningKey struct {
	Hint string // as the anchors name it
}

// Verify checks one bundle over one artifact. Its error is a *[Failure].
//
//  1. Read the bundle and check its form (readBundle lists how).
//  2. Find the signer's anchor: the key that the hint names, or a certificate.
//  3. Verify the log entries: promise, proof, checkpoint, and that the entry is
//     about this signature, this signer and this content (Sigstore client
//     specification, "Transparency Log Entry").
//  4. Establish the signature's times, from promises and timestamp authorities.
//  5. Verify the certificate's chain and its transparency log's promise, or the
//     key's validity, at each of these times.
//  6. Verify the signature over the content.
//  7. Read the statement and find the artifact among its subjects.
//  8. Collect what was proven.
//
// Steps 3 to 6 are sigstore-go's Verify, in its order. Where it refuses,
// explain takes them one by one.
func Verify(q Query) (*Verified, error) {
	// 1.
	b, err := readBundle(q.Bundle)
	if err != nil {
		return nil, err
	}
	return q.verify(b)
}

// verify is Verify from its second step on.
func (q Query) verify(b *read) (*Verified, error) {
	// 2.
	a, err := newAttempt(q, b)
	if err != nil {
		return nil, err
	}
	// 3. to 6.
	if err := a.gate(); err != nil {
		return nil, a.explain(err)
	}
	// 7.
	if a.unread != nil {
		return nil, a.unread
	}
	// 8.
	return a.collect()
}

// An attempt is one run of [Verify].
type attempt struct {
	query   Query
	bundle  *read
	policy  Policy
	seen    *material
	key     *signingKey // nil where a certificate signs
	keyless bool
	ignored []string
	// digests are the artifact's; empty where any is asked for.
	digests map[string][]byte
	// statement, subject and by hold the statement before its signature is
	// verified; unread says why it is not readable or not about the artifact.
	// They are used only afterwards: a wrong signature comes first.
	statement *Statement
	subject   *Subject
	by        Digest
	unread    error
	// stamped are the timestamps, once they were read.
	stamped []stamp
}

func newAttempt(q Query, b *read) (*attempt, error) {
	if q.Root == nil {
		return nil, fail(fault.Missing, StepQuestion, "no trusted root was given")
	}
	a := &attempt{query: q, bundle: b, policy: q.Root.Policy()}
	if q.Policy != nil {
		a.policy = *q.Policy
	}
	envelope := b.GetDsseEnvelope() != nil
	keys, err := loadKeys(q.Keys, envelope)
	if err != nil {
		return nil, err
	}
	a.seen = &material{Root: q.Root, keys: keys}
	if err := a.findSigner(); err != nil {
		return nil, err
	}
	switch {
	case !q.AnyArtifact:
		if a.digests, err = q.Artifact.known(); err != nil {
			return nil, err
		}
	case !envelope:
		return nil, fail(fault.Missing, StepQuestion, "the bundle signs an artifact itself, and no digest of an artifact was given")
	}
	if envelope {
		a.readStatement()
		return a, nil
	}
	return a, a.findDigest()
}

// findSigner finds the key that the bundle names, and how much time it needs.
func (a *attempt) findSigner() error {
	keys, id := a.seen.keys, a.bundle.keyID()
	public := a.bundle.VerificationMaterial.GetPublicKey()
	if public == nil {
		a.keyless = true
		a.policy.Times = max(a.policy.Times, 1)
		return a.checkKeyID(id)
	}
	a.policy.SCTs = 0
	key, ok := findKey(keys, public.GetHint())
	if !ok {
		return fail(fault.NoAnchor, StepKey, unknownKey(public.GetHint()))
	}
	a.key = key
	if key.bounded() {
		a.policy.Times = max(a.policy.Times, 1)
	} else if !a.hasTime() {
		a.policy.Times = 0
	}
	// The envelope may call the key by another of its names, never another key.
	if named, known := findKey(keys, id); id != "" && id != key.key.Hint && (!known || named.fingerprint != key.fingerprint) {
		return fail(fault.NoAnchor, StepKey, unknownKey(id))
	}
	return nil
}

// checkKeyID refuses an envelope that names another key than its certificate's.
// A key id proves nothing, but a bundle that names two signers must not be read
// as naming either.
func (a *attempt) checkKeyID(id string) error {
	if id == "" {
		return nil
	}
	if slices.Contains(keyNames(a.bundle.signer.Certificate()), id) {
		return nil
	}
	return fail(fault.NoAnchor, StepKey, unknownKey(id)+" and is not the certificate's")
}

// hasTime tells whether the bundle brings something that a known log or
// timestamp authority may have dated.
func (a *attempt) hasTime() bool {
	for _, e := range a.bundle.VerificationMaterial.GetTlogEntries() {
		_, known := a.query.Root.log(e.GetLogId().GetKeyId())
		if known && len(e.GetInclusionPromise().GetSignedEntryTimestamp()) > 0 {
			return true
		}
	}
	stamps, err := a.stamps()
	return err == nil && slices.ContainsFunc(stamps, func(s stamp) bool { return s.known })
}

// readStatement reads the statement and looks for the artifact.
func (a *attempt) readStatement() {
	if a.statement, a.unread = a.bundle.statement(); a.unread != nil || a.query.AnyArtifact {
		return
	}
	var algorithm string
	if a.subject, algorithm, a.unread = a.statement.about(a.digests); a.unread == nil {
		a.by = Digest{Algorithm: algorithm, Hex: a.subject.Digests[algorithm]}
	}
}

// messageAlgorithms are the digests that a signature over an artifact states.
var messageAlgorithms = [...][2]string{{"SHA2_256", "sha256"}, {"SHA2_384", "sha384"}, {"SHA2_512", "sha512"}}

// findDigest picks the digest that a signature over an artifact is of.
func (a *attempt) findDigest() error {
	stated := a.bundle.GetMessageSignature().GetMessageDigest()
	for _, m := range messageAlgorithms {
		if m[0] != stated.GetAlgorithm().String() {
			continue
		}
		sum, have := a.digests[m[1]]
		if !have {
			return fail(fault.Missing, StepQuestion, "no "+m[1]+" digest of the artifact was given, and the signature is of that one")
		}
		if !bytes.Equal(sum, stated.GetDigest()) {
			return fail(fault.Wrong, StepArtifact, "the signature is for something else: it states another "+m[1]+" digest than the artifact's")
		}
		a.by = Digest{Algorithm: m[1], Hex: hex.EncodeToString(sum)}
		return nil
	}
	return fail(fault.NotUnderstood, StepArtifact, fmt.Sprintf("the signature is of a digest of the kind %s", stated.GetAlgorithm()))
}

// gate asks sigstore-go.
func (a *attempt) gate() error {
	verifier, err := verify.NewVerifier(a.seen, a.options()...)
	if err != nil {
		return fail(fault.Malformed, StepQuestion, err.Error())
	}
	who := verify.WithoutIdentitiesUnsafe() // who signed is compared by the caller
	if a.key != nil {
		who = verify.WithKey()
	}
	_, err = verifier.Verify(a.bundle.entity, verify.NewPolicy(a.artifactPolicy(), who))
	return err
}

// options translate the policy.
func (a *attempt) options() []verify.VerifierOption {
	opts := []verify.VerifierOption{verify.WithoutStatementPredicate()}
	if a.logGated() {
		opts = append(opts, verify.WithTransparencyLog(a.policy.LogEntries))
	}
	if a.policy.Times > 0 {
		opts = append(opts, verify.WithObserverTimestamps(a.policy.Times))
	} else {
		opts = append(opts, verify.WithNoObserverTimestamps())
	}
	if a.policy.SCTs > 0 {
		opts = append(opts, verify.WithSignedCertificateTimestamps(a.policy.SCTs))
	}
	return opts
}

// allHex tells whether sigstore-go can read the statement's digests: it refuses
// a statement for a single one that is not hexadecimal, as some identifiers of
// images are not.
func (a *attempt) allHex() bool {
	if a.statement == nil {
		return true
	}
	for _, s := range a.statement.Subjects {
		for _, d := range s.Digests {
			if _, err := hex.DecodeString(d); err != nil {
				return false
			}
		}
	}
	return true
}

// logGated tells whether the gate counts log entries. Where all are of the form
// that only checkPlain reads, collect counts them instead.
func (a *attempt) logGated() bool {
	entries := a.bundle.entries
	onlyPlain := len(entries) > 0 && !slices.ContainsFunc(entries, func(e *tlog.Entry) bool { return !plainHead(e) })
	return a.policy.LogEntries > 0 && !onlyPlain
}

// artifactPolicy hands over the artifact. A statement that is not about it is
// refused only once its signature is verified, so it is left out here.
func (a *attempt) artifactPolicy() verify.ArtifactPolicyOption {
	if encoded := a.bundle.entity.encoded; encoded != nil {
		return verify.WithArtifact(bytes.NewReader(encoded))
	}
	sum, err := hex.DecodeString(a.by.Hex)
	switch {
	case err != nil || len(sum) == 0 || !a.allHex():
		return verify.WithoutArtifactUnsafe()
	case a.statement == nil && a.query.Artifact.Bytes != nil:
		return verify.WithArtifact(bytes.NewReader(a.query.Artifact.Bytes))
	}
	return verify.WithArtifactDigest(a.by.Algorithm, sum)
}

// collect gathers what was proven.
func (a *attempt) collect() (*Verified, error) {
	v := &Verified{
		Statement: a.statement, Subject: a.subject, By: a.by,
	}
	var err error
	gated := a.logGated() && len(a.bundle.entries) == 1
	if v.Log, err = checkLog(a.bundle, a.seen, gated, &a.ignored); err != nil {
		return nil, err
	}
	if err := a.enoughLog(v.Log); err != nil {
		return nil, err
	}
	if v.Times, err = a.times(v.Log); err != nil {
		return nil, err
	}
	if err := a.enoughTimes(v.Times); err != nil {
		return nil, err
	}
	if err := a.logsInUse(v.Log, v.Times); err != nil {
		return nil, err
	}
	if a.key != nil {
		v.Key = &SigningKey{Hint: a.key.key.Hint}
	} else if v.Certificate, err = a.identity(); err != nil {
		return nil, err
	}
	v.Ignored = a.ignored
	return v, nil
}

// logsInUse checks an entry that only a proof covers against the times that
// others proved: nobody else says when the log took it in.
func (a *attempt) logsInUse(entries []LogEntry, times []ProvenTime) error {
	for _, e := range entries {
		if e.Promise != nil || len(times) == 0 {
			continue
		}
		log, known := a.query.Root.trusted.RekorLogs()[e.Log.ID]
		inUse := func(t time.Time) bool { return known && during(t, log.ValidityPeriodStart, log.ValidityPeriodEnd) }
		if !anyTime(times, inUse) {
			return fail(fault.Wrong, StepLog, fmt.Sprintf("the log %s was not in use when the signature was made", e.Log.Name))
		}
	}
	return nil
}

// identity reads the certificate whose chain was verified.
func (a *attempt) identity() (*Identity, error) {
	if len(a.seen.chains) == 0 {
		return nil, fail(fault.Wrong, StepCertificate, "no chain was verified")
	}
	proven := a.seen.chains[len(a.seen.chains)-1]
	id, err := readIdentity(proven.chain[0])
	if err != nil {
		return nil, fail(fault.Malformed, StepCertificate, err.Error())
	}
	id.Authority, id.Logged = proven.by.URI, a.policy.SCTs > 0
	for _, c := range proven.chain[1:] {
		id.Chain = append(id.Chain, c.Subject.String())
	}
	return id, nil
}
