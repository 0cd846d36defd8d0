package audit_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/corpus"
	"touchstone/internal/evidence"
)

// A target is one document to damage, and where its bytes are signed or hashed.
type target struct {
	url     string
	mutants int  // how many; 0 is every byte once
	covered bool // every byte of it is signed or hashed
}

// sampled is of how many changes one is tried, with each seed others.
const sampled = 16

// mutate changes one byte of a good answer at a time. A change never raises a
// level, silences an alarm or proves a new fact; inside signed or hashed bytes
// the verdict is failed or something is unknown. Of a short run it does a
// little.
func mutate(t *testing.T, w world, targets []target, audit func(world) (*result, error)) {
	t.Helper()
	base, err := audit(w)
	require.NoError(t, err)
	seed := corpus.Seed(t)
	random := rand.New(rand.NewPCG(seed, 1))
	take := corpus.Sample(t, sampled)
	total, passed := 0, 0
	for _, target := range targets {
		body := w[target.url].Body
		require.NotEmpty(t, body, target.url)
		if testing.Short() {
			target.mutants = 5
		}
		positions := target.mutants
		if positions == 0 {
			positions = len(body)
		}
		for i := range positions {
			at := i
			if target.mutants > 0 {
				at = random.IntN(len(body))
			}
			flip := byte(1 + random.IntN(255))
			if !testing.Short() && !take() {
				passed++
				continue
			}
			changed := bytes.Clone(body)
			changed[at] ^= flip
			r, err := audit(w.But(target.url, ok(changed)))
			total++
			if err != nil {
				continue // the question could not even be asked
			}
			where := fmt.Sprintf("SEED=%d: %s byte %d %#x → %#x", seed, target.url, at, body[at], changed[at])
			notBetter(t, base, r, where)
			if target.covered {
				failedOrOpen(t, r, where)
			}
		}
	}
	t.Logf("SEED=%d: %d mutants, %d left out", seed, total, passed)
}

// tilesRead are targets for the tiles that an audit read.
func tilesRead(r *result, mutants int) (targets []target) {
	for _, s := range r.Report.Sources {
		if strings.Contains(s.URL, "/tile/") && s.Status == 200 {
			targets = append(targets, target{url: s.URL, mutants: mutants, covered: true})
		}
	}
	return targets
}

// TestMutants damages the recorded answers of a real module.
func TestMutants(t *testing.T) {
	t.Parallel()
	w := snapshot(t)
	targets := append(tilesRead(run(t, w, errorsRef), 60),
		target{url: proxy + "github.com/pkg/errors/@v/v0.9.1.info"},
		target{url: proxy + "github.com/pkg/errors/@v/v0.9.1.mod", covered: true},
		target{url: proxy + "github.com/pkg/errors/@v/v0.9.1.zip", mutants: 3000},
		target{url: database + "lookup/github.com/pkg/errors@v0.9.1"},
		target{url: database + "latest"},
	)
	require.Greater(t, len(targets), 8, "the audit must have read tiles")
	mutate(t, w, targets, func(w world) (*result, error) { return try(w, errorsRef) })
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
