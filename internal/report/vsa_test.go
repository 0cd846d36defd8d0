package report

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/level"
)

func summed(t *testing.T, bend func(*Report)) (said summary) {
	t.Helper()
	r := &Report{Reference: "pkg:npm/thing@1.0.0", Time: "2026-01-31T12:00:00Z", Principles: "0.2",
		Artifact: Artifact{URL: "https://registry.example/thing/-/thing-1.0.0.tgz", Digests: map[string]string{"sha1": "aa", "sha256": "bb", "sha512": "cc", "h1": "dd"}},
		Verdict:  Verdict{Alarms: []string{}, Tracks: []level.Track{{ID: "integrity", Level: 2}, {ID: "accountability"}}}}
	bend(r)
	raw, err := r.Summary([][]byte{[]byte("bundle")})
	require.NoError(t, err)
	again, err := r.Summary([][]byte{[]byte("bundle")})
	require.NoError(t, err)
	require.Equal(t, raw, again)
	require.NoError(t, json.Unmarshal(raw, &said))
	return said
}

func TestSummary(t *testing.T) {
	said := summed(t, func(*Report) {})
	require.Equal(t, []resource{{Name: "thing-1.0.0.tgz", Digest: map[string]string{"sha256": "bb", "sha512": "cc", "dirHash1": "dd"}}}, said.Subject)
	require.Equal(t, "pkg:npm/thing@1.0.0", said.Predicate.ResourceURI)
	require.Equal(t, []string{"TOUCHSTONE_INTEGRITY_LEVEL_2"}, said.Predicate.VerifiedLevels)
	require.Equal(t, "PASSED", said.Predicate.VerificationResult)
	require.Equal(t, fmt.Sprintf("%x", sha256.Sum256([]byte("bundle"))), said.Predicate.InputAttestations[0].Digest["sha256"])
	// The policy's digest is the one that a person computes from the files.
	var lines strings.Builder
	for _, name := range []string{"checks.json", "document.json", "tracks/accountability.json", "tracks/integrity.json"} {
		raw, err := os.ReadFile("../../principles/" + name)
		require.NoError(t, err)
		fmt.Fprintf(&lines, "%x  %s\n", sha256.Sum256(raw), name)
	}
	require.Equal(t, fmt.Sprintf("%x", sha256.Sum256([]byte(lines.String()))), said.Predicate.Policy.Digest["sha256"])
}

// TestSummaryFails: nothing that a person should look at passes a gate.
func TestSummaryFails(t *testing.T) {
	for what, bend := range map[string]func(*Report){
		"failed":                       func(r *Report) { r.Verdict.Failed = true },
		"an alarm":                     func(r *Report) { r.Verdict.Alarms = []string{"The signature is missing."} },
		"level 0":                      func(r *Report) { r.Verdict.Tracks[0].Level = 0 },
		"level 0 beside another track": func(r *Report) { r.Verdict.Tracks[0].Level, r.Verdict.Tracks[1].Level = 0, 1 },
	} {
		said := summed(t, bend)
		require.Equal(t, "FAILED", said.Predicate.VerificationResult, what)
		require.Equal(t, []string{"FAILED"}, said.Predicate.VerifiedLevels, what)
	}
	for what, digests := range map[string]map[string]string{"nothing arrived": nil, "a weak digest alone": {"sha1": "aa"}} {
		_, err := (&Report{Artifact: Artifact{Digests: digests}}).Summary(nil)
		require.ErrorIs(t, err, ErrNoSubject, what)
	}
}
