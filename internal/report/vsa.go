package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"touchstone/internal/digest"
	"touchstone/principles"
)

// SummaryType is the predicate type of a Verification Summary Attestation
// (slsa.dev/spec/v1.1/verification_summary).
const SummaryType = "https://slsa.dev/verification_summary/v1"

// ErrNoSubject tells that nothing arrived of which a summary could speak.
var ErrNoSubject = errors.New("summing up the audit: no package arrived, so there are no bytes to speak of")

// A summary is the statement of [Report.Summary].
type summary struct {
	Type          string     `json:"_type"`
	Subject       []resource `json:"subject"`
	PredicateType string     `json:"predicateType"`
	Predicate     predicate  `json:"predicate"`
}

type predicate struct {
	Verifier struct {
		ID string `json:"id"`
	} `json:"verifier"`
	TimeVerified       string     `json:"timeVerified"`
	ResourceURI        string     `json:"resourceUri"`
	Policy             resource   `json:"policy"`
	InputAttestations  []resource `json:"inputAttestations,omitempty"`
	VerificationResult string     `json:"verificationResult"`
	VerifiedLevels     []string   `json:"verifiedLevels"`
}

// A resource is in-toto's ResourceDescriptor
// (github.com/in-toto/attestation, spec/v1/resource_descriptor.md).
type resource struct {
	Name   string            `json:"name,omitempty"`
	URI    string            `json:"uri,omitempty"`
	Digest map[string]string `json:"digest"`
}

// inToto are the names that in-toto has for algorithms
// (github.com/in-toto/attestation, spec/v1/digest_set.md). Weak ones are left
// out.
var inToto = map[string]string{"sha256": "sha256", "sha384": "sha384", "sha512": "sha512", digest.H1: "dirHash1"}

// Summary is the verdict as an in-toto statement, a Verification Summary
// Attestation that nobody signed: whoever trusts this audit signs it, under a
// verifier's name of their own. bundles are the attestations that were judged.
//
//  1. The subject is what arrived, by its digests.
//  2. The policy is the rules, by the digest of exactly those that weighed.
//  3. The result is PASSED only without a failure, without an alarm, and where
//     the first track reached a level; the levels are those reached.
func (r *Report) Summary(bundles [][]byte) ([]byte, error) {
	s := summary{Type: "https://in-toto.io/Statement/v1", PredicateType: SummaryType}
	// 1.
	subject := resource{Name: r.Artifact.Name, Digest: map[string]string{}}
	subject.Name = cmp.Or(subject.Name, path.Base(r.Artifact.URL))
	for algorithm, value := range r.Artifact.Digests {
		if name, known := inToto[algorithm]; known {
			subject.Digest[name] = value
		}
	}
	if len(subject.Digest) == 0 {
		return nil, ErrNoSubject
	}
	s.Subject = []resource{subject}
	// 2.
	sum, err := principles.Digest()
	if err != nil {
		return nil, fmt.Errorf("summing up the audit: %w", err)
	}
	p := &s.Predicate
	p.Verifier.ID, p.TimeVerified, p.ResourceURI = "urn:touchstone:audit", r.Time, r.Reference
	p.Policy = resource{URI: "urn:touchstone:principles:" + r.Principles, Digest: map[string]string{"sha256": sum}}
	for _, b := range bundles {
		of := sha256.Sum256(b)
		p.InputAttestations = append(p.InputAttestations, resource{Digest: map[string]string{"sha256": hex.EncodeToString(of[:])}})
	}
	// 3.
	p.VerificationResult, p.VerifiedLevels = "FAILED", []string{"FAILED"}
	v := r.Verdict
	if !v.Failed && len(v.Alarms) == 0 && len(v.Tracks) > 0 && v.Tracks[0].Level > 0 {
		p.VerificationResult, p.VerifiedLevels = "PASSED", nil
		for _, t := range v.Tracks {
			if t.Level > 0 {
				p.VerifiedLevels = append(p.VerifiedLevels, fmt.Sprintf("TOUCHSTONE_%s_LEVEL_%d", strings.ToUpper(t.ID), t.Level))
			}
		}
		slices.Sort(p.VerifiedLevels)
	}
	raw, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("summing up the audit: %w", err)
	}
	return append(raw, '\n'), nil
}
