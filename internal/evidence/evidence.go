package evidence

import (
	"time"

	"touchstone/internal/artifact"
	"touchstone/internal/prove"
	"touchstone/internal/registry"
	"touchstone/internal/trust"
)

// An Outcome is how a check ended.
type Outcome string

// The outcomes.
const (
	Pass          Outcome = "pass"
	Fail          Outcome = "fail"           // there, and wrong
	Absent        Outcome = "absent"         // not there: its own host says so, or the format has no place for it
	Unknown       Outcome = "unknown"        // could not be checked now: it may turn out either way
	NotUnderstood Outcome = "not understood" // there, of a kind that this version does not know: no better connection changes that
	NotApplicable Outcome = "not applicable" // the question does not arise
)

// A Finding is a check's answer.
type Finding struct {
	Check   string  `json:"check"`
	Outcome Outcome `json:"outcome"`
	// Reason is one or more sentences for people.
	Reason string `json:"reason"`
	// Facts are proven, never claimed; only a passed check has any, but for
	// what proves a failure: the heads of a forked log, the documents of anchors
	// that went back.
	Facts map[string]string `json:"facts,omitempty"`
	// Could is who could change a "no" for this package: the rules hold what
	// they could do. Empty where nobody of the two could, or that is not known.
	Could Party `json:"-"`
	// Cause is the check whose answer decided this one; empty where that is
	// this check itself.
	Cause string `json:"-"`
}

// A Party is one of the two who can do something about a package.
type Party string

// The parties.
const (
	Maintainer Party = "maintainer"
	Repository Party = "repository"
)

// A Case is all that may be looked at. Saved, it is the evidence file: whoever
// examines it again finds the same.
type Case struct {
	Release *registry.Release
	// Proofs are what signatures are judged with: the anchors, and the
	// attestations as completed.
	Proofs   prove.Proofs
	Artifact *artifact.Artifact
	// Time is the audit's time.
	Time time.Time
	// Expected is from whom the reader expects the package: who that is may speak
	// for it.
	Expected Expectation
	// Keys are public keys that the reader brought, of whom they expect a signature;
	// nil for none.
	Keys []byte
	// Lent tells that the reference was not the reader's own: it came with the
	// answers, from the same hand.
	Lent bool
	// Network tells that anchors could have been refreshed: a replay has none.
	Network bool
	// Mechanisms verify the repository's own signatures, by their form.
	Mechanisms map[registry.Form]Mechanism
}

// A Mechanism verifies the signatures of one form.
type Mechanism interface {
	// Verify checks a signature over message by one of the anchored keys: the
	// one that keyID names, or the signature itself where it names one. The key
	// returned is the one that signed. Errors are faults (package fault):
	// NoAnchor where none of the keys is named.
	Verify(message, signature []byte, keyID string, keys []trust.Key) (trust.Key, error)
}

// Examined is what a case proves.
type Examined struct {
	// Findings are every check's answer, in the order of [Checks].
	Findings []Finding
	// Topics are what a report states beside the levels. Nobody proved them.
	Topics []Topic
	// Proven is what the passed checks proved, typed.
	Proven Proven
	// Heads are the newest signed heads that the case proves, by log, and the dates
	// of signed indexes, by their names: they may be kept for later visits.
	Heads map[string][]byte
}

// A Proven is what passed checks proved, for whoever shows it. What was not
// proven is nil or empty.
type Proven struct {
	Source *Source
	Signer *Signer
	Build  *Build
	// RecordKey and StatementKey are the ids of the repository's own keys that
	// signed its record, and its statement about this version.
	RecordKey, StatementKey string
	// List is empty where nothing covers the files.
	List List
	// Logged is the record's place in the repository's own log.
	Logged *Logged
}

// An exam is one case under examination.
type exam struct {
	Case
	// Verified once, for all checks.
	log      logVerdict
	attested []attested
	// recordAttested are those served for the record document itself.
	recordAttested []attested
	// builder is the attestation that tells of the build, or would once the log's
	// proof of it is had; nil for none.
	builder *attested
	// judged are the repository's own signatures, each judged once.
	judged map[signed]judgement
	// Answers on which other checks rest, by whose check they are.
	sound, whole, keyed, logged, own, matches, signed, signer, built, listed, named, enclosed Finding
	// keyedNames are those that signatures by keys brought sign beside the bytes.
	keyedNames []string
	// keyedBills are the bills of materials that those sign, in JSON.
	keyedBills [][]byte
	// hostDated tells that only the repository's host dates its signature.
	hostDated bool

	proven Proven
}

// A check answers one question.
type check struct {
	id string
	// wave tells when it is asked: after all of lower waves, on whose answers it
	// may rest.
	wave int
	run  func(*exam) Finding
	// place is where others find the answer; nil where none rests on it.
	place func(*exam) *Finding
}

// checks are all of them, in the order in which a report shows them.
var checks = [...]check{
	{"reference-digest", last, referenceDigest, nil},
	{"pin-agrees", last, pinAgrees, nil},
	{"digests-known", last, digestsKnown, nil},
	{"digest-published", last, digestPublished, nil},
	{"digest-matches", 1, digestMatches, func(e *exam) *Finding { return &e.matches }},
	{"record-direct", last, recordDirect, nil},
	{"answer-named", last, answerNamed, nil},
	{"chain-whole", 0, chainWhole, func(e *exam) *Finding { return &e.whole }},
	{"log-record", 0, logRecord, func(e *exam) *Finding { return &e.logged }},
	{"log-history", last, logHistory, nil},
	{"signature-served", last, signatureServed, nil},
	{"registry-signature", 2, registrySignature, func(e *exam) *Finding { return &e.signed }},
	{"attestations-genuine", last, attestationsGenuine, nil},
	{"repository-attestation", 0, repositoryAttestation, func(e *exam) *Finding { return &e.own }},
	{"record-attested", last, recordAttested, nil},
	{"key-signature", 1, keySignature, func(e *exam) *Finding { return &e.keyed }},
	{"archive-sound", 0, archiveSound, func(e *exam) *Finding { return &e.sound }},
	{"signature-inside", 0, signatureInside, func(e *exam) *Finding { return &e.enclosed }},
	{"list-inside", 0, listInside, func(e *exam) *Finding { return &e.listed }},
	{"name-inside", 4, nameInside, func(e *exam) *Finding { return &e.named }},
	{"name-enforced", last, nameEnforced, nil},
	{"index-current", last, indexCurrent, nil},
	{"installer-refuses", last, installerRefuses, nil},
	{"files-covered", last, filesCovered, nil},
	{"offline-complete", last, offlineComplete, nil},
	{"signer-identity", 3, signerIdentity, func(e *exam) *Finding { return &e.signer }},
	{"source-stated", last, sourceStated, nil},
	{"build-attested", 4, buildAttested, func(e *exam) *Finding { return &e.built }},
	{"source-agrees", last, sourceAgrees, nil},
	{"source-expected", last, sourceExpected, nil},
	{"build-ref", last, buildRef, nil},
	{"lineage-kept", last, lineageKept, nil},
}

// last is the wave of the checks on which none rests.
const last = 5

// Examine runs every check.
//
//  1. Verify the log's record and the attestations.
//  2. Ask every check, wave by wave.
//  3. State what stands beside the levels.
func Examine(c Case) Examined {
	e := &exam{Case: c}
	// 1.
	e.log = verifyLog(e)
	e.attested = verifyAttestations(e)
	if record := c.Release.Record(); len(record.Attestations.Each) > 0 { // else nobody asks for its digests: a list of packages has ten megabytes
		e.recordAttested = verifyEach(e, record.Attestations, digestsOf(record.Answer), nil)
	}
	// 2.
	out := Examined{Findings: make([]Finding, len(checks)), Heads: map[string][]byte{}}
	for wave := range last + 1 {
		for i, check := range checks {
			if check.wave != wave {
				continue
			}
			f := check.run(e)
			if f.Check == "" { // else it is the answer of the check that decided
				f.Check = check.id
			}
			if check.place != nil {
				*check.place(e) = f
			}
			if f.Check != check.id {
				f.Check, f.Cause = check.id, f.Check
			}
			out.Findings[i] = f
		}
	}
	// 3.
	out.Topics, out.Proven = topics(e), e.proven
	if log := c.Release.Record().Log; log != nil && keepable(e.log) {
		out.Heads[log.Log] = e.log.result.HeadNote
	}
	keepIndex(e, out.Heads)
	return out
}
