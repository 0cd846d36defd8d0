// Package audit is the happy path, and the only package that knows all others:
// a reference becomes a release, proofs, bytes, findings, a verdict, a report.
//
// # The path
//
//	ref      := purl.Parse(pasted)             // who
//	rel      := registry.Resolve(session, ref) // what the repository says: unverified
//	proofs   := prove.Gather(session, rel)     // what its signatures need beside themselves
//	art      := artifact.Arrive(session, rel)  // what arrived: digests, files
//	seen     := evidence.Case{…}               // all that may be looked at
//	found    := evidence.Examine(seen)         // what that proves
//	verdict  := level.Weigh(rules, found)      // what that is worth
//	report.New(found, verdict)                 // say so
//
// Nothing flows back. All network happens before the first check; what to fetch
// may depend on what verifies (a log's tiles, fresh anchors), and then the fetching
// phase verifies to find its way and throws the verdict away.
//
// # One auditor, many questions
//
// An [Auditor] answers many questions, also at the same time. What they share is
// its own: the way out, anchors and rules, the signed heads of logs, answers that
// cannot change. What one [Question] has to itself are its answers, its progress
// and its recording. [Auditor.Resolve] is the first half of an answer: the exact
// version, before anything large is fetched.
//
// What an auditor keeps for the next visit ([Auditor.Heads], [Auditor.Memory])
// moves forward only by what a live audit proved: a replay feeds nothing, and a
// failed verdict changes nothing.
//
// # What is an error
//
// A verdict is a value: also "failed" is one, and so is "nobody answered". An
// error means that the question could not be asked, and is a [purl.Refused] with
// what could be asked instead, or a cancelled context.
//
// # What it knows by name
//
// The ecosystems served ([Registries]: one line each), the mechanisms that verify
// their signatures, and where all of them may go ([Hosts]). From the last the
// page's content security policy and the relay's allow-list are generated.
package audit
