package report

import (
	"strings"

	"touchstone/internal/evidence"
	"touchstone/internal/fetch"
)

// A card shows one side of where a package comes from: a state, what was
// found, and, one press deeper, the evidence.
type card struct {
	id, title string
	state     state
	lead      []string // what matters most, in bold
	entries   []entry
	reason    string
	checks    []string // whose facts are the evidence
}

// An entry is one fact on a card. An address becomes a link where it may.
type entry struct {
	label, value string
	copied       bool // has a button that copies it
	// place is where a person can look at it; empty where none is known.
	place string
}

// add leaves out what is not known.
func (c *card) add(label, value string, copied bool) {
	if value != "" {
		c.entries = append(c.entries, entry{label: label, value: value, copied: copied})
	}
}

// at says where a person can look at what was added under label so far.
func (c *card) at(label, place string) {
	for i := range c.entries {
		if c.entries[i].label == label {
			c.entries[i].place = place
		}
	}
}

// cards are in the order of the OpenSSF guide for showing attestations:
// source, build, integrity, and the attestation last.
func (r *Report) cards() []card {
	return []card{r.sourceCard(), r.buildCard(), r.integrityCard(), r.attestationCard()}
}

func (r *Report) sourceCard() card {
	f := r.finding("source-stated")
	c := card{id: "source", title: "Source", state: stateOfFinding(f), reason: f.Reason, checks: []string{"source-stated", "source-agrees"}}
	c.add("Repository", r.proven("source-stated", "repository"), false)
	c.add("Commit", r.proven("source-stated", "commit"), true)
	c.at("Commit", commitPlace(r.proven("source-stated", "repository"), r.proven("source-stated", "commit")))
	if r.proven("source-stated", "repository") != "" {
		c.reason = "A verified statement names where the code comes from."
	}
	if stated := r.proven("source-stated", "stated repository"); stated != "" {
		c.state = state{"stated", "Stated, not confirmed"}
		c.add("Stated repository", stated, false)
		c.add("Stated revision", r.proven("source-stated", "stated revision"), true)
	}
	if agrees := r.finding("source-agrees"); agrees.Outcome == evidence.Fail {
		c.state, c.reason = stateWrong, agrees.Reason
	}
	return c
}

func (r *Report) buildCard() card {
	f := r.finding("build-attested")
	c := card{id: "build", title: "Build", state: stateOfFinding(f), reason: f.Reason, checks: []string{"build-attested", "lineage-kept"}}
	workflow := r.proven("signer-identity", "build config uri")
	if workflow == "" {
		workflow = r.proven("signer-identity", "subject")
	}
	if identity := r.identityInWords(workflow); identity != "" {
		c.lead = append(c.lead, identity)
	}
	c.add("Workflow", workflow, false)
	c.at("Workflow", filePlace(r.proven("source-stated", "repository"), r.proven("source-stated", "commit"), workflow))
	c.add("Runner", runnerInWords(r.proven("signer-identity", "runner environment")), false)
	c.add("Build run", r.proven("build-attested", "build run"), false)
	if kept := r.finding("lineage-kept"); kept.Outcome == evidence.Fail {
		c.state, c.reason = stateWrong, kept.Reason
	}
	return c
}

// identityInWords says who made the package, as the verified certificate names
// them: "Built from REPOSITORY at COMMIT by WORKFLOW on GitHub’s own machines".
func (r *Report) identityInWords(workflow string) string {
	repository, commit := r.proven("source-stated", "repository"), r.proven("source-stated", "commit")
	if repository == "" || workflow == "" {
		return ""
	}
	// The file of a workflow stands behind its repository and before its ref.
	file, _, _ := strings.Cut(strings.TrimPrefix(workflow, repository+"/"), "@")
	words := "Built from " + strings.TrimPrefix(repository, "https://")
	if commit != "" {
		words += " at commit " + commit[:min(len(commit), 12)]
	}
	words += " by " + file
	if on := runnerInWords(r.proven("signer-identity", "runner environment")); on != "" {
		words += " on " + on
	}
	return words
}

// runnerInWords says on whose machines a build ran.
func runnerInWords(environment string) string {
	switch environment {
	case "github-hosted":
		return "GitHub’s own machines (github-hosted)"
	case "self-hosted":
		return "a machine that the project brought (self-hosted)"
	}
	return environment
}

func (r *Report) integrityCard() card {
	f := r.finding("digest-matches")
	c := card{id: "integrity", title: "Integrity", state: stateOfFinding(f), reason: f.Reason, checks: []string{"digest-matches", "reference-digest", "archive-sound", "name-inside"}}
	if r.Artifact.Missing != "" {
		return c
	}
	for _, d := range pairs(r.Artifact.Digests) {
		c.add(digestName(d.name), digestValue(d.name, d.value), true)
	}
	c.add("Size", size(r.Artifact.Size), false)
	c.add("File", r.Artifact.URL, false)
	return c
}

// attestationCard says who signed what. The limit of that stands beside it.
func (r *Report) attestationCard() card {
	c := card{id: "attestation", title: "Attestation", state: stateMissing}
	signed := []struct{ check, words, fact string }{
		{"signer-identity", "Signed by ", "subject"},
		{"repository-attestation", "Published by the repository, signed with its key ", "attesting key"},
		{"registry-signature", "Record signed by the repository with its key ", "signing key"},
		{"log-record", "Recorded in the signed log ", "log"},
	}
	for _, s := range signed {
		f := r.finding(s.check)
		if f.Outcome == evidence.NotApplicable {
			continue
		}
		c.checks = append(c.checks, s.check)
		if f.Outcome == evidence.Pass {
			c.state = state{"met", "Confirmed"}
			c.lead = append(c.lead, s.words+f.Facts[s.fact])
			continue
		}
		if len(c.lead) == 0 && c.state == stateMissing {
			c.state = stateOfFinding(f)
			c.reason = f.Reason
		}
	}
	if len(c.lead) > 0 {
		c.reason = ""
	}
	for _, check := range []string{"attestations-genuine", "log-record", "registry-signature"} {
		if f := r.finding(check); f.Outcome == evidence.Fail {
			c.state, c.reason = stateWrong, f.Reason
		}
	}
	c.add("Log entry", r.proven("build-attested", "log entry"), false)
	c.at("Log entry", entryPlace(r.proven("build-attested", "log"), r.proven("build-attested", "log entry")))
	c.add("Log", r.proven("build-attested", "log"), false)
	c.add("Log entry", r.proven("log-record", "entry"), false)
	c.add("Signed at", r.proven("signer-identity", "signed at"), false)
	c.add("Time proven by", r.proven("signer-identity", "time proven by"), false)
	c.checks = append(c.checks, "attestations-genuine", "log-history")
	return c
}

// evidenceOf are the findings behind a card that were asked at all.
func (r *Report) evidenceOf(c card) []evidence.Finding {
	var out []evidence.Finding
	for _, id := range c.checks {
		if f := r.finding(id); f.Outcome != evidence.NotApplicable {
			out = append(out, f)
		}
	}
	return out
}

// stateOfSource is how one document came.
func stateOfSource(s Source) state {
	switch s.State {
	case fetch.Found:
		return state{"met", "Arrived"}
	case fetch.NotThere:
		return stateMissing
	}
	return state{"open", "Could not be had"}
}
