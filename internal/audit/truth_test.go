package audit_test

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"touchstone/internal/evidence"
	"touchstone/internal/level"
	"touchstone/internal/report"
	"touchstone/principles"
)

// longest is how many words a sentence of a report may have.
const longest = 25

var (
	// repeated is what a sentence repeats of the package or an answer: one word.
	repeated = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|\S*(?:://|[0-9a-f]{12})\S*[^\s.,;:!?)]`)
	ends     = regexp.MustCompile(`[.!?:]\s+`)
	closed   = regexp.MustCompile(`[.!?)"]$`)
	rough    = regexp.MustCompile(`\.\.$|\. \.|  |[.!?] [a-z]`)
	known    sync.Map // sentences that were looked at
)

// untrue holds a report to what its findings say: no sentence comforts without
// a finding, contradicts one, is said twice or is too long to be read. Every
// audit of these tests goes through it: the real cases, the invented ones and
// their mutants.
func untrue(r *report.Report) error {
	rules, err := principles.LoadWeighed()
	return errors.Join(err, readable(r), causesAreFindings(r), adviceFollowsTheCause(rules, r), comfortHasAFinding(r), withinTheClaim(r))
}

// texts are all sentences of a report.
func texts(r *report.Report) []string {
	out := []string{r.Came, r.Covered, r.Verdict.Headline, r.Verdict.Sentence, r.Verdict.Missing}
	for _, list := range [][]string{r.Notes, r.Verdict.Alarms, r.Verdict.Failures} {
		out = append(out, list...)
	}
	for _, p := range slices.Concat(r.Verdict.Advice, r.Limits) {
		out = append(out, p.Text)
	}
	for _, q := range r.Requirements {
		out = append(out, q.Reason, q.Text, q.Why, q.HowToCheck, q.Reach.Maintainer, q.Reach.Repository)
	}
	for _, c := range r.Cards {
		out = append(out, c.Reason)
	}
	for _, f := range r.Findings {
		out = append(out, f.Reason, f.Question)
	}
	for _, topic := range r.Topics {
		out = append(out, topic.Text)
	}
	for _, c := range r.Commands {
		out = append(out, c.Purpose, c.Expect)
	}
	for _, track := range r.Tracks {
		out = append(out, track.Says, track.Question)
	}
	return out
}

// readable reads every sentence that was not read before.
func readable(r *report.Report) error {
	for _, text := range texts(r) {
		if _, done := known.LoadOrStore(text, true); done || text == "" {
			continue
		}
		plain := repeated.ReplaceAllString(text, "X")
		for _, s := range ends.Split(plain, -1) {
			if len(strings.Fields(s)) > longest {
				return fmt.Errorf("a sentence is too long: %s", text)
			}
		}
		seen := map[string]bool{}
		for _, s := range strings.Split(text, ". ") {
			if len(strings.Fields(s)) > 3 && seen[s] {
				return fmt.Errorf("a sentence is said twice: %s", text)
			}
			seen[s] = true
		}
		if !closed.MatchString(text) || rough.MatchString(strings.ReplaceAll(plain, ". npm", ". N")) {
			return fmt.Errorf("no English: %s", text)
		}
	}
	return nil
}

// causesAreFindings: what is not met is so for what a finding says, and never
// for a question that does not arise.
func causesAreFindings(r *report.Report) error {
	said := map[string]bool{}
	for _, c := range r.Causes {
		if said[c.Text] || len(c.Requirements) == 0 {
			return fmt.Errorf("a cause is said twice, or of nothing: %s", c.Text)
		}
		said[c.Text] = true
	}
	for _, q := range r.Requirements {
		met := q.Status == level.Met
		rest := q.Reason
		for _, c := range r.CausesOf(q) {
			if rest = strings.Replace(rest, c.Text, "", 1); !strings.Contains(q.Reason, c.Text) {
				return fmt.Errorf("%s hangs on what is not its reason: %s", q.ID, c.Text)
			}
		}
		if !met && strings.TrimSpace(rest) != "" {
			return fmt.Errorf("%s has no cause: %s", q.ID, rest)
		}
		for _, id := range q.Checks {
			f := r.Finding(id)
			if !strings.Contains(q.Reason, f.Reason) || met != (f.Outcome == evidence.Pass) || f.Outcome == evidence.NotApplicable {
				return fmt.Errorf("%s is %s by %s, which is %s: %s", q.ID, q.Status, id, f.Outcome, q.Reason)
			}
		}
	}
	return nil
}

// adviceFollowsTheCause: nobody is told to do what is done already.
func adviceFollowsTheCause(rules *principles.Document, r *report.Report) error {
	no := []evidence.Outcome{evidence.Fail, evidence.Absent}
	for _, q := range r.Requirements {
		for _, told := range []string{q.Reach.Maintainer, q.Reach.Repository} {
			if told != "" && !slices.ContainsFunc(rules.Checks, func(c principles.Check) bool {
				return (c.Reach.Maintainer == told || c.Reach.Repository == told) && slices.Contains(no, r.Finding(c.ID).Outcome)
			}) {
				return fmt.Errorf("%s advises what is so already: %s", q.ID, told)
			}
		}
	}
	return nil
}

// A holds is a condition on a report.
type holds func(*report.Report) bool

// signers are the checks that verify a signature.
var signers = []string{"log-record", "registry-signature", "repository-attestation", "signer-identity", "key-signature"}

// comforts are words that need a finding, and what that is.
var comforts = []struct {
	words string
	needs holds
}{
	{"signature was checked here", and(passed(signers...), passed("digest-matches"))},
	{"signed these bytes", and(passed("registry-signature", "repository-attestation"), passed("digest-matches"))},
	{"same bytes for everyone", and(passed("log-record"), passed("digest-matches"))},
	{"everybody gets the same bytes", passed("log-record")},
	{"publicly logged.", and(passed("build-attested"), passed("digest-matches"))},
	{"Built by ", and(passed("signer-identity"), passed("digest-matches"))},
	{"arrived undamaged", and(and(passed("digest-matches"), passed("record-direct")), not(failed("signature-served")))},
	{"Nobody signed them", none(signers...)},
	{"has the recorded digest", passed("digest-matches")},
	{"A recording of this audit holds", and(passed(append([]string{"key-signature"}, signers...)...), passed("digest-matches"))},
	{"Nobody signed them", none("key-signature", "signature-inside")},
}

func comfortHasAFinding(r *report.Report) error {
	all := strings.Join(texts(r), "\n")
	for _, c := range comforts {
		if strings.Contains(all, c.words) && !c.needs(r) {
			return fmt.Errorf("%q without a finding: %s", c.words, r.Verdict.Headline)
		}
	}
	v := r.Verdict
	if v.Failed != strings.HasPrefix(v.Title, "FAILED: ") || v.Failed != strings.HasPrefix(v.Headline, "Do not use") || v.Failed != (len(v.Advice) > 0) {
		return fmt.Errorf("failed is %v, and said is %s: %s", v.Failed, v.Title, v.Headline)
	}
	if alarm := len(v.Alarms) > 0; !v.Failed && (alarm != strings.Contains(v.Title, " alarm") || alarm != strings.HasPrefix(v.Headline, "Careful: ")) {
		return fmt.Errorf("%d alarms, and said is %s: %s", len(v.Alarms), v.Title, v.Headline)
	}
	for _, c := range r.Cards {
		if c.State.Class != report.Met.Class {
			continue
		}
		if failed("digest-matches")(r) || !passed(c.Checks...)(r) || c.Title == "Attestation" && !passed("attestations-genuine")(r) {
			return fmt.Errorf("the card %s is %s", c.Title, c.State.Word)
		}
	}
	return nil
}

func passed(checks ...string) holds {
	return func(r *report.Report) bool {
		return slices.ContainsFunc(checks, func(id string) bool { return r.Finding(id).Outcome == evidence.Pass })
	}
}

func none(checks ...string) holds {
	return func(r *report.Report) bool {
		return !slices.ContainsFunc(checks, func(id string) bool {
			return !slices.Contains([]evidence.Outcome{evidence.Absent, evidence.NotApplicable}, r.Finding(id).Outcome)
		})
	}
}

func failed(check string) holds {
	return func(r *report.Report) bool { return r.Finding(check).Outcome == evidence.Fail }
}

func not(h holds) holds { return func(r *report.Report) bool { return !h(r) } }

func and(a, b holds) holds { return func(r *report.Report) bool { return a(r) && b(r) } }
