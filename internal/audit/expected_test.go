//go:build touchstone_testanchors

package audit_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/evidence"
	"touchstone/internal/mint"
)

// TestExpected: the reader's own expectation is compared, fails what is
// different, and entitles who is expected.
func TestExpected(t *testing.T) {
	signer := mintedRepo + "/.github/workflows/release.yml@refs/heads/main"
	for name, c := range map[string]struct {
		expected evidence.Expectation
		bend     func(p *thing)
		outcome  string
		failed   bool
		level    int
	}{
		"there":                         {evidence.Expectation{Source: mintedRepo}, nil, "pass", false, 3},
		"without a scheme":              {evidence.Expectation{Source: strings.TrimPrefix(mintedRepo, "https://")}, nil, "pass", false, 3},
		"the signer":                    {evidence.Expectation{Signer: signer}, nil, "pass", false, 3},
		"elsewhere":                     {evidence.Expectation{Source: "github.com/example/elsewhere"}, nil, "fail", true, 0},
		"another signer":                {evidence.Expectation{Source: mintedRepo, Signer: signer + "x"}, nil, "fail", true, 0},
		"nobody is named":               {evidence.Expectation{Source: mintedRepo}, nameless, "pass", false, 3},
		"nobody is named, nor expected": {evidence.Expectation{}, nameless, "not applicable", false, 2},
		"nothing is signed":             {evidence.Expectation{Source: mintedRepo}, func(p *thing) { p.Attestations = nil }, "absent", false, 2},
		"stated otherwise":              {evidence.Expectation{Source: "github.com/example/elsewhere"}, func(p *thing) { p.Attestations = nil }, "fail", true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			p := package123(t)
			if c.bend != nil {
				c.bend(p)
			}
			o := p.options(p.world())
			o.Expect = c.expected
			r, err := ask(context.Background(), mintedRef, o)
			require.NoError(t, err)
			require.True(t, strings.HasPrefix(outcome(t, r, "source-expected"), c.outcome+": "), outcome(t, r, "source-expected"))
			require.Equal(t, c.failed, r.Report.Verdict.Failed)
			require.Equal(t, c.level, levels(r)["integrity"][0], r.Report.Text(false))
		})
	}
	for _, odd := range []string{"github.com", "nowhere", "a b", "https://github.com/a/b?x", "javascript:alert(1)"} {
		w, _ := goldCrate(nil)
		o := options(w)
		o.Expect.Source = odd
		_, err := ask(context.Background(), goldRef, o)
		require.ErrorContains(t, err, "no address of a repository", odd)
	}
}

// nameless leaves out where the package says that its source is.
func nameless(p *thing) {
	delete(p.Manifest, "repository")
	p.Attest(p.Publish(), p.Provenance())
}

// What a crate states of its source is unsigned: it may contradict, and proves
// nothing.
func TestExpectedOfACrate(t *testing.T) {
	for expected, want := range map[string]string{"github.com/example/gold": "absent: ", "github.com/example/silver": "fail: "} {
		w, _ := goldCrate(func(c *mint.Crate) {})
		o := options(w)
		o.Expect.Source = expected
		r, err := ask(context.Background(), goldRef, o)
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(outcome(t, r, "source-expected"), want), outcome(t, r, "source-expected"))
	}
}
