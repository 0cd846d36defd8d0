package report

import (
	"maps"
	"slices"
	"strings"

	"touchstone/internal/evidence"
	"touchstone/internal/source"
)

// A Card shows one side of where a package comes from: a state, what was
// found, and, one press deeper, the evidence.
type Card struct {
	ID      string   `json:"id"`
	Title   string   `json:"title"`
	State   State    `json:"state"`
	Lead    []string `json:"lead"` // what matters most, in bold
	Reason  string   `json:"reason"`
	Entries []Entry  `json:"entries"`
	Checks  []string `json:"checks"` // whose facts are the evidence
}

// An Entry is one fact on a card. An address becomes a link where it may.
type Entry struct {
	Label  string `json:"label"`
	Value  string `json:"value"`
	Copied bool   `json:"copied,omitempty"` // has a button that copies it
	// Place is where a person can look at it; empty where none is known.
	Place string `json:"place,omitempty"`
}

func newCard(id, title string, state State, reason string, checks ...string) Card {
	return Card{ID: id, Title: title, State: state, Lead: []string{}, Reason: reason, Entries: []Entry{}, Checks: checks}
}

// add leaves out what is not known.
func (c *Card) add(label, value string, copied bool) {
	if value != "" {
		c.Entries = append(c.Entries, Entry{Label: label, Value: value, Copied: copied})
	}
}

// at says where a person can look at what was added under label so far.
func (c *Card) at(label, place string) {
	for i := range c.Entries {
		if c.Entries[i].Label == label {
			c.Entries[i].Place = place
		}
	}
}

// cards are in the order of the OpenSSF guide for showing attestations:
// source, build, integrity, and the attestation last.
func (r *Report) cards() []Card {
	all := []Card{r.sourceCard(), r.buildCard(), r.integrityCard(), r.attestationCard()}
	if r.Finding("digest-matches").Outcome == evidence.Fail {
		for i := range all { // what is genuine is not about what arrived
			if all[i].State.Class == Met.Class {
				all[i].State = State{Stated.Class, "Genuine, but of other bytes"}
			}
		}
	}
	return all
}

func (r *Report) sourceCard() Card {
	f := r.Finding("source-stated")
	c := newCard("source", "Source", f.State(), f.Reason, "source-stated", "source-agrees")
	c.add("Repository", r.Proven("source-stated", "repository"), false)
	c.add("Commit", r.Proven("source-stated", "commit"), true)
	c.at("Commit", commitPlace(r.Proven("source-stated", "repository"), r.Proven("source-stated", "commit")))
	if r.Proven("source-stated", "repository") != "" {
		c.Reason = "A verified statement names where the code comes from."
	}
	if stated := r.Proven("source-stated", "stated repository"); stated != "" {
		c.State = Stated
		c.add("Stated repository", stated, false)
		c.add("Stated revision", r.Proven("source-stated", "stated revision"), true)
	}
	if c.Entries = r.claimedSource(c.Entries); len(c.Entries) > 0 && f.Outcome == evidence.Absent {
		c.State = State{Stated.Class, "Stated in part, not confirmed"}
	}
	if agrees := r.Finding("source-agrees"); agrees.Outcome == evidence.Fail {
		c.State, c.Reason = Wrong, agrees.Reason
	}
	return c
}

// claimedSource adds where the package or its name says that its source is,
// where nothing better is known.
func (r *Report) claimedSource(known []Entry) []Entry {
	if len(known) > 0 || r.About.Source == "" {
		return known
	}
	label := "Source, as the package says"
	if r.About.ByName {
		label = "Source, by its name"
	}
	return []Entry{{Label: label, Value: r.About.Source}}
}

func (r *Report) buildCard() Card {
	f := r.Finding("build-attested")
	c := newCard("build", "Build", f.State(), f.Reason, "build-attested", "build-ref", "lineage-kept")
	if f.Outcome == evidence.Unknown && r.passed("signer-identity") {
		c.State.Word = "Signed; the log's proof is missing"
	}
	workflow := r.Proven("signer-identity", "build config uri")
	if workflow == "" {
		workflow = r.Proven("signer-identity", "subject")
	}
	if identity := r.identityInWords(workflow); identity != "" {
		c.Lead = append(c.Lead, identity)
	}
	c.add("Workflow", workflow, false)
	c.at("Workflow", filePlace(r.Proven("source-stated", "repository"), r.Proven("source-stated", "commit"), workflow))
	c.add("Runner", runnerInWords(r.Proven("signer-identity", "runner environment")), false)
	c.add("Build run", r.Proven("build-attested", "build run"), false)
	for _, check := range []string{"build-ref", "lineage-kept"} {
		if odd := r.Finding(check); odd.Outcome == evidence.Fail {
			c.State, c.Reason = Wrong, odd.Reason
		}
	}
	return c
}

// identityInWords says who made the package, as the verified certificate names
// them: "Built from REPOSITORY at COMMIT by WORKFLOW on GitHub’s own machines".
func (r *Report) identityInWords(workflow string) string {
	repository, commit := r.Proven("source-stated", "repository"), r.Proven("source-stated", "commit")
	if repository == "" || workflow == "" {
		return ""
	}
	at, _ := source.Parse(repository)
	file, inside := at.Below(workflow)
	if !inside {
		file = workflow
	}
	words := "Built from " + strings.TrimPrefix(repository, "https://")
	if commit != "" {
		words += " at commit " + commit[:min(len(commit), 12)]
	}
	words += " by " + file
	if on := runnerInWords(r.Proven("signer-identity", "runner environment")); on != "" {
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

func (r *Report) integrityCard() Card {
	f := r.Finding("digest-matches")
	c := newCard("integrity", "Integrity", f.State(), f.Reason, "digest-matches", "reference-digest", "archive-sound", "name-inside")
	if r.Artifact.Missing != "" {
		return c
	}
	for _, algorithm := range slices.Sorted(maps.Keys(r.Artifact.Digests)) {
		c.add(digestName(algorithm), digestValue(algorithm, r.Artifact.Digests[algorithm]), true)
	}
	c.add("Size", Size(r.Artifact.Size), false)
	c.add("File", r.Artifact.URL, false)
	return c
}

// attestationCard says who signed what. Where no attestation is served, it is
// about the signature or the log record that is, and called so.
func (r *Report) attestationCard() Card {
	title, main := "Attestation", "attestations-genuine"
	switch {
	case r.Finding("log-record").Outcome != evidence.NotApplicable:
		title, main = "Public log record", "log-record"
	case !r.passed(main) && r.passed("registry-signature"):
		title, main = "Registry signature", "registry-signature"
	}
	f := r.Finding(main)
	c := newCard("attestation", title, f.State(), f.Reason, main)
	if who := r.Finding("signer-identity"); main == "attestations-genuine" && f.Outcome == evidence.Pass && who.Outcome == evidence.Unknown {
		c.State, c.Reason = who.State(), who.Reason // genuine, and nobody's who is known
	}
	for _, s := range []struct{ check, words, fact string }{
		{"signer-identity", "Signed by ", "subject"},
		{"repository-attestation", "Published by the repository, signed with its key ", "attesting key"},
		{"registry-signature", "Record signed by the repository with its key ", "signing key"},
		{"log-record", "Recorded in the signed log ", "log"},
	} {
		if r.passed(s.check) {
			c.Lead = append(c.Lead, s.words+r.Proven(s.check, s.fact))
		}
		if s.check != main && r.Finding(s.check).Outcome != evidence.NotApplicable {
			c.Checks = append(c.Checks, s.check)
		}
	}
	if len(c.Lead) > 0 && c.State == confirmed {
		c.Reason = ""
	}
	for _, check := range []string{"attestations-genuine", "log-record", "registry-signature"} {
		if f := r.Finding(check); f.Outcome == evidence.Fail {
			c.State, c.Reason = Wrong, f.Reason
		}
	}
	c.add("Log entry", r.Proven("build-attested", "log entry"), false)
	c.at("Log entry", entryPlace(r.Proven("build-attested", "log"), r.Proven("build-attested", "log entry")))
	c.add("Log", r.Proven("build-attested", "log"), false)
	c.add("Log entry", r.Proven("log-record", "entry"), false)
	c.add("Signed at", r.Proven("signer-identity", "signed at"), false)
	c.add("Time proven by", r.Proven("signer-identity", "time proven by"), false)
	for _, check := range []string{"attestations-genuine", "log-history"} {
		if check != main {
			c.Checks = append(c.Checks, check)
		}
	}
	return c
}
