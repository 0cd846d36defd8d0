package audit_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/audit"
	"touchstone/internal/evidence"
	"touchstone/internal/purl"
	"touchstone/internal/report"
)

// pinOf is the reference of what an audit was about, with the digest of what
// arrived, as lock files pin it; nil where nothing arrived.
func pinOf(r *report.Report) *purl.Ref {
	ref, err := purl.Parse(r.Reference)
	algorithm := map[string]string{purl.Golang: "h1", purl.NPM: "sha512"}[r.Type]
	if algorithm == "" {
		algorithm = "sha256"
	}
	sum := r.Artifact.Digests[algorithm]
	if err != nil || sum == "" {
		return nil
	}
	if len(ref.Digests) > 0 {
		return &ref // what the question pinned
	}
	ref.Digests = []purl.Digest{{Algorithm: algorithm, Value: sum, Of: "artifact"}}
	return &ref
}

// exceeds tells how the audit of a pin, of which no byte is fetched, says more
// of a version than the audit of all of it. Every audit of these tests is held
// to that.
func exceeds(ctx context.Context, o circumstances, whole *report.Report) error {
	ref := pinOf(whole)
	if ref == nil || o.File != nil || whole.Finding("source-expected").Outcome == evidence.Fail { // an expectation is no part of a pin
		return nil
	}
	a, err := audit.New(o.Options)
	if err != nil {
		return err
	}
	q := o.Question
	q.Pasted, q.Most, q.Record, q.Progress, q.Seen = ref.String(), -1, nil, nil, nil
	r, err := a.Audit(ctx, q)
	if errors.Is(err, context.Canceled) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := untrue(r); err != nil {
		return err
	}
	if byBytes := func(why string) bool {
		return strings.Contains(why, "arrived") || strings.Contains(why, "inside the package")
	}; whole.Verdict.Failed && !slices.ContainsFunc(whole.Verdict.Failures, func(s string) bool { return !byBytes(s) }) {
		return nil // nothing but the bytes shows it, or a digest of them that is not pinned
	}
	for i, t := range r.Verdict.Tracks {
		if most := whole.Verdict.Tracks[i]; t.Level > most.Level {
			return fmt.Errorf("%s: %s %d, and of the whole %d: %s", ref, t.ID, t.Level, most.Level, r.Text(false))
		}
	}
	return nil
}

// TestPin: nothing of the package is fetched; the published digest meets level 1,
// another fails, a weak one proves nothing.
func TestPin(t *testing.T) {
	w, at := snapshot(t), options(nil).Time
	whole := run(t, w, errorsRef)
	right := pinOf(whole.Report)
	require.NotNil(t, right)
	wrong := *right
	wrong.Digests = []purl.Digest{{Algorithm: "h1", Value: strings.Repeat("00", 32), Of: "artifact"}}
	for name, c := range map[string]struct {
		ref    purl.Ref
		want   string
		levels [2]int
	}{
		"the published": {*right, "pass: ", [2]int{1, 2}},
		"another":       {wrong, "fail: ", [2]int{0, 0}},
		"none":          {right.Bare(), "not applicable: ", [2]int{0, 2}},
	} {
		a, err := audit.New(options(w).Options)
		require.NoError(t, err)
		r, err := a.Audit(t.Context(), audit.Question{Pasted: c.ref.String(), Most: -1, Time: at})
		require.NoError(t, err)
		got := &result{Report: r}
		require.True(t, strings.HasPrefix(outcome(t, got, "pin-agrees"), c.want), "%s: %s", name, outcome(t, got, "pin-agrees"))
		require.Equal(t, c.levels, levels(got)["integrity"], "%s: %s", name, r.Text(false))
		for _, s := range r.Sources {
			require.NotContains(t, s.URL, ".zip", name)
		}
	}
}
