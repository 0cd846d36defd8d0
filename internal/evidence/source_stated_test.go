package evidence

import (
	"strings"
	"testing"

	"touchstone/internal/artifact"
	"touchstone/internal/fetch"
	"touchstone/internal/registry"

	"github.com/stretchr/testify/assert"
)

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
		{thing, strings.Repeat("0", 40), "v1.0.0", Absent},
		{thing, strings.Repeat("0", 64), "v1.0.0", Absent},
		{thing, strings.Repeat("0", 12), "v0.0.0-00010101000000-000000000000", Absent},
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

// TestSourceStatedInside: by the package itself, in bytes that are the
// repository's.
func TestSourceStatedInside(t *testing.T) {
	inside := func(route fetch.Route, matches Outcome, dirty bool) *exam {
		e := covers(matches)
		e.Release.Source = registry.Source{Route: route, Asked: fetch.Found}
		e.Release.Chain[0].Answer.Route = route
		e.Artifact.Inside = registry.Inside{Repository: thing, Revision: commit, Dirty: dirty}
		return e
	}
	table{
		"direct":              {inside(fetch.Direct, Pass, false), Pass},
		"other bytes":         {inside(fetch.Direct, Fail, false), Unknown},
		"by relay, unsigned":  {inside(fetch.Relay, Pass, false), Unknown},
		"from a changed tree": {inside(fetch.Direct, Pass, true), Absent},
		"by a direct record, where another document was not had": {stating(inside(fetch.Direct, Pass, false), registry.Source{Asked: fetch.Unknown}), Pass},
		"changed, where another document was not had":            {stating(inside(fetch.Direct, Pass, true), registry.Source{Asked: fetch.Unknown}), Absent},
		"changed, whatever the record names": {stating(inside(fetch.Direct, Pass, true),
			registry.Source{Repository: thing, Revision: commit, Route: fetch.Direct, Asked: fetch.Found}), Absent},
	}.run(t, sourceStated)
	e := inside(fetch.Direct, Pass, false)
	e.Artifact.Inside.Folder = "crates/thing"
	assert.Equal(t, "crates/thing", sourceStated(e).Facts["stated folder"])
	// Where the record has no place for it, what the package says is what is said.
	e = inside(fetch.Direct, Pass, false)
	e.Artifact.Inside.Revision = ""
	f := sourceStated(e)
	assert.Equal(t, Absent, f.Outcome)
	assert.Equal(t, "The package names the repository "+thing+", but not the revision that this version was made from.", f.Reason)
	e.Release.Source.Repository = "https://github.com/other/thing"
	assert.Contains(t, sourceStated(e).Reason, "The record names the repository https://github.com/other/thing")
}

func stating(e *exam, s registry.Source) *exam {
	e.Release.Source = s
	return e
}
