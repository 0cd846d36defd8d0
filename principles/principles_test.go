package principles_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"touchstone/principles"
)

func TestBuiltInPrinciplesLoad(t *testing.T) {
	doc, err := principles.LoadFrom(os.DirFS("."))
	require.NoError(t, err)
	require.Equal(t, "0.2", doc.Version)
	require.NotEmpty(t, doc.Tracks)
}

func TestEveryCheckIsUsedByARequirement(t *testing.T) {
	doc, err := principles.LoadFrom(os.DirFS("."))
	require.NoError(t, err)
	used := map[string]bool{}
	for _, track := range doc.Tracks {
		for _, l := range track.Levels {
			for _, r := range l.Requirements {
				for _, w := range r.MetBy {
					for _, id := range w.All {
						used[id] = true
					}
				}
			}
		}
	}
	for _, c := range doc.Checks {
		// A check that no requirement names may still fail a verdict or
		// raise an alarm; one that does neither would count for nothing.
		if c.OnFail == principles.Note {
			require.True(t, used[c.ID], "check %s decides nothing", c.ID)
		}
	}
}

// Whoever reads one requirement finds there what it answers, to whom it
// applies, how to see and how to reach it, and who brought it up.
func TestEveryRequirementIsComplete(t *testing.T) {
	doc, err := principles.LoadFrom(os.DirFS("."))
	require.NoError(t, err)
	for _, track := range doc.Tracks {
		require.Len(t, track.Levels, 3, "track %s", track.ID)
		for _, l := range track.Levels {
			for _, r := range l.All() {
				require.NotEmpty(t, r.Threats, "%s: which threats does it answer?", r.ID)
				require.NotContains(t, r.Threats, "", "%s: an empty threat", r.ID)
				require.NotEmpty(t, r.HowToCheck, "%s: how is it checked?", r.ID)
				require.NotEqual(t, principles.Reach{}, r.Reach, "%s: how is it reached?", r.ID)
				require.NotEmpty(t, r.Raised, "%s: who raised it, and where?", r.ID)
				require.NotEqual(t, r.Aspirational, len(r.Deployed) > 0, "%s: either deployed somewhere or aspirational", r.ID)
			}
		}
	}
}

func TestBrokenDataIsRefused(t *testing.T) {
	const checks = `{"checks":[{"id":"c","question":"?","onFail":"note"}],"topics":[]}`
	const document = `{"version":"1","title":"t","status":"s","tracks":["t"]}`
	track := func(requirement string) string {
		return `{"id":"t","name":"T","question":"?","summary":"s","weighed":true,"nothing":"n","levels":[{"level":1,"name":"n","summary":"s","says":"s","requirements":[` + requirement + `]}]}`
	}
	good := `{"id":"r","name":"n","text":"t","why":"w","reach":{},"deployed":[],"aspirational":true,"metBy":[{"all":["c"]}]}`
	cases := []struct {
		name, document, checks, track, want string
	}{
		{"good", document, checks, track(good), ""},
		{"unknown field", document, checks, `{"id":"t","colour":1}`, "unknown field"},
		{"two values", document + "{}", checks, track(good), "more than one"},
		{"track id is not the file's", document, checks, `{"id":"u","levels":[]}`, "must be the same"},
		{"no level one", document, checks, `{"id":"t","levels":[{"level":2,"requirements":[]}]}`, "stands where"},
		{"empty level", document, checks, `{"id":"t","levels":[{"level":1,"requirements":[]}]}`, "hold by itself"},
		{"doubled id", document, checks, track(good + "," + good), "used by"},
		{"bad id", document, checks, track(`{"id":"R r"}`), "use a-z"},
		{"no text", document, checks, track(`{"id":"r"}`), "lacks name"},
		{"deployed nowhere", document, checks, track(`{"id":"r","name":"n","text":"t","why":"w","deployed":[]}`), "deployed nowhere"},
		{"deployment without source", document, checks, track(`{"id":"r","name":"n","text":"t","why":"w","deployed":[{"where":"w","how":"h","source":"http://x","date":"d"}]}`), "https source"},
		{"neither way nor reason", document, checks, track(`{"id":"r","name":"n","text":"t","why":"w","aspirational":true,"deployed":[]}`), "either metBy or notChecked"},
		{"empty way", document, checks, track(`{"id":"r","name":"n","text":"t","why":"w","aspirational":true,"deployed":[],"metBy":[{"all":[]}]}`), "always be met"},
		{"a weighed line that only should hold", document, checks, track(strings.Replace(good, `"why"`, `"strength":"should","why"`, 1)), "must hold"},
		{"shown by no check", document, checks, track(strings.Replace(good, `"why"`, `"shownBy":["d"],"why"`, 1)), "does not exist"},
		{"unknown check", document, checks, track(`{"id":"r","name":"n","text":"t","why":"w","aspirational":true,"deployed":[],"metBy":[{"all":["d"]}]}`), "does not exist"},
		{"weighed, and says nothing", document, checks, strings.Replace(track(good), `"says":"s",`, "", 1), "(says, nothing)"},
		{"not weighed, and says something", document, checks, strings.Replace(track(good), `"weighed":true,`, "", 1), "(says, nothing)"},
		{"unknown severity", document, `{"checks":[{"id":"c","question":"?","onFail":"maybe"}],"topics":[]}`, track(good), "onFail"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := principles.LoadFrom(fstest.MapFS{
				"document.json":  {Data: []byte(c.document)},
				"checks.json":    {Data: []byte(c.checks)},
				"tracks/t.json":  {Data: []byte(c.track)},
				"tracks/u.json":  {Data: []byte(c.track)},
				"tracks/zz.json": {Data: []byte(`{`)},
			})
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.want)
		})
	}
}

// The engine gets every track that is weighed, whole, and no other.
func TestLoadWeighed(t *testing.T) {
	all, err := principles.LoadFrom(os.DirFS("."))
	require.NoError(t, err)
	got, err := principles.LoadWeighed()
	require.NoError(t, err)
	want := *all
	want.Tracks = slices.DeleteFunc(slices.Clone(all.Tracks), func(t principles.Track) bool { return !t.Weighed })
	for i, track := range want.Tracks {
		want.Tracks[i].Levels = slices.Clone(track.Levels)
		for j, l := range track.Levels {
			require.NotEmpty(t, slices.Concat(l.Capabilities, l.Requirements))
			want.Tracks[i].Levels[j].Capabilities = nil // those are asked of repositories
		}
	}
	require.Less(t, len(want.Tracks), len(all.Tracks))
	require.Equal(t, &want, got)
}
