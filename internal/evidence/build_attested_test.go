package evidence

import (
	"strings"
	"testing"

	"touchstone/internal/fetch"
	"touchstone/internal/registry"
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

// TestOfOneStatement: of several statements that a signer may make, each of a run of
// its own, source, signer and build are said of one, whatever the order.
func TestOfOneStatement(t *testing.T) {
	const other, publish = "89abcdef0123456789abcdef0123456789abcdef", "https://index.example/attestations/publish/v1"
	made := func(kind, at, predicate string) attested {
		a := verified(func(c *sigstore.Claims, st *sigstore.Statement) {
			st.PredicateType, c.SourceRepositoryDigest = kind, at
			if predicate != "" {
				st.Predicate = []byte(predicate)
			}
		})
		return a
	}
	judged := func(all ...attested) *exam {
		e := attesting(func(e *exam) {
			e.attested = all
			e.Release.File.Attestations.PublishTypes = []string{publish}
			e.Release.Source = registry.Source{Repository: thing, Route: fetch.Direct}
		})
		e.signer = signerIdentity(e)
		e.built = buildAttested(e)
		return e
	}
	built := made(slsa.V1, commit, "")
	for name, c := range map[string]struct {
		beside attested
		want   Outcome
	}{
		"a scan of another commit":       {made("https://example.org/scan", other, ""), Pass},
		"the word that it was published": {made(publish, other, ""), Pass},
		"provenance that says nothing":   {made(slsa.V1, other, `{}`), Pass},
		"provenance of a stranger's":     {made(slsa.V1, other, strings.Replace(string(built.verified.Statement.Predicate), "example/thing", "victim/famous", 1)), Fail},
	} {
		for _, all := range [][]attested{{c.beside, built}, {built, c.beside}} {
			e := judged(all...)
			assert.Equal(t, c.want, e.built.Outcome, "%s: %s", name, e.built.Reason)
			if c.want != Pass {
				continue
			}
			assert.Equal(t, commit, e.proven.Build.Commit, name)
			assert.True(t, e.proven.Signer.Provenance, name)
			assert.Equal(t, commit, sourceStated(e).Facts["commit"], name)
			for _, id := range []*sigstore.Identity{e.proven.Signer.Identity, certificate(e)} {
				_, of := id.Source()
				assert.Equal(t, commit, of, name)
			}
		}
	}
	e := judged(made(slsa.V1, commit, `{}`), made(publish, commit, ""))
	assert.Equal(t, Pass, e.built.Outcome)
	assert.False(t, e.proven.Signer.Provenance, "provenance that tells of no build makes no signer a builder")
}
