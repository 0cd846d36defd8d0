//go:build !js

package audit_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"touchstone/internal/audit"
	"touchstone/internal/fetch"
	"touchstone/internal/trust"
)

// live is the context of a test that asks the network; -short leaves such a test out.
// It ends with the test, and at the latest after most.
func live(t *testing.T, most time.Duration) context.Context {
	t.Helper()
	if testing.Short() {
		t.Skip("live tests are left out by -short")
	}
	ctx, cancel := context.WithTimeout(context.Background(), most)
	t.Cleanup(cancel)
	return ctx
}

// TestLive audits real modules over the network. Where the module proxy cannot
// be reached it says so and tests nothing.
func TestLive(t *testing.T) {
	ctx := live(t, 2*time.Minute)
	o := circumstances{Options: audit.Options{Transport: fetch.NewNative(), Anchors: trust.Embedded()}}
	for _, reference := range []string{
		"pkg:golang/github.com/pkg/errors@v0.9.1",
		"https://pkg.go.dev/golang.org/x/mod@v0.30.0/sumdb/note",
		"github.com/BurntSushi/toml@v1.3.2",
		"golang.org/x/text",
	} {
		t.Run(reference, func(t *testing.T) {
			r, err := ask(ctx, reference, o)
			if err != nil || r.Report.Sources[0].Status == 0 {
				t.Skipf("no network here, so nothing was audited live: %v", err)
			}
			require.False(t, r.Report.Verdict.Failed, r.Report.Verdict.Failures)
			require.Equal(t, [2]int{2, 2}, levels(r)["integrity"], r.Report.Text(false))
			stated := status(t, r, "accountability-stated").Status == "met"
			require.Equal(t, stated, levels(r)["accountability"][0] == 1)
			require.Equal(t, fetch.Direct, r.Report.Route)
		})
	}
}

// TestNPMLive: the registry as it is reached here, which may be a mirror that
// serves neither signatures nor attestations. That is said, not hidden.
func TestNPMLive(t *testing.T) {
	ctx := live(t, 2*time.Minute)
	o := circumstances{Options: audit.Options{Transport: fetch.NewNative(), Anchors: trust.Embedded()}}
	for _, reference := range []string{"npm:sigstore@1.0.0", "pkg:npm/is-stream@2.0.1", "npm install @npmcli/arborist@1.0.14", "npm:left-pad"} {
		t.Run(reference, func(t *testing.T) {
			r, err := ask(ctx, reference, o)
			if err != nil || r.Report.Artifact.Size == 0 {
				t.Skipf("no network here, so nothing was audited live: %v", err)
			}
			require.False(t, r.Report.Verdict.Failed, r.Report.Verdict.Failures)
			require.Equal(t, fetch.Direct, r.Report.Route)
			if strings.HasPrefix(outcome(t, r, "signature-served"), "pass") {
				require.GreaterOrEqual(t, levels(r)["integrity"][1], 2, r.Report.Text(false))
				return
			}
			require.Equal(t, [2]int{1, 1}, levels(r)["integrity"], r.Report.Text(false))
			require.Contains(t, strings.Join(r.Report.Verdict.Alarms, " "), "This repository signs every version, but the record of this one carries no signature")
			require.Contains(t, strings.Join(strings.Fields(r.Report.Text(false)), " "), "alarm: This repository signs every version")
		})
	}
}

// TestCargoLive: crates.io as it is reached here, which may be the index and the
// crates without the site.
func TestCargoLive(t *testing.T) {
	ctx := live(t, 2*time.Minute)
	o := circumstances{Options: audit.Options{Transport: fetch.NewNative(), Anchors: trust.Embedded()}}
	for _, reference := range []string{"pkg:cargo/cfg-if@1.0.1", "https://docs.rs/zstd-sys/2.0.9%2Bzstd.1.5.5", "cargo add Inflector", "cargo install hex --version 0.4.1"} {
		t.Run(reference, func(t *testing.T) {
			r, err := ask(ctx, reference, o)
			if err != nil || r.Report.Artifact.Size == 0 {
				t.Skipf("no network here, so nothing was audited live: %v", err)
			}
			require.False(t, r.Report.Verdict.Failed, r.Report.Verdict.Failures)
			require.Equal(t, [2]int{1, 1}, levels(r)["integrity"], r.Report.Text(false))
			has(t, r, "source-stated", "pass", "The package names where the code comes from.")
			has(t, r, "name-enforced", "pass", "")
			require.Equal(t, fetch.Direct, r.Report.Route)
		})
	}
}

// TestPyPILive: PyPI as it is reached here, which may leave out provenance. Then
// whether there is any stays open.
func TestPyPILive(t *testing.T) {
	ctx := live(t, 2*time.Minute)
	o := circumstances{Options: audit.Options{Transport: fetch.NewNative(), Anchors: trust.Embedded()}}
	for _, reference := range []string{"pip install sampleproject==4.0.0", "https://pypi.org/project/iniconfig/", "numpy==2.1.3", "pkg:pypi/sampleproject@3.0.0?file_name=sampleproject-3.0.0.tar.gz"} {
		t.Run(reference, func(t *testing.T) {
			r, err := ask(ctx, reference, o)
			if err != nil || r.Report.Artifact.Size == 0 {
				t.Skipf("no network here, so nothing was audited live: %v", err)
			}
			require.False(t, r.Report.Verdict.Failed, r.Report.Verdict.Failures)
			require.Equal(t, fetch.Direct, r.Report.Route)
			require.GreaterOrEqual(t, levels(r)["integrity"][0], 1, r.Report.Text(false))
			require.True(t, strings.HasPrefix(outcome(t, r, "digest-matches"), "pass"), r.Report.Text(false))
			require.True(t, strings.HasPrefix(outcome(t, r, "name-inside"), "pass"), r.Report.Text(false))
			if strings.Contains(outcome(t, r, "attestations-genuine"), "does not say whether there are any") {
				require.Equal(t, [2]int{1, 3}, levels(r)["integrity"], r.Report.Text(false))
			}
			if testing.Verbose() {
				t.Log(r.Report.Text(false))
			}
		})
	}
}
