package audit_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/audit"
	"touchstone/internal/report"
	"touchstone/principles"
)

// claims are what the repositories' pages say that their packages get at most,
// by type of package URL and by track.
var claims = sync.OnceValues(func() (map[string]map[string]int, error) {
	doc, err := principles.LoadAll()
	if err != nil {
		return nil, err
	}
	out := map[string]map[string]int{}
	for _, r := range doc.Registries {
		for _, typ := range r.Types {
			for _, g := range r.Gives {
				if out[typ] == nil {
					out[typ] = map[string]int{}
				}
				out[typ][g.Track] = max(out[typ][g.Track], g.AtMost)
			}
		}
	}
	return out, nil
})

// withinTheClaim: no package gets more than its repository's page says that any
// does. Page and engine read the same rules, and the page's reader does not run
// the engine.
func withinTheClaim(r *report.Report) error {
	all, err := claims()
	if err != nil {
		return err
	}
	claim, assessed := all[r.Type]
	if !assessed {
		return nil // TestEveryServedRepositoryClaims asks for it
	}
	for _, result := range r.Verdict.Tracks {
		id := result.ID
		if result.Level > claim[id] {
			return fmt.Errorf("%s gets %s level %d; the page of its repository says at most %d (gives, in principles/registries)", r.Reference, id, result.Level, claim[id])
		}
	}
	return nil
}

// TestEveryServedRepositoryClaims: whoever is audited here has a page that says
// what its packages get.
func TestEveryServedRepositoryClaims(t *testing.T) {
	all, err := claims()
	require.NoError(t, err)
	doc, err := principles.LoadAll()
	require.NoError(t, err)
	for _, served := range audit.Registries {
		for _, track := range doc.Tracks {
			_, claimed := all[served.Type()][track.ID]
			require.Equal(t, track.Weighed, claimed, "the assessment of %s (principles/registries) says in gives what its packages get on %s", served.Type(), track.ID)
		}
	}
	named := func(typ string) bool {
		return slices.ContainsFunc(doc.Registries, func(r principles.Registry) bool { return slices.Contains(r.Types, typ) })
	}
	for typ := range all {
		require.True(t, named(typ))
	}
}
