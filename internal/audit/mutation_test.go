package audit_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/evidence"
)

// A target is one document to damage, and where its bytes are signed or hashed.
type target struct {
	url     string
	mutants int  // how many; 0 is every byte once
	covered bool // every byte of it is signed or hashed
}

// TestMutants changes one byte of a good answer at a time. A change never
// raises a level, silences an alarm or proves a new fact; inside signed or
// hashed bytes the verdict is failed or something is unknown.
func TestMutants(t *testing.T) {
	w := snapshot(t)
	base := run(t, w, errorsRef)
	seed := uint64(20261122)
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))

	targets := []target{
		{url: proxy + "github.com/pkg/errors/@v/v0.9.1.info"},
		{url: proxy + "github.com/pkg/errors/@v/v0.9.1.mod", covered: true},
		{url: proxy + "github.com/pkg/errors/@v/v0.9.1.zip", mutants: 3000},
		{url: database + "lookup/github.com/pkg/errors@v0.9.1"},
		{url: database + "latest"},
	}
	for _, s := range base.Report.Sources {
		if strings.Contains(s.URL, "/tile/") && s.Status == 200 {
			targets = append(targets, target{url: s.URL, mutants: 60, covered: true})
		}
	}
	require.Greater(t, len(targets), 8, "the audit must have read tiles")
	total := 0
	for _, target := range targets {
		if testing.Short() {
			target.mutants = 15
		}
		body := w[target.url].Body
		positions := target.mutants
		if positions == 0 {
			positions = len(body)
		}
		for i := range positions {
			at := i
			if target.mutants > 0 {
				at = random.IntN(len(body))
			}
			changed := bytes.Clone(body)
			changed[at] ^= byte(1 + random.IntN(255))
			r, err := try(w.But(target.url, ok(changed)), errorsRef)
			total++
			if err != nil {
				continue // the question could not even be asked
			}
			where := fmt.Sprintf("%s byte %d %#x → %#x", target.url, at, body[at], changed[at])
			notBetter(t, base, r, where)
			if target.covered {
				failedOrOpen(t, r, where)
			}
		}
	}
	t.Logf("%d mutants", total)
}

// notBetter holds the first rule of mutation.
func notBetter(t *testing.T, base, r *result, where string) {
	t.Helper()
	was, is := levels(base), levels(r)
	for track := range was {
		require.LessOrEqual(t, is[track][0], was[track][0], where)
	}
	known := facts(base)
	for f := range facts(r) {
		if !known[f] {
			t.Fatalf("%s proves a new fact: %q", where, f)
		}
	}
	for _, a := range base.Report.Verdict.Alarms {
		require.Contains(t, r.Report.Verdict.Alarms, a, where)
	}
}

// failedOrOpen holds the second: damage to what is signed or hashed is seen.
func failedOrOpen(t *testing.T, r *result, where string) {
	t.Helper()
	if r.Report.Verdict.Failed {
		return
	}
	for _, f := range r.Report.Findings {
		if f.Outcome == evidence.Unknown || f.Outcome == evidence.NotUnderstood {
			return
		}
	}
	t.Fatalf("%s: nothing failed and nothing is unknown", where)
}
