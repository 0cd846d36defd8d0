package evidence

import (
	"strings"
	"testing"

	"touchstone/internal/sigstore"
	"touchstone/internal/slsa"

	"github.com/stretchr/testify/assert"
)

// TestWhatAStatementProves: only readable provenance binds bytes to a build.
func TestWhatAStatementProves(t *testing.T) {
	for name, c := range map[string]struct {
		bend func(*sigstore.Claims, *sigstore.Statement)
		want Finding
	}{
		"provenance":          {nil, pass("", nil)},
		"a minor version":     {bentBy(slsa.V1 + ".1"), pass("", nil)},
		"a scan":              {bentBy("https://in-toto.io/attestation/vulns/v0.2"), because(Absent, "")},
		"a summary":           {bentBy("https://slsa.dev/verification_summary/v1"), because(Absent, "")},
		"a warning":           {bentBy("https://example.com/this-release-is-malicious/v1"), because(Absent, "")},
		"an empty provenance": {func(_ *sigstore.Claims, st *sigstore.Statement) { st.Predicate = []byte(`{}`) }, because(NotUnderstood, "")},
		"a branch, no commit": {func(c *sigstore.Claims, _ *sigstore.Statement) { c.SourceRepositoryDigest = "main" }, because(Absent, "")},
		"a word, no address":  {func(c *sigstore.Claims, _ *sigstore.Statement) { c.SourceRepositoryURI = "thing" }, because(Fail, "")},
		"a stranger's source": {func(_ *sigstore.Claims, st *sigstore.Statement) {
			st.Predicate = []byte(strings.Replace(string(st.Predicate), "example/thing", "victim/famous", 1))
		}, because(Fail, "")},
		"a stranger's, hidden": {func(_ *sigstore.Claims, st *sigstore.Statement) {
			st.Predicate = []byte(strings.Replace(string(st.Predicate), `"repository":"`+thing, `"repository":"https://github.com/victim/famous","REPOSITORY":"`+thing, 1))
		}, because(Fail, "")},
		"ours, a twin beside": {func(_ *sigstore.Claims, st *sigstore.Statement) {
			st.Predicate = []byte(strings.Replace(string(st.Predicate), `"repository":"`, `"REPOSITORY":"https://github.com/victim/famous","repository":"`, 1))
		}, pass("", nil)},
	} {
		a := verified(c.bend)
		f, _ := boundBuild(a, nil)
		assert.Equal(t, c.want.Outcome, f.Outcome, "%s: %s", name, f.Reason)
		if !slsa.Is(a.verified.Statement.PredicateType) {
			assert.Contains(t, f.Reason, a.verified.Statement.PredicateType, "what it is about is shown")
			assert.NotContains(t, signedWhere(a), "Built from")
			assert.Contains(t, signedWhere(a), a.verified.Statement.PredicateType)
		}
	}
}

// TestPublishedInARun: a publisher's word that it published tells of the run
// that signed, and of no build.
func TestPublishedInARun(t *testing.T) {
	const kind = "https://index.example/attestations/publish/v1"
	a := verified(bentBy(kind))
	f, build := boundBuild(a, []string{kind})
	assert.Equal(t, Pass, f.Outcome)
	assert.Contains(t, f.Reason, "were signed in run "+build.Run)
	assert.NotContains(t, f.Reason+signedWhere(a), "uilt from")
}

func TestBuildAttested(t *testing.T) {
	speaking := func(a attested) *exam {
		a.speaks = pass("", nil)
		return resting(func(e *exam) { e.signer, e.attested = pass("", nil), []attested{a} })
	}
	promised := verified(nil)
	promised.verified.Log[0].Proof = nil
	table{
		"proven":             {speaking(verified(nil)), Pass},
		"promised":           {speaking(promised), Unknown},
		"a scan":             {speaking(verified(bentBy("https://example.org/scan"))), Absent},
		"nobody speaks":      {resting(func(e *exam) { e.signer = because(Unknown, "stranger") }), Unknown},
		"the signer's wrong": {resting(func(e *exam) { e.signer = because(Fail, "wrong") }), Absent},
	}.run(t, buildAttested)
}
