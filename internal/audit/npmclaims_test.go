//go:build touchstone_testanchors

package audit_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/mint"
)

// attestedBy is a whole set whose provenance is bent.
func attestedBy(t *testing.T, how func(p *thing, s *mint.Signing)) *thing {
	p := package123(t)
	s := p.Provenance()
	how(p, &s)
	p.Attestations = []map[string]any{p.NPM.Attest(p.Publish()), p.NPM.Attest(s)}
	return p
}

// TestNPMOtherStatements: what is signed beside provenance proves who signed
// it, says what it is about, and binds nothing to a build.
func TestNPMOtherStatements(t *testing.T) {
	for kind, predicate := range map[string]map[string]any{
		"https://in-toto.io/attestation/vulns/v0.2":        {"result": "FAILED: do not use"},
		"https://example.com/this-release-is-malicious/v1": {"result": "FAILED: do not use"},
		"https://slsa.dev/verification_summary/v1":         {"verificationResult": "FAILED"},
		mint.SLSAType: {},
	} {
		p := attestedBy(t, func(p *thing, s *mint.Signing) { s.Statement = p.Statement(kind, predicate) })
		p.Record = func(_, dist map[string]any) {
			dist["attestations"] = map[string]any{"url": mintedAtt, "provenance": map[string]any{"predicateType": kind}}
		}
		r := p.audit(p.world())
		require.Equal(t, both(3, 3, 1, 1), levels(r), r.Report.Text(false))
		require.False(t, r.Report.Verdict.Failed)
		hasOutcome(t, r, "signer-identity", "pass", kind)
		require.NotContains(t, r.Report.Text(false), "Built from")
		require.False(t, strings.HasPrefix(outcome(t, r, "build-attested"), "pass"))
		hasOutcome(t, r, "source-stated", "pass", "Nobody signed that")
	}
}

// TestNPMPredicateKeys count in one spelling, once.
func TestNPMPredicateKeys(t *testing.T) {
	for name, c := range map[string]struct {
		workflow string
		failed   bool
	}{
		"a stranger's":              {`{"repository":"https://github.com/victim/famous"}`, true},
		"a stranger's, ours beside": {`{"repository":"https://github.com/victim/famous","REPOSITORY":"` + mintedRepo + `"}`, true},
		"ours, a stranger's beside": {`{"repository":"` + mintedRepo + `","REPOSITORY":"https://github.com/victim/famous"}`, false},
		"ours twice":                {`{"repository":"` + mintedRepo + `","repository":"` + mintedRepo + `"}`, true},
	} {
		p := attestedBy(t, func(_ *thing, s *mint.Signing) {
			d := s.Statement["predicate"].(map[string]any)["buildDefinition"].(map[string]any)
			d["externalParameters"].(map[string]any)["workflow"] = json.RawMessage(c.workflow)
		})
		r := p.audit(p.world())
		require.Equal(t, c.failed, r.Report.Verdict.Failed, name)
		if !c.failed {
			require.Equal(t, both(3, 3, 2, 2), levels(r), name)
		}
	}
}

// TestNPMBuildRef: a build of somebody's proposal is pointed out.
func TestNPMBuildRef(t *testing.T) {
	for ref, trigger := range map[string]string{"refs/pull/1/merge": "pull_request_target", "refs/heads/main": "pull_request", "refs/pull/2/head": "push"} {
		p := attestedBy(t, func(_ *thing, s *mint.Signing) { s.Claims[14], s.Claims[20] = ref, trigger })
		r := p.audit(p.world())
		hasOutcome(t, r, "build-ref", "fail", "proposal")
		require.Len(t, r.Report.Verdict.Alarms, 1)
		require.Equal(t, both(3, 3, 2, 2), levels(r), "no level counts it")
	}
}

// TestNPMStatedSource: the record names a source by which nothing can be found.
func TestNPMStatedSource(t *testing.T) {
	for _, c := range []struct{ repository, revision any }{
		{"none", "none"}, {"x", " "}, {map[string]any{"url": "javascript:alert(1)"}, "latest"}, {"TODO", "TODO"},
		{mintedRepo, "main"}, {mintedRepo, strings.Repeat("g", 40)}, {"https://github.com", mintedHead}, {mintedRepo + "/issues", mintedHead},
	} {
		p := package123(t)
		p.Attestations = nil
		p.Manifest["repository"] = c.repository
		p.Record = func(doc, _ map[string]any) { doc["gitHead"] = c.revision }
		r := p.audit(p.world())
		require.Equal(t, [2]int{0, 0}, levels(r)["accountability"], r.Report.Text(false))
		hasOutcome(t, r, "source-stated", "absent", "")
	}
}

// TestNPMRecordNamesAnotherSource: what the record states is compared with the
// package and with the certificate, and shown.
func TestNPMRecordNamesAnotherSource(t *testing.T) {
	p := package123(t)
	p.Record = func(doc, _ map[string]any) {
		doc["repository"] = map[string]any{"type": "git", "url": "git+https://github.com/victim/famous.git"}
		doc["gitHead"] = strings.Repeat("f", 40)
	}
	for _, r := range []*result{p.audit(p.world()), p.replay(p.world())} {
		hasOutcome(t, r, "source-agrees", "fail", "victim/famous")
		require.Len(t, r.Report.Verdict.Alarms, 1)
		require.Equal(t, both(3, 3, 1, 1), levels(r), r.Report.Text(false))
		require.False(t, r.Report.Verdict.Failed)
		require.Contains(t, r.Report.Text(false), strings.Repeat("f", 40))
	}
	// Another commit alone is no alarm, and shown.
	p.Record = func(doc, _ map[string]any) { doc["gitHead"] = strings.Repeat("f", 40) }
	r := p.audit(p.world())
	require.Empty(t, r.Report.Verdict.Alarms)
	require.Equal(t, both(3, 3, 2, 2), levels(r))
	require.Contains(t, r.Report.Text(false), strings.Repeat("f", 40))
	// Nothing attested: package and record contradict each other all the same.
	p.Attestations = nil
	p.Record = func(doc, _ map[string]any) { doc["repository"] = "github:victim/famous" }
	hasOutcome(t, p.audit(p.world()), "source-agrees", "fail", "victim/famous")
}

// TestNPMSourceForms: what is no address of a repository accuses nobody.
func TestNPMSourceForms(t *testing.T) {
	for form, want := range map[string]string{
		"example/thing": "pass", "git@github.com:example/thing.git": "pass", "git+ssh://git@github.com/Example/Thing.git#main": "pass",
		"https://github.com/example/thing/tree/main/packages/x": "pass", " example/thing ": "pass", "ssh://git@github.com:22/example/thing": "pass",
		"example/thing/": "absent", mintedRepo + "/issues": "absent", mintedRepo + "?x=1": "absent", mintedRepo + "%2F..": "absent",
		`https://evil.example\@github.com/example/thing`: "absent", "gist:123": "absent", "file:example/thing": "absent",
		"https://github.com@evil.example/example/thing": "fail", "https://github.com:8443/example/thing": "fail", "https://gitlab.com/example/thing": "fail",
		"https://github.com/\u0435xample/thing": "fail",
	} {
		p := package123(t)
		p.Manifest["repository"] = form
		p.Attestations = []map[string]any{p.NPM.Attest(p.Publish()), p.NPM.Attest(p.Provenance())}
		r := p.audit(p.world())
		hasOutcome(t, r, "source-agrees", want, "")
		require.Equal(t, want == "fail", len(r.Report.Verdict.Alarms) > 0, form)
		require.Equal(t, map[bool]int{true: 3, false: 2}[want == "pass"], levels(r)["integrity"][0], form)
	}
}

// TestNPMGarbageSignature: what cannot be a signature is none.
func TestNPMGarbageSignature(t *testing.T) {
	for _, s := range []map[string]any{{"keyid": "x", "sig": "!"}, {"keyid": "x", "sig": ""}, {"keyid": "x", "sig": "AAAA"}, {"keyid": "", "sig": strings.Repeat("A", 96)}, {}} {
		p := package123(t)
		p.Attestations = nil
		p.Record = func(_, dist map[string]any) { dist["signatures"] = []any{s} }
		r := p.audit(p.world())
		hasOutcome(t, r, "signature-served", "fail", "cannot be one")
		hasOutcome(t, r, "registry-signature", "absent", "")
		require.Equal(t, both(1, 1, 1, 1), levels(r), "as without a signature")
		hasOutcome(t, p.replay(p.world()), "signature-served", "unknown", "")
	}
}

// TestNPMTwoHashesOfOneKind: npm takes any of them.
func TestNPMTwoHashesOfOneKind(t *testing.T) {
	p := package123(t)
	p.Attestations, p.Signers = nil, nil
	other := " sha512-" + strings.Repeat("A", 86) + "=="
	p.Record = func(_, dist map[string]any) { dist["integrity"] = dist["integrity"].(string) + other }
	r := p.audit(p.world())
	hasOutcome(t, r, "digest-matches", "pass", "")
	require.False(t, r.Report.Verdict.Failed)
	p.Record = func(_, dist map[string]any) { dist["integrity"] = other[1:] + other }
	require.True(t, p.audit(p.world()).Report.Verdict.Failed)
}

// TestNPMNamedDigests: each strong digest that a statement names is compared,
// or said not to be.
func TestNPMNamedDigests(t *testing.T) {
	for algorithm, size := range map[string]int{"sha384": 48, "sha3_512": 64, "blake2b": 64} {
		p := attestedBy(t, func(_ *thing, s *mint.Signing) { digest(s)[algorithm] = strings.Repeat("00", size) })
		hasOutcome(t, p.audit(p.world()), "attestations-genuine", "fail", "other bytes")
	}
	p := attestedBy(t, func(_ *thing, s *mint.Signing) { digest(s)["blake3"] = strings.Repeat("00", 32) })
	hasOutcome(t, p.audit(p.world()), "attestations-genuine", "pass", "not compared: blake3")
}
