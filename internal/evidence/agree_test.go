package evidence

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"touchstone/internal/artifact"
	"touchstone/internal/fetch"
	"touchstone/internal/registry"
	"touchstone/internal/sigstore"
	"touchstone/internal/slsa"
)

const (
	thing  = "https://github.com/example/thing"
	commit = "0123456789abcdef0123456789abcdef01234567"
)

// verified is provenance of example/thing that verified, bent.
func verified(bend func(c *sigstore.Claims, st *sigstore.Statement)) attested {
	c := sigstore.Claims{Issuer: githubIssuer, SourceRepositoryURI: thing, SourceRepositoryDigest: commit, SourceRepositoryRef: "refs/heads/main",
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

// TestSourceAgrees: package, record and provenance, each silent, equal,
// different or not understood.
func TestSourceAgrees(t *testing.T) {
	const other, page = "https://github.com/victim/famous", thing + "/issues"
	for _, c := range []struct {
		name, inside, recorded string
		route                  fetch.Route
		kind                   string // of the statement; empty for none
		want                   Outcome
	}{
		{"all agree", thing, thing, fetch.Direct, slsa.V1, Pass},
		{"other spelling", "git@github.com:Example/Thing.git", "", fetch.Direct, slsa.V1, Pass},
		{"the record alone, direct", "", thing, fetch.Direct, slsa.V1, Pass},
		{"the record alone, replayed", "", thing, fetch.Replay, slsa.V1, Absent},
		{"silence", "", "", fetch.Direct, slsa.V1, Absent},
		{"the package differs", other, "", fetch.Direct, slsa.V1, Fail},
		{"the record differs", thing, other, fetch.Direct, slsa.V1, Fail},
		{"the record differs, replayed", thing, other, fetch.Replay, slsa.V1, Fail},
		{"only the record, and it differs", "", other, fetch.Replay, slsa.V1, Fail},
		{"nothing attested, and they differ", thing, other, fetch.Direct, "", Fail},
		{"nothing attested", thing, thing, fetch.Direct, "", NotApplicable},
		{"a page of the repository", page, "", fetch.Direct, slsa.V1, Absent},
		{"a short form that is none", "example/thing/", "", fetch.Direct, slsa.V1, Absent},
		{"a query", thing + "?x=1", "", fetch.Direct, slsa.V1, Absent},
		{"the record is not understood", thing, page, fetch.Direct, slsa.V1, Pass},
		{"a scan from elsewhere", other, other, fetch.Direct, "https://in-toto.io/attestation/vulns/v0.2", NotApplicable},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := &exam{Case: Case{Artifact: &artifact.Artifact{Inside: registry.Inside{Repository: c.inside}},
				Release: &registry.Release{Source: registry.Source{Repository: c.recorded, Route: c.route}}}}
			if c.kind != "" {
				in.attested = []attested{verified(bentBy(c.kind))}
			}
			f := sourceAgrees(in)
			assert.Equal(t, c.want, f.Outcome, f.Reason)
			if c.want != Fail {
				assert.NotContains(t, f.Reason, "impostor")
			}
		})
	}
}

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

func TestBuildRef(t *testing.T) {
	for name, c := range map[string]struct {
		bend func(*sigstore.Claims, *sigstore.Statement)
		want Outcome
	}{
		"a branch":      {nil, Pass},
		"a tag":         {func(c *sigstore.Claims, _ *sigstore.Statement) { c.SourceRepositoryRef = "refs/tags/v1" }, Pass},
		"pull request":  {func(c *sigstore.Claims, _ *sigstore.Statement) { c.SourceRepositoryRef = "refs/pull/1/merge" }, Fail},
		"merge request": {func(c *sigstore.Claims, _ *sigstore.Statement) { c.SourceRepositoryRef = "refs/merge-requests/1/head" }, Fail},
		"target":        {func(c *sigstore.Claims, _ *sigstore.Statement) { c.BuildTrigger = "pull_request_target" }, Fail},
		"old claims": {func(c *sigstore.Claims, _ *sigstore.Statement) {
			c.SourceRepositoryRef, c.GitHubWorkflowRef = "", "refs/pull/9/head"
		}, Fail},
		"old trigger":        {func(c *sigstore.Claims, _ *sigstore.Statement) { c.GitHubWorkflowTrigger = "pull_request" }, Fail},
		"says nothing":       {func(c *sigstore.Claims, _ *sigstore.Statement) { c.SourceRepositoryRef = "" }, Absent},
		"another kind":       {bentBy("https://example.org/scan"), NotApplicable},
		"a branch like pull": {func(c *sigstore.Claims, _ *sigstore.Statement) { c.SourceRepositoryRef = "refs/heads/refs/pull/1" }, Pass},
	} {
		in := &exam{Case: Case{Artifact: &artifact.Artifact{}, Release: &registry.Release{}}, attested: []attested{verified(c.bend)}}
		assert.Equal(t, c.want, buildRef(in).Outcome, name)
	}
	assert.Equal(t, NotApplicable, buildRef(&exam{Case: Case{Release: &registry.Release{}}}).Outcome)
}

// TestReplaced: numbers accuse as well as excuse.
func TestReplaced(t *testing.T) {
	id := func(issuer, repository, owner string) *sigstore.Identity {
		return &sigstore.Identity{Issuer: issuer, Claims: sigstore.Claims{SourceRepositoryIdentifier: repository, SourceRepositoryOwnerIdentifier: owner}}
	}
	before := id(githubIssuer, "42", "7")
	assert.Equal(t, "", replaced(before, id(githubIssuer, "42", "7")))
	assert.Equal(t, "repository", replaced(before, id(githubIssuer, "666", "777")))
	assert.Equal(t, "owner", replaced(before, id(githubIssuer, "42", "777")))
	assert.Equal(t, "", replaced(before, id(githubIssuer, "", "")), "what is not given accuses nobody")
	assert.Equal(t, "", replaced(before, id("https://gitlab.com", "666", "777")), "another host counts anew")
}

// TestSourceStated: presence is not content.
func TestSourceStated(t *testing.T) {
	const short = "0123456789ab"
	for _, c := range []struct {
		repository, revision, version string
		want                          Outcome
	}{
		{thing, commit, "v1.0.0", Pass},
		{"https://go.googlesource.com/mod", commit, "v1.0.0", Pass},
		{thing, strings.Repeat(commit[:16], 4), "v1.0.0", Pass},
		{thing, short, "v0.0.0-20200101000000-" + short, Pass},
		{thing, short, "v1.0.0", Absent},
		{thing, "main", "v1.0.0", Absent},
		{thing, " ", "v1.0.0", Absent},
		{"none", "none", "v1.0.0", Absent},
		{"x", " ", "v1.0.0", Absent},
		{"javascript:alert(1)", "latest", "v1.0.0", Absent},
		{"javascript:alert(1)", commit, "v1.0.0", Absent},
		{"TODO", "TODO", "v1.0.0", Absent},
		{"https://github.com", commit, "v1.0.0", Absent},
		{"", commit, "v1.0.0", Absent},
		{thing, "", "v1.0.0", Absent},
	} {
		rel := &registry.Release{Source: registry.Source{Repository: c.repository, Revision: c.revision, Route: fetch.Direct, Asked: fetch.Found}}
		rel.Ref.Version = c.version
		f := sourceStated(&exam{Case: Case{Artifact: &artifact.Artifact{}, Release: rel}})
		assert.Equal(t, c.want, f.Outcome, "%v: %s", c, f.Reason)
	}
}
