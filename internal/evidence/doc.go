// Package evidence holds the checks: pure functions of what was fetched. Each
// answers one question with exactly one of six outcomes, a reason that a person
// can read, and the facts that it proved. What an answer is worth is not decided
// here (package principles, package level).
//
// # A case
//
// A [Case] is all that may be looked at: what the repository says, what arrived,
// what the signatures are judged with, the time, and whether there was a network.
// [Examine] asks every check. The same case gives the same answers, here or
// elsewhere, now or next year: nothing is fetched, and no clock is read.
//
// # Outcomes
//
// Four things that are easily confused stay apart. [Absent]: it is not there, and
// its own host says so, or the format has no place for it. [Fail]: it is there, and
// wrong. [Unknown]: it could not be checked now, and may turn out either way.
// [NotUnderstood]: it is there, and newer than this program; no better connection
// changes that. [NotApplicable] is for a question that does not arise. Only what a
// passed check proved stands in a finding's Facts; what somebody merely states is a
// [Topic]. Whoever shows what was proven takes it from [Proven], which is typed.
//
// # A check
//
// A check is one function in a file of its own, named by its id, with its table of
// cases beside it. It reads the exam: the case, what was verified once for all (the
// log's record, the attestations), and the answers of checks of lower waves. It
// does not ask which ecosystem it looks at. It never says that something is not
// there because it did not look. A reason is the cause, in one or two sentences;
// a check that rests on another's answer returns that answer whole.
//
// To add one: write the function and its table, give it a line in the list of
// checks, and say in principles/checks.json what is asked and what a failure
// means. A requirement that it meets names it there.
//
// The example is a check, and what it answers.
//
// # Mechanisms
//
// Signatures by bare keys are verified by a [Mechanism], one for each form;
// statements by package sigstore, logs by package sumdb. All of them say why
// something proves nothing in the words of package fault. What that means for the
// package is decided here: a key that the anchors lack accuses where their set is
// closed and fresh, and else does not.
package evidence
