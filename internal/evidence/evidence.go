// Package evidence holds the checks: pure functions of what was fetched. Each
// answers one question with exactly one of five outcomes, a reason that a
// person can read, and the facts that it proved. What an answer is worth is
// not decided here (package principles, package level).
package evidence

import (
	"time"

	"touchstone/internal/artifact"
	"touchstone/internal/fetch"
	"touchstone/internal/prove"
	"touchstone/internal/registry"
	"touchstone/internal/sumdb"
)

// An Outcome is how a check ended.
type Outcome string

// The outcomes (DESIGN.md section 3).
const (
	Pass          Outcome = "pass"
	Fail          Outcome = "fail"           // there, and wrong
	Absent        Outcome = "absent"         // not there: its own host says so, or the format has no place for it
	Unknown       Outcome = "unknown"        // could not be checked now, or not understood
	NotApplicable Outcome = "not applicable" // the question does not arise
)

// A Finding is a check's answer.
type Finding struct {
	Check   string  `json:"check"`
	Outcome Outcome `json:"outcome"`
	// Reason is one or more sentences for people.
	Reason string `json:"reason"`
	// Facts are proven, never claimed; only a passed check has any, but for
	// the two heads of a forked log, which are its proof.
	Facts map[string]string `json:"facts,omitempty"`
	// Unreadable marks an unknown that no better connection would change:
	// something is there that this version does not understand. It leaves
	// nothing open.
	Unreadable bool `json:"unreadable,omitempty"`
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

// A Fact is something that a report states and no level counts (containment,
// ingredients, contact, index).
type Fact struct {
	ID    string   `json:"id"`
	Topic string   `json:"topic"`
	Text  string   `json:"text"`
	Items []string `json:"items,omitempty"` // purls, paths or words
	// Stop says how to prevent what Text says would run.
	Stop string `json:"stop,omitempty"`
}

// An Input is everything that the checks may look at.
type Input struct {
	Release  *registry.Release
	Artifact *artifact.Artifact
	// Proofs are what signatures are judged with: the anchors, and the
	// attestations as completed.
	Proofs prove.Proofs
	// Time is the audit's time.
	Time time.Time
	// Network tells that anchors could have been refreshed: a replay has none.
	Network bool

	// What several checks share is verified once.
	log      logVerdict
	attested []attested
	answered map[string]Finding
}

// A Check answers one question.
type Check struct {
	ID  string
	Run func(*Input) Finding
}

// Checks are all checks, in the order in which a report shows them.
var Checks = []Check{
	{"reference-digest", referenceDigest},
	{"digest-published", digestPublished},
	{"digest-matches", digestMatches},
	{"record-direct", recordDirect},
	{"log-record", logRecord},
	{"log-history", logHistory},
	{"signature-served", signatureServed},
	{"registry-signature", registrySignature},
	{"attestations-genuine", attestationsGenuine},
	{"repository-attestation", repositoryAttestation},
	{"archive-sound", archiveSound},
	{"name-inside", nameInside},
	{"installer-refuses", installerRefuses},
	{"files-covered", filesCovered},
	{"offline-complete", offlineComplete},
	{"signer-identity", signerIdentity},
	{"source-stated", sourceStated},
	{"build-attested", buildAttested},
	{"source-agrees", sourceAgrees},
	{"build-ref", buildRef},
	{"lineage-kept", lineage},
}

// Examine runs every check. The order of findings is that of Checks. It keeps in
// the input what it verified, for State and Head.
func Examine(in *Input) []Finding {
	in.log = verifyLog(in)
	in.attested = verifyAttestations(in)
	in.answered = map[string]Finding{}
	findings := make([]Finding, 0, len(Checks))
	for _, c := range Checks {
		f := in.once(c.ID, c.Run)
		if f.Check != c.ID {
			f.Check, f.Cause = c.ID, f.Check
		}
		findings = append(findings, f)
	}
	return findings
}

// once answers a question that other checks ask too.
func (in *Input) once(id string, check func(*Input) Finding) Finding {
	if f, ok := in.answered[id]; ok {
		return f
	}
	f := check(in)
	if f.Check == "" { // else it is the answer of the check that decided
		f.Check = id
	}
	if in.answered != nil {
		in.answered[id] = f
	}
	return f
}

// Head returns the newest signed head of the release's log that an examined
// input proves, and nil where it proves none: it may be kept for later visits.
// A head that was not connected with the one kept from an earlier visit is
// none: it would take the place of the only witness of a fork.
func Head(in *Input) []byte {
	if in.log.result == nil || in.log.err != nil || unconnected(in.log.result) != "" {
		return nil
	}
	return in.log.result.HeadNote
}

// logVerdict is what the log's verification gave.
type logVerdict struct {
	result *sumdb.Result
	err    error
}

func pass(reason string, facts map[string]string) Finding {
	return Finding{Outcome: Pass, Reason: reason, Facts: facts}
}

func because(o Outcome, reason string) Finding { return Finding{Outcome: o, Reason: reason} }

// by tells who could change it.
func (f Finding) by(p Party) Finding {
	f.Could = p
	return f
}

// unreadable is an unknown that no better connection would change.
func unreadable(reason string) Finding {
	return Finding{Outcome: Unknown, Reason: reason, Unreadable: true}
}

// better picks which of two answers to one question decides: what is wrong,
// then what is proven, then what may still be proven, then the rest. Of equal
// ones it picks the first.
func better(a, b Finding) Finding {
	if weight(b) > weight(a) {
		return b
	}
	return a
}

func weight(f Finding) int {
	switch {
	case f.Outcome == Fail:
		return 4
	case f.Outcome == Pass:
		return 3
	case f.Outcome == Unknown && !f.Unreadable:
		return 2
	case f.Outcome == Unknown:
		return 1
	}
	return 0
}

// byRoute says in words by whose word something came.
func byRoute(r fetch.Route) string {
	switch r {
	case fetch.Direct:
		return "directly from the repository's own host"
	case fetch.Relay:
		return "through a relay"
	case fetch.Replay:
		return "from a recording"
	}
	return "from a file that was brought here"
}
