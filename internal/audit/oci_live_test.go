//go:build !js

package audit_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"touchstone/internal/audit"
	"touchstone/internal/fetch"
	"touchstone/internal/trust"
)

// TestImagesLive: container registries, where one answers from here.
func TestImagesLive(t *testing.T) {
	if testing.Short() {
		t.Skip("live tests are left out by -short")
	}
	for reference, most := range map[string]int{
		"docker.io/library/alpine:3.20":         1, // of this name nobody can be known to speak
		"ghcr.io/sigstore/cosign/cosign:v2.4.1": 3,
	} {
		t.Run(reference, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			t.Cleanup(cancel)
			o := circumstances{Options: audit.Options{Transport: fetch.NewNative(), Anchors: trust.Embedded(), Retries: -1},
				Question: audit.Question{Time: time.Date(2026, time.October, 20, 12, 0, 0, 0, time.UTC)}}
			r, err := ask(ctx, reference, o)
			if err != nil || r.Report.Artifact.Size == 0 {
				t.Skipf("no registry answered from here, so nothing was audited live: %v", err)
			}
			if testing.Verbose() {
				t.Log(r.Report.Text(true))
			}
			require.False(t, r.Report.Verdict.Failed, r.Report.Verdict.Failures)
			require.Equal(t, fetch.Direct, r.Report.Route)
			require.GreaterOrEqual(t, levels(r)["integrity"][0], 1, r.Report.Text(false))
			require.LessOrEqual(t, levels(r)["integrity"][0], most, r.Report.Text(false))
		})
	}
}
