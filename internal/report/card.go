package report

import (
	"maps"
	"slices"
	"strconv"

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

// leads adds what can be looked at in a place; empty where none is known.
func (c *Card) leads(label, value, place string, copied bool) {
	if value != "" {
		c.Entries = append(c.Entries, Entry{Label: label, Value: value, Copied: copied, Place: place})
	}
}

// cards are in the order of the OpenSSF guide for showing attestations:
// source, build, integrity, and the attestation last.
func (r *Report) cards(p evidence.Proven) []Card {
	all := []Card{r.sourceCard(p), r.buildCard(p), r.integrityCard(), r.attestationCard(p)}
	if r.Finding("digest-matches").Outcome == evidence.Fail {
		for i := range all { // what is genuine is not about what arrived
			if all[i].State.Class == Met.Class {
				all[i].State = State{Stated.Class, "Genuine, but of other bytes"}
			}
		}
	}
	return all
}

func (r *Report) sourceCard(p evidence.Proven) Card {
	f := r.Finding("source-stated")
	c := newCard("source", "Source", f.State(), f.Reason, "source-stated", "source-agrees", "source-expected")
	switch s := p.Source; {
	case s == nil:
	case s.Attested:
		c.Reason = "A verified statement names where the code comes from."
		place, _ := source.Parse(s.Repository)
		c.add("Repository", s.Repository, false)
		c.leads("Commit", s.Commit, place.Commit(s.Commit), true)
	default:
		c.State = Stated
		c.add("Stated repository", s.Repository, false)
		c.add("Stated revision", s.Commit, true)
	}
	if c.Entries = r.claimedSource(c.Entries); len(c.Entries) > 0 && f.Outcome == evidence.Absent {
		c.State = State{Stated.Class, "Stated in part, not confirmed"}
	}
	for _, check := range []string{"source-agrees", "source-expected"} {
		if other := r.Finding(check); other.Outcome == evidence.Fail {
			c.State, c.Reason = Wrong, other.Reason
		}
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

func (r *Report) buildCard(p evidence.Proven) Card {
	f := r.Finding("build-attested")
	c := newCard("build", "Build", f.State(), f.Reason, "build-attested", "build-ref", "lineage-kept")
	if f.Outcome == evidence.Unknown && p.Signer != nil {
		c.State.Word = "Signed; the log's proof is missing"
	}
	if s := p.Signer; s != nil {
		var place source.Address
		var commit string
		if p.Source != nil && p.Source.Attested {
			place, _ = source.Parse(p.Source.Repository)
			commit = p.Source.Commit
			c.Lead = append(c.Lead, signedInWords(place, commit, s))
		}
		file, _ := place.Below(s.Workflow())
		c.leads("Workflow", s.Workflow(), place.File(commit, file), false)
		c.add("Runner", runnerInWords(s.Claims.RunnerEnvironment), false)
	}
	if p.Build != nil {
		c.add("Build run", p.Build.Run, false)
	}
	for _, check := range []string{"build-ref", "lineage-kept"} {
		if odd := r.Finding(check); odd.Outcome == evidence.Fail {
			c.State, c.Reason = Wrong, odd.Reason
		}
	}
	return c
}

// signedInWords says where the package comes from, as the verified certificate
// names it: "Built from REPOSITORY at COMMIT by WORKFLOW on GitHub’s own machines".
func signedInWords(place source.Address, commit string, s *evidence.Signer) string {
	file, inside := place.Below(s.Workflow())
	if !inside {
		file = source.WithoutRef(s.Workflow())
	}
	words := "Signed in a run from "
	if s.Provenance {
		words = "Built from "
	}
	words += place.Host + "/" + place.Path + " at commit " + commit[:min(len(commit), 12)] + " by " + file
	if on := runnerInWords(s.Claims.RunnerEnvironment); on != "" {
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
	if pasted := r.Finding("reference-digest"); f.Outcome == evidence.Pass && pasted.Outcome == evidence.Fail {
		c.State, c.Reason = Wrong, pasted.Reason
	}
	if tracks := r.Verdict.Tracks; c.State == confirmed && (len(tracks) == 0 || tracks[0].Level == 0) {
		c.State = State{Stated.Class, "Matches its record as it came"} // whoever bent both would get the same
	}
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
func (r *Report) attestationCard(p evidence.Proven) Card {
	title, main := "Attestation", "attestations-genuine"
	switch {
	case r.Finding("log-record").Outcome != evidence.NotApplicable:
		title, main = "Public log record", "log-record"
	case !r.passed(main) && r.passed("registry-signature"):
		title, main = "Registry signature", "registry-signature"
	}
	f := r.Finding(main)
	c := newCard("attestation", title, f.State(), f.Reason, main)
	if c.State == Idle { // its format has no place for any
		c.State = Missing
	}
	if who := r.Finding("signer-identity"); main == "attestations-genuine" && f.Outcome == evidence.Pass && who.Outcome == evidence.Unknown {
		c.State, c.Reason = who.State(), who.Reason // genuine, and nobody's who is known
	}
	signer, log := "", ""
	if p.Signer != nil {
		signer = p.Signer.SAN
	}
	if p.Logged != nil {
		log = p.Logged.Log
	}
	for _, s := range []struct{ check, words, who string }{
		{"signer-identity", "Signed by ", signer},
		{"repository-attestation", "Published by the repository, signed with its key ", p.StatementKey},
		{"registry-signature", "Record signed by the repository with its key ", p.RecordKey},
		{"log-record", "Recorded in the signed log ", log},
	} {
		if s.who != "" {
			c.Lead = append(c.Lead, s.words+s.who)
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
	if b := p.Build; b != nil {
		c.leads("Log entry", strconv.FormatInt(b.Entry, 10), entryPlace(b.Log, b.Entry), false)
		c.add("Log", b.Log, false)
	}
	if p.Logged != nil {
		c.add("Log entry", strconv.FormatInt(p.Logged.ID, 10), false)
	}
	if p.Signer != nil {
		c.add("Signed at", p.Signer.At, false)
		c.add("Time proven by", p.Signer.Witness, false)
	}
	for _, check := range []string{"attestations-genuine", "log-history"} {
		if check != main {
			c.Checks = append(c.Checks, check)
		}
	}
	return c
}

// entryPlace is where a public log's entry can be looked at.
func entryPlace(log string, index int64) string {
	if log != "https://rekor.sigstore.dev" {
		return ""
	}
	return "https://search.sigstore.dev/?logIndex=" + strconv.FormatInt(index, 10)
}
