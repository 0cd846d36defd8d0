//go:build touchstone_testanchors

package audit_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/audit"
	"touchstone/internal/evidence"
	"touchstone/internal/fetch"
	"touchstone/internal/mint"
	"touchstone/internal/purl"
	"touchstone/internal/report"
	"touchstone/internal/trust"
)

// versions are n versions of an invented module, among many others in the log.
func versions(t testing.TB, n int) (mint.World, trust.Anchors, []string) {
	t.Helper()
	w, log := mint.World{}, mint.NewSumDB("sum.golang.org", "each")
	var references []string
	for i := range n {
		for j := range 12 {
			log.Add(fmt.Sprintf("example.com/other%d", j), fmt.Sprintf("v1.%d.0", i), fmt.Sprintf("example.com/other%d v1.%d.0 h1:AAAA\n", j, i))
		}
		m := mint.Module{Path: "example.com/many", Version: fmt.Sprintf("v1.%d.0", i),
			Files: map[string]string{"go.mod": "module example.com/many\n", "a.go": fmt.Sprintf("package many\n\nconst N = %d\n", i)}}
		m.Serve(w, proxy)
		log.Add(m.Path, m.Version, m.Lines())
		references = append(references, m.Path+"@"+m.Version)
	}
	log.Serve(w, database)
	anchors, err := trust.WithTestAnchors(trust.TestAnchors{LogKeys: []string{log.Key}, Taken: at})
	require.NoError(t, err)
	return w, anchors, references
}

func questions(references []string) []audit.Question {
	var out []audit.Question
	for _, r := range references {
		out = append(out, audit.Question{Pasted: r, Time: at})
	}
	return out
}

// TestEach: many versions of one module as one audit. Each answer is that of an
// audit alone, in the order asked; each immutable tile is fetched once, and what
// may change once for all.
func TestEach(t *testing.T) {
	w, anchors, references := versions(t, 50)
	asked := counted(w)
	a, err := audit.New(audit.Options{Transport: asked, Anchors: anchors, Retries: -1})
	require.NoError(t, err)
	n := 0
	for i, out := range a.Each(t.Context(), questions(references), audit.Set{}) {
		require.Equal(t, n, i)
		require.NoError(t, out.Err)
		require.Equal(t, references[i], out.Question.Pasted)
		require.Equal(t, [2]int{2, 2}, levelsOf(out.Brief.Verdict.Tracks)["integrity"])
		require.Contains(t, out.Brief.Reference, references[i])
		n++
	}
	require.Equal(t, 50, n)
	tiles := 0
	for url, times := range asked.asked {
		if strings.Contains(url, "/tile/") {
			tiles++
			require.Equal(t, 1, times, url)
		}
	}
	require.Greater(t, tiles, 3)
	require.Equal(t, 1, asked.asked[database+"latest"])
	require.Equal(t, 1, asked.asked[proxy+"example.com/many/@v/list"])

	// One after the other, each as an audit of its own: the tiles still once.
	asked = counted(w)
	a, err = audit.New(audit.Options{Transport: asked, Anchors: anchors, Retries: -1})
	require.NoError(t, err)
	for i, q := range questions(references) {
		alone, err := a.Audit(t.Context(), q)
		require.NoError(t, err)
		require.Equal(t, [2]int{2, 2}, levels(&result{Report: alone})["integrity"])
		if i > 0 {
			continue
		}
		fresh, err := audit.New(audit.Options{Transport: w, Anchors: anchors, Retries: -1})
		require.NoError(t, err)
		for _, out := range fresh.Each(t.Context(), []audit.Question{q}, audit.Set{}) {
			same(t, alone, out.Brief)
		}
	}
	for url, times := range asked.asked {
		if strings.Contains(url, "/tile/") {
			require.Equal(t, 1, times, url)
		}
	}
	require.Equal(t, 50, asked.asked[database+"latest"], "the newest head is asked for each time")
}

// same: alone or among many, the answer is one.
func same(t *testing.T, alone *report.Report, brief *report.Brief) {
	t.Helper()
	require.Equal(t, alone.Reference, brief.Reference)
	require.Equal(t, alone.Version, brief.Version)
	require.Equal(t, alone.About, brief.About)
	require.Equal(t, alone.Topics, append([]evidence.Topic{}, brief.Topics...))
	v := brief.Verdict
	require.Equal(t, alone.Verdict.Failed, v.Failed)
	require.Equal(t, alone.Verdict.Tracks, v.Tracks)
	require.Equal(t, [][]string{alone.Verdict.Failures, alone.Verdict.Alarms}, [][]string{append([]string{}, v.Failures...), append([]string{}, v.Alarms...)})
	require.Len(t, brief.Findings, len(alone.Findings))
	for i, f := range brief.Findings {
		require.Equal(t, alone.Findings[i].Finding, f)
		require.Equal(t, f, brief.Finding(f.Check))
	}
	require.Equal(t, alone.Finding("none").Finding, brief.Finding("none"))
}

// TestEachBreaksNowhere: what cannot be asked or is not there is one line, and the
// others are answered.
func TestEachBreaksNowhere(t *testing.T) {
	w, anchors, references := versions(t, 5)
	list := questions(references)
	list[1].Pasted = "???"
	list[2].Pasted = "example.com/many@v9.9.9"
	list = append(list, audit.Question{Pasted: "pkg:julia/b@1"})
	a, err := audit.New(audit.Options{Transport: w, Anchors: anchors, Retries: -1})
	require.NoError(t, err)
	var errs []error
	for _, out := range a.Each(t.Context(), list, audit.Set{Parallel: 2, Time: at}) {
		require.Equal(t, out.Err == nil, out.Brief != nil)
		errs = append(errs, out.Err)
	}
	require.Len(t, errs, 6)
	require.NoError(t, errs[0])
	require.NoError(t, errs[4])
	var refused *purl.Refused
	for _, i := range []int{1, 2, 5} {
		require.ErrorAs(t, errs[i], &refused, i)
	}
	require.NoError(t, errs[3])
}

// TestEachEndsAtOnce: when it is cancelled, or when nobody takes more, nothing
// further is asked.
func TestEachEndsAtOnce(t *testing.T) {
	w, anchors, references := versions(t, 50)
	for name, end := range map[string]func(cancel func()) bool{
		"cancelled": func(cancel func()) bool { cancel(); return true },
		"left":      func(func()) bool { return false },
	} {
		t.Run(name, func(t *testing.T) {
			asked := counted(w)
			a, err := audit.New(audit.Options{Transport: asked, Anchors: anchors, Retries: -1})
			require.NoError(t, err)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			n := 0
			for range a.Each(ctx, questions(references), audit.Set{Parallel: 1}) {
				n++
				if !end(cancel) {
					break
				}
			}
			require.Equal(t, 1, n)
			require.Less(t, asked.of(proxy+"example.com/many/@v/v"), 50*3)
		})
	}
}

// TestEachIsBounded: no more audits are under way, or wait to be taken, than was
// said, however many are asked.
func TestEachIsBounded(t *testing.T) {
	w, anchors, references := versions(t, 60)
	var begun atomic.Int64
	list := questions(references)
	for i := range list {
		var once atomic.Bool
		list[i].Progress = func(fetch.Progress) {
			if once.CompareAndSwap(false, true) {
				begun.Add(1)
			}
		}
	}
	a, err := audit.New(audit.Options{Transport: w, Anchors: anchors, Retries: -1})
	require.NoError(t, err)
	taken := int64(0)
	for range a.Each(t.Context(), list, audit.Set{Parallel: 2}) {
		taken++
		require.LessOrEqual(t, begun.Load(), taken+4*2+2+1)
	}
	require.EqualValues(t, 60, taken)
}

// TestResolveFirst: the exact version is known before anything large is fetched,
// and the second half goes on where the first ended.
func TestResolveFirst(t *testing.T) {
	w, anchors, _ := versions(t, 1)
	asked := counted(w)
	a, err := audit.New(audit.Options{Transport: asked, Anchors: anchors, Retries: -1})
	require.NoError(t, err)
	r, err := a.Resolve(t.Context(), audit.Question{Pasted: "example.com/many", Time: at, Most: -1})
	require.NoError(t, err)
	require.Equal(t, "pkg:golang/example.com/many@v1.0.0", r.Ref().String())
	requests := asked.of("")
	report, err := r.Audit()
	require.NoError(t, err)
	r.Close()
	require.Equal(t, requests, asked.of(""), "nothing is asked twice, and no bytes at all")
	require.Zero(t, asked.of(proxy+"example.com/many/@v/v1.0.0.zip"))
	got := levels(&result{Report: report})["integrity"]
	require.Equal(t, [2]int{0, 2}, got, "what needs the bytes is open")
	require.Contains(t, report.Text(false), "only what is said of it was asked for")

	_, err = a.Resolve(t.Context(), audit.Question{Pasted: "???"})
	var refused *purl.Refused
	require.True(t, errors.As(err, &refused))
}
