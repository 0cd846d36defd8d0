package audit_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/corpus"
	"touchstone/internal/fetch"
	"touchstone/internal/level"
	"touchstone/internal/purl"
)

const errorsRef = "pkg:golang/github.com/pkg/errors@v0.9.1"

// TestCorpusVerdicts answers every case of the checksum database as the corpus
// says a correct client must.
func TestCorpusVerdicts(t *testing.T) {
	w := snapshot(t)
	file, err := os.Open(corpus.Path(t) + "/CASES.jsonl")
	require.NoError(t, err)
	defer file.Close()
	seen := 0
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var c struct{ ID, Mechanism, Subject, Expected string }
		require.NoError(t, json.Unmarshal(lines.Bytes(), &c))
		if c.Mechanism != "Go checksum database" {
			continue
		}
		seen++
		t.Run(c.ID, func(t *testing.T) {
			if c.ID == "go-cross" {
				other := w[proxy+"github.com/google/uuid/@v/v1.6.0.zip"]
				r := run(t, w.But(proxy+"github.com/pkg/errors/@v/v0.9.1.zip", other), errorsRef)
				require.True(t, r.Report.Verdict.Failed)
				return
			}
			require.Equal(t, "accept", c.Expected)
			r := run(t, w, c.Subject)
			require.False(t, r.Report.Verdict.Failed, r.Report.Verdict.Failures)
			require.Equal(t, map[string][2]int{"integrity": {2, 2}, "accountability": {0, 0}}, levels(r))
			require.Empty(t, r.Report.Verdict.Alarms)
			require.Equal(t, level.Met, status(t, r, "integrity-files").Status)
			require.Equal(t, level.Met, status(t, r, "integrity-offline").Status)
			require.Equal(t, level.Unmet, status(t, r, "integrity-identity").Status)
			require.Contains(t, status(t, r, "integrity-identity").Reason, "everybody gets the same bytes")
			require.NotEmpty(t, r.Report.Files)
			again := checked(t, saved(t, r, true), nil)
			require.Equal(t, map[string][2]int{"integrity": {2, 2}, "accountability": {0, 1}}, levels(again))
		})
	}
	require.GreaterOrEqual(t, seen, 11)
}

func TestReplayGivesTheSameButNobodysWord(t *testing.T) {
	w := snapshot(t)
	live := run(t, w, errorsRef)
	o := options(nil)
	o.Replay = live.Record
	replayed, err := ask(context.Background(), errorsRef, o)
	require.NoError(t, err)
	require.Equal(t, map[string][2]int{"integrity": {2, 2}, "accountability": {0, 1}}, levels(replayed))
	require.Equal(t, fetch.Replay, replayed.Report.Route)
	require.Empty(t, replayed.Heads, "a replay never feeds the kept heads")
	require.NotEmpty(t, live.Heads)
}

func TestAnEmptyReplayKnowsNothing(t *testing.T) {
	o := options(nil)
	o.Replay = new(fetch.Record)
	r, err := ask(context.Background(), errorsRef, o)
	require.NoError(t, err)
	require.False(t, r.Report.Verdict.Failed)
	require.Equal(t, map[string][2]int{"integrity": {0, 2}, "accountability": {0, 1}}, levels(r))
	for _, f := range r.Report.Findings {
		require.NotContains(t, f.Reason, "not there", f.Check)
	}
}

func TestAPastedDigestIsComparedFirst(t *testing.T) {
	w := snapshot(t)
	const (
		right = "github.com/pkg/errors v0.9.1 h1:FEBLx1zS214owpjy7qsBeixbURkuhQAwrK5UwLGTwt4="
		wrong = "github.com/pkg/errors v0.9.1 h1:GEBLx1zS214owpjy7qsBeixbURkuhQAwrK5UwLGTwt4="
		mod   = "github.com/pkg/errors v0.9.1/go.mod h1:bwawxfHBFNV+L2hUp1rHADufV3IMtnDRdf1r5NINEl0="
	)
	run := func(t *testing.T, w world, pasted string) *result {
		// What the report says that was asked asks the same again.
		first := run(t, w, pasted)
		again := run(t, w, first.Report.Reference)
		require.Equal(t, first.Report.Verdict, again.Report.Verdict)
		require.Equal(t, first.Report.Findings, again.Report.Findings)
		return first
	}
	r := run(t, w, right)
	require.Equal(t, [2]int{2, 2}, levels(r)["integrity"])
	require.True(t, strings.HasPrefix(outcome(t, r, "reference-digest"), "pass"))

	r = run(t, w, wrong)
	require.True(t, r.Report.Verdict.Failed)
	require.Equal(t, [2]int{0, 0}, levels(r)["integrity"])
	require.Equal(t, "reference-digest", r.Report.Findings[0].Check)
	require.Contains(t, r.Report.Verdict.Failures[0], "The reference's digest")
	require.Contains(t, outcome(t, r, "reference-digest"), "The log sum.golang.org holds the recorded one as its entry ")

	// A message of the go command holds both: which is right is said.
	r = run(t, w, "verifying github.com/pkg/errors@v0.9.1: checksum mismatch\n\tdownloaded: "+wrong[len(wrong)-47:]+"\n\tgo.sum:     "+right[len(right)-47:])
	require.Equal(t, [2]int{2, 2}, levels(r)["integrity"])
	require.Contains(t, outcome(t, r, "reference-digest"), "Of other bytes is: "+wrong[len(wrong)-47:][:24])
	require.Contains(t, outcome(t, r, "reference-digest"), "It proves no time, so since when is not known.")

	// The same bytes in a spelling that the go command would refuse.
	r = run(t, w, strings.Replace(right, "Twt4=", "Twt5=", 1))
	require.True(t, r.Report.Verdict.Failed)

	r = run(t, w, mod)
	require.Equal(t, [2]int{2, 2}, levels(r)["integrity"])
	require.True(t, strings.HasPrefix(outcome(t, r, "reference-digest"), "not applicable"), "the manifest's digest says nothing about the files")

	r = run(t, w, strings.Replace(mod, "bwaw", "cwaw", 1))
	require.True(t, r.Report.Verdict.Failed)
}

func TestBadAnswers(t *testing.T) {
	w := snapshot(t)
	const (
		info   = proxy + "github.com/pkg/errors/@v/v0.9.1.info"
		zip    = proxy + "github.com/pkg/errors/@v/v0.9.1.zip"
		mod    = proxy + "github.com/pkg/errors/@v/v0.9.1.mod"
		lookup = database + "lookup/github.com/pkg/errors@v0.9.1"
		latest = database + "latest"
	)
	html := ok([]byte("<!doctype html><title>Sign in</title>"))
	refused := page{Err: errors.New("connection refused")}
	zipBytes := w[zip].Body
	cases := []struct {
		name   string
		world  world
		failed bool
		want   [2]int // integrity
		check  string
		says   string
	}{
		{"HTML for the version record", w.But(info, html), false, [2]int{2, 2}, "source-stated", "unknown"},
		{"record of another version", w.But(info, ok([]byte(`{"Version":"v0.9.0"}`))), false, [2]int{2, 2}, "source-stated", "unknown"},
		{"origin named", w.But(info, ok([]byte(`{"Version":"v0.9.1","Origin":{"VCS":"git","URL":"https://github.com/pkg/errors","Hash":"614d223910a179a466c1767a985424175c39b465"}}`))), false, [2]int{2, 2}, "source-stated", "pass"},
		{"origin without revision", w.But(info, ok([]byte(`{"Version":"v0.9.1","Origin":{"VCS":"git","URL":"https://github.com/pkg/errors"}}`))), false, [2]int{2, 2}, "source-stated", "absent"},
		{"HTML for the lookup", w.But(lookup, html), false, [2]int{0, 2}, "log-record", "unknown"},
		{"lookup of another module", w.But(lookup, w[database+"lookup/github.com/google/uuid@v1.6.0"]), true, [2]int{0, 0}, "log-record", "fail"},
		{"lookup refused 403", w.But(lookup, page{Status: 403}), false, [2]int{0, 2}, "log-record", "unknown"},
		{"lookup 429", w.But(lookup, page{Status: 429}), false, [2]int{0, 2}, "log-record", "unknown"},
		{"lookup 500", w.But(lookup, page{Status: 500}), false, [2]int{0, 2}, "log-record", "unknown"},
		{"lookup not there", w.But(lookup, page{Status: 404}), false, [2]int{0, 0}, "log-record", "absent"},
		{"lookup of 100 MB", w.But(lookup, page{Status: 200, Reader: io.LimitReader(endless{}, 100<<20)}), false, [2]int{0, 2}, "log-record", "unknown"},
		{"endless lookup", w.But(lookup, page{Status: 200, Reader: endless{}}), false, [2]int{0, 2}, "log-record", "unknown"},
		{"no newest head", w.But(latest, page{Status: 500}), false, [2]int{1, 2}, "log-record", "unknown"},
		{"empty newest head", w.But(latest, ok(nil)), false, [2]int{1, 2}, "log-record", "unknown"},
		{"HTML for the newest head", w.But(latest, html), false, [2]int{1, 2}, "log-record", "unknown"},
		{"zip not there", w.But(zip, page{Status: 404}), false, [2]int{0, 0}, "digest-matches", "absent"},
		{"zip refused", w.But(zip, page{Status: 403}), false, [2]int{0, 2}, "digest-matches", "unknown"},
		{"zip is HTML", w.But(zip, html), false, [2]int{0, 2}, "digest-matches", "unknown"},
		{"zip empty", w.But(zip, ok(nil)), false, [2]int{0, 2}, "digest-matches", "unknown"},
		{"zip shorter than said", w.But(zip, page{Status: 200, Header: length(len(zipBytes)), Body: zipBytes[:len(zipBytes)-9]}), false, [2]int{0, 2}, "digest-matches", "unknown"},
		{"zip longer than said", w.But(zip, page{Status: 200, Header: length(len(zipBytes) - 9), Body: zipBytes}), false, [2]int{0, 2}, "digest-matches", "unknown"},
		{"zip cut by its own length", w.But(zip, ok(zipBytes[:len(zipBytes)/2])), true, [2]int{0, 0}, "digest-matches", "fail"},
		{"data behind the zip", w.But(zip, ok(append(append([]byte{}, zipBytes...), "tail"...))), true, [2]int{0, 0}, "archive-sound", "fail"},
		{"other go.mod", w.But(mod, ok([]byte("module evil\n"))), true, [2]int{0, 0}, "digest-matches", "fail"},
		{"go.mod not to be had", w.But(mod, page{Status: 500}), false, [2]int{2, 2}, "digest-matches", "pass"},
		{"nothing answers", world{}.But(info, refused).But(zip, refused).But(mod, refused).But(lookup, refused).But(latest, refused).But("https://sum.golang.org/lookup/github.com/pkg/errors@v0.9.1", refused), false, [2]int{0, 2}, "digest-matches", "unknown"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := run(t, c.world, errorsRef)
			require.Equal(t, c.failed, r.Report.Verdict.Failed, r.Report.Verdict.Failures)
			require.True(t, strings.HasPrefix(outcome(t, r, c.check), c.says+":"), outcome(t, r, c.check))
			require.Equal(t, c.want, levels(r)["integrity"], r.Report.Text(false))
		})
	}
}

func TestQuestionsThatCannotBeAsked(t *testing.T) {
	w := snapshot(t)
	var notFound *purl.Refused
	_, err := try(w, "pkg:golang/github.com/pkg/errors@v0.99.0")
	require.ErrorAs(t, err, &notFound)
	_, err = try(w, "pkg:golang/example.com/private/thing@v1.0.0")
	require.ErrorAs(t, err, &notFound)
	require.ErrorContains(t, err, "Private modules")
	_, err = try(w, "pkg:golang/example.com/private/thing")
	require.ErrorAs(t, err, &notFound)
	var bad *purl.Refused
	_, err = try(w, "pkg:golang/github.com/pkg/errors@v0.9.1?repository_url=evil.example")
	require.ErrorAs(t, err, &bad)
	var unserved *purl.Refused
	_, err = try(w, "pkg:julia/x@1.0.0")
	require.ErrorAs(t, err, &unserved)
	require.Equal(t, purl.UnsupportedType, unserved.Kind)
}

func TestCancelHalfWay(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	o := options(snapshot(t))
	o.Progress = func(p fetch.Progress) {
		if p.Done {
			cancel()
		}
	}
	_, err := ask(ctx, errorsRef, o)
	require.ErrorIs(t, err, context.Canceled)
}

func TestSubPackageAndNewestVersion(t *testing.T) {
	w := snapshot(t).But(proxy+"github.com/pkg/errors/@v/list", ok([]byte("v0.9.1\nv0.9.0\nv1.0.0-rc.1\nnonsense\n")))
	r := run(t, w, "https://pkg.go.dev/github.com/pkg/errors@v0.9.1/sub/folder")
	require.Equal(t, errorsRef, r.Report.Reference)
	r = run(t, w, "github.com/pkg/errors")
	require.Equal(t, errorsRef, r.Report.Reference)
	require.Contains(t, strings.Join(r.Report.Notes, " "), "v0.9.1")

	retracting := "module github.com/pkg/errors\nretract v0.9.1 // published by mistake\n"
	r = run(t, w.But(proxy+"github.com/pkg/errors/@v/v0.9.1.mod", ok([]byte(retracting))), errorsRef)
	found := false
	for _, f := range r.Report.Topics {
		found = found || f.ID == "withdrawn" && strings.Contains(f.Text, "published by mistake")
	}
	require.True(t, found, "a retraction is said")
}

func TestADroppedFile(t *testing.T) {
	w := snapshot(t)
	const zip = proxy + "github.com/pkg/errors/@v/v0.9.1.zip"
	o := options(w.But(zip, page{Status: 500}))
	o.File = w[zip].Body
	r, err := ask(context.Background(), errorsRef, o)
	require.NoError(t, err)
	require.Equal(t, [2]int{2, 2}, levels(r)["integrity"])
	require.Equal(t, fetch.File, r.Report.Artifact.Route)

	o.File = w[proxy+"github.com/google/uuid/@v/v1.6.0.zip"].Body
	r, err = ask(context.Background(), errorsRef, o)
	require.NoError(t, err)
	require.True(t, r.Report.Verdict.Failed)
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}
