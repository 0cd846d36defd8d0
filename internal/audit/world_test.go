package audit_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"touchstone/internal/audit"
	"touchstone/internal/corpus"
	"touchstone/internal/level"
	"touchstone/internal/mint"
	"touchstone/internal/trust"
)

const (
	proxy    = "https://proxy.golang.org/"
	database = proxy + "sumdb/sum.golang.org/"
)

// at is the clock of every audit in these tests.
var at = time.Date(2026, time.November, 22, 12, 0, 0, 0, time.UTC)

// Worlds answer in place of every host.
type (
	world = mint.World
	page  = mint.Page
)

func ok(body []byte) page { return page{Status: 200, Body: body} }

// snapshot is the recorded module proxy and checksum database.
func snapshot(t testing.TB) world {
	t.Helper()
	dir := corpus.Path(t, "go-sumdb", "snapshot")
	w := world{}
	require.NoError(t, filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, p)
		if err != nil {
			return err
		}
		w[proxy+strings.TrimPrefix(filepath.ToSlash(rel), "proxy/")] = ok(raw)
		return nil
	}))
	return w
}

// run audits in a world with the committed anchors.
func run(t testing.TB, w world, reference string) *result {
	t.Helper()
	r, err := try(w, reference)
	require.NoError(t, err)
	return r
}

func try(w world, reference string) (*result, error) {
	return ask(context.Background(), reference, options(w))
}

func options(w world) circumstances {
	return circumstances{audit.Options{Transport: w, Anchors: trust.Embedded(), Retries: -1}, audit.Question{Time: at}}
}

// levels are a report's levels by track: level and at most.
func levels(r *result) map[string][2]int { return levelsOf(r.Report.Verdict.Tracks) }

func levelsOf(tracks []level.Track) map[string][2]int {
	out := map[string][2]int{}
	for _, t := range tracks {
		out[t.ID] = [2]int{t.Level, t.AtMost}
	}
	return out
}

func both(integrity, atMost, accountability, atMostThere int) map[string][2]int {
	return map[string][2]int{"integrity": {integrity, atMost}, "accountability": {accountability, atMostThere}}
}

// status is how one requirement stands.
func status(t testing.TB, r *result, id string) level.Requirement {
	t.Helper()
	for _, q := range r.Report.Requirements {
		if q.ID == id {
			return q.Requirement
		}
	}
	t.Fatalf("no requirement %s", id)
	return level.Requirement{}
}

// outcome is how one check ended.
func outcome(t testing.TB, r *result, check string) string {
	t.Helper()
	for _, f := range r.Report.Findings {
		if f.Check == check {
			return string(f.Outcome) + ": " + f.Reason
		}
	}
	t.Fatalf("no finding %s", check)
	return ""
}

// facts are all proven facts as one set. What is "stated" in a record that the
// host itself sent says of itself that nobody signed it.
func facts(r *result) map[string]bool {
	out := map[string]bool{}
	for _, f := range r.Report.Findings {
		for k, v := range f.Facts {
			if strings.HasPrefix(k, "stated ") {
				continue
			}
			out[f.Check+"\x00"+k+"\x00"+v] = true
		}
	}
	return out
}

func length(n int) map[string]string { return map[string]string{"content-length": fmt.Sprint(n)} }
