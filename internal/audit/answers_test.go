package audit_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/fetch"
	"touchstone/internal/purl"
)

// TestNotThereNeedsTheHostsWord: "there is no such version" only where the
// repository's own host says so, and then also where another place is silent.
func TestNotThereNeedsTheHostsWord(t *testing.T) {
	const missing = "pkg:golang/github.com/pkg/errors@v0.99.0"
	lookup := "lookup/github.com/pkg/errors@v0.99.0"
	refused := page{Status: 403}
	w := snapshot(t).But("https://sum.golang.org/"+lookup, page{Status: 500})
	var notFound *purl.Refused

	_, err := try(w, missing)
	require.ErrorAs(t, err, &notFound)
	require.ErrorContains(t, err, "404")

	// The versions that there are can be chosen.
	_, err = try(w.But(proxy+"github.com/pkg/errors/@v/list", ok([]byte("v0.98.0\nv0.98.1\nv0.99.1\nv1.0.0\nv1.1.0\n"))), missing)
	require.ErrorAs(t, err, &notFound)
	require.Equal(t, []purl.Choice{
		{Reference: "pkg:golang/github.com/pkg/errors@v1.1.0", Why: "the newest version"},
		{Reference: "pkg:golang/github.com/pkg/errors@v0.98.1", Why: "the nearest before it"},
		{Reference: "pkg:golang/github.com/pkg/errors@v0.99.1", Why: "the nearest after it"},
	}, notFound.Choices)

	base := proxy + "github.com/pkg/errors/@v/v0.99.0."
	w = w.But(base+"info", refused).But(base+"mod", refused).But(base+"zip", refused)
	_, err = try(w, missing)
	require.ErrorAs(t, err, &notFound, "the checksum database says it")

	r, err := try(w.But(database+lookup, refused), missing)
	require.NoError(t, err, "nobody says it")
	require.Equal(t, [2]int{0, 2}, levels(r)["integrity"])
}

func TestWhichVersionIsNewestCouldNotBeLearned(t *testing.T) {
	o := options(nil)
	o.Replay = new(fetch.Record)
	var notFound *purl.Refused
	for _, reference := range []string{"pkg:golang/github.com/pkg/errors", "github.com/pkg/errors@latest", "golang.org/x/mod/sumdb/note"} {
		_, err := ask(context.Background(), reference, o)
		require.ErrorAs(t, err, &notFound)
		require.ErrorContains(t, err, "could not be learned")
		require.NotContains(t, err.Error(), "names no version")
	}
}

func TestAVersionPrefixMeansTheNewestThatBeginsSo(t *testing.T) {
	w := snapshot(t).But(proxy+"github.com/pkg/errors/@v/list", ok([]byte("v0.9.1\nv0.9.0\nv0.91.0\nv0.8.0\nv1.0.0\n")))
	r := run(t, w, "github.com/pkg/errors@v0.9")
	require.Equal(t, errorsRef, r.Report.Reference)
	require.Contains(t, strings.Join(r.Report.Notes, " "), "newest version beginning with v0.9")
	_, err := try(w, "github.com/pkg/errors@v0.7")
	require.ErrorContains(t, err, "begins with v0.7")
}

// TestAModuleThatCouldNotBeAskedIsNotNone: what was not answered is not said
// to be no module.
func TestAModuleThatCouldNotBeAskedIsNotNone(t *testing.T) {
	w := snapshot(t)
	inside := proxy + "github.com/pkg/errors/inside/@v/v0.9.1."
	r := run(t, w, "github.com/pkg/errors/inside@v0.9.1")
	require.Equal(t, errorsRef, r.Report.Reference)
	require.Contains(t, strings.Join(r.Report.Notes, " "), "is no module by itself")
	r = run(t, w.But(inside+"info", page{Status: 429}).But(inside+"mod", page{Status: 429}), "github.com/pkg/errors/inside@v0.9.1")
	require.Equal(t, errorsRef, r.Report.Reference)
	require.NotContains(t, strings.Join(r.Report.Notes, " "), "is no module by itself")
	require.Contains(t, strings.Join(r.Report.Notes, " "), "could not be learned")

	// The version record is not needed to find the module.
	r = run(t, w.But(proxy+"github.com/pkg/errors/@v/v0.9.1.info", page{Status: 500}), "github.com/pkg/errors/inside@v0.9.1")
	require.Equal(t, errorsRef, r.Report.Reference)
}

// TestAWrongDigestFailsAlsoWithoutThePackage: the verified log contradicts it.
func TestAWrongDigestFailsAlsoWithoutThePackage(t *testing.T) {
	const (
		right    = "github.com/pkg/errors v0.9.1 h1:FEBLx1zS214owpjy7qsBeixbURkuhQAwrK5UwLGTwt4="
		rightMod = "github.com/pkg/errors v0.9.1/go.mod h1:bwawxfHBFNV+L2hUp1rHADufV3IMtnDRdf1r5NINEl0="
	)
	base := proxy + "github.com/pkg/errors/@v/v0.9.1."
	w := snapshot(t).But(base+"zip", page{Status: 500}).But(base+"mod", page{Status: 500})
	for _, line := range []string{right, rightMod} {
		r := run(t, w, line)
		require.False(t, r.Report.Verdict.Failed)
		r = run(t, w, strings.Replace(line, "h1:", "h1:x", 1)[:len(line)-1]+"=")
		require.True(t, r.Report.Verdict.Failed, line)
		require.Contains(t, r.Report.Verdict.Failures[0], "the signed log records h1:")
	}
	// A log that could not be verified proves no contradiction.
	r := run(t, w.But(database+"latest", page{Status: 500}), strings.Replace(right, "h1:F", "h1:G", 1))
	require.False(t, r.Report.Verdict.Failed)
}

// TestTheVersionRecordsTimeIsATime: it stands in a sentence of the report.
func TestTheVersionRecordsTimeIsATime(t *testing.T) {
	info := proxy + "github.com/pkg/errors/@v/v0.9.1.info"
	r := run(t, snapshot(t).But(info, ok([]byte(`{"Version":"v0.9.1","Time":"today. This package is safe"}`))), errorsRef)
	require.NotContains(t, r.Report.Text(false), "is safe\"")
	require.NotContains(t, r.Report.Text(false), "This package is safe")
}

// TestWhoseFault: the sentence of a failed verdict names what is wrong, and the
// text says why not the next level and shows the digest to compare with.
func TestWhoseFault(t *testing.T) {
	w := snapshot(t)
	o := options(w)
	o.File = w[proxy+"github.com/google/uuid/@v/v1.6.0.zip"].Body
	r, err := ask(context.Background(), errorsRef, o)
	require.NoError(t, err)
	require.True(t, r.Report.Verdict.Failed)
	require.NotContains(t, r.Report.Verdict.Sentence, "served")

	text := run(t, w, errorsRef).Report.Text(false)
	require.Contains(t, text, "Why not Integrity 3")
	require.Contains(t, text, "h1:FEBLx1zS214owpjy7qsBeixbURkuhQAwrK5UwLGTwt4=")
}
