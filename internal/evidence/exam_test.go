package evidence

import (
	"testing"

	"touchstone/internal/archive"
	"touchstone/internal/artifact"
	"touchstone/internal/fetch"
	"touchstone/internal/registry"
	"touchstone/internal/sigstore"
	"touchstone/internal/slsa"

	"github.com/stretchr/testify/assert"
)

const (
	thing  = "https://github.com/example/thing"
	commit = "0123456789abcdef0123456789abcdef01234567"
)

// verified is provenance of example/thing that verified, bent.
func verified(bend func(c *sigstore.Claims, st *sigstore.Statement)) attested {
	c := sigstore.Claims{Issuer: sigstore.GitHubIssuer, SourceRepositoryURI: thing, SourceRepositoryDigest: commit, SourceRepositoryRef: "refs/heads/main",
		SourceRepositoryIdentifier: "42", SourceRepositoryOwnerIdentifier: "7", RunInvocationURI: thing + "/actions/runs/1"}
	st := &sigstore.Statement{PredicateType: slsa.V1, Predicate: []byte(`{"buildDefinition":{"externalParameters":{"workflow":{"repository":"` + thing + `"}}},"runDetails":{"builder":{"id":"b"}}}`)}
	if bend != nil {
		bend(&c, st)
	}
	id := &sigstore.Identity{Issuer: c.Issuer, SAN: "san", Claims: c}
	proven := sigstore.LogEntry{Proof: &sigstore.Proof{Index: 1}}
	return attested{finding: pass("", nil), verified: &sigstore.Verified{Certificate: id, Statement: st, Log: []sigstore.LogEntry{proven}}}
}

func bentBy(kind string) func(*sigstore.Claims, *sigstore.Statement) {
	return func(_ *sigstore.Claims, st *sigstore.Statement) { st.PredicateType = kind }
}

// released is an exam of a release whose record arrived, bent.
func released(bend func(rel *registry.Release, art *artifact.Artifact)) *exam {
	rel := &registry.Release{Chain: []registry.Link{{Name: "record", Answer: fetch.Answer{State: fetch.Found, Route: fetch.Direct}}}}
	art := &artifact.Artifact{Answer: fetch.Answer{State: fetch.Found, Route: fetch.Direct}, Contents: &archive.Contents{Files: []archive.File{archive.Describe("p/a", []byte("a"))}, Complete: true}}
	if bend != nil {
		bend(rel, art)
	}
	return &exam{Case: Case{Release: rel, Artifact: art}}
}

// A table runs one check over many cases, and holds each outcome.
type table map[string]struct {
	exam *exam
	want Outcome
}

func (cases table) run(t *testing.T, check func(*exam) Finding) {
	t.Helper()
	for name, c := range cases {
		f := check(c.exam)
		assert.Equal(t, c.want, f.Outcome, "%s: %s", name, f.Reason)
		assert.NotEmpty(t, f.Reason, name)
	}
}

// resting is an exam whose other checks ended so.
func resting(set func(e *exam)) *exam {
	e := released(nil)
	set(e)
	return e
}
